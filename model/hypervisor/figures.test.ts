/** What the hypervisor costs in cycles: the figures of `docs/systems/hypervisor-figures.md`, printed by `PORTCULLIS_THOROUGH=1`. */
import { expect, test } from 'vitest';
import { Balloon, grantAreaAddress, PacketRing, PageFault, pageBytes, TrustedCalls } from './guest/index.ts';
import { steerTo, testFrame } from './packets/testing.ts';
import { Agent, type Kit } from './testing/agent.ts';
import { launch, testHypervisor } from './testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const limit = 1_800_000;
const list = 0;

const tell = (what: string, cycles: number): void => {
  process.stdout.write(`${what}: ${cycles} cycles\n`);
};

/** Reads and writes a page until it cannot; gives the cycle in which the last access was answered. */
const useUntilGone =
  (address: number, begun: () => void) =>
  async ({ guest }: Kit): Promise<number> => {
    let last = 0;
    for (let step = 1; ; step += 1) {
      try {
        await guest.memory.write32(address + 8, step);
        await guest.memory.read32(address + 8);
        last = guest.now;
        if (step === 20) begun();
      } catch (error) {
        if (!(error instanceof PageFault)) throw error;
        return last;
      }
    }
  };

test.runIf(thorough).each([1, 2, 4])(
  'a page and a grant are taken back, with %i processors',
  { timeout: limit },
  async (processors) => {
    const hypervisor = await testHypervisor({ processors });
    // With one port to spare, so that the caller does not lose its own in the middle: a slice would be in the figure.
    const users = Math.max(1, processors - 2);
    await hypervisor.run(async (domain0) => {
      const { thread } = domain0;
      const [owner, ...helpers] = Array.from({ length: Math.min(4, users + 1) }, () => new Agent());
      const { domain } = await launch(
        hypervisor,
        domain0,
        [owner!, ...helpers].map(({ program }) => program),
        { pages: 8 },
      );
      const others = Array.from({ length: users }, () => new Agent());
      const second = await launch(
        hypervisor,
        domain0,
        others.map(({ program }) => program),
      );
      for (const used of [false, true]) {
        const how = used ? `in use by ${users} other virtual processors` : 'in use by nobody';
        // A grant, mapped once by each of the others.
        const reference = await thread.suspend(owner!.do(({ grants }) => grants.grant(second.domain, 2)));
        let begun = 0;
        let go = (): void => {};
        const running = new Promise<void>((resolve) => {
          go = resolve;
        });
        for (const [index, other] of others.entries())
          await thread.suspend(
            other.do(({ calls }) =>
              calls.grantMap({ domain, reference, page: grantAreaAddress / pageBytes + index, write: true }),
            ),
          );
        const lasts = used
          ? others.map((other, index) =>
              other.do(
                useUntilGone(grantAreaAddress + pageBytes * index, () => {
                  begun += 1;
                  if (begun === users) go();
                }),
              ),
            )
          : [];
        // Who waits for a test's next job has a port as long as nobody else wants it: who blocks has none.
        const rest = (some: readonly Agent[]) =>
          some.map((other) => other.do(({ guest, calls }) => calls.block(guest.now + 60_000)));
        const idle = rest(used ? helpers : [...others, ...helpers]);
        await thread.suspend(used ? running : hypervisor.platform.clock.sleep(30_000));
        const [from, to] = await thread.suspend(
          owner!.do(async ({ guest, grants }) => {
            // It has a port when that is answered: waiting for one is no part of the call.
            await guest.memory.read32(0);
            const at = guest.now;
            await grants.end(reference);
            return [at, guest.now] as const;
          }),
        );
        for (const last of await thread.suspend(Promise.all(lasts))) expect(last).toBeLessThanOrEqual(to);
        tell(`${processors} processors, a grant mapped ${users} times ends, ${how}`, to - from);
        // A page.
        await thread.suspend(Promise.all(idle));
        const still = rest(used ? others : [...others, ...helpers]);
        await thread.suspend(hypervisor.platform.clock.sleep(20_000));
        begun = 0;
        let goOn = (): void => {};
        const using = new Promise<void>((resolve) => {
          goOn = resolve;
        });
        const ends = used
          ? helpers.map((helper) =>
              helper.do(
                useUntilGone(3 * pageBytes, () => {
                  begun += 1;
                  if (begun === helpers.length) goOn();
                }),
              ),
            )
          : [];
        if (used) await thread.suspend(using);
        const [before, after] = await thread.suspend(
          owner!.do(async ({ guest, calls }) => {
            await guest.memory.write64(list, 3n);
            const at = guest.now;
            expect(await calls.giveBack(list, 1)).toBe(1);
            return [at, guest.now] as const;
          }),
        );
        for (const last of await thread.suspend(Promise.all(ends))) expect(last).toBeLessThanOrEqual(after);
        tell(`${processors} processors, a page is given back, ${how}`, after - before);
        await thread.suspend(Promise.all(still));
        expect(await thread.suspend(owner!.do(({ calls }) => calls.take(list, 1)))).toBe(1);
      }
    });
    hypervisor.platform.close();
  },
);

