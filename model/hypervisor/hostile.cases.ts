import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  Calls,
  errorNumbers,
  type GuestProgram,
  grantAreaAddress,
  grantTableAddress,
  calls as numbers,
  PageFault,
  pageBytes,
  sharedPage,
  sharedPageAddress,
  TrustedCalls,
} from './guest/index.ts';
import { callBlock, callRequestBytes } from './guest/layout.ts';
import { outcomeOf } from './testing/agent.ts';
import { launch, type TwoGuests, twoGuests } from './testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const neighbour = 1;
const attacker = 2;
const refusals: readonly bigint[] = Object.values(errorNumbers).map((number) => BigInt(-number));
const allRights = { read: true, write: true, execute: true };

/** What domain 0 and the neighbour have, before and after an attack. */
const unharmed = async (machine: TwoGuests, attack: () => Promise<void>): Promise<void> => {
  const { hypervisor, first } = machine;
  const word = 0x1234_5678 + hypervisor.platform.clock.now;
  await machine.do(first, ({ guest }) => guest.memory.write32(pageBytes, word));
  await attack();
  expect(await machine.do(first, ({ guest }) => guest.memory.read32(pageBytes))).toBe(word);
  await hypervisor.run(async (domain0) => {
    const status = await domain0.thread.access((processor) => hypervisor.domains.status(processor, neighbour));
    expect(status).toMatchObject({ state: 'running', has: 2, target: 2, maximum: 8 });
    await new TrustedCalls(domain0).setTarget(neighbour, 2);
  });
};

/** Where the hypervisor sees a frame that lies in both memories. */
const window = 3 * 2 ** 32;

test('calls with every number and random arguments are done or refused by a number of the page', async () => {
  const machine = await twoGuests();
  const values = [0n, 1n, 2n, 3n, 5n, 8n, 15n, 16n, 255n, 256n, 511n, 513n, 2n ** 27n, 2n ** 31n, 2n ** 32n, 2n ** 39n];
  const wild = [...values, ...values, 2n ** 63n, 2n ** 64n - 1n, BigInt(grantAreaAddress / pageBytes)];
  const tried = [
    ...Array.from({ length: 44 }, (_, number) => BigInt(number)),
    2n ** 32n + 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ];
  const rounds = thorough ? 40 : 1;
  const six = fc.array(fc.constantFrom(...wild), { minLength: 6, maxLength: 6 });
  const given = fc.sample(six, { numRuns: rounds * tried.length, seed: 7 });
  await unharmed(machine, () =>
    machine.do(machine.second[0], async ({ guest, calls }) => {
      const at = sharedPageAddress + callBlock(guest.virtualProcessor);
      for (let round = 0; round < rounds; round += 1)
        for (const [index, number] of tried.entries()) {
          // What ends or waits is not for here.
          if (number === BigInt(numbers.exit) || number === BigInt(numbers.block)) continue;
          const words = new BigUint64Array([number, ...given[round * tried.length + index]!]);
          await guest.memory.write(at, new Uint8Array(words.buffer));
          await guest.hypercall();
          const result = BigInt.asIntN(64, await guest.memory.read64(at + callRequestBytes));
          if (result < 0n) expect(refusals).toContain(result);
          if (number >= 32n) expect(result).toBe(-1n);
        }
      await calls.protect(0, 2, allRights);
    }),
  );
  expect(await machine.audit()).toEqual([]);
});

