import { expect, test } from 'vitest';
import {
  Balloon,
  Calls,
  deflateOnExhaustion,
  HypercallError,
  type PageFault,
  sharedPage,
  sharedPageAddress,
  TrustedCalls,
} from '../guest/index.ts';
import type { Hypervisor, TrustedGuest } from '../index.ts';
import { launch, smallDomain, testHypervisor } from '../testing/machine.ts';

const page = (number: number): number => 4096 * number;
const pattern = 0xa5a5_5a5a_0f0f_f0f0n;

/** Does something as domain 0, beside its other programs. */
const asDomain0 = async <Result>(
  hypervisor: Hypervisor,
  work: (domain0: TrustedGuest) => Promise<Result>,
): Promise<Result> => {
  let result: { readonly value: Result } | undefined;
  await hypervisor.start(async (domain0) => {
    result = { value: await work(domain0) };
  }).ended;
  return result!.value;
};

const free = (hypervisor: Hypervisor): Promise<number> =>
  asDomain0(hypervisor, ({ thread }) =>
    thread.access(async (processor) => (await hypervisor.memory.frames.free(processor)).both),
  );

/** Says whether the target was accepted. */
const setTarget = (hypervisor: Hypervisor, domain: number, pages: number): Promise<boolean> =>
  asDomain0(hypervisor, (domain0) =>
    new TrustedCalls(domain0).setTarget(domain, pages).then(
      () => true,
      (error: unknown) => {
        expect(error).toBeInstanceOf(HypercallError);
        return false;
      },
    ),
  );

const expectAudit = (hypervisor: Hypervisor): Promise<void> =>
  asDomain0(hypervisor, ({ thread }) =>
    thread.access(async (processor) => {
      expect(await hypervisor.memory.audit(processor)).toEqual([]);
      expect(await hypervisor.reclaim.audit(processor)).toEqual([]);
    }),
  );

test('a sweep takes the pages that hold the pattern and no others, and touching brings them back', async () => {
  const hypervisor = await testHypervisor();
  await hypervisor.run(async (domain0) => {
    const told: (readonly [string, unknown])[] = [];
    const { domain, ended } = await launch(
      hypervisor,
      domain0,
      [
        async (guest) => {
          const calls = new Calls(guest);
          const { memory } = guest;
          await memory.write64(page(1), 1n);
          await memory.write64(page(2) + 4088, pattern);
          const filled = new BigUint64Array(512).fill(pattern);
          await memory.write(page(4), new Uint8Array(filled.buffer));
          await calls.protect(5, 1, { read: true, write: false, execute: false });
          const before = await free(hypervisor);
          told.push(['zeros', await calls.sweep({ pattern: 0n, page: 0, count: 8 })]);
          told.push(['frames', (await free(hypervisor)) - before]);
          told.push(['pattern', await calls.sweep({ pattern, page: 0, count: 8 })]);
          told.push(['again', await calls.sweep({ pattern, page: 0, count: 8 })]);
          told.push(['has', await memory.read64(sharedPageAddress + sharedPage.pages)]);
          await expectAudit(hypervisor);
          told.push(['kept', [await memory.read64(page(1)), await memory.read64(page(2) + 4088)]]);
          told.push(['zero', await memory.read64(page(0) + 8)]);
          told.push(['back', await memory.read64(page(4) + 800)]);
          await memory.write64(page(3), 3n);
          told.push(['written', [await memory.read64(page(3)), await memory.read64(page(3) + 8)]]);
          told.push(['right', await memory.write8(page(5), 1).catch((error: unknown) => (error as PageFault).kind)]);
          told.push(['read', await memory.read64(page(5))]);
          told.push(['has', await memory.read64(sharedPageAddress + sharedPage.pages)]);
        },
      ],
      { pages: 6 },
    );
    expect(await domain0.thread.suspend(ended)).toEqual([{ how: 'returned', value: undefined }]);
    expect(told).toEqual([
      ['zeros', 3],
      ['frames', 3],
      ['pattern', 1],
      ['again', 0],
      ['has', 2n],
      ['kept', [1n, pattern]],
      ['zero', 0n],
      ['back', pattern],
      ['written', [3n, 0n]],
      ['right', 'no right'],
      ['read', 0n],
      ['has', 6n],
    ]);
    await new TrustedCalls(domain0).destroy(domain);
    await expectAudit(hypervisor);
  });
});

