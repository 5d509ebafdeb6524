/**
 * A sweep of four pages of zeros, in every order with what others do: content is never lost, and what was taken reads as zeros. Decision
 * 0300 says what a step is. Most of it takes long, and is run with `PORTCULLIS_THOROUGH=1`.
 */
import { expect, test } from 'vitest';
import { type Mistake, mistakes } from '../testing/orders/mistakes.ts';
import { OrderError } from '../testing/orders/run.ts';
import { type Beside, SweptPages } from '../testing/orders/world.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Four hours. */
const limit = 14_400_000;

interface Case {
  readonly name: string;
  readonly beside: Beside;
  readonly copies?: 'second';
  /** How many pages sweeps take, in all orders. */
  readonly taken: readonly number[];
}

/** The page is inside a run of pages that are scanned together; its neighbours are swept with it. */
const cases: readonly Case[] = [
  { name: 'its guest writes one', beside: { writes: 1 }, taken: [3, 4] },
  { name: 'its guest writes one, of one copy', beside: { writes: 1 }, copies: 'second', taken: [3, 4] },
  { name: 'another guest maps one and writes it', beside: { maps: 1 }, taken: [3, 4] },
  { name: 'two become a packet ring, and the device writes', beside: { opens: 1 }, taken: [2, 3, 4] },
  { name: 'two are taken back from the device, which writes', beside: { closes: 1 }, taken: [2, 3, 4] },
  { name: 'two guests write the same page', beside: { writes: 1, maps: 1 }, taken: [3, 4] },
  { name: 'two guests write two pages', beside: { writes: 0, maps: 1 }, taken: [2, 3, 4] },
  { name: 'the guest writes its packet ring', beside: { writes: 1, opens: 1 }, taken: [2, 3, 4] },
  { name: 'the guest writes its packet ring that is taken back', beside: { writes: 1, closes: 1 }, taken: [2, 3, 4] },
  {
    name: 'a page that another guest maps and writes becomes a packet ring',
    beside: { maps: 1, opens: 1, tables: true },
    taken: [2, 3, 4],
  },
  {
    name: 'another guest maps and writes a page of a packet ring that is taken back',
    beside: { maps: 1, closes: 1, tables: true },
    taken: [2, 3, 4],
  },
  {
    name: 'all of them write the same page',
    beside: { writes: 1, maps: 1, opens: 1, tables: true },
    taken: [2, 3, 4],
  },
];

const withWorld = async <Result>(
  { copies }: { readonly copies?: 'second' },
  body: (world: SweptPages) => Promise<Result>,
): Promise<Result> => {
  const world = await SweptPages.make(copies === undefined ? {} : { copies });
  try {
    return await body(world);
  } finally {
    world.close();
  }
};

test.each(thorough ? cases : cases.slice(0, 1))(
  'no order of steps loses anything when $name',
  { timeout: limit },
  (one) =>
    withWorld(one, async (world) => {
      const { states, steps, ends, runs } = await world.everyOrder(one.beside);
      if (thorough) console.info(`${one.name}: ${states} states, ${steps} steps, ${ends} ends, ${runs} runs`);
      // Both are met: what is written in time stays, and what is not is taken.
      expect([...world.taken].sort()).toEqual(one.taken);
    }),
);

const planted = (mistake: Mistake, beside: Beside): Promise<unknown> =>
  withWorld(mistake, async (world) => {
    const takeAway = mistake.plant(world);
    try {
      return await world.everyOrder(beside);
    } finally {
      takeAway();
    }
  });

test.each(thorough ? mistakes : mistakes.filter(({ soon }) => soon))(
  'an order is found in which it shows that $name',
  { timeout: limit },
  async (mistake) => {
    for (const beside of mistake.hiddenWith ?? []) await planted(mistake, beside);
    await expect(planted(mistake, mistake.beside)).rejects.toBeInstanceOf(OrderError);
  },
);
