/** Guests that send and write whatever would hurt: the store goes on, keeps its accounts, and serves the others. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultQuotas } from './quotas.ts';
import { RingConnection, type RingDoor } from './ring.ts';
import { ringBytes, ringErrors, wordsAt } from './ring-layout.ts';
import { ask, encoded, furnished, heard, messagesOf, write } from './testing/asking.ts';
import { SharedPage } from './testing/page.ts';
import { Turns } from './turns.ts';
import { encodeMessage, encodeTexts, type MessageName, messageTypes } from './wire.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const canary = 'the canary in the other domain';

const text = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'x',
      'x/y',
      'x/y/z',
      '/local/domain/1',
      '/local/domain/2/secret',
      '/',
      '/a',
      'T',
      'F',
      '0',
      '1',
      'b1',
      'n1',
      'r2',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      '@releaseDomain',
      '@releaseDomain/2',
      '//',
      'x/',
      '../x',
      'é',
      'nodes',
      '65536',
      '-1',
      '4294967295',
      '1e3',
      'w2',
      'a'.repeat(2049),
      '/a'.repeat(1000),
    ),
  },
);
const types = [...Object.values(messageTypes), 0, 20, 24, 27, 65_535, 2 ** 32 - 1];
const word = fc.oneof(fc.nat({ max: 3 }), fc.constantFrom(2 ** 31, 2 ** 32 - 1));
const message = fc
  .record({
    type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...types) }, { weight: 1, arbitrary: word }),
    request: word,
    transaction: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 12 }) },
    ),
    texts: fc.array(text, { maxLength: 4 }),
    tail: fc.oneof(
      { weight: 4, arbitrary: fc.constant(new Uint8Array(0)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    ),
  })
  .map(({ type, request, transaction, texts, tail }) => ({
    type,
    request,
    transaction,
    payload: Uint8Array.from(Buffer.concat([encodeTexts(...texts), tail])).slice(0, 4096),
  }));

test(
  'hostile messages: each is answered once, nothing of others is read, and the accounts stay right',
  () => {
    const { store, two } = furnished();
    write(two, 'secret', canary);
    let done = 0;
    let sent = 0;
    const total = thorough ? 600_000 : 2000;
    for (let seed = 1; sent < total; seed += 1) {
      const session = store.connect(1);
      for (const one of fc.sample(message, { seed, numRuns: 250 })) {
        session.handle(one);
        sent += 1;
        const bytes = session.outbox.take(Number.POSITIVE_INFINITY);
        if (Buffer.from(bytes).includes(canary)) throw new Error(`leaked by ${JSON.stringify(one)}`);
        const answers = messagesOf(bytes).filter(({ type }) => type !== messageTypes.WATCH_EVENT);
        if (answers.length !== 1 || answers[0]!.request !== one.request)
          throw new Error(`not answered once: ${JSON.stringify(one)}`);
        if (answers[0]!.type === one.type) done += 1;
      }
      store.tree.audit();
      expect(ask(two, 'READ', ['secret'])).toBe(canary);
      store.disconnect(session);
      expect(store.watchesOf(1)).toEqual([]);
    }
    // They were not all noise.
    expect(done).toBeGreaterThan(total / 10);
    store.release(1);
    expect(store.tree.usage(1)).toEqual({ nodes: 0, bytes: 0 });
  },
  thorough ? 3_000_000 : 300_000,
);

/** A door that counts what is read of a page, and changes every word that was read, at once, to what would hurt. */
class TreacherousDoor implements RingDoor {
  /** Of the turn under way: how often each byte was read. */
  readonly reads = new Map<number, number>();
  writesOutside = 0;
  readonly #page: SharedPage;
  readonly #treason: (offset: number, bytes: number) => void;

  constructor(page: SharedPage, treason: (offset: number, bytes: number) => void) {
    this.#page = page;
    this.#treason = treason;
  }

  async read(offset: number, bytes: number): Promise<Uint8Array> {
    const read = await this.#page.server.read(offset, bytes);
    for (let at = offset; at < offset + bytes; at += 1) this.reads.set(at, (this.reads.get(at) ?? 0) + 1);
    this.#treason(offset, bytes);
    return read;
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    if (offset < 0 || offset + data.length > wordsAt.error + 4) this.writesOutside += 1;
    await this.#page.server.write(offset, data);
  }

  async notify(): Promise<void> {}
}

/** What a guest puts into its ring by itself. */
const put = (page: SharedPage, bytes: Uint8Array): void => {
  const from = page.word(wordsAt.requestsWritten);
  for (const [index, byte] of bytes.entries()) page.bytes[(from + index) % ringBytes] = byte;
  page.setWord(wordsAt.requestsWritten, from + bytes.length);
};
/** Takes all answers, as text. */
const readAll = (page: SharedPage): string => {
  const [from, to] = [page.word(wordsAt.answersRead), page.word(wordsAt.answersWritten)];
  page.setWord(wordsAt.answersRead, to);
  const length = Math.min((to - from) >>> 0, ringBytes);
  const bytes = Array.from({ length }, (_, index) => page.bytes[ringBytes + ((from + index) % ringBytes)]!);
  return Buffer.from(bytes).toString('latin1');
};

