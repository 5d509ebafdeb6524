import { expect, test } from 'vitest';
import { bootMachine, workerOn } from '../memory/testing/machine.ts';
import { Scanners } from './scanner.ts';

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
