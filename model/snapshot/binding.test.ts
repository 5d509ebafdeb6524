/** A store goes with its source and with no other, whenever the power fails while one is opened. */
import { expect, test } from 'vitest';
import { bindSource, type SourceMark } from './binding.ts';
import { SnapshotError } from './storage.ts';
import { SuperblockKeeper } from './superblock-keeper.ts';
import { drawFrom, Machine, SimulatedStorage } from './testing/machine.ts';
import { readAll, readSnapshot } from './testing/recovery.ts';
import { anyPace, formattedStore, randomSource, smallGeometry } from './testing/scenario.ts';
import { Volume } from './volume.ts';

const seeds = process.env.PORTCULLIS_THOROUGH === '1' ? 56 : 8;
const geometry = smallGeometry(16);
let drawn = 0;

/** A mark that is on a machine: until `write` has ended, a power cut leaves the former one or the new one, also when that could be read. */
class SimulatedMark implements SourceMark {
  readonly source = 'disk';
  readonly place = 'disk.mark';
  readonly adopt: boolean;
  readonly #machine: Machine;
  seen: string | null;
  #durable: string | null;

  constructor(machine: Machine, content: string | null, durable: string | null, adopt: boolean) {
    this.#machine = machine;
    this.seen = content;
    this.#durable = durable;
    this.adopt = adopt;
  }

  async read(): Promise<string | null> {
    await this.#machine.while();
    this.#durable = this.seen;
    return this.seen;
  }

  async write(identifier: string): Promise<void> {
    await this.#machine.while();
    this.seen = identifier;
    this.#machine.countWrite();
    await this.#machine.while();
    this.#durable = identifier;
  }

  draw(): string {
    drawn += 1;
    return drawn.toString(16).padStart(32, '0');
  }

  get durable(): string | null {
    return this.#durable;
  }

  afterPowerCut(bound: (bound: number) => number): string | null {
    return bound(2) === 0 ? this.seen : this.#durable;
  }
}

interface Contents {
  readonly source: Uint8Array;
  readonly store: Uint8Array;
  readonly mark: string | null;
  /** The mark that a power cut may bring back. */
  readonly durableMark?: string | null;
}

const begin = (machine: Machine, { source, store, mark, durableMark = mark }: Contents, adopt = false) => {
  const storages = { source: new SimulatedStorage(machine, source), store: new SimulatedStorage(machine, store) };
  const marked = new SimulatedMark(machine, mark, durableMark, adopt);
  const options = { pace: anyPace(machine), now: () => 0n, mark: marked };
  return { ...storages, mark: marked, opening: Volume.open(storages.source, storages.store, options) };
};

/** Opens, does something, closes, and gives what is there then. */
const opened = async (
  contents: Contents,
  run: (volume: Volume) => Promise<unknown> = async () => undefined,
  adopt = false,
): Promise<Contents> => {
  const { opening, source, store, mark } = begin(new Machine(drawn), contents, adopt);
  const volume = await opening;
  await run(volume);
  await volume.close();
  return { source: source.seen, store: store.seen, mark: mark.seen };
};

const fresh = async (mark: string | null = null): Promise<Contents> => ({
  source: randomSource(drawFrom(1), geometry.sourceSize),
  store: await formattedStore(geometry, 2 ** 14),
  mark,
});
const snapshot = (volume: Volume) => volume.take('s', { policy: 'break' });
const withSnapshot = async (): Promise<Contents> => opened(await fresh(), snapshot);

const expectRefused = async (contents: Contents, said: string): Promise<void> => {
  const { opening, store } = begin(new Machine(1), contents);
  await expect(opening).rejects.toThrow(SnapshotError);
  await expect(opening).rejects.toThrow(said);
  await expect(opening).rejects.toThrow('add --adopt');
  // Nothing of it changed, so that it can be put where it belongs.
  expect(Buffer.compare(store.seen, contents.store)).toBe(0);
};
const anothers = 'It holds a snapshot of another volume than disk, or of what that was';
const unknown = 'cannot tell whether disk is that volume: disk.mark is not there';

