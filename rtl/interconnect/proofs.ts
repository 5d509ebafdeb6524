import type { ModuleDefinition, Ports } from '../hdl/index.ts';
import type { ProofList, ProofTarget } from '../parts/proof-target.ts';
import { interconnectParameters } from './interface.ts';
import { provenInterconnect } from './properties-surroundings.ts';
import { turnPaths, turnProperties } from './properties-turns.ts';
import type { Geometry } from './shapes.ts';

const page = 'docs/systems/interconnect.md';

/** Two of everything, over the narrowest addresses: the rest of an address is handed on. */
const smallest: Geometry = interconnectParameters({
  dataWidth: 32,
  addressWidth: 16,
  idWidth: 1,
  outstanding: 2,
});

const turns = (p: Geometry): ProofTarget => ({
  name: `turns, and one write at a time, ${p.managers} managers, ${p.subordinates} subordinates`,
  parameters: { ...p },
  section: `${page}, Constants`,
  thorough: false,
  engines: ['k-induction', 'bmc3'],
  // Ten times what it takes on two idle cores.
  seconds: 300,
  module: (() =>
    provenInterconnect(p, 'turns', turnPaths(p), (proven) =>
      turnProperties(p, proven),
    )) as unknown as () => ModuleDefinition<Ports>,
});

export const interconnectProofs: ProofList = { block: 'axi4_interconnect', targets: [turns(smallest)] };
