/** Too long for every run: with `PORTCULLIS_THOROUGH=1`. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createModelPlatform } from '../../hardware/platform/index.ts';
import { bootMemory } from '../boot/boot.ts';
import { auditWith, breaks } from './testing/breaks.ts';
import { surviveDeath } from './testing/death.ts';
import { bootMachine, guestOf, readWrite, type TestMachine, workerOn } from './testing/machine.ts';
import { operations, Reference } from './testing/reference.ts';
import { compare, follow } from './testing/sequence.ts';
import { takeBackWhileUsed } from './testing/take-back.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Half an hour. */
const limit = 1_800_000;
const small = { memoryBytes: 96 * 4096 };

const withDomains = async (machine: TestMachine, domains: readonly number[]): Promise<TestMachine> => {
  const [processor] = machine.platform.processors;
  await machine.platform.run(async () => {
    for (const domain of domains) await machine.memory.maps.create(processor!, domain);
  });
  return machine;
};

test.runIf(thorough)(
  'operations in any order, with a memory that dies and comes back between them',
  { timeout: limit },
  async () => {
    const pages = [0, 1, 2, 514, 515];
    const domains = [3, 4];
    const names = domains.flatMap((domain) => pages.map((page) => ({ domain, page })));
    const some = fc.array(operations(domains, pages), { minLength: 5, maxLength: 60 });
    const property = fc.asyncProperty(
      some,
      some,
      some,
      fc.constantFrom<0 | 1>(0, 1),
      async (before, while_, after, dies) => {
        const machine = await withDomains(await bootMachine(small, before.length % 2 === 0 ? 64 : 128), domains);
        const { platform, memory } = machine;
        const [processor, second] = platform.processors;
        await platform.run(async () => {
          const reference = new Reference();
          const check = async (): Promise<void> => {
            expect(await compare(machine, reference, names)).toEqual([]);
            expect(await memory.audit(processor!)).toEqual([]);
          };
          expect(await follow(machine, processor!, reference, before)).toEqual([]);
          await check();
          platform.faults.inject({ kind: 'memory-lost', memory: dies });
          await memory.areas.view(processor!, 'events').write8(0, 0);
          await memory.memories.lost(workerOn(second!), dies);
          reference.die(dies);
          expect(await follow(machine, second!, reference, while_)).toEqual([]);
          await check();
          await expect(memory.memories.replace(workerOn(processor!), dies)).rejects.toMatchObject({ code: 'EAGAIN' });
          platform.faults.inject({ kind: 'memory-replaced', memory: dies });
          await memory.memories.replace(workerOn(processor!), dies);
          reference.dead = undefined;
          await check();
          expect(await follow(machine, processor!, reference, after)).toEqual([]);
          await check();
        });
        platform.close();
      },
    );
    await fc.assert(property, { numRuns: 12, endOnFailure: true });
  },
);

test.runIf(thorough)(
  'either memory dies at any cycle while two domains work, and nothing with two copies is lost',
  { timeout: limit },
  async () => {
    const pages = [0, 1, 2, 514];
    const domains = [3, 4] as const;
    const drawn = (domain: number, survives: 'first' | 'second') =>
      fc.array(
        operations([domain], pages).map((operation) => {
          // What has its only copy where it dies has an outcome that depends on the cycle.
          if (!('copies' in operation) || operation.copies === 'both') return operation;
          return { ...operation, copies: survives };
        }),
        { minLength: 10, maxLength: 40 },
      );
    const property = fc.asyncProperty(
      fc.constantFrom<0 | 1>(0, 1).chain((memory) => {
        const survives = memory === 0 ? 'second' : 'first';
        return fc.tuple(fc.constant(memory), drawn(3, survives), drawn(4, survives));
      }),
      fc.nat(20_000),
      fc.constantFrom('hangs', 'errs'),
      async ([memory, first, second], after, how) => {
        const machine = await withDomains(await bootMachine(small), domains);
        const programs = [first, second].map((list, index) => ({
          processor: index,
          reference: new Reference(),
          operations: list,
          pages: pages.map((page) => ({ domain: domains[index]!, page })),
        }));
        const wrong = await machine.platform.run(() => surviveDeath(machine, programs, { memory, after, how }));
        expect(wrong).toEqual([]);
        machine.platform.close();
      },
    );
    await fc.assert(property, { numRuns: 16, endOnFailure: true });
  },
);

test.runIf(thorough)('memories that kept what was in them are booted as new ones', { timeout: limit }, async () => {
  const platform = await createModelPlatform({ options: small });
  for (const medium of platform.outside.memories) medium.write(0, new Uint8Array(small.memoryBytes).fill(0xa5));
  const memory = await platform.run(() => bootMemory(platform));
  const processor = platform.processors[0]!;
  await platform.run(async () => {
    await memory.maps.create(processor, 3);
    await memory.maps.with(processor, 3, (map) => map.populate(0, { copies: 'both', form: 0 }, readWrite));
    expect(await guestOf(platform, 0, 3).read32(0)).toBe(0);
    expect(await memory.audit(processor)).toEqual([]);
  });
});

test.runIf(thorough)('a page that is taken back at any moment of an access to it', { timeout: limit }, async () => {
  const machine = await withDomains(await bootMachine(small), [3]);
  const [first, second] = machine.platform.processors;
  await machine.platform.run(async () => {
    for (let delay = 100; delay < 260; delay += 1)
      for (const bytes of [4, 520]) {
        const processor = delay % 2 === 0 ? first! : second!;
        expect(await takeBackWhileUsed(machine, { domain: 3, page: 7, delay, bytes, processor })).toEqual([]);
      }
  });
});

test.runIf(thorough)('the audit finds each planted mistake by itself', { timeout: limit }, async () => {
  const machine = await withDomains(await bootMachine({ memoryBytes: 2 ** 22 }), [3]);
  const { memory, platform } = machine;
  const processor = platform.processors[0]!;
  await platform.run(async () => {
    const pages = await memory.maps.with(processor, 3, async (map) => {
      const named: { page: number; frame: number }[] = [];
      for (let page = 100; page < 109; page += 1) {
        await map.populate(page, { copies: 'both', form: 0 }, readWrite);
        const entry = await map.read(page);
        if ('backing' in entry) named.push({ page, frame: entry.backing.frame });
      }
      return named;
    });
    const site = { memory, processor, domain: 3, pages, free: [1000, 1001, 1002, 1003] };
    for (const planted of breaks)
      expect(await auditWith(site, [planted])).toContainEqual(expect.stringMatching(planted.finding));
    expect(await memory.audit(processor)).toEqual([]);
  });
});
