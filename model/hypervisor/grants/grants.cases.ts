import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grantAreaAddress, grantTableAddress, PageFault, pageBytes, sharedPageAddress } from '../guest/index.ts';
import { type Kit, outcomeOf } from '../testing/agent.ts';
import { TwoGuests, twoGuests } from '../testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const granter = 1;
const grantee = 2;
const grantPage = grantAreaAddress / pageBytes;

/** Uses a page until told to stop: writes small numbers, and gives all that it read. */
const use = async (
  { guest }: Kit,
  page: number,
  write: () => boolean,
  going: () => boolean,
): Promise<readonly number[]> => {
  const seen: number[] = [];
  for (let round = 0; going(); round += 1) {
    try {
      seen.push(await guest.memory.read32(page * pageBytes));
      if (write()) await guest.memory.write32(page * pageBytes, round % 1000);
    } catch (error) {
      if (!(error instanceof PageFault)) throw error;
    }
  }
  return seen;
};

/** Ends a grant that another processor uses all the time. Says what that processor could still do. */
const endInUse = async (
  machine: TwoGuests,
): Promise<{ readonly read: boolean; readonly wrote: boolean; readonly cycles: number }> => {
  const { first, second } = machine;
  const secret = 1_000_000;
  const reference = await machine.do(first, ({ grants }) => grants.grant(grantee, 0));
  const handle = await machine.do(second[0], ({ calls }) =>
    calls.grantMap({ domain: granter, reference, page: grantPage, write: true }),
  );
  let going = true;
  const using = second[1].do((kit) =>
    use(
      kit,
      grantPage,
      () => true,
      () => going,
    ),
  );
  const result = await machine.do(first, async ({ guest, grants }) => {
    for (let wait = 0; wait < 20; wait += 1) await guest.memory.read32(pageBytes);
    const begin = guest.now;
    await grants.end(reference);
    const cycles = guest.now - begin;
    await guest.memory.write32(0, secret);
    for (let wait = 0; wait < 10; wait += 1) await guest.memory.read32(pageBytes);
    return { cycles, wrote: (await guest.memory.read32(0)) !== secret };
  });
  going = false;
  const seen = await machine.hypervisor.platform.run(() => using);
  expect(seen.length).toBeGreaterThan(5);
  expect(await machine.do(second[0], ({ calls }) => outcomeOf(calls.grantUnmap(handle)))).toBe('ENOENT');
  return { ...result, read: seen.includes(secret) };
};

test('when a grant has ended, nobody reaches the page, whatever they are doing; and this test sees it when the keeper is not told', async () => {
  const machine = await twoGuests();
  expect(await endInUse(machine)).toMatchObject({ read: false, wrote: false });
  machine.hooks.withoutBumps = true;
  const without = await endInUse(machine);
  machine.hooks.withoutBumps = false;
  expect(without).toMatchObject({ read: true, wrote: true });
  const { platform } = machine.hypervisor;
  await platform.run(() => platform.processors[0]!.registers.keeper.bump.write({ index: 0, all: 1, start: 1 }));
});

