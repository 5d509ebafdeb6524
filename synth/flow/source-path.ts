/**
 * From a deepest path through a target's cells back to source lines.
 *
 * Mapping to look-up tables forgets source lines: a table stands for many gates of many lines. What stays is where the path starts
 * and ends. So the path told is the deepest one between the same two places through the gates from before the mapping,
 * which still know their lines.
 */
import type { NetlistCell, NetlistModule } from '../yosys/netlist.ts';
import type { SourceLine } from '../yosys/yosys-error.ts';
import { directionsOf, kindOf } from './cell-kinds.ts';
import { type EndPoint, type Levels, levelsOf, type PathStep } from './depth.ts';

export interface PathPlace {
  readonly kind: 'register' | 'input' | 'output' | 'memory' | 'instance';
  /** With its place in the hierarchy, as `queue.count[3]`. */
  readonly name: string;
  /** Which input of a register the path ends at. */
  readonly pin: 'data' | 'enable' | 'reset' | null;
  /** Where it is declared. */
  readonly source: SourceLine | null;
}

export interface PathLine extends SourceLine {
  /** Two-input gates on the path that came from this line. */
  readonly gates: number;
}

export interface DeepPath {
  readonly levels: number;
  readonly from: PathPlace;
  readonly to: PathPlace;
  /** In the order in which the path first meets them. */
  readonly lines: readonly PathLine[];
}

interface NamedBit {
  readonly name: string;
  readonly base: string;
  readonly index: number;
  readonly source: SourceLine | null;
}

/** The first known place of an attribute that is not in Yosys' own library of cells. */
export const sourceOf = (attribute: string | undefined): SourceLine | null => {
  for (const place of (attribute ?? '').split('|')) {
    const match = /^(.*?):(\d+)(\.|-|$)/.exec(place);
    // Line 0 is Yosys' word for none.
    if (match?.[1] === undefined || Number(match[2]) === 0 || /^(\/?share\/|\+\/|<)/.test(match[1])) continue;
    return { file: match[1], line: Number(match[2]) };
  }
  return null;
};

const publicNames = (module: NetlistModule): Map<number, NamedBit> => {
  const names = new Map<number, NamedBit>();
  for (const [base, net] of Object.entries(module.netnames)) {
    if (net.hide_name === 1) continue;
    net.bits.forEach((bit, index) => {
      if (typeof bit !== 'number') return;
      const known = names.get(bit);
      if (known !== undefined && known.base.length <= base.length) return;
      const number = index + (net.offset ?? 0);
      const name = net.bits.length === 1 ? base : `${base}[${number}]`;
      names.set(bit, { name, base, index, source: sourceOf(net.attributes.src) });
    });
  }
  return names;
};

const pinOf = (port: string): PathPlace['pin'] => {
  if (/^(D|DI)$/.test(port)) return 'data';
  return /^(E|EN|CE)$/.test(port) ? 'enable' : 'reset';
};

const outputBit = (cell: NetlistCell): number | null => {
  for (const port of ['Q', 'O', 'DO']) {
    const bit = cell.connections[port]?.[0];
    if (typeof bit === 'number') return bit;
  }
  return null;
};

const holderKind = (type: string): PathPlace['kind'] => {
  const kind = kindOf(type);
  if (kind === 'instance' || kind === 'register') return kind;
  return 'memory';
};

const cellPlace = (name: string, cell: NetlistCell, names: ReadonlyMap<number, NamedBit>): Omit<PathPlace, 'pin'> => {
  const kind = holderKind(cell.type);
  const output = outputBit(cell);
  const named = kind === 'register' && output !== null ? names.get(output) : undefined;
  if (named !== undefined) return { kind, name: named.name, source: named.source };
  return { kind, name: name.replace(/^.*\$/, '$'), source: sourceOf(cell.attributes.src) };
};

/** The cell that drives each start of a path. */
const holders = (module: NetlistModule): Map<number, string> => {
  const found = new Map<number, string>();
  for (const [name, cell] of Object.entries(module.cells)) {
    const kind = kindOf(cell.type);
    if (kind !== 'register' && kind !== 'memory' && kind !== 'table memory' && kind !== 'instance') continue;
    for (const [port, direction] of Object.entries(directionsOf(cell))) {
      if (direction !== 'output') continue;
      for (const bit of cell.connections[port] ?? []) if (typeof bit === 'number') found.set(bit, name);
    }
  }
  return found;
};