test.runIf(thorough).each([1, 2, 4])(
  'a ring is taken back from the receive engine, with %i processors',
  { timeout: limit },
  async (processors) => {
    const hypervisor = await testHypervisor({ processors });
    const { clock, outside } = hypervisor.platform;
    await hypervisor.run(async (domain0) => {
      const { thread } = domain0;
      const agent = new Agent();
      await launch(hypervisor, domain0, [agent.program], { pages: 8 });
      const ring = await thread.suspend(
        agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page: 2, entries: 3 })),
      );
      await steerTo(domain0, ring.client);
      const content = () =>
        outside.memories.map((medium) => Buffer.from(medium.read(0, medium.bytes)).toString('base64'));
      const come = () => thread.access(async ({ devices }) => Number(await devices.network[0].frames.read()));
      const entries = () =>
        thread.access(async ({ registers: { receiver } }) => (await receiver.producer.at(ring.client).read()).index);
      const [from, to] = await thread.suspend(
        agent.do(async ({ guest }) => {
          for (let frame = 0; frame < 160; frame += 1)
            outside.network[0].send(testFrame(1, frame, 1000), clock.now + 300 * frame + 1);
          const begun = clock.now + 900;
          while (clock.now < begun) await guest.memory.read32(0);
          const at = guest.now;
          await ring.close();
          return [at, guest.now] as const;
        }),
      );
      const [then, before, written] = [content(), await come(), await entries()];
      // The engine had begun, and had room for more.
      expect(written).toBeGreaterThan(0);
      expect(written).toBeLessThan(8);
      await thread.suspend(clock.sleep(4000));
      expect(await come()).toBeGreaterThan(before + 8);
      expect(content()).toEqual(then);
      tell(`${processors} processors, five pages are taken back from the engine while it writes them`, to - from);
    });
    hypervisor.platform.close();
  },
);

test.runIf(thorough)('what a sweep takes a page', { timeout: limit }, async () => {
  const pages = 128;
  const hypervisor = await testHypervisor();
  await hypervisor.run(async (domain0) => {
    const agent = new Agent();
    await launch(hypervisor, domain0, [agent.program], { pages, maximum: pages });
    const timed = (what: string, job: (kit: Kit) => Promise<number>, wanted: number): Promise<void> =>
      domain0.thread.suspend(
        agent.do(async (kit) => {
          const from = kit.guest.now;
          expect(await job(kit)).toBe(wanted);
          tell(`${what}, a page`, Math.round((kit.guest.now - from) / (pages - 1)));
        }),
      );
    const order = { pattern: 0n, page: 1, count: pages - 1 };
    await domain0.thread.suspend(
      agent.do(async ({ guest }) => {
        for (let page = 1; page < pages; page += 1) await guest.memory.write64(page * pageBytes + 4088, 1n);
      }),
    );
    await timed('a sweep of pages that differ in their last word', ({ calls }) => calls.sweep(order), 0);
    await domain0.thread.suspend(
      agent.do(async ({ guest }) => {
        for (let page = 1; page < pages; page += 1) await guest.memory.write64(page * pageBytes + 4088, 0n);
      }),
    );
    await timed('a sweep that takes all pages', ({ calls }) => calls.sweep(order), pages - 1);
  });
  hypervisor.platform.close();
});

/** Of each ten pages the first holds something. */
const fill = async ({ guest }: Kit, pages: number): Promise<void> => {
  for (let page = 0; page < pages; page += 10) await guest.memory.write64(page * pageBytes + 8, 1n);
};

test
  .runIf(thorough)
  .each(['by a sweep', 'page by page, of pages known to be free', 'page by page, of pages that it reads first'])(
  'a guest that is nine tenths zero inflates %s',
  { timeout: limit },
  async (way) => {
    const pages = 100;
    const hypervisor = await testHypervisor();
    await hypervisor.run(async (domain0) => {
      const agent = new Agent();
      const { domain } = await launch(hypervisor, domain0, [agent.program], { pages, maximum: pages });
      await domain0.thread.suspend(agent.do((kit) => fill(kit, pages)));
      await new TrustedCalls(domain0).setTarget(domain, pages / 10);
      await domain0.thread.suspend(
        agent.do(async (kit) => {
          const { guest, calls } = kit;
          const from = guest.now;
          let next = 0;
          const driver = new Balloon(guest, calls, {
            list,
            // The classic driver takes one page from the guest's allocator, gives it back, and takes the next.
            free: async () => {
              for (next += 1; next < pages; next += 1) {
                if (way.endsWith('first')) {
                  const content = await guest.memory.read(next * pageBytes, pageBytes);
                  if (content.some((byte) => byte !== 0)) continue;
                } else if (next % 10 === 0) continue;
                return [next];
              }
              return [];
            },
            ...(way === 'by a sweep' && { sweep: { page: 1, count: pages - 1, pattern: 0n } }),
          });
          const { pages: left } = await driver.adjust();
          expect(left).toBe(pages / 10);
          tell(`90 of 100 pages go ${way}`, guest.now - from);
        }),
      );
    });
    hypervisor.platform.close();
  },
);