test('what is not granted cannot be mapped: other domains, other pages, more rights than were given', async () => {
  const machine = await twoGuests();
  const { first, second } = machine;
  const map = (reference: number, write = false, page = grantPage): Promise<number | string> =>
    machine.do(second[0], ({ calls }) => outcomeOf(calls.grantMap({ domain: granter, reference, page, write })));
  const entry = (reference: number, domain: number, page: number, bits = 1): Promise<void> =>
    machine.do(first, ({ guest }) =>
      guest.memory.write64(
        grantTableAddress + 8 * reference,
        BigInt(bits) | (BigInt(domain) << 16n) | (BigInt(page) << 32n),
      ),
    );
  expect(await map(9)).toBe('EPERM');
  await entry(9, 3, 0);
  expect(await map(9)).toBe('EPERM');
  // Not there, the shared page, the grant area, beyond all pages.
  for (const [page, code] of [
    [100, 'ENOENT'],
    [sharedPageAddress / pageBytes, 'EPERM'],
    [grantPage, 'EPERM'],
    [2 ** 32 - 1, 'EPERM'],
  ] as const) {
    await entry(9, grantee, page);
    expect(await map(9)).toBe(code);
  }
  await entry(9, grantee, 0, 3);
  expect(await map(9, true)).toBe('EPERM');
  expect(await map(9, false, 5)).toBe('EINVAL');
  expect(await map(600)).toBe('EINVAL');
  const handle = await map(9);
  expect(handle).toBeTypeOf('number');
  expect(await map(9)).toBe('EEXIST');
  await machine.do(second[0], async ({ guest, calls }) => {
    await expect(guest.memory.write32(grantAreaAddress, 1)).rejects.toThrow(
      'page fault at 0x6800000000, write: no right',
    );
    await calls.grantUnmap(Number(handle));
    await expect(guest.memory.read32(grantAreaAddress)).rejects.toThrow('page fault at 0x6800000000, read: nothing');
  });
  await machine.do(first, ({ calls }) => calls.grantEnd(9));
  expect(await map(9)).toBe('EPERM');
});

test('a domain that maps all that it may has no room for more, others go on, and what it unmaps is room again', async () => {
  const machine = await twoGuests();
  const { first, second } = machine;
  // A sixteenth of a record for each of 512 frames.
  const most = 32;
  const pageOf = (index: number): number => grantPage + 16 + index;
  const handles = await machine.do(second[0], async ({ guest, calls }) => {
    await machine.hypervisor.platform.run(() =>
      first.do(async ({ guest: granting }) => {
        for (let reference = 16; reference <= 16 + most; reference += 1)
          await granting.memory.write64(grantTableAddress + 8 * reference, 1n | (BigInt(grantee) << 16n));
        await granting.memory.write32(0, 4711);
      }),
    );
    const mapped: (number | string)[] = [];
    for (let index = 0; index <= most; index += 1)
      mapped.push(
        await outcomeOf(calls.grantMap({ domain: granter, reference: 16 + index, page: pageOf(index), write: false })),
      );
    expect(await guest.memory.read32(pageOf(most - 1) * pageBytes)).toBe(4711);
    return mapped;
  });
  expect(handles.slice(0, most).every((handle) => typeof handle === 'number')).toBe(true);
  expect(handles[most]).toBe('ENOSPC');
  // The other domain's records are its own.
  await machine.do(second[1], ({ guest }) =>
    guest.memory.write64(grantTableAddress + 8 * 3, 1n | (BigInt(granter) << 16n) | (1n << 32n)),
  );
  await machine.do(first, async ({ calls }) => {
    const handle = await calls.grantMap({ domain: grantee, reference: 3, page: grantPage, write: false });
    await calls.grantUnmap(handle);
  });
  await machine.do(second[0], async ({ calls }) => {
    await calls.grantEnd(3);
    await calls.grantUnmap(Number(handles[5]));
    const again = await calls.grantMap({ domain: granter, reference: 16 + most, page: pageOf(most), write: false });
    expect(again).toBe(handles[5]);
  });
  await machine.do(first, async ({ calls }) => {
    for (let reference = 16; reference <= 16 + most; reference += 1) await calls.grantEnd(reference);
  });
  expect(await machine.audit()).toEqual([]);
});

type Move =
  | { readonly does: 'grant'; readonly slot: number; readonly readOnly: boolean }
  | { readonly does: 'end'; readonly slot: number }
  | { readonly does: 'scribble'; readonly slot: number };
type OtherMove =
  | { readonly does: 'map'; readonly slot: number; readonly write: boolean }
  | { readonly does: 'unmap'; readonly slot: number };

