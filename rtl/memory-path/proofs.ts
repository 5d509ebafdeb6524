import { byInduction, leafOn, type ProofList, type ProofTarget } from '../parts/proof-target.ts';
import { memoryPathParameters } from './interface.ts';
import { dataPaths, dataProperties } from './properties-data.ts';
import { checkedAesTags, checkedPrinceTags } from './properties-engines.ts';
import { besideKeys, keySlotPaths, keySlotProperties } from './properties-key-slots.ts';
import { checkedKeys } from './properties-keys.ts';
import { memoryReadPaths, memoryReads } from './properties-memory-reads.ts';
import { besideLaunch, memoryWritePaths, memoryWrites } from './properties-memory-writes.ts';
import { pieceProofPaths, pieceProperties } from './properties-pieces.ts';
import { processorReadPaths, processorReads } from './properties-processor-reads.ts';
import { besideBursts, processorWritePaths, processorWrites } from './properties-processor-writes.ts';
import { checkedDecryption } from './properties-queues.ts';
import { readBlockPaths, readBlocks } from './properties-read-blocks.ts';
import { besideReads } from './properties-read-slots.ts';
import { besideRegisters, registerPortPaths, registerPortRules } from './properties-register-port.ts';
import { checkedRoundKeys } from './properties-round-keys.ts';
import { routingPaths, routingProperties } from './properties-routing.ts';
import { checkedEncryption } from './properties-sealed.ts';
import { type ProvenPath, provenPath, softwareAndCiphers } from './properties-surroundings.ts';
import { besideWrites } from './properties-write-seen.ts';
import type { Geometry } from './shapes.ts';

const page = 'docs/systems/memory-path.md';

/**
 * The smallest path in which two of everything can meet. Addresses are of 13 bits, which the interface would refuse: a page more than one, so that a bit is left
 * that tells forms apart. Nothing but the cutting of bursts looks at addresses, and that at the lowest 12 bits.
 */
const smallest: Geometry = {
  ...memoryPathParameters({ dataWidth: 64, idWidth: 1, select: 2, keySlots: 2, reads: 2, writes: 2 }),
  addressWidth: 13,
};

/** The other width: every beat is a whole block. */
const wider: Geometry = { ...smallest, dataWidth: 128 };

/** The other width, and more than two of everything, so that one can be between two. */
const larger: Geometry = {
  ...memoryPathParameters({ idWidth: 2, select: 3, keySlots: 3, reads: 4, writes: 4 }),
  addressWidth: 13,
};

const routing = (p: Geometry, thorough: boolean): ProofTarget =>
  byInduction(
    {
      name: `the way of every form, ${p.dataWidth} bits`,
      parameters: { ...p },
      section: `${page}, Forms`,
      thorough,
    },
    () =>
      provenPath(p, 'routing', { without: softwareAndCiphers, paths: routingPaths(p) }, (path) => {
        routingProperties(p, path);
      }),
  );

const data = (p: Geometry, thorough: boolean): ProofTarget =>
  byInduction(
    {
      name: `no plain data of an encrypted access at memory, ${p.dataWidth} bits`,
      parameters: { ...p },
      section: `${page}, Writes`,
      thorough,
    },
    () =>
      provenPath(p, 'secrecy', { without: softwareAndCiphers, paths: dataPaths }, (path) => dataProperties(p, path)),
  );

/** A proof of one direction of the path, by induction over all of it at once. */
const ofDirection = (
  p: Geometry,
  thorough: boolean,
  what: { readonly name: string; readonly label: string; readonly section: string; readonly paths: readonly string[] },
  without: readonly string[],
  state: (path: ProvenPath) => void,
): ProofTarget =>
  byInduction(
    {
      name: `${what.name}, ${p.dataWidth} bits`,
      parameters: { ...p },
      section: `${page}, ${what.section}`,
      thorough,
    },
    () => provenPath(p, what.label, { without, paths: what.paths }, state),
  );

const readsAtProcessor = (p: Geometry, thorough: boolean): ProofTarget =>
  ofDirection(
    p,
    thorough,
    {
      name: 'reads at the processor keep AXI4',
      label: 'processor_reads',
      section: 'Reads',
      paths: processorReadPaths(p),
    },
    besideReads,
    (path) => processorReads(p, path),
  );