test('what a guest changes between the reading and the use changes nothing: each word of its is read once', async () => {
  const machine = await twoGuests();
  const { hypervisor, hooks, first, second } = machine;
  const { memories } = hypervisor.platform.outside;
  const noise = fc.sample(fc.uint8Array({ minLength: 64, maxLength: 64 }), { numRuns: 97, seed: 3 });
  let scrambled = 0;
  const frames = await hypervisor.run(async (domain0) => {
    const frameOf = async (domain: number, page: number): Promise<number> =>
      domain0.thread.access((processor) =>
        hypervisor.memory.maps.with(processor, domain, async (map) => {
          const entry = await map.read(page);
          return 'backing' in entry ? entry.backing.frame : -1;
        }),
      );
    return {
      shared: await frameOf(attacker, sharedPageAddress / pageBytes),
      grants: await frameOf(neighbour, grantTableAddress / pageBytes),
    };
  });
  const block = frames.shared * pageBytes + callBlock(0);
  const entry = frames.grants * pageBytes + 8 * 7;
  const scramble = (address: number, bytes: number): void => {
    scrambled += 1;
    const data = noise[scrambled % noise.length]!.subarray(0, bytes);
    for (const memory of memories) memory.write(address, data);
  };
  const reads = new Map<number, number>();
  let accesses = 0;
  let begun = false;
  let taken = false;
  hooks.access = (_, write, address, bytes) => {
    accesses += 1;
    // What was read before is used now: from here on every access finds something else there.
    if (begun) scramble(block, callRequestBytes);
    if (taken) scramble(entry, 8);
    const at = address - window;
    if (write || ![frames.shared, frames.grants].includes(Math.floor(at / pageBytes))) return;
    for (let byte = at; byte < at + bytes; byte += 1) reads.set(byte, (reads.get(byte) ?? 0) + 1);
    if (at === block) begun = true;
    if (at === entry) taken = true;
  };
  /** One call during which all is scrambled; its result. */
  const attack = async (number: number, ...given: readonly (number | bigint)[]): Promise<bigint> => {
    reads.clear();
    [begun, taken] = [false, false];
    const result = await machine.do(second[0], ({ calls }) => calls.call(number, ...given));
    expect(begun).toBe(true);
    expect(Math.max(...reads.values())).toBe(1);
    return result;
  };
  try {
    await machine.do(first, ({ guest }) =>
      guest.memory.write64(grantTableAddress + 8 * 7, 1n | (BigInt(attacker) << 16n)),
    );
    await machine.do(first, ({ guest }) => guest.memory.write32(0, 4711));
    const port = await attack(numbers.eventOpen, neighbour);
    const page = grantAreaAddress / pageBytes + 40;
    const handle = await attack(numbers.grantMap, neighbour, 7, page, 0);
    // What is mapped is what was read: page 0, to be read.
    const seen = await machine.do(second[0], async ({ guest }) => {
      await expect(guest.memory.write32(page * pageBytes, 1)).rejects.toThrow('no right');
      return guest.memory.read32(page * pageBytes);
    });
    expect(seen).toBe(4711);
    await attack(numbers.protect, 1, 1, 1);
    await machine.do(second[0], ({ guest }) => expect(guest.memory.write32(pageBytes, 1)).rejects.toThrow('no right'));
    await attack(numbers.protect, 1, 1, 7);
    await attack(numbers.grantUnmap, handle);
    await attack(numbers.grantEnd, 3);
    await attack(numbers.eventClose, port);
    await attack(numbers.yield);
    expect(accesses).toBeGreaterThan(100);
  } finally {
    hooks.access = () => {};
  }
  await machine.do(first, ({ calls }) => calls.grantEnd(7));
  expect(await machine.audit()).toEqual([]);
});

test('a flood of events, and wild pending and mask bits, cost a neighbour its own answers and nothing else', async () => {
  const machine = await twoGuests();
  const { first, second, hypervisor } = machine;
  const port = await machine.do(first, ({ calls }) => calls.eventOpen(attacker));
  const other = await machine.do(second[0], ({ calls }) => calls.eventBind(neighbour, port));
  let going = true;
  const flood = second.map((agent) =>
    agent.do(async ({ guest, calls }) => {
      for (let round = 0; going; round += 1) {
        await guest.memory.write(sharedPageAddress + sharedPage.pending, new Uint8Array(64).fill(37 * round));
        await calls.eventSend(other);
      }
      await guest.memory.write(sharedPageAddress + sharedPage.pending, new Uint8Array(64));
    }),
  );
  const cycles = await machine.do(first, async ({ guest, events }) => {
    const begin = guest.now;
    for (let step = 0; step < 40; step += 1) await guest.memory.write32(64, step);
    await events.wait(port);
    return guest.now - begin;
  });
  await unharmed(machine, async () => {
    going = false;
    await hypervisor.platform.run(() => Promise.all(flood));
  });
  // Alone, an access takes some 30 cycles.
  expect(cycles).toBeLessThan(40 * 200);
  await machine.do(second[0], ({ calls }) => calls.eventClose(other));
  await machine.do(first, ({ calls }) => calls.eventClose(port));
});

