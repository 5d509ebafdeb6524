/** What a guest may try with memory that others are promised: on a platform without time. */
import { expect, test } from 'vitest';
import { pageBytes, TrustedCalls } from './guest/index.ts';
import { outcomeOf } from './testing/agent.ts';
import { smallDomain } from './testing/machine.ts';
import { agentDomain, audited, promiseTheRest, withoutTime } from './testing/without-time.ts';

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
  const { hypervisor } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const trusted = new TrustedCalls(domain0);
    const stubborn = await agentDomain(hypervisor, domain0, { pages: 100, maximum: 100 });
    await trusted.setTarget(stubborn.domain, 10);
    const { frames, reserved } = hypervisor.memory.areas.layout;
    // Domain 0 has a page, and 64 are kept.
    const left = frames - reserved - 64 - 1;
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
