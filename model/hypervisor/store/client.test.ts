import { expect, test } from 'vitest';
import { StoreClient, StoreConnectionError } from './client.ts';
import { ringBytes, wordsAt } from './ring-layout.ts';
import { Store } from './store.ts';
import { ask } from './testing/asking.ts';
import { RingServer, SharedPage } from './testing/page.ts';

const serve = (...domains: readonly number[]) => {
  const store = new Store();
  const server = new RingServer(store);
  const pages = domains.map((domain) => {
    store.introduce(domain);
    store.write(`/local/domain/${domain}`, '');
    ask(store.connect(0), 'SET_PERMS', [`/local/domain/${domain}`, `n${domain}`]);
    // Positions may begin anywhere, and run over.
    const page = new SharedPage();
    for (const at of [wordsAt.requestsRead, wordsAt.requestsWritten, wordsAt.answersRead, wordsAt.answersWritten])
      page.setWord(at, 2 ** 32 - 700);
    return server.attach(domain, page);
  });
  return { store, pages, clients: pages.map((page) => new StoreClient(page.guest)) };
};

test('a guest reads, writes and lists, values longer than the ring too', async () => {
  const { store, pages, clients } = serve(3);
  const [client] = clients as [StoreClient];
  await client.write('x', 'of three');
  expect(await client.readText('/local/domain/3/x')).toBe('of three');
  const long = new Uint8Array(2048).map((_, index) => index % 251);
  await client.write('long', long);
  expect(await client.read('long')).toEqual(long);
  await client.makeDirectory('d/e');
  expect(await client.list('/local/domain/3')).toEqual(['x', 'long', 'd']);
  expect([await client.exists('d'), await client.exists('none')]).toEqual([true, false]);
  await client.setPermissions('d', [{ access: 'r', domain: 3 }]);
  expect(await client.getPermissions('d')).toEqual([{ access: 'r', domain: 3 }]);
  await client.remove('d');
  expect(await client.exists('d')).toBe(false);
  expect(await client.domainPath(3)).toBe('/local/domain/3');
  await expect(client.read('/local/domain/0/name')).rejects.toMatchObject({ code: 'EACCES' });
  await expect(client.read('//')).rejects.toMatchObject({ code: 'EINVAL' });
  for (let index = 0; index < 700; index += 1) store.write(`/local/domain/3/list/${index}-is-there`, '');
  expect(await client.list('list')).toHaveLength(700);
  expect(pages[0]!.word(wordsAt.features)).toBe(7);
});

test('programs of a guest ask at the same time, and a watch is told in order', async () => {
  const { store, clients } = serve(3);
  const [client] = clients as [StoreClient];
  const watch = await client.watch('x');
  const shallow = await client.watch('x', 0);
  expect([await watch.next(), await shallow.next()]).toEqual(['x', 'x']);
  const waiting = watch.next();
  await Promise.all(Array.from({ length: 50 }, (_, index) => client.write(`x/${index}`, 'v'.repeat(100))));
  expect(await waiting).toBe('x/0');
  for (let index = 1; index < 50; index += 1) expect(await watch.next()).toBe(`x/${index}`);
  await watch.close();
  store.write('/local/domain/3/x', 'again');
  expect([await shallow.next(), await shallow.next()]).toEqual(['x', 'x']);
});

test('what is asked while another program waits for a watch is sent at once', async () => {
  const { clients } = serve(3);
  const [client] = clients as [StoreClient];
  const watch = await client.watch('x');
  await watch.next();
  const waiting = watch.next();
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await client.write('x', 'told');
  expect(await waiting).toBe('x');
});

test('transactions are run again after a conflict, and leave nothing when their body throws', async () => {
  const { clients } = serve(3, 4);
  const [three, four] = clients as [StoreClient, StoreClient];
  await three.write('count', '0');
  await three.setPermissions('count', [
    { access: 'n', domain: 3 },
    { access: 'b', domain: 4 },
  ]);
  const path = '/local/domain/3/count';
  let bodies = 0;
  const add = (client: StoreClient): Promise<void> =>
    client.transaction(async (view) => {
      bodies += 1;
      const value = Number(await view.readText(path));
      await view.write(path, String(value + 1));
    });
  const adding = [three, four].map(async (client) => {
    for (let index = 0; index < 20; index += 1) await add(client);
  });
  await Promise.all(adding);
  expect(await three.readText('count')).toBe('40');
  expect(bodies).toBeGreaterThan(40);
  const failing = three.transaction(async (view) => {
    await view.write('count', '99');
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  expect(await three.readText('count')).toBe('40');
});

test('a connection that is made anew knows no transactions, and sets its watches again', async () => {
  const { store, pages, clients } = serve(3);
  const [client] = clients as [StoreClient];
  const [page] = pages as [SharedPage];
  const watch = await client.watch('x');
  await watch.next();
  page.setWord(wordsAt.requestsWritten, page.word(wordsAt.requestsRead) + ringBytes + 1);
  await page.guest.notify();
  while (page.word(wordsAt.error) === 0) await new Promise((resolve) => setImmediate(resolve));
  await expect(client.read('x')).rejects.toBeInstanceOf(StoreConnectionError);
  store.write('/local/domain/3/x', 'meanwhile');
  await client.reconnect();
  expect(await watch.next()).toBe('x');
  expect(await client.readText('x')).toBe('meanwhile');
  expect([store.watchesOf(3).length, store.transactionsOf(3)]).toEqual([1, 0]);
});
