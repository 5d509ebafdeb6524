import { expect, test } from 'vitest';
import { fixedFrames, promisable } from './domains/admission.ts';
import {
  Calls,
  HypercallError,
  pageBytes,
  sharedPage,
  sharedPageAddress,
  TrustedCalls,
  virtualEvents,
} from './guest/index.ts';
import { readWrite } from './memory/testing/machine.ts';
import { outcomeOf } from './testing/agent.ts';
import { smallDomain, twoGuests } from './testing/machine.ts';

test('a domain that is paused makes no access, and goes on where it was', async () => {
  const { hypervisor, second } = await twoGuests();
  let steps = 0;
  const busy = second[0].do(async ({ guest }) => {
    for (let step = 0; step < 60; step += 1) {
      await guest.memory.write32(0, step);
      steps += 1;
    }
    return guest.memory.read32(0);
  });
  await hypervisor.run(async (domain0) => {
    const calls = new TrustedCalls(domain0);
    await domain0.thread.suspend(hypervisor.platform.clock.sleep(300));
    await calls.pause(2);
    const then = steps;
    expect(then).toBeGreaterThan(0);
    expect(await outcomeOf(calls.pause(2))).toBe('EINVAL');
    await domain0.thread.suspend(hypervisor.platform.clock.sleep(2000));
    expect(steps).toBe(then);
    await calls.unpause(2);
    expect(await domain0.thread.suspend(busy)).toBe(59);
    expect(await outcomeOf(calls.pause(0))).toBe('EINVAL');
    expect(await outcomeOf(calls.unpause(9))).toBe('ESRCH');
  });
});

test('a domain is admitted, and its target raised, only if the memory for it is promised to nobody', async () => {
  const { hypervisor, second } = await twoGuests();
  await hypervisor.run(async (domain0) => {
    const calls = new TrustedCalls(domain0);
    const { layout } = hypervisor.memory.areas;
    // Domain 0 has a page, the guests two each, and each of the four, with the new one, what every domain has.
    const each = { copies: 'both', has: 0, target: 0, pages: 1, grantPages: 1 } as const;
    const most = promisable(layout, hypervisor.platform.parameters.clients, hypervisor.memory.windows.mostTables);
    const free = most - 4 * fixedFrames(each, layout) - 5;
    // Shared page, store's ring, grant table; seven tables of two frames.
    expect(fixedFrames(each, layout)).toBe(17);
    const wanted = { ...smallDomain, processors: 1, maximum: 2000 };
    expect(await outcomeOf(calls.create({ ...wanted, pages: free + 1 }))).toBe('ENOMEM');
    const last = await calls.create({ ...wanted, pages: 1 });
    expect(await outcomeOf(calls.setTarget(last, free + 1))).toBe('ENOMEM');
    await calls.setTarget(last, free);
    await calls.destroy(last);
    expect(await outcomeOf(calls.create({ ...wanted, processors: 5 }))).toBe('EINVAL');
    expect(await outcomeOf(calls.create({ ...wanted, pages: 2001 }))).toBe('EINVAL');
    expect(await outcomeOf(calls.setTarget(2, 9))).toBe('EINVAL');
    await calls.setTarget(2, 8);
    // Six of them are now promised to domain 2.
    expect(await outcomeOf(calls.create({ ...wanted, copies: 'second', pages: free - 5 }))).toBe('ENOMEM');
    const status = await domain0.thread.access((processor) => hypervisor.domains.status(processor, 2));
    expect(status).toMatchObject({ state: 'running', has: 2, target: 8, maximum: 8, processors: 2 });
    const seen = second[0].do(async ({ guest, events }) => {
      await events.wait(virtualEvents.target);
      return guest.memory.read64(sharedPageAddress + sharedPage.target);
    });
    expect(await domain0.thread.suspend(seen)).toBe(8n);
    await calls.setTarget(2, 2);
    expect(await domain0.thread.suspend(second[0].do(({ events }) => events.wait(virtualEvents.target)))).toBe(3);
  });
});

