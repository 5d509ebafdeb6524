import type { ModuleDefinition, Ports } from '../hdl/index.ts';
import type { ProofList, ProofTarget } from '../parts/proof-target.ts';
import { memoryPathParameters } from './interface.ts';
import { dataPaths, dataProperties } from './properties-data.ts';
import { checkedKeys } from './properties-keys.ts';
import { routingPaths, routingProperties } from './properties-routing.ts';
import { checkedEncryption } from './properties-sealed.ts';
import { provenPath, softwareAndCiphers } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

const page = 'docs/systems/memory-path.md';
const erase = (make: () => unknown): (() => ModuleDefinition<Ports>) => make as () => ModuleDefinition<Ports>;

/**
 * The smallest path in which two of everything can meet. Addresses are of 13 bits, which the interface would refuse: a page more than one, so that a bit is left
 * that tells forms apart. Nothing but the cutting of bursts looks at addresses, and that at the lowest 12 bits.
 */
const smallest: Geometry = {
  ...memoryPathParameters({ dataWidth: 64, idWidth: 1, select: 2, keySlots: 2, reads: 2, writes: 2 }),
  addressWidth: 13,
};

/** The other width, and more than two of everything, so that one can be between two. */
const larger: Geometry = {
  ...memoryPathParameters({ idWidth: 2, select: 3, keySlots: 3, reads: 4, writes: 4 }),
  addressWidth: 13,
};

const induction = ['k-induction', 'bmc3'] as const;
/** Ten times what the longest takes on two idle cores. */
const seconds = 300;

const routing = (p: Geometry, thorough: boolean): ProofTarget => ({
  name: `the way of every form, ${p.dataWidth} bits`,
  parameters: { ...p },
  section: `${page}, Forms`,
  thorough,
  engines: induction,
  seconds,
  module: erase(() =>
    provenPath(p, 'routing', { without: softwareAndCiphers, paths: routingPaths(p) }, (path) => {
      routingProperties(p, path);
    }),
  ),
});

const data = (p: Geometry, thorough: boolean): ProofTarget => ({
  name: `no plain data of an encrypted access at memory, ${p.dataWidth} bits`,
  parameters: { ...p },
  section: `${page}, Writes`,
  thorough,
  engines: induction,
  seconds,
  module: erase(() =>
    provenPath(p, 'secrecy', { without: softwareAndCiphers, paths: dataPaths }, (path) => dataProperties(p, path)),
  ),
});

const leaf = (p: Geometry, name: string, section: string, thorough: boolean, make: () => unknown): ProofTarget => ({
  name,
  parameters: { ...p },
  section: `${page}, ${section}`,
  thorough,
  engines: induction,
  seconds,
  module: erase(make),
});

export const memoryPathProofs: ProofList = {
  block: 'memory_path',
  targets: [
    routing(smallest, false),
    data(smallest, false),
    leaf(smallest, 'what the encryption shows', 'Writes', false, () => checkedEncryption(smallest)),
    leaf(smallest, 'keys cannot be read', 'Keys', false, () => checkedKeys(smallest)),
    routing(larger, true),
    data(larger, true),
    leaf(larger, 'keys of more slots cannot be read', 'Keys', true, () => checkedKeys(larger)),
  ],
};
