/** A memory comes back from one that cannot give all of what it has. */
import { expect, test } from 'vitest';
import { BusError } from '../../hardware/platform/index.ts';
import type { PresentEntry } from './interface.ts';
import { at, bootMachine, guestOf, readWrite, type TestMachine, workerOn } from './testing/machine.ts';

const domain = 3;
const lineBytes = 64;
const pages = [10, 11, 12] as const;

/** Pages with both copies and their numbers in them; then memory 1 dies, and an empty one stands in its place. */
const setUp = async (): Promise<TestMachine> => {
  const machine = await bootMachine({ memoryBytes: 64 * 4096 });
  const { platform, memory } = machine;
  const [processor] = platform.processors;
  await platform.run(async () => {
    await memory.maps.create(processor!, domain);
    await memory.maps.with(processor!, domain, async (map) => {
      for (const page of pages) await map.populate(page, { copies: 'both', form: 0 }, readWrite);
    });
    for (const page of pages) await guestOf(platform, 0, domain).write32(at(page), page);
    platform.faults.inject({ kind: 'memory-lost', memory: 1 });
    await guestOf(platform, 0, domain).write32(at(10, 8), 8);
    platform.faults.inject({ kind: 'memory-replaced', memory: 1 });
  });
  return machine;
};

const entryOf = ({ memory, platform }: TestMachine, page: number): Promise<PresentEntry> =>
  memory.maps.with(platform.processors[0]!, domain, async (map) => (await map.read(page)) as PresentEntry);

test('a line that the last copy cannot give costs that line, and nothing else', async () => {
  const machine = await setUp();
  const { platform, memory } = machine;
  const processor = platform.processors[0]!;
  const guest = guestOf(platform, 0, domain);
  await platform.run(async () => {
    const { frame } = (await entryOf(machine, 11)).backing;
    platform.faults.inject({ kind: 'line-lost', memory: 0, address: at(frame, 3 * lineBytes) });
    await memory.memories.replace(workerOn(processor), 1);
    const { keeper } = processor.registers;
    expect(await keeper.memory_status.read()).toMatchObject({ failed: 0, restoring: 0, degraded: 1 });
    expect(await keeper.error_limit.read()).toEqual({ errors: 1 });
    const copies = await Promise.all(pages.map(async (page) => (await entryOf(machine, page)).backing.copies));
    expect(copies).toEqual(['both', 'first', 'both']);
    expect(await memory.audit(processor)).toEqual([]);
    // The other copy's frame is given to somebody else, and the page is not: it has but one.
    await guest.write32(at(11, 8 * lineBytes), 77);
    expect(await guest.read32(at(11))).toBe(11);
    // By then the good copies are in the new memory.
    platform.faults.inject({ kind: 'memory-lost', memory: 0 });
    expect(await guest.read32(at(10, 8))).toBe(8);
    expect([await guest.read32(at(10)), await guest.read32(at(12))]).toEqual([10, 12]);
    await expect(guest.read32(at(11))).rejects.toBeInstanceOf(BusError);
  });
  platform.close();
});

test.runIf(process.env.PORTCULLIS_THOROUGH === '1')(
  'a frame that others reach stops it, with the frame named, and what is left goes on',
  async () => {
    const machine = await setUp();
    const { platform, memory } = machine;
    const processor = platform.processors[0]!;
    const guest = guestOf(platform, 0, domain);
    await platform.run(async () => {
      const { backing } = await memory.maps.with(processor, domain, (map) => map.reference(11));
      platform.faults.inject({ kind: 'line-lost', memory: 0, address: at(backing.frame) });
      await expect(memory.memories.replace(workerOn(processor), 1)).rejects.toMatchObject({
        code: 'EAGAIN',
        message: expect.stringContaining(`frame ${backing.frame} of memory 0`),
      });
      const status = () => processor.registers.keeper.memory_status.read();
      expect(await status()).toMatchObject({ failed: 2, restoring: 0 });
      expect(await guest.read32(at(10, 8))).toBe(8);
      await memory.frames.dereference(processor, backing);
      await memory.memories.replace(workerOn(processor), 1);
      expect(await status()).toMatchObject({ failed: 0, restoring: 0 });
      expect((await entryOf(machine, 11)).backing.copies).toBe('first');
      expect(await memory.audit(processor)).toEqual([]);
    });
    platform.close();
  },
);
