/** Exploring orders finds every end that there is: programs that are drawn are run in all orders one by one, too. */
import { expect, test } from 'vitest';
import { Random } from '../../../../testbench/simulator/index.ts';
import { HeldPages } from '../../memory/held-pages.ts';
import { Lock } from '../../memory/lock.ts';
import { type Explored, everyOrder } from './explore.ts';
import { fold, noFingerprint } from './fingerprint.ts';
import { WatchedLocks } from './locks.ts';
import { Places } from './places.ts';
import { type Happening, OrderError, type SharedState } from './run.ts';
import { Steps } from './steps.ts';

const words = 3;
const wordBytes = 8;
const actors = ['one', 'two', 'three'];

type Deed =
  | { readonly what: 'read' | 'write' | 'set' | 'add'; readonly word: number }
  | { readonly what: 'lock'; readonly lock: number; readonly body: readonly Deed[] }
  /** Waits until a word is not 0, as who waits for a held page does: looks under a lock, and is woken under it. */
  | { readonly what: 'wait' | 'wake'; readonly word: number }
  /** Does more if the word is not 0. */
  | { readonly what: 'if'; readonly word: number; readonly body: readonly Deed[] }
  | { readonly what: 'both'; readonly deeds: readonly [Deed, Deed] };

const drawn = (random: Random, depth: number): Deed => {
  const word = random.below(words);
  const kind = random.below(depth > 0 ? 8 : 4);
  if (kind < 2) return { what: 'read', word };
  if (kind < 4) return { what: kind === 2 ? 'set' : 'write', word };
  if (kind === 4) return { what: 'both', deeds: [drawn(random, 0), drawn(random, 0)] };
  if (kind === 5) return { what: 'if', word, body: [drawn(random, 0)] };
  const body = Array.from({ length: 1 + random.below(2) }, (): Deed => ({ what: 'add', word: random.below(words) }));
  return { what: 'lock', lock: random.below(2), body };
};

interface Drawn {
  readonly happening: Happening;
  /** Everything that came of a run. */
  end(): string;
  close(): void;
}

const numberIn = (answer: Uint8Array | undefined): number => new DataView(answer!.buffer).getUint32(0);

/** Of some actors, what each does. */
const drawnPlans = (seed: number): readonly (readonly Deed[])[] => {
  const random = new Random(seed);
  return actors.map(() => Array.from({ length: 1 + random.below(2) }, () => drawn(random, 1)));
};

/** Actors with programs of a few steps over the same words. What is read is part of what is written after it. */
const programs = (plans: readonly (readonly Deed[])[]): Drawn => {
  const places = new Places(words * wordBytes);
  const steps = new Steps(places.count);
  const watched = new WatchedLocks(steps, places);
  const locks = [new Lock(), new Lock()];
  const held = new HeldPages();
  let content: readonly number[] = [];
  const read = new Map<string, number>();
  const ranges = (word: number) => places.words([0], word * wordBytes, wordBytes);
  const end = (): string => JSON.stringify([content, ...actors.map((actor) => read.get(actor))]);
  /** Does it, by what was read before. Gives what has been read then. */
  const act = async (before: number, deed: Deed): Promise<number> => {
    if (deed.what === 'both') {
      const [one, other] = await Promise.all(deed.deeds.map((each) => act(before, each)));
      return (one! * 17 + other!) >>> 0;
    }
    let known = before;
    if (deed.what === 'if') {
      known = await act(before, { what: 'read', word: deed.word });
      if (known !== (before * 31) >>> 0) for (const each of deed.body) known = await act(known, each);
      return known;
    }
    if (deed.what === 'lock')
      return locks[deed.lock]!.hold(async () => {
        for (const each of deed.body) known = await act(known, each);
        return known;
      });
    const { word } = deed;
    if (deed.what === 'wake')
      return locks[0]!.hold(async () => {
        const after = await act(known, { what: 'write', word });
        held.changed(0, word);
        return after;
      });
    if (deed.what === 'wait') {
      const wait = await locks[0]!.hold(async () => {
        const before = known;
        known = await act(known, { what: 'read', word });
        return known === (before * 31) >>> 0 ? held.wait(0, word) : undefined;
      });
      await wait?.ended;
      return known;
    }
    if (deed.what !== 'write' && deed.what !== 'set') {
      const answer = await steps.take(`reads ${word}`, { ranges: ranges(word), changes: false }, () => {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setUint32(0, content[word]!);
        return bytes;
      });
      known = (known * 31 + numberIn(answer)) >>> 0;
    }
    const written = deed.what === 'set' ? 5 : (known * 7) >>> 0;
    if (deed.what !== 'read')
      await steps.take(`writes ${word}`, { ranges: ranges(word), changes: true }, () => {
        content = content.with(word, written);
        return undefined;
      });
    return known;
  };
  const shared: SharedState = {
    restore: () => void (content = Array<number>(words).fill(0)),
    mark: () => {
      const before = content;
      return () => void (content = before);
    },
    get fingerprint() {
      return fold(noFingerprint, content.join());
    },
  };
  const happening: Happening = {
    steps,
    shared,
    begin: () => {
      const run = async (actor: string, index: number): Promise<void> => {
        let known = index + 1;
        for (const deed of plans[index]!) known = await act(known, deed);
        read.set(actor, known);
      };
      return Promise.all(actors.map((actor, index) => steps.as(actor, () => run(actor, index))));
    },
    outcomes: () => Object.fromEntries(actors.map((actor) => [actor, String(read.get(actor))])),
    judge: async () => {},
  };
  return {
    happening,
    end,
    close: () => {
      watched.close();
      steps.close();
    },
  };
};

