/** The power fails at every write of a scenario: what was promised holds each time. */
import { expect, test } from 'vitest';
import { recover } from './testing/recovery.ts';
import { play } from './testing/scenario.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

/** Writes to source and store in a whole run. */
const writesIn = async (seed: number, blocks: number, writes: number): Promise<number> => {
  const run = await play(seed, blocks, writes, Number.POSITIVE_INFINITY);
  await run.volume.close();
  return run.machine.writes;
};

test.each([
  { blocks: 16, writes: 12, seeds: thorough ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 2], every: thorough ? 1 : 4 },
  { blocks: 64, writes: 40, seeds: thorough ? [1, 2, 3] : [1], every: thorough ? 1 : 12 },
])('$blocks blocks survive a power cut at every write (of $every)', async ({ blocks, writes, seeds, every }) => {
  for (const seed of seeds) {
    const total = await writesIn(seed, blocks, writes);
    expect(total).toBeGreaterThan(4 * blocks);
    for (let cut = 1 + (seed % every); cut <= total; cut += every) {
      const run = await play(seed, blocks, writes, cut);
      await recover(run, cut).catch((error: unknown) => {
        throw new Error(`seed ${seed}, power cut at write ${cut} of ${total}`, { cause: error });
      });
    }
  }
});
