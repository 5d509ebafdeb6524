import { expect, test } from 'vitest';
import { frameBytes } from '../memory/layout.ts';
import { bootMachine, type TestMachine, workerOn } from '../memory/testing/machine.ts';
import { Scanners } from './scanner.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const pattern = 0x5a5a_5a5a_5a5a_5a5an;

test('a scan that others stop is begun anew, and finds what it finds undisturbed', async () => {
  const { platform } = await bootMachine({});
  const [first, second] = platform.processors;
  const scanners = new Scanners(platform.clock);
  const run = { backing: { frame: 6, copies: 'first', form: 0 }, frames: 4 } as const;
  await platform.run(async () => {
    let scanning = true;
    let stopped = 0;
    const matching = () => scanners.matching(workerOn(first!), run, 0n, true);
    const undisturbed = await matching();
    const path = second!.registers.paths[0];
    const disturbing = (async () => {
      while (scanning) {
        await path.scan_command.write({ start: 0, stop: 1 });
        stopped += (await path.scan_status.read()).stopped;
        await platform.clock.sleep(400);
      }
    })();
    expect(await matching()).toEqual(undisturbed);
    expect(undisturbed).toEqual([0, 1, 2, 3]);
    scanning = false;
    await disturbing;
    expect(stopped).toBeGreaterThan(2);
  });
});

/** Frames of a domain's that lie side by side, with two copies. Of each five the third, and the last of all, hold something in their last word. */
const run = { backing: { frame: 300, copies: 'both', form: 0 }, frames: 23 } as const;
const matchingFrames = Array.from({ length: run.frames }, (_, index) => index).filter(
  (index) => index % 5 !== 2 && index !== run.frames - 1,
);

const withContent = async (): Promise<TestMachine> => {
  const machine = await bootMachine({});
  for (const medium of machine.platform.outside.memories)
    for (let index = 0; index < run.frames; index += 1) {
      const content = Buffer.alloc(frameBytes, 0x5a);
      if (!matchingFrames.includes(index)) content[frameBytes - 1] = 1;
      medium.write((run.backing.frame + index) * frameBytes, content);
    }
  return machine;
};

test('both memories scan at a time, each one half', async () => {
  const { platform } = await withContent();
  const beats = [0, 0];
  platform.trace.watch(({ handshakes }) => {
    for (const { channel } of handshakes)
      for (const memory of [0, 1]) if (channel.startsWith(`m${memory}`) && channel.endsWith('_r')) beats[memory]! += 1;
  });
  const begin = platform.clock.now;
  await platform.run(async () => {
    const matching = new Scanners(platform.clock).matching(workerOn(platform.processors[0]!), run, pattern, true);
    expect(await matching).toEqual(matchingFrames);
  });
  // One memory gives a page in 256 cycles.
  expect(platform.clock.now - begin).toBeLessThan(0.85 * 256 * run.frames);
  const whole = (run.frames * frameBytes) / 16;
  for (const given of beats) expect(given / whole).toBeCloseTo(0.5, 1);
});

test('a memory that dies during a scan leaves its half to the other', { timeout: 60_000 }, async () => {
  const cycles = thorough ? 100 : 1500;
  for (let after = 50; after < 0.5 * 256 * run.frames; after += cycles)
    for (const memory of [0, 1] as const) {
      const { platform } = await withContent();
      const [first, second] = platform.processors;
      const scanners = new Scanners(platform.clock);
      await platform.run(async () => {
        const dying = (async () => {
          await platform.clock.sleep(after);
          platform.faults.inject({ kind: 'memory-lost', memory });
          // Somebody has to notice.
          await second!.machine.write64(3 * 2 ** 32, await second!.machine.read64(3 * 2 ** 32));
        })();
        expect(await scanners.matching(workerOn(first!), run, pattern, true), `memory ${memory}, ${after}`).toEqual(
          matchingFrames,
        );
        await dying;
      });
    }
});
