/** What a guest may try with memory that others are promised, and domain 0 with a domain that goes: on a platform without time. */
import { expect, test } from 'vitest';
import { fixedFrames, promisable } from './domains/admission.ts';
import { Calls, grantAreaAddress, grantTableAddress, pageBytes, TrustedCalls } from './guest/index.ts';
import { HypervisorError } from './memory/interface.ts';
import { outcomeOf } from './testing/agent.ts';
import { launch, smallDomain } from './testing/machine.ts';
import { drawnOrder } from './testing/orders/drawn.ts';
import { agentDomain, audited, freeFrames, promiseTheRest, withoutTime } from './testing/without-time.ts';

const grantPage = grantAreaAddress / pageBytes;
const grantOf = (domain: number, page: number): bigint => 1n | (BigInt(domain) << 16n) | (BigInt(page) << 32n);
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('who waits for a swept page beyond its target keeps nobody from what is promised to them', async () => {
  const { hypervisor } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const greedy = await agentDomain(hypervisor, domain0, { pages: 8 });
    const neighbour = await agentDomain(hypervisor, domain0, { pages: 4, maximum: 4 });
    for (const { agent } of [greedy, neighbour])
      await thread.suspend(agent.do(({ calls }) => calls.sweep({ pattern: 0n, page: 1, count: 7 })));
    await new TrustedCalls(domain0).setTarget(greedy.domain, 2);
    const rest = await promiseTheRest(domain0);
    let beyond = 'waits';
    await thread.suspend(
      greedy.agent.do(async ({ guest }) => {
        await guest.memory.read64(pageBytes);
        for (const page of [2, 3, 4]) void guest.memory.read64(page * pageBytes).then(() => (beyond = 'is there'));
        await settled();
      }),
    );
    // By a touch, by giving back and taking, by deflation.
    const had = neighbour.agent.do(async ({ guest, calls }) => {
      await guest.memory.write64(0, 2n);
      const touched = await guest.memory.read64(2 * pageBytes);
      const given = await calls.giveBack(0, 1);
      return [touched, given, await calls.take(0, 1)];
    });
    expect(await thread.suspend(Promise.race([had, settled()]))).toEqual([0n, 1, 1]);
    expect(beyond).toBe('waits');
    // All that wait have theirs when there is room.
    await new TrustedCalls(domain0).setTarget(rest, 1);
    await thread.suspend(settled());
    expect(beyond).toBe('is there');
    const has = await thread.access((processor) => hypervisor.domains.status(processor, greedy.domain));
    expect(has.has).toBe(5);
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
});

test('who waits for a frame and for something else too keeps none from others; who waits for several has them all', async () => {
  const { hypervisor } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const stuck = await agentDomain(hypervisor, domain0, { pages: 4, maximum: 4 });
    const neighbour = await agentDomain(hypervisor, domain0, { pages: 4, maximum: 4 });
    for (const { agent } of [stuck, neighbour])
      await thread.suspend(agent.do(({ calls }) => calls.sweep({ pattern: 0n, page: 1, count: 3 })));
    // The hypervisor takes all frames, as for tables.
    const { frames } = hypervisor.memory;
    const taken = await thread.access(async (processor) => {
      const wanted = { copies: 'both', form: 0 } as const;
      const count = (await frames.free(processor)).both;
      return Promise.all(Array.from({ length: count }, () => frames.allocate(processor, 0, wanted)));
    });
    const touched: string[] = [];
    void stuck.agent.do(async ({ guest, calls }) => {
      void guest.memory.read64(pageBytes).then(() => touched.push('stuck'));
      await calls.block();
    });
    await thread.suspend(settled());
    void neighbour.agent.do(async ({ guest }) => {
      // Two accesses, which wait together.
      await guest.memory.read(2 * pageBytes - 4, 8);
      touched.push('neighbour');
    });
    await thread.suspend(settled());
    expect(touched).toEqual([]);
    await thread.access(async (processor) => {
      for (const backing of taken) await frames.release(processor, backing);
    });
    await thread.suspend(settled());
    expect(touched).toEqual(['neighbour']);
    await thread.access((processor) => hypervisor.events.raise(processor, stuck.domain, 'target'));
    await thread.suspend(settled());
    expect(touched).toEqual(['neighbour', 'stuck']);
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
});

test('a balloon that never inflates keeps what it has, and nobody else is admitted to it before it leaves', async () => {
  const { hypervisor, made } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const trusted = new TrustedCalls(domain0);
    const stubborn = await agentDomain(hypervisor, domain0, { pages: 100, maximum: 100 });
    await trusted.setTarget(stubborn.domain, 10);
    const { layout } = hypervisor.memory.areas;
    const each = { copies: 'both', has: 0, target: 0, pages: 100, grantPages: 1 } as const;
    const most = promisable(layout, made.platform.parameters.clients, hypervisor.memory.windows.mostTables);
    // Domain 0 has a page; it, the stubborn one and the next have what every domain has.
    const left = most - 3 * fixedFrames(each, layout) - 1;
    const admitted = (pages: number): Promise<number | string> =>
      outcomeOf(trusted.create({ ...smallDomain, processors: 1, pages, maximum: pages }));
    expect(await admitted(left - 99)).toBe('ENOMEM');
    const given = await domain0.thread.suspend(
      stubborn.agent.do(async ({ guest, calls }) => {
        const kept = await guest.memory.read64(99 * pageBytes);
        for (let page = 50; page < 100; page += 1) await guest.memory.write64(8 * (page - 50), BigInt(page));
        return [kept, await calls.giveBack(0, 50)];
      }),
    );
    expect(given).toEqual([0n, 50]);
    expect(await admitted(left - 99)).toBeTypeOf('number');
  });
});

