/** The store on the model platform: guests at their rings, one of them hostile, and domains that come and go. */
import { expect, test } from 'vitest';
import { Calls, Events, type Guest, storeRingAddress, TrustedCalls, virtualEvents } from '../guest/index.ts';
import { TrustedEvents } from '../index.ts';
import { launch, testHypervisor } from '../testing/machine.ts';
import { StoreClient } from './client.ts';
import { guestStoreDoor } from './guest-door.ts';
import { wordsAt } from './ring-layout.ts';
import { StoreService } from './service.ts';
import { ask, heard, write } from './testing/asking.ts';

const clientOf = (guest: Guest): StoreClient => {
  const calls = new Calls(guest);
  return new StoreClient(guestStoreDoor(guest, calls, new Events(guest, calls)));
};

/** Writes its indices all the time, asks for new connections, and sends events without end. */
const hostile = async (guest: Guest): Promise<never> => {
  const calls = new Calls(guest);
  const words = [wordsAt.requestsRead, wordsAt.requestsWritten, wordsAt.answersRead, wordsAt.answersWritten];
  for (let value = 1; ; value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0) {
    await guest.memory.write32(storeRingAddress + words[value >>> 30]!, value % 7 === 0 ? value : 0);
    if (value % 5 === 0) await guest.memory.write32(storeRingAddress + wordsAt.connection, 1);
    await calls.eventSend(2);
  }
};

/** Asks a question in its data, and waits until the domain that may has written the answer. */
const asking = async (guest: Guest): Promise<unknown> => {
  const client = clientOf(guest);
  const own = { access: 'n', domain: guest.domain } as const;
  await client.transaction(async (view) => {
    await view.write('data/question', 'who are you?');
    await view.setPermissions('data/question', [own, { access: 'r', domain: 3 }]);
    await view.write('data/answer', '');
    await view.setPermissions('data/answer', [own, { access: 'b', domain: 3 }]);
  });
  const answer = await client.watch('data/answer');
  for (;;) {
    const path = await answer.next();
    const text = await client.readText('data/answer');
    if (text !== '') return { path, text };
  }
};

/** Answers when its target has changed. Tells how long the longest request took, in cycles. */
const answering = async (guest: Guest): Promise<unknown> => {
  const client = clientOf(guest);
  const target = await client.watch('memory/target');
  const before = await client.readText('memory/target');
  let longest = 0;
  for (;;) {
    await target.next();
    const begun = guest.now;
    const now = await client.readText('memory/target');
    longest = Math.max(longest, guest.now - begun);
    if (now === before) continue;
    const question = await client.readText('/local/domain/2/data/question');
    const refused = await client.read('/local/domain/2/data').catch(({ code }) => code as unknown);
    await client.write('/local/domain/2/data/answer', `target ${now}, not ${before}`);
    return { question, refused, longest };
  }
};

test('guests speak through the store beside a hostile one, see their targets change, and leave nothing behind', async () => {
  const hypervisor = await testHypervisor();
  const { store } = new StoreService(hypervisor);
  const zero = store.connect(0);
  ask(zero, 'WATCH', ['@introduceDomain', 'i']);
  ask(zero, 'WATCH', ['@releaseDomain', 'r', '1']);
  const paths = () => heard(zero).events.map(([path]) => path);
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const calls = new TrustedCalls(domain0);
    // Another program of domain 0, whose event has its bit beside the store's.
    let told = 0;
    hypervisor.start(async (other) => {
      for (;;) {
        await TrustedEvents.of(hypervisor).wait(other.thread, virtualEvents.packets);
        told += 1;
      }
    });
    const tell = () => thread.access((processor) => hypervisor.events.raise(processor, 0, 'packets'));
    const domains: number[] = [];
    const ended: Promise<readonly unknown[]>[] = [];
    for (const program of [hostile, asking, answering]) {
      const one = await launch(hypervisor, domain0, [program]);
      domains.push(one.domain);
      ended.push(one.ended);
    }
    expect(domains).toEqual([1, 2, 3]);
    expect(paths()).toEqual(['@introduceDomain']);
    while (store.watchesOf(2).length * store.watchesOf(3).length === 0)
      await thread.suspend(hypervisor.platform.clock.sleep(500));
    for (let count = 1; count <= 3; count += 1) {
      await tell();
      while (told < count) await thread.suspend(hypervisor.platform.clock.sleep(200));
    }
    // What is no number, or refused, is written over with what the target is.
    const target = async (value: string): Promise<string> => {
      expect(write(zero, '/local/domain/1/memory/target', value)).toBe('OK');
      const now = (): string => ask(zero, 'READ', ['/local/domain/1/memory/target']);
      while (now() === value) await thread.suspend(hypervisor.platform.clock.sleep(500));
      return now();
    };
    const has = async (): Promise<number> =>
      (await thread.access((processor) => hypervisor.domains.status(processor, 1))).target;
    expect([await target('twelve'), await has()]).toEqual(['8', 2]);
    expect([await target('4000'), await has()]).toEqual(['8', 2]);
    expect([await target('15'), await has()]).toEqual(['12', 3]);
    // By the store, domain 0 sets the target that the guest waits for.
    expect(write(zero, '/local/domain/3/memory/target', '16')).toBe('OK');
    const [answered] = await thread.suspend(ended[2]!);
    expect(answered).toMatchObject({ how: 'returned', value: { question: 'who are you?', refused: 'EACCES' } });
    // In cycles: at most a slice of the hostile guest's before each of the three programs that a request goes through.
    expect((answered as { value: { longest: number } }).value.longest).toBeLessThan(30_000);
    const [got] = await thread.suspend(ended[1]!);
    expect(got).toEqual({ how: 'returned', value: { path: 'data/answer', text: 'target 16, not 8' } });
    expect(paths().sort()).toEqual(['@releaseDomain/2', '@releaseDomain/3']);
    expect(ask(zero, 'READ', ['/local/domain/3/memory/static-max'])).toBe('32');
    expect(store.tree.usage(2).nodes).toBe(3);
    // The hostile guest in the middle of what it does, too.
    for (const domain of domains) await calls.destroy(domain);
    expect(paths().sort()).toEqual(['@releaseDomain/1', '@releaseDomain/2', '@releaseDomain/3']);
    expect(ask(zero, 'DIRECTORY', ['/local/domain'])).toBe('0');
    store.tree.audit();
    expect(await thread.access((processor) => hypervisor.memory.audit(processor))).toEqual([]);
  });
});
