import { expect, test } from 'vitest';
import { randomNumbers } from '../primitives/random-numbers.ts';
import { createPlatform } from './create.ts';
import { startFirmware } from './firmware.ts';
import type { DeviceName, Fault, Platform } from './interface.ts';
import { createModelMachine } from './model-machine.ts';

const devices: readonly DeviceName[] = ['disk0', 'disk1', 'console', 'timer', 'network0', 'network1'];

/** Something of everything, with pauses of all lengths. Gives what counters say at the end. */
const program = async (platform: Platform, seed: number): Promise<readonly unknown[]> => {
  const random = randomNumbers(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const [first, second] = platform.processors;
  await startFirmware(platform, { deviceTimeout: 300, memoryTimeout: 400 });
  const { keeper, controller, packets, paths, unit, receiver } = first!.registers;
  await packets.idle_limit.write({ cycles: 200 });
  await receiver.moderation.write({ chains: 3, cycles: 150 });
  await receiver.interrupt_enable.write({ chains: 255, stopped: 1 });
  for (let client = 0; client < 8; client += 1) {
    await receiver.ring_base_low.at(client).write({ base: 0x20 + 8 * client });
    await receiver.ring_control.at(client).write({ entries: 3, enable: 1 });
  }
  await first!.devices.network[0].control.write({ enable: 1 });
  await first!.devices.timer.interrupt_enable.write({ due: 1 });
  const fault = (): Fault => {
    const kinds: readonly Fault[] = [
      { kind: 'device-hang', device: devices[below(6)]! },
      { kind: 'device-babble', device: devices[below(6)]!, seed: below(99) },
      { kind: 'link', device: 'network0', up: below(2) === 0 },
      { kind: 'memory-lost', memory: 1 },
      { kind: 'tamper' },
    ];
    return kinds[below(kinds.length)]!;
  };
  const steps: readonly (() => Promise<unknown>)[] = [
    () => platform.clock.sleep(below(2000)),
    () => platform.clock.sleep(below(30)),
    () => first!.machine.write(below(0x4000), new Uint8Array(1 + below(300)).fill(below(256))),
    () => second!.machine.read(below(0x4000), 1 + below(300)),
    () => keeper.bump.write({ index: below(16), all: below(2), start: 1 }),
    () => first!.devices.console.transmit.write({ byte: 65, send: 1 }),
    () => first!.devices.disks[0].registers.command.write({ read: 1 }),
    async () => {
      await first!.devices.timer.compare_low.write({ cycles: platform.clock.now + below(1500) });
      await first!.devices.timer.control.write({ armed: 1 });
      await first!.interrupts.wait('timer', platform.clock.now + below(3000));
    },
    async () => platform.outside.network[0].send(new Uint8Array(60 + below(200)).fill(below(256))),
    async () => {
      await paths[0].scan_lines.write({ count: below(8) });
      await paths[0].scan_command.write({ start: 1, stop: 0 });
    },
  ];
  for (let step = 0; step < 60; step += 1) {
    if (step % 20 === 19) platform.faults.inject(fault(), platform.clock.now + below(500));
    // Of a device that has been taken out, and of a memory that is reset, accesses may fail.
    await steps[below(steps.length)]!().catch(() => {});
  }
  await platform.clock.sleep(777);
  return [
    await keeper.cycle.read(),
    await controller.cycle.read(),
    await controller.log_cycle.read(),
    await keeper.log_cycle.read(),
    await unit.hits.read(),
    await packets.frames.read(),
    await packets.chains.read(),
    ...(await Promise.all(Array.from({ length: 8 }, (_, client) => receiver.delivered.at(client).read()))),
    await first!.devices.timer.now.read(),
    platform.clock.now,
    platform.trace.records,
    platform.trace.hash,
  ];
};

test.each([1, 2, 3])(
  'cycles in which nothing happens leave no trace, whether they are run or passed over: %s',
  async (seed) => {
    const run = async (maySleep: boolean): Promise<readonly unknown[]> => {
      const request = { parameters: { processors: 2, cookieIndexWidth: 4 } };
      const platform = await createPlatform('model', request, (p) => createModelMachine(p, maySleep));
      return platform.run(() => program(platform, seed));
    };
    expect(await run(true)).toEqual(await run(false));
  },
);

test('a machine that waits costs nothing: a day of cycles is over at once', async () => {
  const platform = await createPlatform('model', {}, (p) => createModelMachine(p));
  const day = 24 * 3600 * 100_000_000;
  await platform.run(async () => {
    await startFirmware(platform);
    const { cycle } = platform.processors[0]!.registers.keeper;
    const begin = platform.clock.now;
    const first = await cycle.read();
    await platform.clock.until(day);
    expect(await cycle.read()).toBe((first + BigInt(day - begin)) % 2n ** 32n);
  });
});
