import { expect, test } from 'vitest';
import { createModelPlatform } from './create.ts';
import { BusError, PowerCutError, StalledError } from './errors.ts';
import { startFirmware } from './firmware.ts';
import { apertureBase } from './index.ts';
import type { Platform, PlatformRequest } from './interface.ts';

const started = async (request: PlatformRequest = {}): Promise<Platform> => {
  const platform = await createModelPlatform({
    ...request,
    parameters: { processors: 2, cookieIndexWidth: 4, ...request.parameters },
  });
  await platform.run(() => startFirmware(platform));
  return platform;
};

const pattern = (bytes: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, index) => (index * 31 + seed * 7 + (index >>> 8)) & 0xff);

test('what one processor writes, the other reads, of any length and alignment, and both memories hold it', async () => {
  const platform = await started();
  const [first, second] = platform.processors;
  await platform.run(async () => {
    const places = [1, 2, 3, 4, 7, 8, 9, 16, 100, 2047, 5000].map((bytes, index) => ({
      address: 0x1_0000 * (index + 1) + 4093 * index,
      data: pattern(bytes, index),
    }));
    await Promise.all(places.map(({ address, data }) => first!.machine.write(address, data)));
    for (const { address, data } of places) {
      expect(await second!.machine.read(address, data.length)).toEqual(data);
      for (const memory of platform.outside.memories) expect(memory.read(address, data.length)).toEqual(data);
    }
    await first!.machine.write64(0x100, 0x1122_3344_5566_7788n);
    expect(await second!.machine.read16(0x102)).toBe(0x5566);
    expect(await second!.machine.read8(0x107)).toBe(0x11);
    const view = second!.machine.view(0x100, 8);
    expect(await view.read32(4)).toBe(0x1122_3344);
    await expect(view.read32(8)).rejects.toThrow('4 bytes at 0x8 leave the view of 0x8 bytes at 0x100');
  });
});

test('accesses that are not awaited are in flight together', async () => {
  const platform = await started();
  const { machine } = platform.processors[0]!;
  const { oneByOne, together } = await platform.run(async () => {
    await machine.read32(0);
    const begin = platform.clock.now;
    for (let index = 0; index < 8; index += 1) await machine.read32(4 * index);
    const middle = platform.clock.now;
    await Promise.all(Array.from({ length: 8 }, (_, index) => machine.read32(4 * index)));
    return { oneByOne: middle - begin, together: platform.clock.now - middle };
  });
  expect(together).toBeLessThan(oneByOne / 4);
});

test('only privileged accesses reach devices and registers, and what no region holds is an error', async () => {
  const platform = await started();
  const guest = platform.processors[1]!.as({ domain: 3, privileged: false });
  await platform.run(async () => {
    const refused = guest.read32(apertureBase + 2 ** 31);
    await expect(refused).rejects.toThrow(
      'processor 1, domain 3: the read of 4 bytes at 0x8080000000 was answered with DECERR',
    );
    await expect(refused).rejects.toBeInstanceOf(BusError);
    const { machine } = platform.processors[0]!;
    await expect(machine.write32(apertureBase + 2 ** 32, 1)).rejects.toThrow('DECERR');
    await expect(machine.read32(apertureBase + 2 ** 31 + 0xf000)).rejects.toThrow('SLVERR');
    await expect(machine.read64(apertureBase + 2 ** 31)).rejects.toThrow('SLVERR');
    await expect(machine.write32(2 ** 40, 1)).rejects.toThrow('beyond the 40 bits');
  });
});

test('a block goes to the disk and comes back, and the interrupt says when', async () => {
  const platform = await started({ options: { sectorCycles: 20 } });
  const { devices, interrupts } = platform.processors[0]!;
  const { registers, buffer } = devices.disks[1];
  const block = pattern(4096);
  await platform.run(async () => {
    await registers.interrupt_enable.write({ done: 1, error: 1 });
    const command = async (write: boolean, number: number): Promise<void> => {
      await registers.block.write({ number });
      await registers.command.write(write ? { write: 1 } : { read: 1 });
      expect(await interrupts.wait('disk1')).toBe(true);
    };
    await buffer.write(0, block);
    await command(true, 7);
    expect(await registers.interrupt_status.read()).toEqual({ done: 1, error: 0 });
    await registers.interrupt_status.write({ done: 1 });
    expect(platform.outside.disks[1].read(7 * 4096, 4096)).toEqual(block);
    platform.outside.disks[1].write(9 * 4096, pattern(4096, 2));
    await command(false, 9);
    expect(await buffer.read(0, 4096)).toEqual(pattern(4096, 2));
    await registers.interrupt_status.write({ done: 1 });
    await command(false, 4096);
    expect(await registers.interrupt_status.read()).toEqual({ done: 0, error: 1 });
  });
});

test('the console carries text both ways, and the timer goes off in its cycle', async () => {
  const platform = await started();
  const { devices, interrupts } = platform.processors[0]!;
  const { console: line, timer } = devices;
  const heard = await platform.run(async () => {
    platform.outside.console.type('hi');
    for (const byte of new TextEncoder().encode('yes')) await line.transmit.write({ byte, send: 1 });
    await line.interrupt_enable.write({ sent: 1, received: 0 });
    await interrupts.wait('console');
    let text = '';
    for (;;) {
      const { byte, valid } = await line.receive.read();
      if (valid === 0) break;
      text += String.fromCharCode(byte);
      await line.take.write({ take: 1 });
    }
    await timer.interrupt_enable.write({ due: 1 });
    await timer.compare_low.write({ cycles: platform.clock.now + 3000 });
    const due = platform.clock.now + 3000;
    await timer.control.write({ armed: 1 });
    interrupts.unmask('timer');
    expect(await interrupts.next()).toBe('timer');
    expect(platform.clock.now - due).toBeLessThan(10);
    expect(await interrupts.wait('disk0', platform.clock.now + 100)).toBe(false);
    return text;
  });
  expect(heard).toBe('hi');
  expect(platform.outside.console.output).toBe('yes');
});

