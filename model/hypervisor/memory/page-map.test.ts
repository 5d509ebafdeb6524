import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { BusError, type Processor, type Space } from '../../hardware/platform/index.ts';
import { indexOf } from './cookies.ts';
import { memoriesOf } from './frame-record.ts';
import type { FrameTable } from './frame-table.ts';
import type { HypervisorMemory, PageMap, PresentEntry } from './interface.ts';
import { frameBytes } from './layout.ts';
import { auditWith, breaks } from './testing/breaks.ts';
import { at, bootMachine, guestOf, readOnly, readWrite, type TestMachine, workerOn } from './testing/machine.ts';
import { operations, Reference } from './testing/reference.ts';
import { compare, follow } from './testing/sequence.ts';
import { takeBackWhileUsed, withoutBump } from './testing/take-back.ts';

const domain = 3;
const other = 4;
const plain = { copies: 'both', form: 0 } as const;

let machine: TestMachine;
let memory: HypervisorMemory;
let processor: Processor;
let guest: Space;

beforeAll(async () => {
  machine = await bootMachine({ memoryBytes: 2 ** 22 });
  memory = machine.memory;
  processor = machine.platform.processors[0]!;
  guest = guestOf(machine.platform, 0, domain);
  await machine.platform.run(async () => {
    for (const created of [domain, other]) await memory.maps.create(processor, created);
  });
}, 120_000);

const run = <Result>(body: () => Promise<Result>): Promise<Result> => machine.platform.run(body);
const change = <Result>(body: (map: PageMap) => Promise<Result>, of = domain): Promise<Result> =>
  memory.maps.with(processor, of, body);
const present = async (page: number, of = domain): Promise<PresentEntry> => {
  const entry = await change((map) => map.read(page), of);
  if (!('backing' in entry)) throw new Error(`${entry.kind} stands at page ${page}`);
  return entry;
};
const faults = (access: Promise<unknown>): Promise<void> => expect(access).rejects.toBeInstanceOf(BusError);
const explained = (page: number, write: boolean) =>
  memory.explain(processor, { domain, address: at(page), bytes: 4, write });

test('a page is there in both memories when it is mapped, and nowhere when it was removed', async () => {
  await run(async () => {
    await faults(guest.read32(at(5)));
    expect(await explained(5, false)).toEqual({ kind: 'nothing', page: 5 });
    await change((map) => map.populate(5, plain, readWrite));
    await guest.write32(at(5, 12), 0x1234_5678);
    expect(await guest.read32(at(5, 8))).toBe(0);
    const { backing } = await present(5);
    for (const medium of machine.platform.outside.memories)
      expect(new DataView(medium.read(backing.frame * frameBytes, 16).buffer).getUint32(12, true)).toBe(0x1234_5678);
    const view = await memory.windows.view(processor, backing);
    expect(await view.read32(12)).toBe(0x1234_5678);
    await faults(guest.read32(backing.frame * frameBytes + 3 * 2 ** 32));
    await change((map) => map.remove([5], 'given back'));
    await faults(guest.read32(at(5, 12)));
    expect(await explained(5, false)).toEqual({ kind: 'given back', page: 5 });
    // Whoever gets the frame next finds zeros.
    await change((map) => map.populate(6, plain, readWrite));
    expect((await present(6)).backing).toEqual(backing);
    expect(await guest.read32(at(6, 12))).toBe(0);
    await change((map) => map.remove([6], 'nothing'));
  });
});

test('rights and traps are kept, explained, and apart', async () => {
  await run(async () => {
    await change((map) => map.populate(7, plain, readOnly));
    await faults(guest.write32(at(7), 1));
    expect(await explained(7, true)).toEqual({ kind: 'no right', page: 7 });
    expect(await explained(7, false)).toEqual({ kind: 'none' });
    await change((map) => map.protect([7], readWrite));
    await guest.write32(at(7), 1);
    await change((map) => map.trap([7], 'snapshot'));
    await faults(guest.write32(at(7), 2));
    expect(await explained(7, true)).toEqual({ kind: 'trap', page: 7, trap: 'snapshot' });
    expect((await present(7)).rights).toEqual(readWrite);
    await change((map) => map.protect([7], readOnly));
    expect(await explained(7, true)).toEqual({ kind: 'no right', page: 7 });
    await change(async (map) => {
      await map.protect([7], readWrite);
      await map.trap([7], undefined);
    });
    await guest.write32(at(7), 2);
    expect(await guest.read32(at(7))).toBe(2);
  });
});

