/** Interrupts for each packet of captured traffic, as chains may grow: the figures of `docs/systems/hypervisor-figures.md`. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { testFrame } from '../../../model/hypervisor/packets/testing.ts';
import { capturedFrames, countsOf, startReceivers, steerByHash, testHypervisor, watchInterrupts } from './receivers.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const limits = thorough ? [1, 2, 4, 8, 16] : [1, 8];
const count = thorough ? 128 : 32;
const traffic = {
  'of one destination': () => Array.from({ length: count }, (_, index) => testFrame(1, index)),
  recorded: () => capturedFrames(count),
};
const figures = readFileSync(new URL('../../../docs/systems/hypervisor-figures.md', import.meta.url), 'utf8').split(
  '\n',
);
/** Cycles between frames: far enough apart that each interrupt is over when the next chain is done. */
const every = 1000;

test.each(thorough ? (['of one destination', 'recorded'] as const) : (['of one destination'] as const))(
  'the longer chains may be, the fewer interrupts there are for the same packets, %s',
  async (kind) => {
    const rows: string[] = [];
    let before = Number.POSITIVE_INFINITY;
    for (const limit of limits) {
      const hypervisor = await testHypervisor();
      const { clock, outside } = hypervisor.platform;
      await hypervisor.run(async (domain0) => {
        let end = Number.POSITIVE_INFINITY;
        const [receiver] = await startReceivers(hypervisor, domain0, [{ name: 'only' }], () => end);
        await steerByHash(domain0, [receiver!.client], limit);
        const interrupts = watchInterrupts(hypervisor);
        const frames = traffic[kind]();
        const begin = clock.now;
        for (const [index, frame] of frames.entries()) outside.network[0].send(frame, begin + every * (index + 1));
        await domain0.thread.suspend(clock.sleep(every * (count + 12)));
        end = clock.now;
        const { packets, chains, drops, overflow } = await countsOf(domain0, receiver!.client);
        expect([packets, drops, overflow]).toEqual([count, 0, 0]);
        expect(receiver!.taken.length).toBeGreaterThan(0);
        expect(interrupts.count()).toBeLessThanOrEqual(chains);
        if (kind === 'of one destination') expect([chains, interrupts.count()]).toEqual([count / limit, count / limit]);
        expect(interrupts.count()).toBeLessThanOrEqual(before);
        before = interrupts.count();
        rows.push(
          `| ${kind} | ${limit} | ${chains} | ${interrupts.count()} | ${(interrupts.count() / count).toFixed(2)} |`,
        );
      });
      hypervisor.platform.close();
    }
    if (thorough) expect(figures.filter((line) => rows.includes(line))).toEqual(rows);
    expect(before).toBeLessThan(count);
  },
  1_800_000,
);
