/** Requests that must not be done twice: connections break, servers die at every step, and another guest acts on the same names meanwhile. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { everything } from '../guest/everything.ts';
import { createGuestFileSystem } from '../guest/file-system.ts';
import type { Promises } from '../guest/random-operations.ts';
import type { Message } from '../protocol/layout.ts';
import { treesUnderTest } from '../tree/every-tree.ts';
import { type JournalUnderTest, Lives, memoryJournal } from './mortal-server.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

const guestOf = async (lives: Lives): Promise<Promises> => {
  const files = createGuestFileSystem();
  await files.mount('/share', await RemoteTree.connect({ connect: () => lives.connect(), reconnects: 1000 }));
  return files.promises as unknown as Promises;
};

/** What one guest asks for; what another does to the same name; and what undoes the first. */
interface Case {
  readonly request: Message['name'];
  readonly prepare?: (files: Promises) => Promise<unknown>;
  readonly own: (files: Promises) => Promise<unknown>;
  readonly rival: (files: Promises) => Promise<unknown>;
  readonly refusal: 'EEXIST' | 'ENOENT';
  readonly undo: (files: Promises) => Promise<unknown>;
  /** What is said where it was done and is undone. */
  readonly gone?: string;
}
const some = (files: Promises): Promise<void> => files.writeFile('/share/a', 'some');
const cases: Readonly<Record<string, Case>> = {
  mkdir: {
    request: 'Tmkdir',
    own: (files) => files.mkdir('/share/a'),
    rival: (files) => files.mkdir('/share/a'),
    refusal: 'EEXIST',
    undo: (files) => files.rmdir('/share/a'),
  },
  symlink: {
    request: 'Tsymlink',
    own: (files) => files.symlink('x', '/share/a'),
    rival: (files) => files.symlink('x', '/share/a'),
    refusal: 'EEXIST',
    undo: (files) => files.unlink('/share/a'),
  },
  link: {
    request: 'Tlink',
    prepare: some,
    own: (files) => files.link('/share/a', '/share/b'),
    rival: (files) => files.link('/share/a', '/share/b'),
    refusal: 'EEXIST',
    undo: (files) => files.unlink('/share/b'),
  },
  'exclusive creation': {
    request: 'Tlcreate',
    own: async (files) => (await files.open('/share/a', 'wx', 0o600)).close(),
    rival: async (files) => (await files.open('/share/a', 'wx', 0o600)).close(),
    refusal: 'EEXIST',
    undo: (files) => files.unlink('/share/a'),
    gone: 'ENOENT',
  },
  unlink: {
    request: 'Tunlinkat',
    prepare: some,
    own: (files) => files.unlink('/share/a'),
    rival: (files) => files.unlink('/share/a'),
    refusal: 'ENOENT',
    undo: (files) => files.writeFile('/share/a', 'another'),
  },
  rmdir: {
    request: 'Tunlinkat',
    prepare: (files) => files.mkdir('/share/a'),
    own: (files) => files.rmdir('/share/a'),
    rival: (files) => files.rmdir('/share/a'),
    refusal: 'ENOENT',
    undo: (files) => files.mkdir('/share/a'),
  },
  rename: {
    request: 'Trenameat',
    prepare: some,
    own: (files) => files.rename('/share/a', '/share/b'),
    rival: (files) => files.rename('/share/a', '/share/c'),
    refusal: 'ENOENT',
    undo: (files) => files.writeFile('/share/a', 'another'),
  },
};

/** How the answer to a request is lost. */
const losses = {
  'its connection breaks': async () => undefined,
  'the server is started anew': (lives: Lives) => lives.restart(),
  'the server dies before it could write the answer down': async (lives: Lives, journal: JournalUnderTest) => {
    if (journal.kept.at(-1)?.what === 'answer') journal.kept.pop();
    await lives.restart();
  },
} as const;

const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: NodeJS.ErrnoException) => error.code ?? String(error),
  );

const rows = Object.keys(cases).flatMap((what) =>
  (Object.keys(losses) as (keyof typeof losses)[]).map((how) => [what, how] as const),
);