const readsAtMemory = (p: Geometry, thorough: boolean): ProofTarget =>
  ofDirection(
    p,
    thorough,
    { name: 'reads at memory keep AXI4', label: 'memory_reads', section: 'Reads', paths: memoryReadPaths(p) },
    besideReads,
    (path) => memoryReads(p, path),
  );

const blocksInOrder = (p: Geometry, thorough: boolean): ProofTarget =>
  ofDirection(
    p,
    thorough,
    { name: 'blocks of reads come in order', label: 'read_blocks', section: 'Reads', paths: readBlockPaths(p) },
    besideReads,
    (path) => readBlocks(p, path),
  );

const piecesOfWrites = (p: Geometry, thorough: boolean): ProofTarget =>
  ofDirection(
    p,
    thorough,
    { name: 'write pieces are atomic and answered', label: 'pieces', section: 'Writes', paths: pieceProofPaths(p) },
    besideWrites,
    (path) => pieceProperties(p, path),
  );

const writesAtProcessor = (p: Geometry, thorough: boolean): ProofTarget =>
  ofDirection(
    p,
    thorough,
    {
      name: 'writes at the processor keep AXI4',
      label: 'processor_writes',
      section: 'Writes',
      paths: processorWritePaths(p),
    },
    besideBursts,
    (path) => processorWrites(p, path),
  );

const writesAtMemory = (p: Geometry, thorough: boolean): ProofTarget =>
  ofDirection(
    p,
    thorough,
    { name: 'writes at memory keep AXI4', label: 'memory_writes', section: 'Writes', paths: memoryWritePaths(p) },
    besideLaunch,
    (path) => memoryWrites(p, path),
  );

/** The rules of AXI4, the order of blocks, and the pieces. */
const ofDirections = (p: Geometry, thorough: boolean): readonly ProofTarget[] =>
  [readsAtProcessor, readsAtMemory, blocksInOrder, piecesOfWrites, writesAtProcessor, writesAtMemory].map((target) =>
    target(p, thorough),
  );

const registersAtSoftware = (p: Geometry): ProofTarget =>
  ofDirection(
    p,
    false,
    { name: 'registers keep AXI4-Lite', label: 'register_rules', section: 'Registers', paths: registerPortPaths },
    besideRegisters,
    registerPortRules,
  );

const leaf = leafOn(page);

export const memoryPathProofs: ProofList = {
  block: 'memory_path',
  targets: [
    routing(smallest, false),
    data(smallest, false),
    leaf(smallest, 'what the encryption shows', 'Writes', false, () => checkedEncryption(smallest)),
    leaf(smallest, "AES's queue", 'Reads', true, () => checkedDecryption(smallest, 'aes')),
    leaf(smallest, "PRINCE's queue", 'Reads', false, () => checkedDecryption(smallest, 'prince')),
    leaf(smallest, 'tags of AES, 14 rounds in hardware', 'Ciphers', false, () => checkedAesTags(14)),
    leaf({ ...smallest, unrolled: 2 }, 'tags of AES, 2 rounds in hardware', 'Ciphers', false, () => checkedAesTags(2)),
    leaf(smallest, 'tags of PRINCE', 'Ciphers', false, () => checkedPrinceTags(smallest.princeRounds as 2)),
    leaf(smallest, 'keys cannot be read', 'Keys', false, () => checkedKeys(smallest)),
    ofDirection(
      smallest,
      false,
      {
        name: 'locked keys stay, and cleared keys are gone',
        label: 'key_slots',
        section: 'Keys',
        paths: keySlotPaths(smallest),
      },
      besideKeys,
      (path) => keySlotProperties(smallest, path),
    ),
    ...(['encrypt', 'decrypt'] as const).map((direction) =>
      leaf({ ...smallest, unrolled: 2 }, `round keys are cleared, ${direction}`, 'Keys', false, () =>
        checkedRoundKeys({ direction, slots: smallest.keySlots, unrolled: 2 }),
      ),
    ),
    leaf(larger, 'round keys of more slots are cleared, 14 rounds in hardware', 'Keys', true, () =>
      checkedRoundKeys({ direction: 'decrypt', slots: larger.keySlots, unrolled: 14 }),
    ),
    ...ofDirections(smallest, false),
    registersAtSoftware(smallest),
    ...ofDirections(wider, true),
    routing(larger, true),
    data(larger, true),
    leaf(larger, 'keys of more slots cannot be read', 'Keys', true, () => checkedKeys(larger)),
  ],
};
