import type { Pace } from '../background.ts';
import type { Geometry } from '../layout.ts';
import { SuperblockKeeper } from '../superblock-keeper.ts';
import { Volume } from '../volume.ts';
import { History } from './history.ts';
import { type Draw, drawFrom, Machine, SimulatedStorage } from './machine.ts';

const blockSize = 64;

export const smallGeometry = (blocks: number): Geometry => ({
  // The last block is a short one.
  sourceSize: blocks * blockSize - 24,
  blockSize,
  pageSize: 64,
  places: 5,
});

/** A source of random content with some blocks of zeros. */
export const randomSource = (draw: Draw, size: number): Uint8Array => {
  const content = Uint8Array.from({ length: size }, () => draw(256));
  for (let at = 0; at < size; at += blockSize) if (draw(4) === 0) content.fill(0, at, at + blockSize);
  return content;
};

/** The bytes of a store that was just made. */
export const formattedStore = async (geometry: Geometry, size: number): Promise<Uint8Array> => {
  const store = new SimulatedStorage(new Machine(1), new Uint8Array(size));
  await SuperblockKeeper.format(store, () => store.flush(), geometry);
  return store.seen;
};

/** Lets background work go on after any time. */
export const anyPace = (machine: Machine): Pace => ({
  turn: async () => {
    for (let rest = machine.draw(6); rest > 0; rest -= 1) await machine.while();
    return 1 + machine.draw(3);
  },
});

/** Never lets background work go on, so that writes alone decide what is copied. A volume of it cannot be closed. */
export const noPace: Pace = { turn: () => new Promise(() => undefined) };

/** What an observer of the storage knows of a snapshot. */
export interface Expected {
  /** The source at the instant. */
  readonly image: Uint8Array;
  /** Taking it was acknowledged. */
  taken: boolean;
  /** Its removal was asked for. */
  removing: boolean;
}

export interface Run {
  readonly machine: Machine;
  readonly source: SimulatedStorage;
  readonly store: SimulatedStorage;
  readonly history: History;
  readonly expected: Map<string, Expected>;
  readonly volume: Volume;
}

/** A volume over simulated storages, and an observer that keeps the image of each instant. */
export const openRun = async (
  machine: Machine,
  contents: { source: Uint8Array; store: Uint8Array },
  expected = new Map<string, Expected>(),
  limit = Number.POSITIVE_INFINITY,
  pace = anyPace(machine),
  ahead = 0,
): Promise<Run & { take(name: string, policy?: 'break' | 'hold'): Promise<void> }> => {
  const source = new SimulatedStorage(machine, contents.source);
  const store = new SimulatedStorage(machine, contents.store);
  let image = source.seen;
  const now = (): bigint => {
    // Asked at the instant, when nothing is being written.
    image = source.seen.slice();
    return BigInt(machine.writes);
  };
  const elapsed = (): bigint => BigInt(machine.writes);
  const volume = await Volume.open(source, store, { pace, now, elapsed, limit, ahead });
  let name = '';
  const take = async (asked: string, policy: 'break' | 'hold' = 'break'): Promise<void> => {
    name = asked;
    const entry: Expected = {
      get image() {
        return image;
      },
      taken: false,
      removing: false,
    };
    expected.set(name, entry);
    await volume.take(asked, { policy });
    expected.set(asked, { image: image.slice(), taken: true, removing: false });
  };
  return { machine, source, store, history: new History(contents.source), expected, volume, take };
};

type TakingRun = Awaited<ReturnType<typeof openRun>>;

const writer = async ({ volume, history }: TakingRun, draw: Draw, count: number): Promise<void> => {
  const { sourceSize } = volume.layout;
  for (let left = count; left > 0; left -= 1) {
    const offset = draw(sourceSize);
    const length = Math.min(sourceSize - offset, 1 + draw(draw(3) === 0 ? 3 * blockSize : blockSize));
    const zero = draw(8) === 0;
    const data = zero ? new Uint8Array(length) : Uint8Array.from({ length }, () => draw(256));
    const acknowledged = history.begin(offset, data);
    await (zero ? volume.live.zero(offset, length, true) : volume.write(offset, data));
    acknowledged();
    if (draw(4) !== 0) continue;
    const begun = history.now;
    await volume.live.flush();
    history.flushed(begun);
  }
};

const restore = async ({ volume, history, expected }: TakingRun, name: string): Promise<void> => {
  const acknowledged = history.begin(0, expected.get(name)!.image);
  const begun = history.now;
  await volume.restore(name);
  acknowledged();
  history.settledBy(begun);
  await volume.settled();
};

/** Snapshots taken, removed and restored, while others write. */
const administrator = async (run: TakingRun, draw: Draw): Promise<void> => {
  const rest = async (): Promise<void> => {
    for (let left = draw(40); left > 0; left -= 1) await run.machine.while();
  };
  const remove = async (name: string): Promise<void> => {
    run.expected.get(name)!.removing = true;
    await run.volume.remove(name);
    run.expected.delete(name);
  };
  await run.take('one');
  await rest();
  await run.take('two');
  await rest();
  await run.take('three');
  await rest();
  if (draw(2) === 0) await run.volume.settled();
  await remove(['one', 'two', 'three'][draw(3)]!);
  await rest();
  await run.take('four');
  const left = [...run.expected.keys()];
  await rest();
  await restore(run, left[draw(left.length)]!);
  await remove(left[draw(left.length)]!);
  await run.take('five');
  if (draw(2) === 0) await run.volume.settled();
};

/** Plays a scenario to its end, or until the power is cut. Blocks of 64 bytes. */
export const play = async (seed: number, blocks: number, writes: number, cutAt: number): Promise<TakingRun> => {
  const geometry = smallGeometry(blocks);
  const machine = new Machine(seed, cutAt);
  const draw = drawFrom(seed + 1);
  const source = randomSource(draw, geometry.sourceSize);
  const store = await formattedStore(geometry, 64 * blocks * 8 + 8192);
  // Of every other seed writes are answered before they are done.
  const ahead = seed % 2 === 0 ? 0 : 6 * blockSize;
  const run = await openRun(machine, { source, store }, undefined, undefined, undefined, ahead);
  if (seed % 4 === 1) run.store.piece = 24;
  const writers = [2, 3, 4].map((number) => writer(run, drawFrom(seed + number), writes));
  const everything = Promise.all([administrator(run, drawFrom(seed + 9)), ...writers]);
  await Promise.race([everything, machine.powerCut]);
  return run;
};
