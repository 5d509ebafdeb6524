import { all } from '../hdl/index.ts';
import { anyPorts, byInduction, leafOn, type ProofList, type ProofTarget } from '../parts/proof-target.ts';
import { resourceAccessControllerParameters } from './interface.ts';
import { checkedAges } from './properties-ages.ts';
import { completionPaths, completionProperties } from './properties-completion.ts';
import { containmentPaths, containmentProperties } from './properties-containment.ts';
import { deviceSideProperties, requestPaths, requestProperties } from './properties-devices.ts';
import { checkedDecoder, checkedReadChoice } from './properties-leaves.ts';
import { balancePaths, balanceProperties } from './properties-owed.ts';
import { processorPaths, processorProperties } from './properties-processor.ts';
import { checkedAddressRegister, checkedDataRegister } from './properties-registers.ts';
import { type ProvenPath, provenPath } from './properties-surroundings.ts';
import { transactionPaths, transactionProperties } from './properties-transactions.ts';
import type { Geometry } from './shapes.ts';

const page = 'docs/systems/resource-access-controller.md';

/**
 * The smallest controller in which two of everything can meet. Addresses are of 13 bits, which the interface would refuse: a page more than one, so
 * that translation can still change something. The path hands addresses on and looks at none.
 */
const smallest: Geometry = {
  ...resourceAccessControllerParameters({
    dataWidth: 32,
    idWidth: 1,
    ports: 2,
    entries: 2,
    resources: 2,
    outstanding: 2,
    timerWidth: 2,
  }),
  addressWidth: 13,
};

/** Three of what is in flight, so that one can be between two. */
const larger: Geometry = { ...smallest, idWidth: 2, resources: 3, outstanding: 3, timerWidth: 8 };
/** One port, and three: more than one other, and a number that is no power of two. */
const onePort: Geometry = { ...smallest, ports: 1 };
const threePorts: Geometry = { ...smallest, ports: 3 };
/** As it is built when nothing else is asked for. */
const usual: Geometry = resourceAccessControllerParameters();

/** A proof of the whole path, with what ties its transactions to its ports, by induction over all of it at once. */
const ofPath = (
  p: Geometry,
  thorough: boolean,
  what: { readonly name: string; readonly label: string; readonly section: string; readonly paths: readonly string[] },
  state: (path: ProvenPath) => void,
): ProofTarget =>
  byInduction(
    {
      name: `${what.name}, ${p.ports} ${p.ports === 1 ? 'port' : 'ports'}, ${p.outstanding} outstanding`,
      parameters: { ...p },
      section: `${page}, ${what.section}`,
      thorough,
    },
    () =>
      provenPath(p, what.label, [...new Set([...transactionPaths(p), ...what.paths])], (path) => {
        transactionProperties(p, path.m, path.seen);
        state(path);
      }),
  );

const processorSide = (p: Geometry, thorough: boolean): ProofTarget =>
  ofPath(
    p,
    thorough,
    {
      name: 'the processor side, with devices that do anything',
      label: 'processor_side',
      section: 'Responses',
      paths: processorPaths(),
    },
    ({ m, io, seen }) => {
      processorProperties(p, m, io.s_axi, seen);
      // What is assumed leaves room for traffic and for faults.
      const sick = seen('port_0.control.isolated').bit(0);
      m.cover(all([sick, io.s_axi.rvalid, io.s_axi.rlast]), 'a read ends beside an isolated port');
      m.cover(all([sick, io.s_axi.bvalid]), 'a write ends beside an isolated port');
    },
  );

const completion = (p: Geometry, thorough: boolean): ProofTarget =>
  ofPath(
    p,
    thorough,
    {
      name: 'answers within the programmed time',
      label: 'completion',
      section: 'Constants',
      paths: completionPaths(p),
    },
    (path) => completionProperties(p, path),
  );

const balance = (p: Geometry, thorough: boolean): ProofTarget =>
  ofPath(
    p,
    thorough,
    {
      name: 'what a port owes balances before it comes back',
      label: 'balance',
      section: 'An isolated port',
      paths: balancePaths(p),
    },
    (path) => balanceProperties(p, path),
  );

const containment = (p: Geometry, thorough: boolean): ProofTarget =>
  ofPath(
    p,
    thorough,
    {
      name: 'a healthy port beside sick ones',
      label: 'containment',
      section: 'Faults',
      paths: containmentPaths(1),
    },
    (path) => {
      containmentProperties(p, 1, path);
      const { m, managers, seen } = path;
      const sick = seen('port_0.control.isolated').bit(0);
      m.cover(all([sick, managers[1]?.rvalid ?? sick]), 'a healthy device answers beside an isolated port');
    },
  );

const requests = (p: Geometry, thorough: boolean): ProofTarget =>
  ofPath(
    p,
    thorough,
    { name: 'requests towards devices', label: 'requests', section: 'Requests', paths: requestPaths(p) },
    (path) => requestProperties(p, path),
  );

/** By search alone: no lemmas tie the strobes at a device to the burst that the processor sent. */
const deviceSide = (p: Geometry): ProofTarget => ({
  name: 'everything that devices see, in the first cycles',
  parameters: { ...p },
  section: `${page}, Write data`,
  thorough: true,
  engines: ['bmc3'],
  seconds: 300,
  module: anyPorts(() => provenPath(p, 'device_side', [], (path) => deviceSideProperties(p, path))),
});

const leaf = leafOn(page);

export const resourceAccessControllerProofs: ProofList = {
  block: 'resource_access_controller',
  targets: [
    processorSide(smallest, false),
    completion(smallest, false),
    containment(smallest, false),
    balance(smallest, false),
    requests(smallest, false),
    leaf(usual, 'what the decoder of reads says', 'Requests', false, () => checkedDecoder(usual, 'read')),
    leaf(usual, 'what the decoder of writes says', 'Requests', false, () => checkedDecoder(usual, 'write')),
    leaf(usual, 'turns at the processor', 'Responses', false, () => checkedReadChoice(usual)),
    {
      ...leaf(usual, 'ages of transactions', 'Faults', false, () => checkedAges(usual)),
      induction: usual.outstanding + 1,
    },
    leaf(usual, 'requests that leave by a port', 'Requests', false, () => checkedAddressRegister(usual)),
    leaf(usual, 'data that leave by a port', 'Write data', false, () => checkedDataRegister(usual)),
    processorSide(onePort, false),
    completion(onePort, false),
    balance(onePort, false),
    processorSide(threePorts, true),
    completion(threePorts, true),
    containment(threePorts, true),
    balance(threePorts, true),
    processorSide(larger, true),
    completion(larger, true),
    containment(larger, true),
    balance(larger, true),
    deviceSide(smallest),
  ],
};
