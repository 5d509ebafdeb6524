/** What each source line costs, before mapping to a target's cells mixes lines. */
import type { NetlistModule } from '../yosys/netlist.ts';
import type { SourceLine } from '../yosys/yosys-error.ts';
import { kindOf } from './cell-kinds.ts';
import { sourceOf } from './source-path.ts';

export interface LineCost extends SourceLine {
  /** Gates of two inputs, multiplexers and inverters. */
  readonly gates: number;
  readonly registers: number;
}

/** The costliest lines, by gates, then registers. A register counts to the line that declares it. */
export const lineCosts = (gates: NetlistModule, most = 25): LineCost[] => {
  const declared = new Map<number, SourceLine>();
  for (const net of Object.values(gates.netnames)) {
    const source = net.hide_name === 1 ? null : sourceOf(net.attributes.src);
    if (source === null) continue;
    for (const bit of net.bits) if (typeof bit === 'number' && !declared.has(bit)) declared.set(bit, source);
  }
  const costs = new Map<string, LineCost>();
  const add = (source: SourceLine | null, gate: number, register: number): void => {
    if (source === null) return;
    const key = `${source.file}:${source.line}`;
    const known = costs.get(key) ?? { ...source, gates: 0, registers: 0 };
    costs.set(key, { ...known, gates: known.gates + gate, registers: known.registers + register });
  };
  for (const cell of Object.values(gates.cells)) {
    const kind = kindOf(cell.type);
    if (kind === 'register') {
      const output = ['Q', 'O', 'DO'].map((port) => cell.connections[port]?.[0]).find((bit) => typeof bit === 'number');
      const named = typeof output === 'number' ? declared.get(output) : undefined;
      add(named ?? sourceOf(cell.attributes.src), 0, 1);
    } else if (kind === 'gate' || kind === 'carry' || kind === 'table') add(sourceOf(cell.attributes.src), 1, 0);
  }
  const order = (a: LineCost, b: LineCost): number =>
    b.gates - a.gates || b.registers - a.registers || a.line - b.line || (a.file < b.file ? -1 : 1);
  return [...costs.values()].sort(order).slice(0, most);
};
