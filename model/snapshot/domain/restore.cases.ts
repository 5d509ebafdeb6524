/** A domain's memory brought back to what a snapshot shows. */
import { expect, test, vi } from 'vitest';
import { type GuestProgram, grantAreaAddress, pageBytes, TrustedCalls } from '../../hypervisor/guest/index.ts';
import { Agent } from '../../hypervisor/testing/agent.ts';
import { StorageError } from '../storage.ts';
import { drawFrom } from '../testing/machine.ts';
import { FrameStorage } from './frame-storage.ts';
import { twoGuests, withSnapshots } from './testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const at = (page: number): number => page * pageBytes + 24;

test('a domain becomes what a snapshot shows, sees nothing else from then on, and its other snapshots stay', async () => {
  const pages = 6;
  const agent = new Agent();
  const [other] = (await twoGuests()).second;
  await withSnapshots({ programs: [agent.program], domain: { pages }, storePages: 40 }, async (machine) => {
    const { domain0, domain, snapshots, images, read } = machine;
    const { thread } = domain0;
    const writeAll = (base: bigint): Promise<void> =>
      agent.do(async ({ guest }) => {
        for (let page = 0; page < pages; page += 1) await guest.memory.write64(at(page), base + BigInt(page));
      });
    await thread.suspend(writeAll(1000n));
    await snapshots.take(thread, 'one', 'break');
    await thread.suspend(writeAll(2000n));
    await thread.suspend(
      agent.do(async ({ guest, calls }) => {
        await guest.memory.write(4 * pageBytes, new Uint8Array(pageBytes).fill(9));
        expect(await calls.sweep({ pattern: 0x0909_0909_0909_0909n, page: 4, count: 1 })).toBe(1);
        await guest.memory.write64(0, 5n);
        expect(await calls.giveBack(0, 1)).toBe(1);
      }),
    );
    const reference = await thread.suspend(agent.do(({ grants }) => grants.grant(2, 2)));
    const page = grantAreaAddress / pageBytes;
    const handle = await thread.suspend(
      other.do(({ calls }) => calls.grantMap({ domain, reference, page, write: true })),
    );
    await expect(snapshots.restore(thread, 'one')).rejects.toThrow(/its page 2 is reached by others/);
    await thread.suspend(other.do(({ calls }) => calls.grantUnmap(handle)));
    await snapshots.take(thread, 'two', 'break');
    const seeing = agent.do(async ({ guest, calls }) => {
      const { memory } = guest;
      // It gives its processor away between looks: there are few.
      for (let looks = 0; looks < 500 && (await memory.read64(at(0))) !== 1000n; looks += 1)
        await calls.block(guest.now + 500);
      const words: bigint[] = [];
      for (const page of [5, 1, 4, 3]) words.push(await memory.read64(at(page)));
      await memory.write64(at(2), 7n);
      return words;
    });
    const still = await snapshots.restore(thread, 'one');
    expect(still).toBeGreaterThan(0);
    expect(await thread.suspend(seeing)).toEqual([1005n, 1001n, 1004n, 1003n]);
    expect(snapshots.status.restoring).toBe(null);
    // Also one that is paused.
    await new TrustedCalls(domain0).pause(domain);
    await snapshots.take(thread, 'three', 'break');
    const expected = Buffer.from(images.before[0]!);
    expected.writeBigUInt64LE(7n, at(2));
    expect(text(images.before.at(-1)!)).toBe(text(expected));
    const two = Buffer.from(images.before.at(-2)!);
    two.fill(9, 4 * pageBytes, 5 * pageBytes);
    expect(text(await read('two'))).toBe(text(two));
    await snapshots.restore(thread, 'two');
    await snapshots.take(thread, 'four', 'break');
    const four = Buffer.from(images.before.at(-1)!);
    expect(text(four)).toBe(text(two));
    expect(text(await read('three'))).toBe(text(expected));
    await new TrustedCalls(domain0).unpause(domain);
  });
});

interface Written {
  readonly address: number;
  readonly value: bigint;
  readonly begun: number;
  readonly ended: number;
}

/** Writes all over some pages until told to stop, each address by one program alone, and notes what it wrote. */
const noting =
  (pages: number, seed: number, going: () => boolean, all: Written[]): GuestProgram =>
  async (guest) => {
    const draw = drawFrom(seed);
    for (let count = 1n; going(); count += 1n) {
      const address = draw(pages) * pageBytes + 16 * draw(pageBytes / 16) + 8 * (seed % 2);
      const value = (BigInt(seed) << 32n) | count;
      const begun = guest.now;
      await guest.memory.write64(address, value);
      all.push({ address, value, begun, ended: guest.now });
    }
    // With its last processor the domain would end.
    await new Promise(() => undefined);
  };

