import { byInduction, type ProofList, type ProofTarget } from '../parts/proof-target.ts';
import { memoryKeeperParameters, memoryManagementUnitParameters } from './interface.ts';
import { checkedCookies, checkedStatus } from './properties-keeper.ts';
import { pagePaths, pageProperties, withoutPorts } from './properties-pages.ts';
import { checkedPort } from './properties-port.ts';
import { processorPaths, processorProperties, withoutMemories } from './properties-processor.ts';
import { readRequestPaths, readRequestProperties, withoutWalks } from './properties-read-requests.ts';
import { type ProvenUnit, provenUnit } from './properties-surroundings.ts';
import { turnPaths, turnProperties, withoutAnswers } from './properties-turns.ts';
import { walkPaths, walkProperties, withoutAccesses } from './properties-walks.ts';
import { withoutLookups, writePaths, writeProperties } from './properties-writes.ts';
import type { Geometry } from './shapes.ts';

const page = 'docs/systems/memory-management-unit.md';

/**
 * The smallest unit in which two of everything can meet. Its TLB has two entries, fewer than the interface allows.
 */
const p: Geometry = {
  ...memoryManagementUnitParameters({
    ...{ dataWidth: 64, addressWidth: 24, virtualWidth: 32, formWidth: 0, cookieWidth: 2, cookieIndexWidth: 1 },
    ...{ idWidth: 1, domainWidth: 1, reads: 2, writes: 2, timerWidth: 4 },
  }),
  entries: 2,
};

interface Proof {
  readonly name: string;
  readonly label: string;
  readonly section: string;
  readonly without: readonly string[];
  readonly paths: readonly string[];
  readonly state: (p: Geometry, unit: ProvenUnit) => void;
}

const proofs: readonly Proof[] = [
  {
    name: `nothing by a translation that was taken back, ${p.reads} reads and writes`,
    label: 'taken_back',
    section: 'Cookies',
    without: withoutPorts,
    paths: pagePaths(p),
    state: pageProperties,
  },
  {
    name: `no write is answered without a good copy, ${p.writes} writes`,
    label: 'good_copies',
    section: 'Unit: writes',
    without: withoutLookups,
    paths: writePaths(),
    state: writeProperties,
  },
  {
    name: 'what the processor is answered',
    label: 'answers_at_the_processor',
    section: 'What is to be shown',
    without: withoutMemories,
    paths: processorPaths,
    state: processorProperties,
  },
  {
    name: 'walks at the memories',
    label: 'walks_at_the_memories',
    section: 'Unit: TLB and walker',
    without: withoutAccesses,
    paths: walkPaths,
    state: walkProperties,
  },
  {
    name: 'reads at the memories',
    label: 'reads_at_the_memories',
    section: 'Unit: requests',
    without: withoutWalks,
    paths: readRequestPaths(p),
    state: readRequestProperties,
  },
  {
    name: 'one direction at a time on both memories',
    label: 'one_direction_on_both',
    section: 'Unit: turns, claims, failures',
    without: withoutAnswers,
    paths: turnPaths,
    state: turnProperties,
  },
];

const ofUnit = ({ name, label, section, without, paths, state }: Proof): ProofTarget =>
  byInduction({ name, parameters: { ...p }, section: `${page}, ${section}`, thorough: false }, () =>
    provenUnit(p, label, { without, paths }, (unit) => state(p, unit)),
  );

const ofPart = (
  name: string,
  section: string,
  parameters: ProofTarget['parameters'],
  make: () => unknown,
): ProofTarget => byInduction({ name, parameters, section: `${page}, ${section}`, thorough: false }, make);

/** The cookies of the smallest unit. */
const cookies = { ...memoryKeeperParameters({ cookieWidth: 2, cookieIndexWidth: 1, units: 2 }) };

export const memoryManagementUnitProofs: ProofList = {
  block: 'memory_management_unit',
  targets: [
    ...proofs.map(ofUnit),
    ofPart('what a memory is offered stays', 'Words', { ...p }, () => checkedPort(p)),
    ofPart('how the keeper gives cookies', 'Cookies', cookies, () => checkedCookies(cookies)),
    ofPart('how a memory comes back', 'Keeper: cookies, turns, status', { units: 2 }, () =>
      checkedStatus({ units: 2 }),
    ),
  ],
};