test("a store with snapshots is refused beside another source's mark, and beside none", async () => {
  const [one, other] = [await withSnapshot(), await withSnapshot()];
  await expectRefused({ ...one, source: other.source, mark: other.mark }, anothers);
  await expectRefused({ ...one, mark: null }, unknown);
  await opened(one);
});

test('of two stores that are used in turn the earlier one is refused', async () => {
  const first = await withSnapshot();
  const second = await opened({ ...first, store: await formattedStore(geometry, 2 ** 14) }, async (volume) => {
    await snapshot(volume);
    await volume.write(0, new Uint8Array(1000).fill(1));
  });
  await expectRefused({ ...second, store: first.store }, anothers);
  await opened(second);
});

test('a source and its store go together wherever they are copied, and not with the other copy once one was opened', async () => {
  const copied = await withSnapshot();
  const [one, other] = [await opened(copied), await opened(copied)];
  await opened(one);
  await expectRefused({ ...one, store: other.store }, anothers);
  await expectRefused({ ...copied, store: one.store }, anothers);
});

test('a store without snapshots is any source’s, and one is adopted when that is asked for', async () => {
  const one = await withSnapshot();
  await opened({ ...(await fresh('f'.repeat(32))) });
  const emptied = await opened(one, (volume) => volume.remove('s'));
  await opened({ ...emptied, mark: null });
  const adopted = await opened({ ...one, mark: null }, undefined, true);
  const again = await opened(adopted);
  await expectRefused({ ...again, mark: one.mark }, anothers);
});

test.each(['a new store', 'a store with a snapshot', 'an adopted store'])(
  'the power fails, or the process is killed, at each write while %s is opened; the power fails again; and it goes with its source',
  async (what) => {
    const adopt = what === 'an adopted store';
    const before = what === 'a new store' ? await fresh('e'.repeat(32)) : await withSnapshot();
    const contents = adopt ? { ...before, mark: 'e'.repeat(32) } : before;
    const image = before.source.slice();
    let cuts = 0;
    for (let seed = 0; seed < seeds; seed += 1)
      for (let cut = 1, done = false; !done; cut += 1) {
        let left: Contents = contents;
        for (const [turn, at] of [cut, 1 + ((seed >> 1) % 7)].entries()) {
          const machine = new Machine(100 * seed + cut, at);
          const { opening, source, store, mark } = begin(machine, left, adopt);
          const first = await Promise.race([opening.then(() => 'opened'), machine.powerCut.then(() => 'cut')]);
          if (turn === 0) done = first === 'opened';
          cuts += turn === 0 && first === 'cut' ? 1 : 0;
          const draw = drawFrom(seed + cut);
          // Of a process that was killed all is seen, and the mark perhaps not durable; the store is made so when it is opened.
          if (turn === 0 && seed % 2 === 1)
            left = { source: source.seen, store: store.seen, mark: mark.seen, durableMark: mark.durable };
          else
            left = {
              source: source.afterPowerCut(draw),
              store: store.afterPowerCut(draw),
              mark: mark.afterPowerCut(draw),
            };
        }
        // An adoption that was cut off may have to be asked for again.
        const last = await opened(
          left,
          async (volume) => {
            expect(await readAll(volume)).toEqual(image);
            if (what !== 'a new store') expect(await readSnapshot(volume, 's')).toEqual(image);
            else await snapshot(volume);
          },
          adopt,
        );
        await opened(last);
      }
    // An opening writes three times or more, four where there was a store, and each of them is cut off.
    expect(cuts).toBeGreaterThanOrEqual((what === 'a new store' ? 3 : 4) * seeds);
  },
);

test('a store that nobody marked is as one that cannot tell', async () => {
  const machine = new Machine(1);
  const store = new SimulatedStorage(machine, (await fresh()).store);
  const keeper = (await SuperblockKeeper.open(store, () => store.flush()))!;
  expect(keeper.current.binding).toEqual({ mark: null, nextMark: null });
  const mark = new SimulatedMark(machine, null, null, false);
  await bindSource(keeper, mark);
  expect(keeper.current.binding).toEqual({ mark: mark.seen, nextMark: null });
});
