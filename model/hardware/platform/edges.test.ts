import { expect, test } from 'vitest';
import { createModelPlatform } from './create.ts';
import { PowerCutError } from './errors.ts';
import { startFirmware } from './firmware.ts';
import type { Fault, Platform, PlatformOptions } from './interface.ts';

const started = async (options: PlatformOptions = {}): Promise<Platform> => {
  const platform = await createModelPlatform({ options, parameters: { processors: 1, cookieIndexWidth: 4 } });
  await platform.run(() => startFirmware(platform));
  return platform;
};

const pattern = (bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, index) => (index * 31 + 7) & 0xff);

test('a snapshot after a long rest, and after a power cut, stands where the platform stood', async () => {
  const platform = await started({ history: true });
  const { machine } = platform.processors[0]!;
  await platform.run(async () => {
    await machine.write(0x1000, pattern(64));
    await platform.clock.sleep(24 * 3600 * 100_000_000);
    platform.outside.console.type('late');
    await platform.clock.sleep(100);
  });
  const rested = await createModelPlatform({ snapshot: platform.snapshot() });
  expect(rested.clock.now).toBe(platform.clock.now);
  platform.faults.inject({ kind: 'power-cut' }, platform.clock.now + 5);
  await expect(platform.run(() => machine.read(0x1000, 4096))).rejects.toBeInstanceOf(PowerCutError);
  platform.outside.memories[1].write(0x2000, pattern(8));
  const cut = await createModelPlatform({ snapshot: JSON.parse(JSON.stringify(platform.snapshot())) });
  expect(cut.faults.happened).toEqual(platform.faults.happened);
  expect(cut.outside.memories[0].read(0x1000, 64)).toEqual(new Uint8Array(64));
  expect(cut.outside.memories[1].read(0x2000, 8)).toEqual(pattern(8));
  await expect(cut.run(() => cut.clock.sleep(1))).rejects.toBeInstanceOf(PowerCutError);
});

test('there are no parts of cycles to wait for', async () => {
  const platform = await started();
  const { interrupts } = platform.processors[0]!;
  const now = platform.clock.now;
  await expect(platform.run(() => platform.clock.sleep(100.5))).rejects.toThrow(`there is no cycle ${now + 100.5}`);
  await expect(platform.run(() => interrupts.wait('timer', 1000.5))).rejects.toThrow('there is no cycle 1000.5');
  await expect(platform.run(() => interrupts.wait('timer', Number.NaN))).rejects.toThrow('there is no cycle NaN');
  expect(platform.clock.now).toBeLessThan(now + 10);
});

test.each([
  [{ kind: 'bit-flip', memory: 0, address: 2 ** 26, bit: 1 }, "'address' of the fault 'bit-flip' is 67108864"],
  [{ kind: 'bit-flip', memory: 0, address: 0, bit: 32 }, "'bit' of the fault 'bit-flip' is 32"],
  [{ kind: 'line-lost', memory: 1, address: -1 }, "'address' of the fault 'line-lost' is -1"],
  [{ kind: 'memory-lost', memory: 2 }, "'memory' of the fault 'memory-lost' is 2"],
  [{ kind: 'link', device: 'disk0', up: true }, 'but it must be one of network0, network1'],
  [{ kind: 'memory-lots' }, "there is no fault 'memory-lots', only memory-lost"],
])('a fault that cannot happen is refused when it is asked for: %j', async (fault, message) => {
  const platform = await createModelPlatform({ parameters: { processors: 1 } });
  expect(() => platform.faults.inject(fault as Fault)).toThrow(message);
});

test('what is lost stays so, whatever else happens to it, until another stands there', async () => {
  const platform = await started();
  const { registers, devices } = platform.processors[0]!;
  const { controller, unit, keeper } = registers;
  const disk = devices.disks[0].registers;
  await platform.run(async () => {
    await controller.timeout.at(0).write({ cycles: 200 });
    await unit.timeout.write({ cycles: 200 });
    platform.faults.inject({ kind: 'device-lost', device: 'disk0' });
    platform.faults.inject({ kind: 'device-error', device: 'disk0' });
    platform.faults.inject({ kind: 'memory-lost', memory: 0 });
    platform.faults.inject({ kind: 'memory-lost', memory: 0, how: 'errs' });
    expect(await disk.identification.read()).toEqual({ value: 0xffff_ffff });
    const begin = platform.clock.now;
    await platform.processors[0]!.machine.write32(0x1000, 1);
    // It gave nothing for half of the timeout, where an error would have been there at once.
    expect(platform.clock.now - begin).toBeGreaterThan(100);
    expect((await keeper.memory_status.read()).failed).toBe(1);
    await controller.port_reset.write({ ports: 1 });
    await platform.clock.sleep(500);
    expect((await controller.port_drained.read()).ports).toBe(0);
    platform.faults.inject({ kind: 'device-replaced', device: 'disk0' });
    await platform.clock.sleep(50);
    expect((await controller.port_drained.read()).ports).toBe(1);
  });
});