test.runIf(thorough).each(Array.from({ length: 6 }, (_, run) => run))(
  'two processors that write all over a domain lose no write after the instant of its restore, and keep none of before: %i',
  async (run) => {
    const pages = 8;
    let going = true;
    const written: Written[] = [];
    const programs = [2 * run, 2 * run + 1].map((seed) => noting(pages, seed, () => going, written));
    const options = { programs, domain: { pages }, storePages: 60, snapshots: { increments: run % 2 === 0 } };
    await withSnapshots(options, async ({ domain0: { thread }, snapshots, images, read, sleep, hypervisor }) => {
      const { clock } = hypervisor.platform;
      await sleep(2000);
      await snapshots.take(thread, 'one', 'break');
      await sleep(3000 + 1000 * (run % 5));
      if (run % 3 > 0) await snapshots.take(thread, 'two', run % 3 === 1 ? 'break' : 'hold');
      await sleep(700 * (run % 4));
      const asked = clock.now;
      const seen = images.before.length;
      const restoring = snapshots.restore(thread, 'one');
      await restoring;
      const instant = images.instants[seen]!;
      expect(instant).toBeGreaterThan(asked);
      await sleep(3000);
      going = false;
      await sleep(3000);
      const taken = images.before.length;
      await snapshots.take(thread, 'end', 'break');
      const last = Buffer.from(images.before[taken]!);
      const expected = Buffer.from(images.before[0]!);
      const allowed = new Map<number, bigint>();
      for (const { address, value, begun, ended } of written) {
        if (begun >= instant) {
          expected.writeBigUInt64LE(value, address);
          allowed.delete(address);
        } else if (ended >= instant) allowed.set(address, value);
      }
      for (const [address, value] of allowed)
        if (last.readBigUInt64LE(address) === value) expected.writeBigUInt64LE(value, address);
      expect(text(last)).toBe(text(expected));
      expect(written.some(({ begun }) => begun > instant)).toBe(true);
      expect(text(await read('one'))).toBe(text(images.before[0]!));
      if (run % 3 > 0) expect(text(await read('two'))).toBe(text(images.before[1]!));
    });
  },
);

test.runIf(thorough)(
  'a page that was lost comes back with a snapshot that has it, when its memory was replaced',
  async () => {
    const pages = 4;
    const agent = new Agent();
    await withSnapshots({ programs: [agent.program], domain: { pages }, storePages: 24 }, async (machine) => {
      const { domain0, domain, snapshots, images, hypervisor, sleep } = machine;
      const { thread } = domain0;
      const { memory, platform } = hypervisor;
      const write = (page: number, value: bigint): Promise<void> =>
        thread.suspend(agent.do(({ guest }) => guest.memory.write64(at(page), value)));
      await write(2, 5n);
      await snapshots.take(thread, 'one', 'break');
      await snapshots.settled(thread);
      await write(2, 6n);
      await thread.access((processor) =>
        memory.maps.with(processor, domain, (map) => map.move(2, { copies: 'second', form: 0 })),
      );
      platform.faults.inject({ kind: 'memory-lost', memory: 1, how: 'errs' });
      const isLost = () =>
        thread.access((processor) =>
          memory.maps.with(processor, domain, async (map) => (await map.read(2)).kind === 'lost'),
        );
      // Who makes no access notices nothing.
      const read = (): Promise<bigint> => thread.suspend(agent.do(({ guest }) => guest.memory.read64(at(2))));
      await expect(read()).rejects.toThrow();
      for (let looks = 0; !(await isLost()) && looks < 300; looks += 1) await sleep(1000);
      await expect(snapshots.restore(thread, 'one')).rejects.toThrow(
        /its page 2 was lost, and there is no frame for it/,
      );
      platform.faults.inject({ kind: 'memory-replaced', memory: 1 });
      await new TrustedCalls(domain0).memoryReplace(1);
      await snapshots.restore(thread, 'one');
      expect(await read()).toBe(5n);
      await snapshots.take(thread, 'two', 'break');
      expect(text(images.before.at(-1)!)).toBe(text(images.before[0]!));
    });
  },
);

test.runIf(thorough)('a restore that is refused leaves a lost page lost, and takes no memory', async () => {
  const agent = new Agent();
  await withSnapshots({ programs: [agent.program], domain: { pages: 4 }, storePages: 24 }, async (machine) => {
    const { domain0, domain, snapshots, hypervisor, sleep } = machine;
    const { thread } = domain0;
    const { memory, platform } = hypervisor;
    const write = (value: bigint): Promise<void> =>
      thread.suspend(agent.do(({ guest }) => guest.memory.write64(at(2), value)));
    const read = (): Promise<bigint> => thread.suspend(agent.do(({ guest }) => guest.memory.read64(at(2))));
    const kind = (): Promise<string> =>
      thread.access((processor) => memory.maps.with(processor, domain, async (map) => (await map.read(2)).kind));
    await write(5n);
    await snapshots.take(thread, 'one', 'break');
    await snapshots.settled(thread);
    await write(6n);
    await thread.access((processor) =>
      memory.maps.with(processor, domain, (map) => map.move(2, { copies: 'second', form: 0 })),
    );
    platform.faults.inject({ kind: 'memory-lost', memory: 1, how: 'errs' });
    await expect(read()).rejects.toThrow();
    for (let looks = 0; (await kind()) !== 'lost' && looks < 300; looks += 1) await sleep(1000);
    platform.faults.inject({ kind: 'memory-replaced', memory: 1 });
    await new TrustedCalls(domain0).memoryReplace(1);
    for (let tries = 0; tries < 2; tries += 1) {
      const write = vi.spyOn(FrameStorage.prototype, 'write');
      write.mockRejectedValue(new StorageError('failed', 'the store fails'));
      await expect(snapshots.restore(thread, 'one')).rejects.toThrow('the store fails');
      write.mockRestore();
      expect(await kind()).toBe('lost');
      await expect(read()).rejects.toThrow();
    }
    await snapshots.restore(thread, 'one');
    expect([await kind(), await read()]).toEqual(['page', 5n]);
  });
});
