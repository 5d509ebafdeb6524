import { expect } from 'vitest';
import type { Volume } from '../volume.ts';
import type { History } from './history.ts';
import { drawFrom, Machine } from './machine.ts';
import { type Expected, openRun, type Run } from './scenario.ts';

export const readAll = async (volume: Volume): Promise<Uint8Array> => {
  const content = new Uint8Array(volume.layout.sourceSize);
  await volume.read(0, content);
  return content;
};

export const readSnapshot = async (volume: Volume, name: string): Promise<Uint8Array> => {
  const content = new Uint8Array(volume.layout.sourceSize);
  await volume.readSnapshot(volume.snapshot(name), 0, content);
  return content;
};

const differences = (one: Uint8Array, other: Uint8Array): number =>
  one.reduce((count, value, index) => count + (value === other[index] ? 0 : 1), 0);

/** Holds what a reopened volume shows to what was promised before the power failed. */
const expectPromises = async (
  volume: Volume,
  history: History,
  expected: ReadonlyMap<string, Expected>,
): Promise<void> => {
  expect(history.findLoss(await readAll(volume))).toBeNull();
  for (const [name, { image, taken, removing }] of expected) {
    if (volume.names.includes(name))
      expect([name, differences(await readSnapshot(volume, name), image)]).toEqual([name, 0]);
    else expect([name, taken && !removing]).toEqual([name, false]);
  }
  for (const name of volume.names) expect(expected.has(name)).toBe(true);
};

/**
 * Opens what a power cut left, perhaps cuts the power again in the midst of recovering, and holds all that can be seen to what was promised; at last removes
 * every snapshot, which must free the whole store.
 */
export const recover = async (run: Run, seed: number): Promise<void> => {
  const draw = drawFrom(seed);
  let { source, store } = run;
  if (draw(2) === 0) {
    const contents = { source: source.afterPowerCut(draw), store: store.afterPowerCut(draw) };
    const again = new Machine(seed, 1 + draw(20));
    const opened = openRun(again, contents, run.expected).then(async (second) => {
      ({ source, store } = second);
      await second.volume.settled();
    });
    await Promise.race([opened, again.powerCut]);
    if (source === run.source) return recover(run, seed + 1_000_003);
  }
  const contents = { source: source.afterPowerCut(draw), store: store.afterPowerCut(draw) };
  const { volume } = await openRun(new Machine(seed + 1), contents, run.expected);
  await expectPromises(volume, run.history, run.expected);
  await volume.settled();
  expect(volume.status).toMatchObject({ restoring: null, stalled: null, heldWrites: 0 });
  for (const { state, inSource } of volume.status.snapshots) if (state === 'live') expect(inSource).toBe(0);
  await expectPromises(volume, run.history, run.expected);
  const before = await readAll(volume);
  for (const name of volume.names) await volume.remove(name);
  expect(await readAll(volume)).toEqual(before);
  expect(volume.status).toMatchObject({ usedBlocks: 0, snapshots: [] });
  await volume.close();
};