test('a memory dies under traffic: every access is answered, and nothing is lost', async () => {
  const platform = await started();
  const { machine, registers, interrupts } = platform.processors[0]!;
  await platform.run(async () => {
    await machine.write(0x4000, pattern(2048));
    platform.faults.inject({ kind: 'memory-lost', memory: 0 }, platform.clock.now + 40);
    await registers.unit.timeout.write({ cycles: 500 });
    await machine.write(0x4800, pattern(2048, 2));
    expect(await machine.read(0x4000, 2048)).toEqual(pattern(2048));
    expect(await machine.read(0x4800, 2048)).toEqual(pattern(2048, 2));
    expect(await registers.keeper.memory_status.read()).toMatchObject({ failed: 1, restoring: 0 });
    expect(await interrupts.wait('keeper')).toBe(true);
  });
});

test('a device that hangs costs its timeout, is faked, and comes back after a reset', async () => {
  const platform = await started();
  const { devices, registers, interrupts } = platform.processors[0]!;
  const disk = devices.disks[0].registers;
  await platform.run(async () => {
    platform.faults.inject({ kind: 'device-hang', device: 'disk0' });
    const begin = platform.clock.now;
    expect(await disk.identification.read()).toEqual({ value: 0xffff_ffff });
    expect(platform.clock.now - begin).toBeGreaterThan(2000);
    expect(await interrupts.wait('controller')).toBe(true);
    expect(await registers.controller.log.read()).toMatchObject({ logged: 1, resource: 0, port: 0 });
    await registers.controller.port_reset.write({ ports: 1 });
    while ((await registers.controller.port_drained.read()).ports !== 1);
    await registers.controller.port_readmit.write({ ports: 1 });
    await registers.controller.resource_readmit.write({ resources: 1 });
    expect(await disk.identification.read()).toEqual({ value: 0x4453_4b31 });
  });
});

test('power is cut: nothing answers any more, disks keep their blocks, memories nothing', async () => {
  const platform = await started();
  const { machine } = platform.processors[0]!;
  platform.outside.disks[0].write(0, pattern(512));
  const background = platform.start(async () => {
    for (;;) await platform.clock.sleep(100);
  });
  await expect(
    platform.run(async () => {
      await machine.write(0x1000, pattern(512));
      platform.faults.inject({ kind: 'power-cut' }, platform.clock.now + 1000);
      for (;;) await machine.read32(0x1000);
    }),
  ).rejects.toBeInstanceOf(PowerCutError);
  await expect(background).rejects.toBeInstanceOf(PowerCutError);
  await expect(platform.run(() => platform.clock.sleep(1))).rejects.toBeInstanceOf(PowerCutError);
  expect(platform.outside.disks[0].read(0, 512)).toEqual(pattern(512));
  expect(platform.outside.memories[0].read(0x1000, 512)).toEqual(new Uint8Array(512));
});

test('the same program makes the same trace, and a snapshot stands where it was taken', async () => {
  const program = async (platform: Platform): Promise<void> => {
    const [first, second] = platform.processors;
    const worker = platform.start(async () => {
      for (let index = 0; index < 20; index += 1) await second!.machine.write32(0x9000 + 4 * index, index);
    });
    platform.outside.console.type('x');
    await first!.machine.write(0x9000, pattern(777));
    await platform.clock.sleep(100);
    await worker;
  };
  const request = { options: { history: true } };
  const [one, two] = [await started(request), await started(request)];
  await one.run(() => program(one));
  await two.run(async () => {
    // More turns of JavaScript are no more time.
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    await program(two);
  });
  expect(two.trace.hash).toBe(one.trace.hash);
  const snapshot = JSON.parse(JSON.stringify(one.snapshot()));
  const again = await createModelPlatform({ snapshot });
  expect(again.clock.now).toBe(one.clock.now);
  expect(again.trace.hash).toBe(one.trace.hash);
  expect(await again.run(() => again.processors[0]!.machine.read(0x9050, 600))).toEqual(
    await one.run(() => one.processors[0]!.machine.read(0x9050, 600)),
  );
  expect(again.trace.hash).toBe(one.trace.hash);
});

test('a program that waits for what cannot come is told so, and one that fails unseen ends the run', async () => {
  const platform = await started();
  await expect(platform.run(() => new Promise(() => {}))).rejects.toBeInstanceOf(StalledError);
  void platform.start(async () => {
    await platform.clock.sleep(5);
    throw new Error('nobody sees this');
  });
  await expect(platform.run(() => platform.clock.sleep(50))).rejects.toThrow('nobody sees this');
  const seen = platform.start(async () => {
    await platform.clock.sleep(5);
    throw new Error('somebody does');
  });
  const caught = await platform.run(() => seen.catch((error: Error) => error.message));
  expect(caught).toBe('somebody does');
  await expect(platform.run(async () => platform.faults.inject({ kind: 'tamper' }, 3))).rejects.toThrow(
    'cycle 3 is over',
  );
});