test('whoever touches a page that is held waits for it, whatever else the program has in flight', async () => {
  const { hypervisor, first, second } = await twoGuests();
  const { maps } = hypervisor.memory;
  const { clock } = hypervisor.platform;
  await hypervisor.run(async ({ thread }) => {
    await thread.access((processor) => maps.with(processor, 1, (map) => map.hold([0])));
    // Across two pages, one of them held.
    const crossing = first.do(async ({ guest }) => {
      await guest.memory.write(pageBytes - 4, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
      return { now: guest.now, data: await guest.memory.read(pageBytes - 4, 8) };
    });
    // Others go on.
    await thread.suspend(second[0].do(({ guest }) => guest.memory.read32(0)));
    await thread.suspend(clock.sleep(3000));
    const { now } = clock;
    await thread.access((processor) => maps.with(processor, 1, (map) => map.unhold(0)));
    const crossed = await thread.suspend(crossing);
    expect(crossed.now).toBeGreaterThan(now);
    expect([...crossed.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

test('a stopped access is led to its handler, which decides; without one the program is told', async () => {
  const { hypervisor, first } = await twoGuests();
  const { maps } = hypervisor.memory;
  const trap = (set: 'watch' | undefined) =>
    hypervisor.run(({ thread }) => thread.access((processor) => maps.with(processor, 1, (map) => map.trap([1], set))));
  await trap('watch');
  const told = first.do(({ guest }) => guest.memory.write32(pageBytes, 1));
  await expect(hypervisor.platform.run(() => told)).rejects.toThrow('page fault at 0x1000, write: no right');
  const stopped: unknown[] = [];
  hypervisor.faults.handle('watch', async (thread, what) => {
    stopped.push(what);
    await thread.access((processor) => maps.with(processor, what.domain, (map) => map.trap([what.page], undefined)));
    return true;
  });
  await hypervisor.platform.run(() => first.do(({ guest }) => guest.memory.write32(pageBytes, 77)));
  expect(stopped).toEqual([{ domain: 1, page: 1, write: true }]);
  expect(() => hypervisor.faults.handle('watch', async () => true)).toThrow("'watch' have their handler already");
  await hypervisor.run(({ thread }) =>
    thread.access((processor) => maps.with(processor, 1, (map) => map.protect([1], { ...readWrite, execute: true }))),
  );
});

test('a refused call says which and why', async () => {
  const { first, hypervisor } = await twoGuests();
  const refused = hypervisor.platform.run(() => first.do(({ calls }) => calls.call(33, 2)));
  await expect(refused).rejects.toThrow('the call destroy (33) was refused: EPERM');
  await expect(refused).rejects.toBeInstanceOf(HypercallError);
});

test('a list that cannot be read is refused, and one across pages is read as it is', async () => {
  const machine = await twoGuests();
  const number = 0x200;
  machine.hypervisor.calls.provide(number, async (call) => {
    const [address, count] = call.arguments;
    return (await call.list(address!, count!)).reduce((sum, word) => sum + word, 0n);
  });
  // Numbers from 32 up are domain 0's, whose own pages begin at 2^38.
  await machine.hypervisor.run(async (domain0) => {
    const calls = new Calls(domain0);
    const page = 2 ** 38;
    await domain0.memory.write64(page, 5n);
    await domain0.memory.write64(page + 8, 6n);
    expect(await outcomeOf(calls.call(number, page, 2))).toBe(11n);
    expect(await outcomeOf(calls.call(number, page, 0))).toBe(0n);
    expect(await outcomeOf(calls.call(number, page, 513))).toBe('EINVAL');
    expect(await outcomeOf(calls.call(number, page + pageBytes - 8, 2))).toBe('EFAULT');
    expect(await outcomeOf(calls.call(number, 2n ** 63n, 1))).toBe('EFAULT');
    expect(await outcomeOf(calls.call(number, 0, 1))).toBe('EFAULT');
  });
});