test(
  'wild rings, changed whenever they are read: each byte is read once in a turn, and a neighbour is served in the same round',
  async () => {
    const { store, two } = furnished();
    write(two, 'secret', canary);
    const rounds = thorough ? 400_000 : 1200;
    let draws = 1;
    const draw = (below: number): number => {
      draws = (Math.imul(draws, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((draws / 2 ** 32) * below);
    };
    const wild = (): number => [draw(2 ** 32), draw(5000), 2 ** 32 - draw(5000), 1024, 1025, 0][draw(6)]!;
    const page = new SharedPage();
    const words = Object.values(wordsAt);
    const door = new TreacherousDoor(page, (offset, bytes) => {
      if (draw(3) > 0) return;
      if (offset >= wordsAt.requestsRead) for (const at of words) page.setWord(at, wild());
      else page.bytes.fill(draw(256), offset, offset + bytes);
    });
    const turns = new Turns();
    const neighbour = new SharedPage();
    const ring = new RingConnection(store.connect(1), door, turns);
    const other = new RingConnection(store.connect(2), neighbour.server, turns);
    const samples = fc.sample(message, { seed: 7, numRuns: 500 });
    const seen = { connected: 0, broken: 0 };
    for (let round = 0; round < rounds; round += 1) {
      // Sound as often as not, so that there is something to spoil.
      if (page.word(wordsAt.error) !== 0 && draw(4) === 0) page.setWord(wordsAt.connection, 1);
      if (draw(4) === 0) for (const at of words) if (draw(3) === 0) page.setWord(at, wild());
      put(page, encodeMessage(samples[draw(samples.length)]!).subarray(0, ringBytes));
      readAll(page);
      put(neighbour, encoded('READ', ['secret']));
      door.reads.clear();
      turns.wake(ring);
      turns.wake(other);
      await turns.round();
      if (Math.max(0, ...door.reads.values()) > 1) throw new Error(`round ${round}: a byte was read twice`);
      if (!readAll(neighbour).includes(canary)) throw new Error(`round ${round}: the neighbour was not served`);
      if (Buffer.from(page.bytes.subarray(0, 2 * ringBytes)).includes(canary)) throw new Error('leaked');
      seen[page.word(wordsAt.error) === 0 ? 'connected' : 'broken'] += 1;
    }
    store.tree.audit();
    expect(door.writesOutside).toBe(0);
    expect(seen.connected).toBeGreaterThan(rounds / 20);
    expect(seen.broken).toBeGreaterThan(rounds / 20);
  },
  thorough ? 3_000_000 : 300_000,
);

test('what a ring may not hold ends its connection, with the reason; reconnecting begins anew', async () => {
  const { store } = furnished();
  const turns = new Turns();
  const page = new SharedPage();
  const session = store.connect(1);
  const ring = new RingConnection(session, page.server, turns);
  const settle = async (): Promise<void> => {
    turns.wake(ring);
    for (let round = 0; (await turns.round()) && round < 100; round += 1) readAll(page);
  };
  const spoil = [
    [ringErrors.index, () => page.setWord(wordsAt.requestsWritten, page.word(wordsAt.requestsRead) + 1025)],
    [ringErrors.index, () => page.setWord(wordsAt.requestsWritten, page.word(wordsAt.requestsRead) - 1)],
    [ringErrors.index, () => page.setWord(wordsAt.answersRead, page.word(wordsAt.answersWritten) + 1)],
    [ringErrors.index, () => page.setWord(wordsAt.answersRead, page.word(wordsAt.answersWritten) - 1025)],
    [ringErrors.length, () => put(page, new Uint8Array(new Uint32Array([2, 1, 0, 4097]).buffer))],
  ] as const;
  for (const [error, act] of spoil) {
    page.setWord(wordsAt.connection, 1);
    await settle();
    expect(page.word(wordsAt.connection)).toBe(0);
    put(page, encoded('WATCH', ['x', 't']));
    put(page, encoded('TRANSACTION_START', ['']));
    await settle();
    expect([page.word(wordsAt.error), session.watches.length, session.transactions]).toEqual([0, 1, 1]);
    act();
    await settle();
    expect([page.word(wordsAt.error), session.watches.length, session.transactions]).toEqual([error, 0, 0]);
    const { answersWritten } = wordsAt;
    const before = page.word(answersWritten);
    put(page, encoded('READ', ['x']));
    await settle();
    expect(page.word(answersWritten)).toBe(before);
  }
  // The store believes its own indices, not those in the page.
  page.setWord(wordsAt.connection, 1);
  await settle();
  page.setWord(wordsAt.requestsRead, 77);
  page.setWord(wordsAt.answersWritten, 99);
  put(page, encoded('READ', ['/local/domain/1']));
  await settle();
  expect([page.word(wordsAt.error), page.word(wordsAt.answersWritten)]).toEqual([0, 16]);
});

test('a page that cannot be reached ends its connection, and no other', async () => {
  const { store, two } = furnished();
  const turns = new Turns();
  const gone = async (): Promise<never> => {
    throw new Error('the memory died');
  };
  const session = store.connect(1);
  session.watch('x', 't', null);
  const ring = new RingConnection(session, { read: gone, write: gone, notify: gone }, turns);
  for (let round = 0; round < 3; round += 1) {
    turns.wake(ring);
    expect(await turns.round()).toBe(false);
  }
  expect(session.watches).toEqual([]);
  store.write('/local/domain/1/x', '');
  expect(ask(two, 'MKDIR', ['y'])).toBe('OK');
});

test('floods: whoever sends without end has one turn a round, and a neighbour one as well', async () => {
  const { store, zero } = furnished();
  const turns = new Turns();
  ask(zero, 'SET_PERMS', ['/local/domain/1', 'b1']);
  const victim = store.connect(2);
  ask(victim, 'WATCH', ['/local/domain/1', 'flooded']);
  const neighbour = new SharedPage();
  const other = new RingConnection(store.connect(2), neighbour.server, turns);
  let number = 0;
  let served = 0;
  const refused = new Set<MessageName>();
  const deep = (): string => ['d', ...Array<string>(number % 60).fill('deep')].join('/');
  const floods: readonly (readonly [MessageName, number, () => readonly string[]])[] = [
    ['MKDIR', 255, () => [`n${number}`]],
    ['WRITE', 45, () => [`n${number % 900}`, 'v'.repeat(900)]],
    ['MKDIR', 40, () => [deep()]],
    ['WATCH', 35, () => ['/', String(number)]],
    ['TRANSACTION_START', 10, () => ['']],
    ['RM', 20, () => [`n${number % 50}`]],
  ];
  for (const [name, rounds, texts] of floods) {
    // Four connections of the same domain, each with its ring full.
    const pages = Array.from({ length: 4 }, () => new SharedPage());
    const sessions = pages.map(() => store.connect(1));
    const rings = sessions.map((session, index) => new RingConnection(session, pages[index]!.server, turns));
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, page] of pages.entries()) {
        for (;;) {
          number += 1;
          const bytes = encoded(name, texts());
          if (page.word(wordsAt.requestsWritten) - page.word(wordsAt.requestsRead) + bytes.length > ringBytes) break;
          put(page, bytes);
        }
        if (readAll(page).includes('ENOSPC')) refused.add(name);
        turns.wake(rings[index]!);
      }
      const before = pages.map((page) => page.word(wordsAt.answersWritten));
      put(neighbour, encoded('READ', ['/local/domain/2']));
      turns.wake(other);
      await turns.round();
      served += 1;
      expect(neighbour.word(wordsAt.answersWritten)).toBe(16 * served);
      for (const [index, page] of pages.entries())
        expect(page.word(wordsAt.answersWritten)).toBeGreaterThan(before[index]!);
      readAll(neighbour);
    }
    expect(store.tree.usage(1).nodes).toBeLessThanOrEqual(defaultQuotas.nodes);
    expect(store.tree.usage(1).bytes).toBeLessThanOrEqual(defaultQuotas.bytes);
    expect(store.watchesOf(1).length).toBeLessThanOrEqual(defaultQuotas.watches);
    expect(store.transactionsOf(1)).toBeLessThanOrEqual(defaultQuotas.transactions);
    expect(victim.outbox.eventBytes).toBeLessThan(defaultQuotas['event-bytes'] + 100);
    for (const session of sessions) store.disconnect(session);
  }
  expect([...refused]).toEqual(['MKDIR', 'WRITE', 'WATCH', 'TRANSACTION_START']);
  store.tree.audit();
  expect(heard(victim).events.some(([path]) => path === '/local/domain/1')).toBe(true);
});
test('who does not read its answers is asked no more, and holds little', async () => {
  const { store } = furnished();
  const turns = new Turns();
  const page = new SharedPage();
  const session = store.connect(1);
  const ring = new RingConnection(session, page.server, turns);
  store.write('/local/domain/1/large', 'v'.repeat(2000));
  for (let round = 0; round < 50; round += 1) {
    if (page.word(wordsAt.requestsWritten) - page.word(wordsAt.requestsRead) < 900)
      put(page, encoded('READ', ['large']));
    turns.wake(ring);
    await turns.round();
  }
  expect(page.word(wordsAt.answersWritten)).toBe(ringBytes);
  expect(session.outbox.answerWaits).toBe(true);
  expect(page.word(wordsAt.requestsRead)).toBe(encoded('READ', ['large']).length);
});