/** The end of a path as the gates from before the mapping know it. */
const gateEnd = (end: EndPoint, module: NetlistModule): number | null => {
  if (end.port !== null) {
    const bit = module.ports[end.port.name]?.bits[end.port.index];
    return typeof bit === 'number' ? bit : null;
  }
  if (end.cell === null) return null;
  const cell = module.cells[end.cell.name];
  if (cell === undefined) return null;
  const pin = pinOf(end.cell.port);
  const port =
    end.cell.port in cell.connections ? end.cell.port : Object.keys(cell.connections).find((p) => pinOf(p) === pin);
  const index = end.cell.cell.connections[end.cell.port]?.indexOf(end.bit) ?? 0;
  const bit = port === undefined ? undefined : cell.connections[port]?.[index];
  return typeof bit === 'number' ? bit : null;
};

/**
 * The source of each gate on a path: its own, or that of the named signal it drives. Some passes (multiply and add, for one)
 * forget both: such a gate counts to the next one on the path whose source is known, which is what it computes for.
 */
const sourcesAlong = (gates: GateDesign, steps: readonly PathStep[]): (SourceLine | null)[] => {
  let next: SourceLine | null = null;
  const found: (SourceLine | null)[] = [];
  for (const { bit, cell } of [...steps].reverse()) {
    if (cell === null) break;
    const own = sourceOf(gates.module.cells[cell]?.attributes.src) ?? gates.names.get(bit)?.source ?? null;
    next = own ?? next;
    found.unshift(next);
  }
  const known = found.findLast((source) => source !== null) ?? null;
  return found.map((source) => source ?? known);
};

interface GateDesign {
  readonly module: NetlistModule;
  readonly levels: Levels;
  readonly names: ReadonlyMap<number, NamedBit>;
}

const linesOf = (gates: GateDesign, from: number | null, to: number): PathLine[] => {
  const steps = (from === null ? null : gates.levels.pathTo(to, from)) ?? gates.levels.pathTo(to) ?? [];
  const counts = new Map<string, PathLine>();
  for (const source of sourcesAlong(gates, steps)) {
    if (source === null) continue;
    const key = `${source.file}:${source.line}`;
    counts.set(key, { ...source, gates: (counts.get(key)?.gates ?? 0) + 1 });
  }
  return [...counts.values()];
};

const mostPaths = 3;

/** The deepest paths of a mapped design, at most three, each from and to other signals than the ones before. */
export const deepestPaths = (mapped: NetlistModule, gates: NetlistModule): DeepPath[] => {
  const levels = levelsOf(mapped);
  const before: GateDesign = { module: gates, levels: levelsOf(gates), names: publicNames(gates) };
  const names = publicNames(mapped);
  const starts = holders(mapped);
  const gateBits = new Map<string, number>();
  for (const [base, net] of Object.entries(gates.netnames)) {
    net.bits.forEach((bit, index) => {
      if (typeof bit === 'number') gateBits.set(`${base} ${index}`, bit);
    });
  }
  const ends = levels.endPoints.filter((end) => levels.levelOf(end.bit) > 0);
  ends.sort((a, b) => levels.levelOf(b.bit) - levels.levelOf(a.bit));

  const base = (name: string): string => name.replace(/\[\d+\]$/, '');
  const seen = new Set<string>();
  const found: DeepPath[] = [];
  for (const end of ends.slice(0, 500)) {
    if (found.length === mostPaths) break;
    const start = levels.pathTo(end.bit)?.[0]?.bit;
    if (start === undefined) continue;
    const holder = starts.get(start);
    const startCell = holder === undefined ? undefined : mapped.cells[holder];
    const startName = names.get(start);
    const from: PathPlace =
      holder !== undefined && startCell !== undefined
        ? { ...cellPlace(holder, startCell, names), pin: null }
        : { kind: 'input', name: startName?.name ?? 'constant', source: startName?.source ?? null, pin: null };
    const port = end.port === null ? undefined : mapped.netnames[end.port.name];
    const to: PathPlace =
      end.cell !== null
        ? { ...cellPlace(end.cell.name, end.cell.cell, names), pin: pinOfCell(end.cell) }
        : {
            kind: 'output',
            name: (port?.bits.length ?? 1) === 1 ? (end.port?.name ?? '') : `${end.port?.name}[${end.port?.index}]`,
            source: sourceOf(port?.attributes.src),
            pin: null,
          };
    const key = `${base(from.name)} ${base(to.name)} ${to.pin}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const gateStart = startName === undefined ? undefined : gateBits.get(`${startName.base} ${startName.index}`);
    const gateTo = gateEnd(end, gates);
    const lines = gateTo === null ? [] : linesOf(before, gateStart ?? null, gateTo);
    found.push({ levels: levels.levelOf(end.bit), from, to, lines });
  }
  return found;
};

const pinOfCell = (end: { readonly cell: NetlistCell; readonly port: string }): PathPlace['pin'] =>
  kindOf(end.cell.type) === 'register' ? pinOf(end.port) : null;
