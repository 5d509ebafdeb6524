import { byInduction, type ProofList, type ProofTarget } from '../parts/proof-target.ts';
import { interconnectParameters } from './interface.ts';
import { readPaths, readProperties } from './properties-reads.ts';
import { partsOf, provenInterconnect } from './properties-surroundings.ts';
import { turnPaths, turnProperties } from './properties-turns.ts';
import { writePaths, writeProperties } from './properties-writes.ts';
import type { Direction, Geometry } from './shapes.ts';

const page = 'docs/systems/interconnect.md';

/** Two of everything, over the narrowest addresses: the rest of an address is handed on. */
const smallest: Geometry = interconnectParameters({
  dataWidth: 32,
  addressWidth: 16,
  idWidth: 1,
  outstanding: 2,
});

/** Turns of more than two, a third slot, and a region within another. */
const larger: Geometry = interconnectParameters({
  managers: 3,
  subordinates: 2,
  dataWidth: 32,
  addressWidth: 16,
  idWidth: 1,
  outstanding: 3,
  size0: 4096,
  base1: 0,
  size1: 16384,
});

const turns = (p: Geometry, thorough: boolean): ProofTarget =>
  byInduction(
    {
      name: `turns, and one write at a time, ${p.managers} managers, ${p.subordinates} subordinates`,
      parameters: { ...p },
      section: `${page}, Constants`,
      thorough,
      // Ten times what it takes on two idle cores.
      ...(thorough ? { seconds: 1_200 } : {}),
    },
    () => provenInterconnect(p, 'turns', { without: [], paths: turnPaths(p) }, (proven) => turnProperties(p, proven)),
  );

const followed = (p: Geometry, direction: Direction): ProofTarget => {
  const [other, paths, properties] =
    direction === 'read'
      ? (['write', readPaths, readProperties] as const)
      : (['read', writePaths, writeProperties] as const);
  return byInduction(
    {
      name: `one ${direction}, followed, ${p.managers} managers, ${p.subordinates} subordinates`,
      parameters: { ...p },
      section: `${page}, ${direction === 'read' ? 'Responses' : 'Write data'}`,
      thorough: false,
    },
    () =>
      provenInterconnect(p, `followed_${direction}`, { without: partsOf(p, other), paths: paths(p) }, (proven) =>
        properties(p, proven),
      ),
  );
};

export const interconnectProofs: ProofList = {
  block: 'axi4_interconnect',
  targets: [turns(smallest, false), followed(smallest, 'read'), followed(smallest, 'write'), turns(larger, true)],
};