test('a balloon reaches its target by what it gives back, and deflates', async () => {
  const hypervisor = await testHypervisor();
  await hypervisor.run(async (domain0) => {
    const told: unknown[] = [];
    const { domain, ended } = await launch(
      hypervisor,
      domain0,
      [
        async (guest) => {
          const { memory, domain: own } = guest;
          const calls = new Calls(guest);
          const unused = [5, 4, 3];
          const balloon = new Balloon(guest, calls, {
            list: page(1),
            free: async (most) => unused.splice(0, most),
            deflated: (pages) => unused.push(...pages),
          });
          await memory.write64(page(3), 3n);
          await setTarget(hypervisor, own, 4);
          told.push(await balloon.adjust());
          told.push(await memory.read64(page(5)).catch((error: unknown) => (error as PageFault).kind));
          await setTarget(hypervisor, own, 6);
          told.push(await balloon.adjust(), [...unused], await memory.read64(page(5)));
          // The guest's choice.
          await setTarget(hypervisor, own, 2);
          told.push(await balloon.adjust());
          await memory.write64(sharedPageAddress + sharedPage.choices, BigInt(deflateOnExhaustion));
          await memory.write64(page(4), 4n);
          told.push(await memory.read64(sharedPageAddress + sharedPage.pages));
          // What is reported free takes no room, and holds zeros.
          await memory.write64(page(1), 4n);
          told.push(await calls.giveBack(page(1), 1, true), await memory.read64(page(4)));
          await memory.write64(page(1), 4n);
          await memory.write64(page(1) + 8, 4n);
          told.push(await calls.giveBack(page(1), 2, true));
        },
      ],
      { pages: 6 },
    );
    expect(await domain0.thread.suspend(ended)).toEqual([{ how: 'returned', value: undefined }]);
    expect(told).toEqual([
      { pages: 4, target: 4, swept: 0, given: 2 },
      'given back',
      { pages: 6, target: 6, swept: 0, given: 0 },
      [3, 5, 4],
      0n,
      { pages: 3, target: 2, swept: 0, given: 3 },
      4n,
      1,
      0n,
      1,
    ]);
    await expectAudit(hypervisor);
    await new TrustedCalls(domain0).destroy(domain);
    await expectAudit(hypervisor);
  });
});

test('who touches a swept page waits while its memory is promised to others, and is not ended', async () => {
  const hypervisor = await testHypervisor();
  await hypervisor.run(async (domain0) => {
    const calls = new TrustedCalls(domain0);
    const other = await calls.create({ ...smallDomain, processors: 1, pages: 1, maximum: 1000 });
    let touched = false;
    const { ended } = await launch(
      hypervisor,
      domain0,
      [
        async (guest) => {
          await new Calls(guest).sweep({ pattern: 0n, page: 0, count: 2 });
          await setTarget(hypervisor, guest.domain, 1);
          let most = 1;
          for (let step = 512; step >= 1; step /= 2) if (await setTarget(hypervisor, other, most + step)) most += step;
          // The first page is in the target, the second is not.
          await guest.memory.write64(page(0), 1n);
          const second = guest.memory.read64(page(1)).then((value) => {
            touched = true;
            return value;
          });
          await hypervisor.platform.clock.sleep(5000);
          expect(touched).toBe(false);
          await setTarget(hypervisor, other, 1);
          return second;
        },
      ],
      { pages: 2 },
    );
    expect(await domain0.thread.suspend(ended)).toEqual([{ how: 'returned', value: 0n }]);
    expect(touched).toBe(true);
  });
});

