/** Beats of a bus as the bytes of a memory. */
import type { Received } from './answers.ts';
import type { ExclusiveMonitor } from './exclusive-monitor.ts';
import type { Bytes } from './memory.ts';
import { type BurstShape, beatAddress } from './transaction.ts';
import type { Axi4Words } from './words.ts';

/** Writes the bytes that the strobes name; the monitor hears of each. */
export const writeBeats = (
  write: Received,
  { w, dataWords, busBytes }: Axi4Words,
  memory: Bytes,
  monitor: ExclusiveMonitor,
): void => {
  for (let beat = 0; beat < write.beats; beat += 1) {
    const address = beatAddress(write, beat);
    const line = address - (address % busBytes);
    for (let lane = 0; lane < busBytes; lane += 1) {
      const strobe = write.strobes[beat * w.strobes.words + (lane >> 5)] ?? 0;
      if (((strobe >>> (lane & 31)) & 1) === 0) continue;
      const word = write.data[beat * dataWords + (lane >> 2)] ?? 0;
      memory.write(line + lane, (word >>> (8 * (lane & 3))) & 0xff);
      monitor.written(line + lane);
    }
  }
};

/** Sets the read data of one beat. */
export const readBeat = (
  inputs: Uint32Array,
  { r, busBytes }: Axi4Words,
  memory: Bytes,
  burst: BurstShape,
  beat: number,
): void => {
  const address = beatAddress(burst, beat);
  const line = address - (address % busBytes);
  for (let lane = 0; lane < busBytes; lane += 4) {
    let word = 0;
    for (let byte = Math.min(3, busBytes - 1); byte >= 0; byte -= 1)
      word = (word << 8) | memory.read(line + lane + byte);
    inputs[r.data.word + (lane >> 2)] = word >>> 0;
  }
};
