/** Super pages that are swept, on a platform without time always, and on the model with `PORTCULLIS_THOROUGH=1`: there a scan of one is some 131,000 cycles. */
import { expect, test } from 'vitest';
import { Calls, pageBytes, sharedPage, sharedPageAddress } from '../guest/index.ts';
import { createHypervisor, type Hypervisor } from '../index.ts';
import { launch, testHypervisor } from '../testing/machine.ts';
import { createOrdersPlatform } from '../testing/orders/platform.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const pages = 512;
const memoryBytes = 2 ** 22;

interface Machine {
  readonly on: string;
  make(): Promise<Hypervisor>;
}

const withoutTime: Machine = {
  on: 'a platform without time',
  make: async () => {
    const { platform, units } = createOrdersPlatform(memoryBytes, 4);
    const hypervisor = await createHypervisor(platform, { pages: 1 });
    units.domainTable = hypervisor.memory.areas.layout.areas.domainTable.firstFrame * pageBytes;
    return hypervisor;
  },
};
const model: Machine = { on: 'the model', make: () => testHypervisor({ platform: { memoryBytes } }) };
const machines = thorough ? [withoutTime, model] : [withoutTime];

/** As domain 0, what stands at a page of a domain: `super`, `page`, or why there is nothing. */
const kindOf = async (hypervisor: Hypervisor, domain: number, page: number): Promise<string> => {
  let kind = '';
  await hypervisor.start(({ thread }) =>
    thread.access((processor) =>
      hypervisor.memory.maps.with(processor, domain, async (map) => {
        const entry = await map.read(page);
        kind = 'backing' in entry ? (entry.backing.super === true ? 'super' : 'page') : entry.kind;
      }),
    ),
  ).ended;
  return kind;
};

const audited = async (hypervisor: Hypervisor): Promise<void> => {
  await hypervisor.run(({ thread }) =>
    thread.access(async (processor) => {
      expect(await hypervisor.memory.audit(processor)).toEqual([]);
      expect(await hypervisor.reclaim.audit(processor)).toEqual([]);
    }),
  );
};

test.each(machines)(
  'a super page is swept whole and comes back whole, or page by page where no super frame is left, on $on',
  { timeout: 1_800_000 },
  async ({ make }) => {
    const hypervisor = await make();
    const told: (readonly [string, unknown])[] = [];
    await hypervisor.run(async (domain0) => {
      const { ended } = await launch(
        hypervisor,
        domain0,
        [
          async (guest) => {
            const calls = new Calls(guest);
            const { memory, domain } = guest;
            const sweep = (regular = false) => calls.sweep({ pattern: 0n, page: 0, count: pages, regular });
            const tell = async (what: string, value: unknown): Promise<void> => {
              told.push([what, [value, await kindOf(hypervisor, domain, 7)]]);
            };
            const has = () => memory.read64(sharedPageAddress + sharedPage.pages);
            await tell('at first', await has());
            await tell('swept', await sweep());
            await tell('has', await has());
            await memory.write64(5 * pageBytes, 1n);
            await tell('back', [await memory.read64(5 * pageBytes), await has()]);
            await tell('not zero', await sweep());
            await memory.write64(5 * pageBytes, 0n);
            await tell('swept again', await sweep());
            // Domain 0 takes the super frame.
            await hypervisor.start(async ({ thread }) => {
              const wanted = { copies: 'both', form: 0, super: true } as const;
              const backing = await thread.access((processor) =>
                hypervisor.memory.frames.allocate(processor, 0, wanted),
              );
              await memory.write64(7 * pageBytes, 7n);
              await tell('without a super frame', [await memory.read64(7 * pageBytes), await has()]);
              await thread.access((processor) => hypervisor.memory.frames.release(processor, backing));
            }).ended;
            await memory.write64(9 * pageBytes, 9n);
            await tell('another', [await memory.read64(9 * pageBytes), await has()]);
          },
        ],
        { pages, maximum: pages },
      );
      expect(await domain0.thread.suspend(ended)).toEqual([{ how: 'returned', value: undefined }]);
    });
    expect(told).toEqual([
      ['at first', [512n, 'super']],
      ['swept', [512, 'swept']],
      ['has', [0n, 'swept']],
      ['back', [[1n, 512n], 'super']],
      ['not zero', [0, 'super']],
      ['swept again', [512, 'swept']],
      ['without a super frame', [[7n, 1n], 'page']],
      ['another', [[9n, 2n], 'page']],
    ]);
    await audited(hypervisor);
  },
);

test.each(machines)(
  'pages that match are taken out of a super page that does not, if the guest asks for them, on $on',
  { timeout: 1_800_000 },
  async ({ make }) => {
    const hypervisor = await make();
    const told: unknown[] = [];
    await hypervisor.run(async (domain0) => {
      const { ended } = await launch(
        hypervisor,
        domain0,
        [
          async (guest) => {
            const calls = new Calls(guest);
            const { memory, domain } = guest;
            for (const page of [0, 100, 511]) await memory.write64(page * pageBytes + 8, BigInt(page + 1));
            told.push(await calls.sweep({ pattern: 0n, page: 0, count: pages }));
            // A part of it only.
            told.push(await calls.sweep({ pattern: 0n, page: 90, count: 20, regular: true }));
            for (const page of [89, 90, 100, 109, 110]) told.push(await kindOf(hypervisor, domain, page));
            for (const page of [0, 100, 511, 95]) told.push(await memory.read64(page * pageBytes + 8));
            told.push(await memory.read64(sharedPageAddress + sharedPage.pages));
          },
        ],
        { pages, maximum: pages },
      );
      expect(await domain0.thread.suspend(ended)).toEqual([{ how: 'returned', value: undefined }]);
    });
    const kinds = ['page', 'swept', 'page', 'swept', 'page'];
    expect(told).toEqual([0, 19, ...kinds, 1n, 101n, 512n, 0n, 494n]);
    await audited(hypervisor);
  },
);
