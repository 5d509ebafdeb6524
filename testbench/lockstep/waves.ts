/** Both sides of a difference as one waveform. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { vcdText } from '../waves/vcd.ts';
import { slotValue, type WaveSignal } from '../waves/wave.ts';
import type { Recording } from './recording.ts';
import type { Way } from './way.ts';

/** Cycles shown, up to the recording's end. */
const mostCycles = 4000;

/**
 * Writes a VCD file with the scopes `inputs`, one for each way's outputs, and, with two ways, `differs`: a bit for each output that
 * differs anywhere, which is 1 where it does.
 */
export const writeComparison = (path: string, ways: readonly Way[], recording: Recording): void => {
  const [reference] = ways;
  if (reference === undefined) throw new Error('a comparison needs at least one way');
  const { layout } = reference;
  const first = Math.max(0, recording.cycles - mostCycles);
  const shown = Array.from({ length: recording.cycles - first }, (_, index) => first + index);
  const inputs = layout.inputs.map(
    (slot): WaveSignal => ({
      path: ['inputs', slot.name],
      width: slot.width,
      values: shown.map((cycle) => slotValue(recording.stimulus, cycle * layout.inputWords, slot)),
    }),
  );
  const outputsOf = (records: Uint32Array, scope: string): WaveSignal[] =>
    layout.outputs.map((slot) => ({
      path: [scope, slot.name],
      width: slot.width,
      values: shown.map((cycle) => slotValue(records, cycle * layout.outputWords, slot)),
    }));
  const sides = ways.map((way, index) => outputsOf(recording.responses[index] ?? new Uint32Array(), way.name));
  const [left, right] = sides;
  const differs = (left ?? []).flatMap((signal, index): WaveSignal[] => {
    const other = right?.[index];
    if (other === undefined) return [];
    const values = signal.values.map((value, cycle) => (value === other.values[cycle] ? 0n : 1n));
    return values.includes(1n) ? [{ path: ['differs', signal.path.at(-1) ?? ''], width: 1, values }] : [];
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, vcdText({ firstCycle: first, signals: [...inputs, ...sides.flat(), ...differs] }));
};