test('what is written while a sweep goes on is kept, in whichever cycle it is written', async () => {
  const hypervisor = await testHypervisor();
  const thorough = process.env.PORTCULLIS_THOROUGH === '1';
  const { clock } = hypervisor.platform;
  await hypervisor.run(async (domain0) => {
    let start = 0;
    let round = { started: Promise.resolve(), go: () => {} };
    const next = (): void => {
      let go = (): void => {};
      const started = new Promise<void>((resolve) => {
        go = resolve;
      });
      round = { started, go };
    };
    let offset = 0;
    let over = false;
    let written: Promise<void> = Promise.resolve();
    let longest = 1;
    let taken = 0;
    let spared = 0;
    next();
    const { ended } = await launch(
      hypervisor,
      domain0,
      [
        async (guest) => {
          const calls = new Calls(guest);
          try {
            for (; offset < longest; offset += thorough ? 13 : 1201) {
              const target = offset % 4;
              for (let number = 0; number < 4; number += 1) await guest.memory.write64(page(number), 0n);
              start = clock.now;
              const { go } = round;
              next();
              go();
              const swept = await calls.sweep({ pattern: 0n, page: 0, count: 4 });
              longest = Math.max(longest, clock.now - start);
              await written;
              taken += swept;
              spared += 4 - swept;
              const content = [];
              for (let number = 0; number < 4; number += 1) content.push(await guest.memory.read64(page(number)));
              expect(content, `written in cycle ${offset} of a sweep`).toEqual(
                Array.from({ length: 4 }, (_, number) => (number === target ? BigInt(offset + 1) : 0n)),
              );
            }
          } finally {
            over = true;
            round.go();
          }
        },
        async ({ memory }) => {
          for (;;) {
            await round.started;
            if (over) return;
            const value = offset;
            written = (async () => {
              await clock.until(start + value);
              await memory.write64(page(value % 4), BigInt(value + 1));
            })();
            await written;
          }
        },
      ],
      { pages: 4 },
    );
    for (const outcome of await domain0.thread.suspend(ended))
      expect(outcome).toEqual({ how: 'returned', value: undefined });
    expect(taken).toBeGreaterThan(spared);
    expect(spared).toBeGreaterThan(0);
    await expectAudit(hypervisor);
  });
});

test('a sweep or a list that is wrong is refused, and does nothing', async () => {
  const hypervisor = await testHypervisor();
  await hypervisor.run(async (domain0) => {
    const told: unknown[] = [];
    const { ended } = await launch(
      hypervisor,
      domain0,
      [
        async (guest) => {
          const calls = new Calls(guest);
          const attempt = (work: Promise<unknown>): Promise<unknown> =>
            work.catch((error: unknown) => (error instanceof HypercallError ? error.code : error));
          told.push(await attempt(calls.call(13, 0n, 2n ** 64n - 1n, 2n)));
          told.push(await attempt(calls.call(13, 0n, 1n, 2n ** 27n)));
          told.push(await attempt(calls.sweep({ pattern: 0n, page: sharedPageAddress / 4096, count: 1 })));
          told.push(await attempt(calls.giveBack(page(9), 4)));
          told.push(await attempt(calls.giveBack(page(0), 513)));
          await guest.memory.write64(page(0), BigInt(sharedPageAddress / 4096));
          told.push(await attempt(calls.giveBack(page(0), 1)));
          await guest.memory.write64(page(0), 1n);
          await guest.memory.write64(page(0) + 8, 1n);
          await guest.memory.write64(page(0) + 16, 7n);
          told.push(await attempt(calls.giveBack(page(0), 3)));
          told.push(await attempt(calls.take(page(0), 3)));
          told.push(await attempt(calls.take(page(0), 3)));
        },
      ],
      { pages: 2 },
    );
    expect(await domain0.thread.suspend(ended)).toEqual([{ how: 'returned', value: undefined }]);
    expect(told).toEqual(['EINVAL', 'EINVAL', 'EINVAL', 'EFAULT', 'EINVAL', 'EPERM', 1, 1, 0]);
    await expectAudit(hypervisor);
  });
});
