/** What a guest may try with its own pages, with the page that it shares with the hypervisor, and with what is domain 0's. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TraceRecord } from '../hardware/platform/index.ts';
import { grantAreaAddress, PageFault, pageBytes, sharedPage, sharedPageAddress, TrustedCalls } from './guest/index.ts';
import { outcomeOf } from './testing/agent.ts';
import { twoGuests } from './testing/machine.ts';

const attacker = 2;
const domain0Page = 2 ** 38 / pageBytes;

test('of two sweeps of a domain one is refused, and neither takes what holds something', async () => {
  const machine = await twoGuests();
  const [one, other] = machine.second;
  const { platform } = machine.hypervisor;
  await machine.do(one, async ({ guest }) => {
    for (const page of [0, 1]) await guest.memory.write64(page * pageBytes + 4088, 7n);
  });
  // The ranges overlap.
  const outcomes = await platform.run(() =>
    Promise.all([
      one.do(({ calls }) => outcomeOf(calls.sweep({ pattern: 0n, page: 0, count: 2 }))),
      other.do(({ calls }) => outcomeOf(calls.sweep({ pattern: 0n, page: 1, count: 512 }))),
    ]),
  );
  expect(outcomes.toSorted()).toEqual([0, 'EBUSY']);
  expect(await machine.do(other, ({ calls }) => outcomeOf(calls.sweep({ pattern: 0n, page: 0, count: 2 })))).toBe(0);
  const kept = await machine.do(one, ({ guest }) =>
    Promise.all([0, 1].map((page) => guest.memory.read64(page * pageBytes + 4088))),
  );
  expect(kept).toEqual([7n, 7n]);
  expect(await machine.audit()).toEqual([]);
});

test('a list that changes as soon as it was read is the list that was read', async () => {
  const machine = await twoGuests();
  const { hypervisor, hooks, second } = machine;
  const { memories } = hypervisor.platform.outside;
  const list = pageBytes + 64;
  const frame = await hypervisor.run(({ thread }) =>
    thread.access((processor) =>
      hypervisor.memory.maps.with(processor, attacker, async (map) => {
        const entry = await map.read(1);
        return 'backing' in entry ? entry.backing.frame : -1;
      }),
    ),
  );
  // From its answer on it names the page that it lies in, and one that there is not.
  const others = new Uint8Array(new BigUint64Array([1n, 2n ** 64n - 1n]).buffer);
  let reads = 0;
  let port = '';
  let changes = 0;
  let watching = false;
  hypervisor.platform.trace.watch(({ handshakes }: TraceRecord) => {
    if (!watching) return;
    for (const { channel, payload } of handshakes) {
      if (/^p\d_axi_ar$/.test(channel) && Number(payload.araddr) === list) {
        reads += 1;
        port = channel.replace('_ar', '_r');
      }
      if (channel !== port || payload.rlast !== 1n) continue;
      for (const memory of memories) memory.write(frame * pageBytes + 64, others);
      changes += 1;
    }
  });
  hooks.access = () => {};
  const attempt = (call: 'giveBack' | 'take'): Promise<number> =>
    machine.do(second[0], async ({ guest, calls }) => {
      await guest.memory.write(list, new Uint8Array(new BigUint64Array([0n, 0n]).buffer));
      [reads, changes, port, watching] = [0, 0, '', true];
      const done = await calls[call](list, 2);
      watching = false;
      return done;
    });
  expect(await attempt('giveBack')).toBe(1);
  expect([reads, changes > 0]).toEqual([1, true]);
  const gone = await machine.do(second[0], async ({ guest }) => {
    const error = await guest.memory.read64(0).catch((reason: unknown) => reason);
    return [error instanceof PageFault && error.kind, await guest.memory.read64(list)];
  });
  expect(gone).toEqual(['given back', 1n]);
  expect(await attempt('take')).toBe(1);
  expect([reads, changes > 0]).toEqual([1, true]);
  expect(await machine.do(second[0], ({ guest }) => guest.memory.read64(0))).toBe(0n);
  expect(await machine.audit()).toEqual([]);
});

test('a page that is given back while another of its processors writes it is reached by nobody afterwards', async () => {
  const machine = await twoGuests();
  const [giver, user] = machine.second;
  const { platform } = machine.hypervisor;
  let begun = (): void => {};
  const using = new Promise<void>((resolve) => (begun = resolve));
  const lastUse = user.do(async ({ guest }) => {
    let last = 0;
    for (let step = 1; step < 1000; step += 1)
      try {
        await guest.memory.write64(8, BigInt(step));
        last = guest.now;
        if (step === 10) begun();
      } catch (error) {
        if (!(error instanceof PageFault)) throw error;
        return [last, error.kind] as const;
      }
    return [last, 'reached for ever'] as const;
  });
  await platform.run(() => using);
  const returned = await machine.do(giver, async ({ guest, calls }) => {
    await guest.memory.write64(pageBytes, 0n);
    expect(await calls.giveBack(pageBytes, 1)).toBe(1);
    return guest.now;
  });
  const [last, kind] = await platform.run(() => lastUse);
  expect(kind).toBe('given back');
  expect(last).toBeLessThanOrEqual(returned);
  // It is there again, as zeros, and no write that was on its way lands in it.
  const then = await machine.do(giver, async ({ guest, calls }) => {
    expect(await calls.take(pageBytes, 1)).toBe(1);
    await calls.block(guest.now + 500);
    return guest.memory.read64(8);
  });
  expect(then).toBe(0n);
  expect(await machine.audit()).toEqual([]);
});

test('a shared page full of nonsense changes nothing but what its own guest reads there', async () => {
  const machine = await twoGuests();
  const { hypervisor, second } = machine;
  const noise = fc.sample(fc.uint8Array({ minLength: 0xc0, maxLength: 0xc0 }), { numRuns: 3, seed: 5 });
  const status = () =>
    hypervisor.run(({ thread }) => thread.access((processor) => hypervisor.domains.status(processor, attacker)));
  const before = await status();
  const saved = await machine.do(second[0], ({ guest }) => guest.memory.read(sharedPageAddress + 0x40, 0xc0));
  for (const bytes of noise) {
    await machine.do(second[0], async ({ guest, calls }) => {
      // Pages, target, choices, memories, lost pages, and the list of these.
      await guest.memory.write(sharedPageAddress + 0x40, bytes);
      await guest.memory.write(sharedPageAddress + sharedPage.lostPages, bytes);
      expect(await outcomeOf(calls.giveBack(0, 0))).toBe(0);
      await calls.protect(0, 2, { read: true, write: true, execute: true });
    });
    expect(await status()).toEqual(before);
  }
  // What domain 0 says then is what stands there.
  await hypervisor.run((domain0) => new TrustedCalls(domain0).setTarget(attacker, before.target));
  const target = await machine.do(second[0], async ({ guest }) => {
    const told = await guest.memory.read64(sharedPageAddress + sharedPage.target);
    await guest.memory.write(sharedPageAddress + 0x40, saved);
    return told;
  });
  expect(target).toBe(BigInt(before.target));
  expect(await machine.audit()).toEqual([]);
});

test("what is domain 0's is not reached: its pages, its grants, its ports, its number in a call", async () => {
  const machine = await twoGuests();
  const refused = await machine.do(machine.second[0], async ({ guest, calls }) => {
    const page = grantAreaAddress / pageBytes + 50;
    await guest.memory.write64(pageBytes, BigInt(domain0Page));
    const fault = await guest.memory.read64(domain0Page * pageBytes).catch((error: unknown) => error);
    return [
      fault instanceof PageFault && fault.kind,
      await outcomeOf(calls.grantMap({ domain: 0, reference: 0, page, write: true })),
      await outcomeOf(calls.eventBind(0, 0)),
      await outcomeOf(calls.eventBind(0, 2)),
      await outcomeOf(calls.sweep({ pattern: 0n, page: domain0Page, count: 1 })),
      await outcomeOf(calls.giveBack(pageBytes, 1)),
      await outcomeOf(calls.take(pageBytes, 1)),
      await outcomeOf(calls.protect(domain0Page, 1, { read: true, write: true, execute: true })),
      await outcomeOf(calls.packetsOpen(domain0Page, 1)),
      await outcomeOf(calls.call(33, 0)),
      await outcomeOf(calls.call(36, 0, 0)),
    ];
  });
  // The number of a page of domain 0's is that of a page of its own, where nothing is.
  expect(refused).toEqual([
    ...['nothing', 'EPERM', 'ENOENT', 'ENOENT'],
    ...[0, 0, 0, 'ENOENT', 'ENOENT'],
    ...['EPERM', 'EPERM'],
  ]);
  expect(await machine.audit()).toEqual([]);
});