const slot = fc.nat(1);
const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    fc.record({ does: fc.constant('grant' as const), slot, readOnly: fc.boolean() }),
    fc.record({ does: fc.constant('end' as const), slot }),
    fc.record({ does: fc.constant('scribble' as const), slot }),
  ),
  { minLength: 2, maxLength: 7 },
);
const otherMoves: fc.Arbitrary<readonly OtherMove[]> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ does: fc.constant('map' as const), slot, write: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('unmap' as const), slot }) },
  ),
  { minLength: 2, maxLength: 10 },
);

/** Both sides at once, and a third processor that uses the pages. Throws when it reaches what it may not. */
const play = async (machine: TwoGuests, mine: readonly Move[], theirs: readonly OtherMove[]): Promise<void> => {
  const { first, second } = machine;
  const references = [0, 1];
  let secret = 1_000_000;
  let going = true;
  const grantOf = (which: number, bits: number): bigint =>
    BigInt(bits) | (BigInt(grantee) << 16n) | (BigInt(which) << 32n);
  const granting = first.do(async ({ guest, calls }) => {
    const entry = (which: number): number => grantTableAddress + 8 * references[which]!;
    const end = async (which: number): Promise<void> => {
      await calls.grantEnd(references[which]!);
      secret += 1;
      await guest.memory.write32(which * pageBytes, secret);
      for (let wait = 0; wait < 4; wait += 1) await guest.memory.read32(which * pageBytes + 64);
      expect(await guest.memory.read32(which * pageBytes)).toBe(secret);
    };
    for (const move of mine) {
      if (move.does === 'end') await end(move.slot);
      // Any word is an entry; those that permit nothing are harmless.
      else if (move.does === 'scribble') await guest.memory.write64(entry(move.slot), 0xffff_ffff_ffff_fffen);
      else {
        await end(move.slot);
        await guest.memory.write32(move.slot * pageBytes, 0);
        await guest.memory.write64(entry(move.slot), grantOf(move.slot, move.readOnly ? 3 : 1));
      }
    }
    for (const which of references) await end(which);
    going = false;
  });
  const mapping = second[0].do(async ({ calls }) => {
    const handles = new Map<number, number>();
    for (const { does, slot: which, ...rest } of theirs) {
      const write = 'write' in rest && rest.write;
      const page = grantPage + which;
      if (does === 'unmap') await outcomeOf(calls.grantUnmap(handles.get(which) ?? 0));
      else {
        const handle = await outcomeOf(calls.grantMap({ domain: granter, reference: references[which]!, page, write }));
        if (typeof handle === 'number') handles.set(which, handle);
      }
    }
  });
  const using = second[1].do(async (kit) => {
    const seen: number[] = [];
    let turn = 0;
    while (going) {
      turn += 1;
      const rounds = turn % 5;
      let left = rounds + 1;
      seen.push(
        ...(await use(
          kit,
          grantPage + (turn % 2),
          () => rounds % 2 === 0,
          () => (left -= 1) >= 0,
        )),
      );
    }
    return seen;
  });
  const [, , seen] = await machine.hypervisor.platform.run(() => Promise.all([granting, mapping, using]));
  expect(Math.max(0, ...seen)).toBeLessThan(1_000_000);
  // Whatever was mapped after the last end is not there: all grants are over.
  await machine.do(second[0], async ({ guest }) => {
    for (const which of references)
      await expect(guest.memory.read32((grantPage + which) * pageBytes)).rejects.toThrow('nothing');
  });
};

test('grants are ended, mapped and unmapped in any order from both sides, with another processor on the pages', async () => {
  for (const processors of thorough ? [1, 2, 4] : [4]) {
    const machine = processors === 4 ? await twoGuests() : await TwoGuests.make(processors);
    await fc.assert(
      fc.asyncProperty(moves, otherMoves, async (mine, theirs) => {
        await play(machine, mine, theirs);
      }),
      { numRuns: thorough ? 60 : 2, seed: 5 },
    );
    expect(await machine.audit()).toEqual([]);
  }
});