const start = async (kind: string, { prepare = async () => undefined, request }: Case, arrives: boolean) => {
  const under = await treesUnderTest[kind]!();
  const journal = memoryJournal();
  const lives = await Lives.begin(under.tree, journal);
  const [own, rival] = [await guestOf(lives), await guestOf(lives)];
  await prepare(rival);
  const lost = lives.loseAnswer(request, arrives);
  return { under, journal, lives, own, rival, lost };
};

for (const kind of ['memory', 'host']) {
  test.each(rows)(
    `${kind}: %s that did not arrive, and was then done by another guest, is refused: %s`,
    async (what, how) => {
      const one = cases[what]!;
      const { under, journal, lives, own, rival, lost } = await start(kind, one, false);
      const asked = outcomeOf(one.own(own));
      const breaks = await lost;
      await losses[how](lives, journal);
      await one.rival(rival);
      const before = await everything(rival, '/share');
      breaks();
      expect(await asked).toBe(one.refusal);
      expect(await everything(rival, '/share')).toEqual(before);
      await lives.close();
      await under.close();
    },
  );

  test.each(rows)(
    `${kind}: %s that was done, and then undone by another guest, is not done again: %s`,
    async (what, how) => {
      const one = cases[what]!;
      const { under, journal, lives, own, rival, lost } = await start(kind, one, true);
      const asked = outcomeOf(one.own(own));
      const breaks = await lost;
      await losses[how](lives, journal);
      await one.undo(rival);
      const before = await everything(rival, '/share');
      breaks();
      expect(await asked).toBe(one.gone ?? 'done');
      expect(await everything(rival, '/share')).toEqual(before);
      await lives.close();
      await under.close();
    },
  );
}

/** Names that two guests fight for: each may be taken once, then given back once. */
const prizes: readonly (readonly [
  take: (files: Promises) => Promise<unknown>,
  give: (files: Promises) => Promise<unknown>,
  held: string,
])[] = [
  [cases.mkdir!.own, cases.mkdir!.undo, 'a'],
  [(files) => files.symlink('x', '/share/s'), (files) => files.unlink('/share/s'), 's'],
  [(files) => files.link('/share/x', '/share/h'), (files) => files.unlink('/share/h'), 'h'],
  [async (files) => (await files.open('/share/f', 'wx')).close(), (files) => files.unlink('/share/f'), 'f'],
  [(files) => files.rename('/share/t', '/share/u'), (files) => files.rename('/share/u', '/share/t'), 'u'],
];
const move = fc.record({ prize: fc.nat({ max: prizes.length - 1 }), take: fc.boolean() });
const moves = fc.array(move, { minLength: 20, maxLength: 30, size: 'max' });
/** Steps of the server that each of its lives has: a request's look, change, entry of the journal, or answer. */
const steps = fc.array(fc.integer({ min: 40, max: 200 }), { minLength: 60, maxLength: 60 });

test(
  'two guests fight for names while the server dies at any step: what each was told it did, was done just so often',
  async () => {
    let deaths = 0;
    const run = async (
      first: typeof moves extends fc.Arbitrary<infer T> ? T : never,
      second: typeof first,
      plan: number[],
    ) => {
      const under = await treesUnderTest.memory!();
      const lives = await Lives.begin(under.tree, memoryJournal(), plan);
      const guests = [await guestOf(lives), await guestOf(lives)] as const;
      for (const name of ['x', 't']) await guests[0].writeFile(`/share/${name}`, '');
      const balance = prizes.map(() => 0);
      const play = async (files: Promises, plays: typeof first): Promise<void> => {
        for (const { prize, take } of plays) {
          const said = await outcomeOf(prizes[prize]![take ? 0 : 1](files));
          expect(['done', 'EEXIST', 'ENOENT', 'ESTALE']).toContain(said);
          if (said === 'done' || said === 'ESTALE') balance[prize]! += take ? 1 : -1;
        }
      };
      await Promise.all([play(guests[0], first), play(guests[1], second)]);
      const names = await guests[0].readdir('/share');
      expect(balance).toEqual(prizes.map(([, , held]) => ((names as unknown as string[]).includes(held) ? 1 : 0)));
      deaths += lives.deaths;
      await lives.close();
      await under.close();
    };
    await fc.assert(fc.asyncProperty(moves, moves, steps, run), { numRuns: thorough ? 2000 : 15 });
    expect(deaths).toBeGreaterThan(thorough ? 2000 : 30);
  },
  thorough ? 3_000_000 : 60_000,
);
