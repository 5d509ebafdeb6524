import { expect, test } from 'vitest';
import { createModelPlatform } from './create.ts';
import { startFirmware } from './firmware.ts';
import type { Platform } from './interface.ts';

/** A disk moves a block, the console sends, frames come, a memory is copied into, faults are still to come; nothing is awaited. */
const begin = async (platform: Platform): Promise<void> => {
  const { outside, faults, clock } = platform;
  await startFirmware(platform, { deviceTimeout: 300, memoryTimeout: 400 });
  const { machine, devices, registers } = platform.processors[0]!;
  const { keeper, receiver } = registers;
  await machine.write(0x3000, new Uint8Array(4096).fill(7));
  for (let client = 0; client < 8; client += 1) {
    await receiver.ring_base_low.at(client).write({ base: 0x20 + 8 * client });
    await receiver.ring_control.at(client).write({ entries: 3, enable: 1 });
  }
  await devices.network[0].control.write({ enable: 1 });
  faults.inject({ kind: 'memory-lost', memory: 1 });
  await machine.write32(0x3000, 1);
  faults.inject({ kind: 'memory-replaced', memory: 1 });
  await keeper.memory_command.write({ reset: 2 });
  while (((await keeper.memory_status.read()).was_reset & 2) === 0);
  await keeper.memory_command.write({ restore: 2 });
  await keeper.copy_target.write({ memory: 1 });
  await keeper.copy_from_low.write({ frame: 3 });
  await keeper.copy_to_low.write({ frame: 3 });
  await keeper.copy_pages.write({ count: 1 });
  for (const byte of [65, 66, 67]) await devices.console.transmit.write({ byte, send: 1 });
  await devices.disks[1].registers.command.write({ write: 1 });
  for (let frame = 0; frame < 12; frame += 1)
    outside.network[0].send(new Uint8Array(60 + 50 * frame).fill(frame), clock.now + 40 * frame);
  outside.console.type('and so on', clock.now + 77);
  faults.inject({ kind: 'device-babble', device: 'console', seed: 5 }, clock.now + 1500);
  faults.inject({ kind: 'memory-lost', memory: 0 }, clock.now + 4000);
  await keeper.copy_command.write({ start: 1 });
};

/** What comes of it. */
const end = async (platform: Platform): Promise<readonly unknown[]> => {
  const { machine, devices, registers } = platform.processors[0]!;
  await machine.write(0x3800, new Uint8Array(100).fill(3));
  while ((await registers.keeper.memory_status.read()).copying === 1) await platform.clock.sleep(50);
  await registers.keeper.memory_command.write({ on_line: 2 });
  await devices.console.status.read();
  await platform.clock.until(6000);
  return [
    await registers.keeper.memory_status.read(),
    await registers.packets.frames.read(),
    await registers.controller.log.read(),
    await devices.disks[1].registers.interrupt_status.read(),
    await machine.read(0x3000, 4096),
    platform.outside.console.output,
    platform.faults.happened,
    platform.clock.now,
    platform.trace.hash,
  ];
};

test('a snapshot of a machine in the midst of everything goes on as the machine does', async () => {
  const request = { parameters: { processors: 1, cookieIndexWidth: 4 }, options: { history: true } };
  const platform = await createModelPlatform(request);
  await platform.run(() => begin(platform));
  await platform.run(() => platform.clock.sleep(173));
  const snapshot = JSON.parse(JSON.stringify(platform.snapshot()));
  const other = await createModelPlatform({ snapshot });
  expect(other.snapshot()).toEqual(snapshot);
  const [one, two] = [await platform.run(() => end(platform)), await other.run(() => end(other))];
  expect(two).toEqual(one);
  expect(one[0]).toMatchObject({ failed: 1 });
  expect(one[5]).not.toBe('');
});