test('a page of another domain is reached by a reference, and stays as long as there is one', async () => {
  await run(async () => {
    const { backing } = await change((map) => map.reference(7));
    const grantee = guestOf(machine.platform, 1, other);
    await change((map) => map.mapForeign(1000, backing, readOnly), other);
    expect(await grantee.read32(at(1000))).toBe(2);
    await faults(grantee.write32(at(1000), 3));
    await expect(change((map) => map.remove([7], 'nothing'))).rejects.toMatchObject({ code: 'EBUSY' });
    await expect(change((map) => map.trap([7], 'watch'))).rejects.toMatchObject({ code: 'EBUSY' });
    await expect(change((map) => map.reference(1000), other)).rejects.toMatchObject({ code: 'EPERM' });
    await change((map) => map.unmapForeign(1000), other);
    await faults(grantee.read32(at(1000)));
    await change((map) => map.remove([7], { pattern: 9 }));
    expect(await explained(7, false)).toEqual({ kind: 'swept', page: 7, pattern: 9 });
  });
});

test('content goes with a page that moves to one memory, or into a form', async () => {
  await run(async () => {
    const text = Uint8Array.from({ length: frameBytes }, (_, index) => index * 7);
    await change((map) => map.populate(20, plain, readWrite));
    await guest.write(at(20), text);
    for (const wanted of [
      { copies: 'both', form: 1 },
      { copies: 'second', form: 2 },
      { copies: 'first', form: 0 },
      { copies: 'both', form: 0 },
      { copies: 'second', form: 0 },
    ] as const) {
      await change((map) => map.move(20, wanted));
      const { backing } = await present(20);
      expect(backing).toMatchObject(wanted);
      expect(await guest.read(at(20), 128)).toEqual(text.subarray(0, 128));
      for (const memory of memoriesOf(wanted.copies)) {
        const inMemory = machine.platform.outside.memories[memory].read(backing.frame * frameBytes, 128);
        expect(Buffer.compare(inMemory, text.subarray(0, 128)) === 0).toBe(wanted.form === 0);
      }
    }
    await change((map) => map.remove([20], 'nothing'));
  });
});

test('a page that is held is reached by nobody, and who waits for it goes on when it is not', async () => {
  await run(async () => {
    await change((map) => map.populate(21, plain, readWrite));
    await guest.write32(at(21), 5);
    await change((map) => map.hold([21]));
    await faults(guest.read32(at(21)));
    expect(await explained(21, false)).toEqual({ kind: 'held', page: 21 });
    await expect(change((map) => map.remove([21], 'nothing'))).rejects.toMatchObject({ code: 'EBUSY' });
    let waits = true;
    const waiting = machine.platform.start(async () => {
      await memory.maps.settled(machine.platform.processors[1]!, domain, 21);
      waits = false;
      return guestOf(machine.platform, 1, domain).read32(at(21));
    });
    await machine.platform.clock.sleep(500);
    expect(waits).toBe(true);
    await change((map) => map.unhold(21));
    expect(await waiting).toBe(5);
    await change((map) => map.hold([21]));
    await change((map) => map.unhold(21, 'given back'));
    expect(await explained(21, false)).toEqual({ kind: 'given back', page: 21 });
  });
});

test('a super page is made of pages and split into them, and what it holds stays', async () => {
  await run(async () => {
    // Through the frame table itself, since clearing 512 frames takes long.
    const frames = memory.frames as FrameTable;
    const before = await memory.frames.free(processor);
    const backing = await frames.claim(processor, domain, { ...plain, super: true });
    expect(backing.frame % 512).toBe(0);
    await change((map) => map.map(1024, backing, readWrite));
    await guest.write32(at(1024 + 77, 4), 77);
    expect(await memory.audit(processor)).toEqual([]);
    await expect(change((map) => map.populate(1030, plain, readWrite))).rejects.toMatchObject({ code: 'EEXIST' });
    const lent = await change((map) => map.reference(1024 + 77));
    expect(lent.backing).toEqual({ frame: backing.frame + 77, ...plain });
    expect(await guest.read32(at(1024 + 77, 4))).toBe(77);
    expect(await change((map) => map.join(1024))).toBe(false);
    await memory.frames.dereference(processor, lent.backing);
    await change((map) => map.protect([1030], readOnly));
    expect(await change((map) => map.join(1024))).toBe(false);
    await change((map) => map.protect([1030], readWrite));
    expect(await change((map) => map.join(1024 + 5))).toBe(true);
    expect((await present(1500)).backing).toEqual(backing);
    expect(await guest.read32(at(1024 + 77, 4))).toBe(77);
    await change((map) => map.remove([1024], 'nothing'));
    await faults(guest.read32(at(1024 + 77, 4)));
    expect(await memory.frames.free(processor)).toEqual(before);
  });
});

test('when the call that takes a page back has returned, no read and no write of another processor completes', async () => {
  const second = machine.platform.processors[1]!;
  await run(async () => {
    const trial = { domain, page: 30, bytes: 520 };
    for (const delay of [200, 217, 238, 261, 283])
      expect(
        await takeBackWhileUsed(machine, { ...trial, delay, processor: delay % 2 === 0 ? processor : second }),
      ).toEqual([]);
    // The trial would see it.
    const late = await takeBackWhileUsed(machine, { ...trial, delay: 200, processor: withoutBump(processor) });
    expect(late.join(' ')).toMatch(/a read completed .* memory 0 was written after/);
    // That trial left a translation behind.
    await processor.registers.keeper.bump.write({ index: 0, all: 1, start: 1 });
  });
});