/** The ends of all orders, each run by itself, of steps of which each is waited for. */
const allEnds = async ({ happening, end }: Drawn): Promise<Set<string>> => {
  const { steps, shared } = happening;
  const ends = new Set<string>();
  const left: number[][] = [[]];
  for (let given = left.pop(); given !== undefined; given = left.pop()) {
    shared.restore();
    steps.reset();
    steps.immediate = false;
    void happening.begin();
    for (let at = 0; ; at += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const { length } = steps.pending;
      if (length === 0) break;
      if (at === given.length) {
        for (let other = 1; other < length; other += 1) left.push([...given, other]);
        given.push(0);
      }
      steps.pending[given[at]!]!.perform();
    }
    steps.immediate = true;
    ends.add(end());
  }
  return ends;
};

/** With and without leaving out what cannot be told apart, and if wanted, run one by one. */
const expectAllEnds = async (plans: readonly (readonly Deed[])[], oneByOne: boolean): Promise<void> => {
  const made = programs(plans);
  try {
    const explored: Explored[] = [];
    const ends: string[][] = [];
    for (const plain of [false, true]) {
      const found = new Set<string>();
      const judge = async (): Promise<void> => void found.add(made.end());
      explored.push(await everyOrder({ ...made.happening, judge }, plain));
      ends.push([...found].sort());
    }
    expect(ends[0]).toEqual(ends[1]);
    if (oneByOne) expect(ends[0]).toEqual([...(await allEnds(made))].sort());
    expect(explored[0]!.ends).toBe(explored[1]!.ends);
    expect(explored[0]!.states).toBeLessThanOrEqual(explored[1]!.states);
  } finally {
    made.close();
  }
};

test.each([2, 3, 8, 11])('no end of drawn programs is left out (seed %i)', (seed) =>
  expectAllEnds(drawnPlans(seed), true),
);

test('no end of twenty drawn programs is left out with the steps that are', async () => {
  for (let seed = 0; seed < 20; seed += 1) await expectAllEnds(drawnPlans(seed), false);
});

test('no end of programs is left out of which one waits to be woken', async () => {
  const both: Deed = {
    what: 'both',
    deeds: [
      { what: 'wake', word: 0 },
      { what: 'write', word: 1 },
    ],
  };
  const add: Deed = { what: 'add', word: 1 };
  const waits: readonly Deed[] = [
    { what: 'wait', word: 0 },
    { what: 'read', word: 1 },
  ];
  await expectAllEnds([waits, [both], [add]], true);
});

test('an end that must not be is told with the order that leads to it', async () => {
  const made = programs(drawnPlans(3));
  try {
    let last = '';
    await everyOrder({ ...made.happening, judge: async () => void (last = made.end()) });
    const judge = async (): Promise<void> => {
      if (made.end() === last) throw new Error('not this one');
    };
    const told = await everyOrder({ ...made.happening, judge }).catch((error: unknown) => error);
    expect(told).toBeInstanceOf(OrderError);
    expect((told as OrderError).message).toMatch(/^not this one, after:\n {2}(one|two|three) 0 /);
  } finally {
    made.close();
  }
});