test('grants that are mapped far from each other are refused: a domain has no more tables for them than it needs', async () => {
  const { hypervisor } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const { agent, domain } = await agentDomain(hypervisor, domain0, {});
    const before = await freeFrames(hypervisor, domain0);
    const tried = await domain0.thread.suspend(
      agent.do(async ({ guest, calls }) => {
        const outcomes: (number | string)[] = [];
        for (let reference = 0; reference < 40; reference += 1) {
          await guest.memory.write64(grantTableAddress + 8 * reference, grantOf(domain, 0));
          const at = (page: number) =>
            outcomeOf(calls.grantMap({ domain, reference, page: grantPage + page, write: false }));
          outcomes.push(await at(512 * (reference + 1)), await at(13 * reference));
        }
        return outcomes;
      }),
    );
    expect(tried.filter((_, index) => index % 2 === 0)).toEqual(Array.from({ length: 40 }, () => 'EINVAL'));
    // A sixteenth of a record for each of 512 frames.
    expect(tried.filter((outcome) => typeof outcome === 'number').length).toBe(32);
    // Two tables, of two frames each.
    expect(before - (await freeFrames(hypervisor, domain0))).toBe(4);
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
});

test('a domain that uses up its part of the table of patterns leaves others theirs, and what comes back is room again', async () => {
  const { hypervisor } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const { agent } = await agentDomain(hypervisor, domain0, { pages: 40, maximum: 40 });
    const swept = await thread.suspend(
      agent.do(async ({ guest, calls }) => {
        const sweep = async (page: number): Promise<number | string> => {
          const pattern = BigInt(1000 + page);
          await guest.memory.write(page * pageBytes, new Uint8Array(new BigUint64Array(512).fill(pattern).buffer));
          return outcomeOf(calls.sweep({ pattern, page, count: 1 }));
        };
        const outcomes: (number | string)[] = [];
        for (let page = 0; page < 34; page += 1) outcomes.push(await sweep(page));
        const back = await guest.memory.read64(5 * pageBytes + 8);
        return [...outcomes, back, await sweep(39), await guest.memory.read64(39 * pageBytes)];
      }),
    );
    const all = Array.from({ length: 32 }, () => 1);
    expect(swept).toEqual([...all, 'ENOSPC', 'ENOSPC', 1005n, 1, 1039n]);
    const neighbour = await agentDomain(hypervisor, domain0, {});
    const own = await thread.suspend(
      neighbour.agent.do(async ({ guest, calls }) => {
        await guest.memory.write64(0, 1n);
        return [await calls.giveBack(0, 1, true), await guest.memory.read64(pageBytes)];
      }),
    );
    expect(own).toEqual([1, 0n]);
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
});

test.each([275, 300])('pages are swept and come back on memories of %i frames', async (frames) => {
  const { hypervisor } = await withoutTime(frames);
  await hypervisor.run(async (domain0) => {
    const { agent } = await agentDomain(hypervisor, domain0, {});
    const done = agent.do(async ({ guest, calls }) => [
      await calls.sweep({ pattern: 0n, page: 0, count: 2 }),
      await guest.memory.read64(0),
    ]);
    expect(await domain0.thread.suspend(done)).toEqual([2, 0n]);
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
});

test('a program that calls exit and returns meanwhile has ended once: its domain goes on as long as another does', async () => {
  const { hypervisor } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const trusted = new TrustedCalls(domain0);
    // Whichever of the two is first.
    for (let reads = 0; reads < 6; reads += 1) {
      const { domain } = await launch(hypervisor, domain0, [
        async (guest) => {
          void new Calls(guest).exit(1);
          for (let read = 0; read < reads; read += 1) await guest.memory.read64(0);
        },
        async (guest) => {
          for (;;) await new Calls(guest).block();
        },
      ]);
      await domain0.thread.suspend(settled());
      const state = async (): Promise<string> =>
        (await domain0.thread.access((processor) => hypervisor.domains.status(processor, domain))).state;
      expect(await state(), `after ${reads} reads`).toBe('running');
      await trusted.pause(domain);
      expect(await state()).toBe('paused');
      await trusted.destroy(domain);
    }
  });
});