test('a translation from before stays gone when its cookie has come around', async () => {
  await run(async () => {
    const elsewhere = guestOf(machine.platform, 1, domain);
    await change((map) => map.populate(40, plain, readWrite));
    await guest.write32(at(40), 1);
    expect(await elsewhere.read32(at(40))).toBe(1);
    const { backing } = await present(40);
    await change((map) => map.move(40, { copies: 'both', form: 1 }));
    await guest.write32(at(40), 2);
    // The old frame is the next page's, with the cookie that it had when the other processor walked.
    await change((map) => map.populate(41, plain, readWrite));
    expect((await present(41)).backing).toEqual(backing);
    await guest.write32(at(41), 3);
    const { keeper } = processor.registers;
    const { cookie_width } = await keeper.cookies.read();
    const index = indexOf({ platform: machine.platform }, backing);
    for (let bumps = 1; bumps < 2 ** cookie_width; bumps += 1) await keeper.bump.write({ index, all: 0, start: 1 });
    expect(await elsewhere.read32(at(40))).toBe(2);
    await change((map) => map.remove([40, 41], 'nothing'));
  });
});

test('operations in any order end as they must, and leave what they should', async () => {
  const pages = [0, 1, 2, 3, 515];
  const domains = [6, 7];
  const [drawn] = fc.sample(fc.array(operations(domains, pages), { minLength: 28, maxLength: 28 }), {
    numRuns: 1,
    seed: 5,
  });
  await run(async () => {
    for (const created of domains) await memory.maps.create(processor, created);
    const reference = new Reference();
    expect(await follow(machine, processor, reference, drawn!)).toEqual([]);
    const names = domains.flatMap((of) => pages.map((page) => ({ domain: of, page })));
    expect(await compare(machine, reference, names)).toEqual([]);
    expect(await memory.audit(processor)).toEqual([]);
  });
});

test('the audit finds what is planted', async () => {
  await run(async () => {
    const pages = [100, 101, 102, 103, 104, 105, 106, 107, 108];
    await change(async (map) => {
      for (const page of pages) await map.populate(page, plain, readWrite);
    });
    const named = await Promise.all(pages.map(async (page) => ({ page, frame: (await present(page)).backing.frame })));
    const site = { memory, processor, domain, pages: named, free: [1000, 1001, 1002, 1003] };
    const alone = /leaf without|a kind that there|second half/;
    const together = breaks.filter(({ name }) => !alone.test(name));
    const said = await auditWith(site, together);
    for (const { finding } of together) expect(said).toContainEqual(expect.stringMatching(finding));
    expect(await memory.audit(processor)).toEqual([]);
  });
});

test('a domain that is destroyed leaves nothing, and its tables are free', async () => {
  await run(async () => {
    const before = await memory.frames.free(processor);
    await memory.maps.create(processor, 5);
    await change(async (map) => {
      await map.populate(0, plain, readWrite);
      await map.populate(2 ** 26, plain, readWrite);
    }, 5);
    await memory.maps.destroy(processor, 5);
    expect(await memory.frames.free(processor)).toEqual(before);
    await expect(change((map) => map.read(0), 5)).rejects.toMatchObject({ code: 'ESRCH' });
    expect(await memory.audit(processor)).toEqual([]);
  });
});

test('of a memory that died, what was only there is lost, and nothing else', async () => {
  await run(async () => {
    await change(async (map) => {
      await map.populate(50, plain, readWrite);
      await map.populate(51, { copies: 'second', form: 0 }, readWrite);
      await map.populate(52, { copies: 'first', form: 0 }, readWrite);
    });
    const lent = await change((map) => map.reference(51));
    await change((map) => map.mapForeign(1001, lent.backing, readOnly), other);
    for (const page of [50, 51, 52]) await guest.write32(at(page), page);
    machine.platform.faults.inject({ kind: 'memory-lost', memory: 1 });
    await guest.write32(at(50), 500);
    expect(await explained(51, false)).toEqual({ kind: 'lost', page: 51 });
    const lost = await memory.memories.lost(workerOn(processor), 1);
    // The domains of the test before may have left pages there too.
    const ours = lost.filter(({ domain: of }) => of === domain || of === other);
    expect(ours).toEqual([51, 1001].map((page) => ({ domain: page === 51 ? domain : other, page })));
    expect([await guest.read32(at(50)), await guest.read32(at(52))]).toEqual([500, 52]);
    await faults(guest.read32(at(51)));
    const single = { copies: 'second', form: 0 } as const;
    await expect(change((map) => map.populate(53, single, readWrite))).rejects.toMatchObject({ code: 'EIO' });
    await expect(change((map) => map.move(50, single))).rejects.toMatchObject({ code: 'EIO' });
    await change((map) => map.unmapForeign(1001), other);
    await change((map) => map.remove([51], 'nothing'));
    expect(await memory.audit(processor)).toEqual([]);
  });
});
