/** Ours beside peers, on the figures that peers were measured by. */
import type { SynthesisResult } from '../flow/synthesise.ts';
import { type Goal, type Peer, type PeerTable, peersOf } from '../peers.ts';
import { parameterText, variedParameters } from './words.ts';

export interface ComparedDesign {
  readonly name: string;
  readonly ours: boolean;
  readonly luts: number | null;
  readonly registers: number | null;
  readonly depth4: number | null;
  readonly depth6: number | null;
  readonly mhz: number | null;
  readonly remark: string;
}

export interface Comparison {
  readonly table: PeerTable;
  readonly designs: readonly ComparedDesign[];
  readonly goals: readonly (Goal & { readonly name: string })[];
}

const peerRow = (peer: Peer): ComparedDesign => ({
  name: `${peer.project} ${peer.name}`,
  ours: false,
  luts: peer.luts,
  registers: peer.registers,
  depth4: peer.depth4,
  depth6: peer.depth6,
  mhz: peer.mhz,
  remark: peer.mhz === null ? `${peer.remark}; does not fit an HX8K` : peer.remark,
});

/** Told apart by what differs; one alone by its first parameter, as peers are by their width. */
const ourRow = (result: SynthesisResult, results: readonly SynthesisResult[]): ComparedDesign => {
  const of = (target: string) => result.targets.find((report) => report.target === target);
  const varied = variedParameters(results);
  const told = varied.length === 0 ? Object.keys(result.parameters).slice(0, 1) : varied;
  const parameters = parameterText(Object.fromEntries(told.map((name) => [name, result.parameters[name] ?? ''])));
  return {
    name: parameters === '' ? result.top : `${result.top}, ${parameters}`,
    ours: true,
    luts: of('ice40')?.luts ?? null,
    registers: of('ice40')?.registers ?? null,
    depth4: of('lut4')?.depth ?? null,
    depth6: of('lut6')?.depth ?? null,
    mhz: result.clock?.mhz ?? null,
    remark: result.clock?.reason ?? '',
  };
};

/** Null where no peers are known for the results' module. */
export const compare = (results: readonly SynthesisResult[]): Comparison | null => {
  const first = results[0];
  const table = first === undefined ? null : peersOf(first.top);
  if (table === null) return null;
  return {
    table,
    designs: [...results.map((result) => ourRow(result, results)), ...table.peers.map(peerRow)],
    goals: table.goals.map((goal) => ({ ...goal, name: `goal, ${goal.width} bits` })),
  };
};
