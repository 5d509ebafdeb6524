import { all, type ModuleDefinition, type Ports } from '../hdl/index.ts';
import type { ProofList } from '../parts/proof-target.ts';
import { resourceAccessControllerParameters } from './interface.ts';
import { processorPaths, processorProperties } from './properties-processor.ts';
import { provenPath } from './properties-surroundings.ts';
import { transactionPaths, transactionProperties } from './properties-transactions.ts';
import type { Geometry } from './shapes.ts';

const page = 'docs/systems/resource-access-controller.md';
const erase = (make: () => unknown): (() => ModuleDefinition<Ports>) => make as () => ModuleDefinition<Ports>;

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

const processorSide = (p: Geometry) =>
  provenPath(p, 'processor_side', [...new Set([...transactionPaths(p), ...processorPaths()])], ({ m, io, seen }) => {
    transactionProperties(p, m, seen);
    processorProperties(p, m, io.s_axi, seen);
    // What is assumed leaves room for traffic and for faults.
    const sick = seen('port_0.control.isolated').bit(0);
    m.cover(all([sick, io.s_axi.rvalid, io.s_axi.rlast]), 'a read ends beside an isolated port');
    m.cover(all([sick, io.s_axi.bvalid]), 'a write ends beside an isolated port');
  });

export const resourceAccessControllerProofs: ProofList = {
  block: 'resource_access_controller',
  targets: [
    {
      name: 'the processor side, with devices that do anything',
      parameters: { ...smallest },
      section: `${page}, Responses`,
      thorough: false,
      engines: ['k-induction', 'bmc3'],
      module: erase(() => processorSide(smallest)),
    },
  ],
};