/** Programs that are in the middle of everything when they end. */
const restless = (first: number, dying: () => void): readonly GuestProgram[] => {
  const forEver =
    (step: (calls: Calls, round: number) => Promise<unknown>): GuestProgram =>
    async (guest) => {
      const calls = new Calls(guest);
      for (let round = 0; ; round += 1) await outcomeOf(step(calls, round));
    };
  return [
    forEver(async (calls, round) => {
      const page = grantAreaAddress / pageBytes + (round % 3);
      const handle = await calls.grantMap({ domain: neighbour, reference: 5, page, write: true });
      if (round % 2 === first % 2) await calls.grantUnmap(handle);
    }),
    async (guest) => {
      // The neighbour maps its page 1.
      await guest.memory.write64(grantTableAddress, 1n | (BigInt(neighbour) << 16n) | (1n << 32n));
      return forEver(async (calls) => calls.eventClose(await calls.eventOpen(0)))(guest);
    },
    forEver((calls, round) => calls.protect(0, 1, { ...allRights, write: round % 2 === 0 })),
    // Sixteen accesses, of which half are faults, and dead.
    async ({ memory }) => {
      for (let index = 0; index < 16; index += 1) void memory.write32(index * (pageBytes / 2), index);
      dying();
      throw new Error('dead');
    },
  ];
};

const endInTheMiddle = async (): Promise<void> => {
  const machine = await twoGuests();
  const { hypervisor, first } = machine;
  for (let round = 0; round < 12; round += 1)
    await unharmed(machine, () =>
      hypervisor.run(async (domain0) => {
        let dying = (): void => {};
        const dead = new Promise<void>((resolve) => {
          dying = resolve;
        });
        const { domain, ended } = await launch(hypervisor, domain0, restless(round, dying));
        await domain0.thread.suspend(
          first.do(({ guest }) => guest.memory.write64(grantTableAddress + 8 * 5, 1n | (BigInt(domain) << 16n))),
        );
        await domain0.thread.suspend(dead);
        await domain0.thread.suspend(hypervisor.platform.clock.sleep(2500 + 131 * round));
        const page = grantAreaAddress / pageBytes + 9;
        const mapped = await domain0.thread.suspend(
          first.do(async ({ guest, calls: own }) => {
            const handle = await own.grantMap({ domain, reference: 0, page, write: false });
            await guest.memory.read32(page * pageBytes);
            return handle;
          }),
        );
        const calls = new TrustedCalls(domain0);
        await calls.destroy(domain);
        expect((await ended).map(({ how }) => how)).toEqual(['stopped', 'stopped', 'stopped', 'threw']);
        expect(await outcomeOf(calls.destroy(domain))).toBe('ESRCH');
        expect(await outcomeOf(calls.destroy(0))).toBe('EINVAL');
        await domain0.thread.suspend(
          first.do(async ({ guest, calls: own }) => {
            await own.grantEnd(5);
            await expect(guest.memory.read32(page * pageBytes)).rejects.toThrow('nothing');
            expect(await outcomeOf(own.grantUnmap(mapped))).toBe('ENOENT');
          }),
        );
      }),
    );
  expect(await machine.audit()).toEqual([]);
};

// Each round makes a domain and takes it down again: too much for every run.
if (thorough) test('a guest that is ended in the middle of each of its calls leaves nothing behind', endInTheMiddle);

test('accesses that stop nowhere good are page faults, and a program that drops them harms nobody', async () => {
  const machine = await twoGuests();
  const { second } = machine;
  const faults = await machine.do(second[0], async ({ guest }) => {
    const { memory } = guest;
    void memory.read32(2 ** 38);
    const told: string[] = [];
    for (const access of [
      () => memory.read32(100 * pageBytes),
      () => memory.write8(2 ** 39, 1),
      () => memory.read(2 ** 39 + 2 ** 31, 4),
      () => memory.read(2 * pageBytes - 4, 8),
      () => memory.read(0, 2 ** 30),
      () => memory.read32(2 ** 45),
    ])
      told.push(
        await access().then(
          () => 'done',
          (error: Error) => (error instanceof PageFault ? error.message : error.name),
        ),
      );
    return told;
  });
  expect(faults).toEqual([
    'page fault at 0x64000, read: nothing',
    'page fault at 0x8000000000, write: nothing',
    'page fault at 0x8080000000, read: nothing',
    'page fault at 0x2000, read: nothing',
    'RangeError',
    'RangeError',
  ]);
});
