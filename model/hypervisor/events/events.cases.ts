import { expect, test } from 'vitest';
import { virtualEvents } from '../guest/index.ts';
import { outcomeOf } from '../testing/agent.ts';
import { twoGuests } from '../testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

test('an event wakes who blocks for it; bits, masks and ends of a channel are as the page says', async () => {
  const machine = await twoGuests();
  const { first, second, hypervisor } = machine;
  const port = await machine.do(first, ({ calls }) => calls.eventOpen(2));
  // Nobody else may bind it, and what is open is no channel yet.
  expect(await machine.do(first, ({ calls }) => outcomeOf(calls.eventBind(1, port)))).toBe('EPERM');
  expect(await machine.do(first, ({ calls }) => outcomeOf(calls.eventSend(port)))).toBe('ENOENT');
  const other = await machine.do(second[0], ({ calls }) => calls.eventBind(1, port));
  expect(await machine.do(second[0], ({ calls }) => outcomeOf(calls.eventBind(1, port)))).toBe('ENOENT');

  const heard = second[0].do(async ({ events, guest }) => {
    const fired = await events.wait(other);
    return { fired, now: guest.now };
  });
  await hypervisor.platform.run(() => hypervisor.platform.clock.sleep(20_000));
  const sent = await machine.do(first, async ({ calls, guest }) => {
    const { now } = guest;
    await calls.eventSend(port);
    return now;
  });
  const { fired, now } = await hypervisor.platform.run(() => heard);
  expect(fired).toBe(other);
  expect(now).toBeGreaterThan(sent);

  // A masked one is pending, and wakes nobody; sends are not counted.
  await machine.do(second[0], ({ events }) => events.mask(other));
  await machine.do(first, async ({ calls }) => {
    await calls.eventSend(port);
    await calls.eventSend(port);
  });
  const until = hypervisor.platform.clock.now + 3000;
  const woken = await machine.do(second[0], async ({ calls, events, guest }) => {
    await calls.block(until);
    const at = guest.now;
    await events.mask(other, false);
    return {
      at,
      pending: await events.wait(other),
      again: await events.poll(other),
      timer: await events.poll(virtualEvents.timer),
    };
  });
  expect(woken).toMatchObject({ pending: other, again: false, timer: true });
  expect(woken.at).toBeGreaterThanOrEqual(until);

  // Whoever is left sends to nobody, also when the closed port's number is used again.
  await machine.do(first, ({ calls }) => calls.eventClose(port));
  expect(await machine.do(first, ({ calls }) => calls.eventOpen(2))).toBe(port);
  expect(await machine.do(second[0], ({ calls }) => outcomeOf(calls.eventSend(other)))).toBe('ENOENT');
  await machine.do(second[0], ({ calls }) => calls.eventClose(other));
  await machine.do(first, ({ calls }) => calls.eventClose(port));
  expect(await machine.do(first, ({ calls }) => outcomeOf(calls.eventClose(port)))).toBe('ENOENT');
  expect(await machine.do(first, ({ calls }) => outcomeOf(calls.eventClose(virtualEvents.timer)))).toBe('EINVAL');
});

test('no event is lost between a guest that clears a byte of bits and the hypervisor that sets another of them', async () => {
  const { second, hypervisor } = await twoGuests();
  const { platform, events: sender } = hypervisor;
  const both: readonly number[] = [virtualEvents.store, virtualEvents.packets];
  const rounds = thorough ? 100 : 8;
  for (let round = 0; round < rounds; round += 1) {
    const heard = second[0].do(async ({ events }) => {
      const left = new Set(both);
      while (left.size > 0) left.delete((await events.wait([...left]))!);
      return true;
    });
    await hypervisor.run(async ({ thread }) => {
      await thread.suspend(platform.clock.sleep(400));
      await thread.access((processor) => sender.raise(processor, 2, 'store'));
      await thread.suspend(platform.clock.sleep(5 * round));
      await thread.access((processor) => sender.raise(processor, 2, 'packets'));
      expect(await thread.suspend(heard)).toBe(true);
    });
  }
});
