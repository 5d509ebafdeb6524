import { byInduction, type ProofList, type ProofTarget } from '../parts/proof-target.ts';
import { packetReceiveParameters } from './interface.ts';
import { completionPaths, completionProperties } from './properties-completion.ts';
import { besideFilling, fillingPaths, fillingProperties } from './properties-filling.ts';
import { besideSoftware, softwarePaths, softwareProperties } from './properties-interrupts.ts';
import { besideWriting } from './properties-jobs.ts';
import { memoryPaths, memoryRules } from './properties-memory.ts';
import { ringPaths, ringProperties } from './properties-rings.ts';
import { type ProvenEngine, provenEngine } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

const page = 'docs/systems/receive-engine.md';

/** Two clients, and entries of a few bursts. */
const smallest: Geometry = packetReceiveParameters({ clients: 2, idWidth: 1, slotBytes: 512, outstanding: 2 });

/** Other numbers of everything, and a header of one beat. */
const larger: Geometry = packetReceiveParameters({ dataWidth: 128, clients: 4, slotBytes: 512, outstanding: 4 });

interface Proof {
  readonly name: string;
  readonly label: string;
  readonly section: string;
  readonly paths: (p: Geometry) => readonly string[];
  readonly without: readonly string[];
  readonly state: (p: Geometry, engine: ProvenEngine) => void;
}

const proofs: readonly Proof[] = [
  {
    name: 'bursts at memory keep AXI4',
    label: 'memory_rules',
    section: 'Writer',
    paths: memoryPaths,
    without: besideWriting,
    state: memoryRules,
  },
  {
    name: 'each packet goes to its rings once, or is counted',
    label: 'ring_rules',
    section: 'Rings',
    paths: ringPaths,
    without: besideWriting,
    state: ringProperties,
  },
  {
    name: 'indices and chains follow the answers of memory',
    label: 'completion_rules',
    section: 'Completion',
    paths: completionPaths,
    without: besideWriting,
    state: completionProperties,
  },
  {
    name: 'each frame becomes a packet, and each chain ends behind its packets',
    label: 'filling_rules',
    section: 'Filling',
    paths: () => fillingPaths,
    without: besideFilling,
    state: fillingProperties,
  },
  {
    name: 'registers keep AXI4-Lite, and chains interrupt',
    label: 'software_rules',
    section: 'Interrupts',
    paths: softwarePaths,
    without: besideSoftware,
    state: softwareProperties,
  },
];

const target = (p: Geometry, thorough: boolean, { name, label, section, paths, without, state }: Proof): ProofTarget =>
  byInduction(
    { name: `${name}, ${p.dataWidth} bits`, parameters: { ...p }, section: `${page}, ${section}`, thorough },
    () => provenEngine(p, label, { without, paths: paths(p) }, (engine) => state(p, engine)),
  );

export const packetReceiveProofs: ProofList = {
  block: 'packet_receive',
  targets: [
    ...proofs.map((proof) => target(smallest, false, proof)),
    ...proofs.map((proof) => target(larger, true, proof)),
  ],
};