test('the rights of one page of a super page are its own', async () => {
  const { hypervisor } = await withoutTime(1024);
  await hypervisor.run(async (domain0) => {
    const { agent } = await agentDomain(hypervisor, domain0, { pages: 512, maximum: 512 });
    const told = agent.do(async ({ guest, calls }) => {
      const writes = (page: number): Promise<unknown> =>
        guest.memory.write64(page * pageBytes, 1n).catch((error: Error) => error.message);
      await calls.protect(0, 512, { read: true, write: false, execute: false });
      const none = await writes(7);
      await calls.protect(0, 512, { read: true, write: true, execute: false });
      await calls.protect(5, 1, { read: true, write: false, execute: false });
      return [none, await writes(4), await writes(5), await writes(6)];
    });
    const refused = (page: number): string => `page fault at 0x${page}000, write: no right`;
    expect(await domain0.thread.suspend(told)).toEqual([refused(7), undefined, refused(5), undefined]);
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
});

/** Two domains: one has granted the other its page 1, whose content was swept before. */
const grantOfSwept = async (
  hypervisor: Parameters<typeof agentDomain>[0],
  domain0: Parameters<typeof agentDomain>[1],
) => {
  const granter = await agentDomain(hypervisor, domain0, {});
  const grantee = await agentDomain(hypervisor, domain0, {});
  await domain0.thread.suspend(
    granter.agent.do(async ({ calls, grants }) => {
      await calls.sweep({ pattern: 0n, page: 0, count: 2 });
      await grants.grant(grantee.domain, 1);
    }),
  );
  return { granter, grantee };
};

test('a grant of a swept page that cannot come back now is ENOMEM', async () => {
  const { hypervisor } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const { granter, grantee } = await grantOfSwept(hypervisor, domain0);
    await new TrustedCalls(domain0).setTarget(granter.domain, 0);
    const rest = await promiseTheRest(domain0);
    const map = () =>
      thread.suspend(
        grantee.agent.do(({ calls }) =>
          outcomeOf(calls.grantMap({ domain: granter.domain, reference: 0, page: grantPage, write: false })),
        ),
      );
    expect(await map()).toBe('ENOMEM');
    await new TrustedCalls(domain0).setTarget(rest, 1);
    expect(await map()).toBeTypeOf('number');
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
});

test('a domain that cannot be made whole leaves nothing, and who was told of it is told that it goes', async () => {
  const { hypervisor } = await withoutTime();
  const told: string[] = [];
  let refuses = true;
  hypervisor.domains.onCreate(async (_, domain) => void told.push(`domain ${domain} comes`));
  hypervisor.domains.onCreate(async () => {
    if (refuses) throw new HypervisorError('ENOMEM', 'there is no more');
  });
  hypervisor.domains.onDestroy(async (_, domain) => void told.push(`domain ${domain} goes`));
  await hypervisor.run(async (domain0) => {
    const trusted = new TrustedCalls(domain0);
    const before = await freeFrames(hypervisor, domain0);
    expect(await outcomeOf(trusted.create({ ...smallDomain, processors: 1 }))).toBe('ENOMEM');
    expect(told).toEqual(['domain 1 comes', 'domain 1 goes']);
    expect(await freeFrames(hypervisor, domain0)).toBe(before);
    expect(() => hypervisor.domains.load(1, [async () => {}])).toThrow('there is no domain 1');
    refuses = false;
    expect(await outcomeOf(trusted.create({ ...smallDomain, processors: 1 }))).toBe(1);
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
});

test('a page that a grant brings back while its granter is destroyed is counted to its pattern once', async () => {
  const { hypervisor } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const { granter, grantee } = await grantOfSwept(hypervisor, domain0);
    // Who has the page map keeps both waiting, in the order in which they come.
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const holding = hypervisor.start((other) =>
      other.thread.access((processor) => hypervisor.memory.maps.with(processor, granter.domain, () => held)),
    );
    await thread.suspend(settled());
    const mapped = grantee.agent.do(({ calls }) =>
      outcomeOf(calls.grantMap({ domain: granter.domain, reference: 0, page: grantPage, write: false })),
    );
    await thread.suspend(settled());
    const destroyed = hypervisor.start((other) => new TrustedCalls(other).destroy(granter.domain));
    await thread.suspend(settled());
    release();
    await thread.suspend(Promise.all([holding.ended, mapped, destroyed.ended]));
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
});

test('a target that is set while its domain is destroyed is written nowhere else, in drawn orders', async () => {
  const { hypervisor, made, strayed } = await withoutTime();
  const outcomes = new Set<unknown>();
  for (let order = 0; order < 12; order += 1) {
    const domain = await hypervisor.run((domain0) =>
      new TrustedCalls(domain0).create({ ...smallDomain, processors: 1, pages: 1 }),
    );
    const as = (actor: string, body: (calls: TrustedCalls) => Promise<unknown>): Promise<unknown> =>
      made.steps.as(actor, () => hypervisor.run((domain0) => outcomeOf(body(new TrustedCalls(domain0)))));
    await drawnOrder(made.steps, order, async () => {
      const setting = as('sets', async (calls) => {
        for (let pages = 1; pages < 30; pages += 1) await calls.setTarget(domain, pages % 8);
      });
      await as('destroys', (calls) => calls.destroy(domain));
      outcomes.add(await setting);
    });
  }
  expect(outcomes).toEqual(new Set(['ESRCH']));
  expect(strayed).toEqual([]);
});
