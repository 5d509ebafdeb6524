import { byInduction, type ProofList, type ProofTarget } from '../parts/proof-target.ts';
import { type WriteGateParameters, writeGateParameters } from './interface.ts';
import { channelPaths, channelProperties } from './properties-channels.ts';
import { markPaths, markProperties } from './properties-marks.ts';
import { registerPaths, registerProperties } from './properties-registers.ts';
import { besideSoftware, type ProvenGate, provenGate } from './properties-surroundings.ts';

const page = 'docs/systems/write-gate.md';

/** Four pages, and fewer writes under way than there are. */
const smallest = writeGateParameters({ dataWidth: 32, idWidth: 1, pageWidth: 2, outstanding: 2 });

/** The widest in other numbers: addresses of two words, and more of everything. */
const larger = writeGateParameters({ dataWidth: 64, addressWidth: 48, idWidth: 4, pageWidth: 4, outstanding: 5 });

interface Proof {
  readonly name: string;
  readonly label: string;
  readonly section: string;
  readonly paths: (p: WriteGateParameters) => readonly string[];
  readonly without: readonly string[];
  readonly state: (p: WriteGateParameters, gate: ProvenGate) => void;
}

const proofs: readonly Proof[] = [
  {
    name: 'writes to marked pages wait, and no others',
    label: 'mark_rules',
    section: 'Requests',
    paths: markPaths,
    without: besideSoftware,
    state: markProperties,
  },
  {
    name: 'all that comes goes on, once and in order',
    label: 'channel_rules',
    section: 'Reads, data and answers',
    paths: channelPaths,
    without: besideSoftware,
    state: channelProperties,
  },
  {
    name: 'registers keep AXI4-Lite and do what the page says',
    label: 'register_rules',
    section: 'Registers',
    paths: () => registerPaths,
    without: [],
    state: registerProperties,
  },
];

const target = (
  p: WriteGateParameters,
  thorough: boolean,
  { name, label, section, paths, without, state }: Proof,
): ProofTarget =>
  byInduction(
    { name: `${name}, ${p.dataWidth} bits`, parameters: { ...p }, section: `${page}, ${section}`, thorough },
    () => provenGate(p, label, { without, paths: paths(p) }, (gate) => state(p, gate)),
  );

export const writeGateProofs: ProofList = {
  block: 'write_gate',
  targets: [
    ...proofs.map((proof) => target(smallest, false, proof)),
    ...proofs.map((proof) => target(larger, true, proof)),
  ],
};
