/** Waves as text, for snapshots in tests and for terminals. */
import type { Wave, WaveSignal } from './wave.ts';

export interface TextWaveOptions {
  /** Characters a cycle, at least 2. Chosen to fit the widest value when left out. */
  readonly cellWidth?: number;
}

const hex = (value: bigint, width: number): string => value.toString(16).padStart(Math.ceil(width / 4), '0');

const bitRow = (values: readonly bigint[], cell: number): string =>
  values
    .map((value, cycle) => {
      const before = cycle === 0 ? value : values[cycle - 1];
      const level = value === 1n ? '▔' : '▁';
      const edge = before === value ? level : value === 1n ? '╱' : '╲';
      return edge + level.repeat(cell - 1);
    })
    .join('');

/** A value is written where it begins, and cut with … where the next comes too soon. */
const vectorRow = ({ values, width }: WaveSignal, cell: number): string => {
  let row = '';
  for (let cycle = 0; cycle < values.length; ) {
    const value = values[cycle] ?? 0n;
    let end = cycle + 1;
    while (end < values.length && values[end] === value) end += 1;
    const room = (end - cycle) * cell - 1;
    const text = hex(value, width);
    row += `│${text.length > room ? `${text.slice(0, room - 1)}…` : text.padEnd(room)}`;
    cycle = end;
  }
  return row;
};

const ruler = (first: number, cycles: number, cell: number): string => {
  let row = '';
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const place = cycle * cell;
    if (row.length <= place && (cycle === 0 || (first + cycle) % 5 === 0))
      row = row.padEnd(place) + String(first + cycle);
  }
  return row;
};

/**
 * One row a signal: levels for single bits, hexadecimal for wider ones; cycle numbers above.
 * A value lasts from its `│` to the next.
 */
export const textWave = (wave: Wave, options: TextWaveOptions = {}): string => {
  const widest = Math.max(1, ...wave.signals.map(({ width }) => (width === 1 ? 1 : Math.ceil(width / 4))));
  const cell = Math.max(2, options.cellWidth ?? Math.min(widest + 1, 9));
  const names = wave.signals.map(({ path }) => path.join('.'));
  const margin = Math.max(5, ...names.map((name) => name.length)) + 2;
  const cycles = Math.max(0, ...wave.signals.map(({ values }) => values.length));
  const rows = wave.signals.map((signal, index) => {
    const row = signal.width === 1 ? bitRow(signal.values, cell) : vectorRow(signal, cell);
    return `${(names[index] ?? '').padEnd(margin)}${row}`;
  });
  return [`${'cycle'.padEnd(margin)}${ruler(wave.firstCycle, cycles, cell)}`, ...rows]
    .map((row) => row.trimEnd())
    .join('\n');
};
