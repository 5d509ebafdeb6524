/**
 * The power of the host fails while a volume is made, opened, written, snapshot and closed: what was acknowledged is there by what was flushed alone, of the
 * files and of the names in their folder. A process that is killed, as in `kill.test.ts`, leaves the host's memory as it is, so that shows nothing of this.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Pace } from '../background.ts';
import { History } from '../testing/history.ts';
import { type Draw, drawFrom } from '../testing/machine.ts';
import { PageCache } from '../testing/page-cache.ts';
import type { HostVolume } from './host-volume.ts';

const cuts = process.env.PORTCULLIS_THOROUGH === '1' ? 3000 : 36;
const size = 8192 - 100;
const blockSize = 512;
const pace: Pace = { turn: () => setImmediate(4) };
const options = { size, blockSize, places: 4, limit: Number.POSITIVE_INFINITY, pace };

let cache: PageCache;
type Open = typeof import('./host-volume.ts').openHostVolume;
let openSimulated: Open;
let openOnHost: Open;

/** Calls what the cache has at the time of the call. */
const forwarded = (what: 'fs' | 'promises'): object => {
  const names = Object.keys(new PageCache('', drawFrom(0), 1)[what]);
  return Object.fromEntries(
    names.map((name) => [
      name,
      name === 'constants'
        ? (new PageCache('', drawFrom(0), 1).fs as Record<string, unknown>).constants
        : (...words: unknown[]) => (cache[what] as Record<string, (...words: unknown[]) => unknown>)[name]!(...words),
    ]),
  );
};

beforeAll(async () => {
  // As on a host without flock and fallocate, of which this shows nothing.
  const spawn = (): EventEmitter => {
    const child = new EventEmitter();
    process.nextTick(() => child.emit('error', Object.assign(new Error('ENOENT'), { code: 'ENOENT' })));
    return child;
  };
  vi.doMock('node:child_process', () => ({ spawn }));
  vi.resetModules();
  openOnHost = (await import('./host-volume.ts')).openHostVolume;
  vi.doMock('node:fs', () => forwarded('fs'));
  vi.doMock('node:fs/promises', () => forwarded('promises'));
  vi.resetModules();
  openSimulated = (await import('./host-volume.ts')).openHostVolume;
});
afterAll(() => {
  for (const module of ['node:child_process', 'node:fs', 'node:fs/promises']) vi.doUnmock(module);
  vi.resetModules();
});

const folder = await realpath(await mkdtemp(join(tmpdir(), 'durability-')));
afterAll(() => rm(folder, { recursive: true }));

/** What was promised of a snapshot. */
interface Promised {
  /** The file at the instant; null before that. */
  image: Buffer | null;
  taken: boolean;
  removing: boolean;
}

interface Run {
  readonly draw: Draw;
  readonly file: string;
  readonly history: History;
  readonly snapshots: Map<string, Promised>;
  /** The volume was open once. */
  opened: boolean;
}

const act = async ({ draw, history, snapshots }: Run, { volume }: HostVolume): Promise<void> => {
  const write = async (): Promise<void> => {
    const length = 1 + draw(2 * blockSize);
    const offset = draw(size - length);
    const data = Uint8Array.from({ length }, () => draw(256));
    const acknowledged = history.begin(offset, data);
    await volume.write(offset, data);
    acknowledged();
  };
  const take = async (): Promise<void> => {
    const live = [...snapshots].filter(([, { removing }]) => !removing);
    if (live.length === options.places) {
      const [name, promised] = live[draw(live.length)]!;
      promised.removing = true;
      await volume.remove(name);
    }
    const name = `s${snapshots.size}`;
    const promised: Promised = { image: null, taken: false, removing: false };
    snapshots.set(name, promised);
    await volume.take(name, { policy: 'break' });
    promised.taken = true;
  };
  const flush = async (): Promise<void> => {
    const { now } = history;
    await volume.flush();
    history.flushed(now);
  };
  const done = Array.from({ length: 1 + draw(3) }, () => (draw(4) === 0 ? flush() : write()));
  if (draw(3) === 0) done.push(take());
  const results = await Promise.allSettled(done);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  if (draw(2) === 0) await flush();
};

/** Opens a volume, works with it and closes it, again and again. @throws when the power is cut */
const work = async (run: Run): Promise<void> => {
  const { draw, file, history, snapshots } = run;
  const now = (): bigint => {
    // Asked at the instant, when nothing is being written.
    const promised = [...snapshots.values()].at(-1);
    if (promised?.taken === false) promised.image = readFileSync(file);
    return 1n;
  };
  for (let openings = 1 + draw(3); openings > 0; openings -= 1) {
    const host = await openSimulated(file, { ...options, now });
    run.opened = true;
    let begun = 0;
    try {
      for (let acts = draw(8); acts > 0; acts -= 1) await act(run, host);
      if (draw(2) === 0) await host.volume.settled();
    } finally {
      begun = history.now;
      await host.close();
    }
    history.flushed(begun);
  }
};

const expectPromises = async ({ file, history, snapshots }: Run): Promise<void> => {
  const { volume, close } = await openOnHost(file, options);
  const content = Buffer.alloc(size);
  await volume.read(0, content);
  expect(history.findLoss(content)).toBeNull();
  for (const [name, { taken, removing }] of snapshots) if (taken && !removing) expect(volume.names).toContain(name);
  for (const name of volume.names) {
    await volume.readSnapshot(volume.snapshot(name), 0, content);
    expect([name, content.equals(snapshots.get(name)!.image!)]).toEqual([name, true]);
  }
  for (const { state } of volume.status.snapshots) expect(['live', 'going']).toContain(state);
  await close();
};

/** Gives how far it came: the calls of the simulated host. */
const cutOnce = async (seed: number): Promise<Run> => {
  const draw = drawFrom(seed);
  const [before, after] = [join(folder, `${seed}`), join(folder, `${seed}-left`)];
  await Promise.all([mkdir(before), mkdir(after)]);
  // Making a volume takes few calls, of which each matters.
  cache = new PageCache(before, drawFrom(seed + 1_000_003), 1 + draw(draw(3) === 0 ? 100 : 600));
  const initial = new Uint8Array(size);
  const run: Run = {
    draw,
    file: join(before, 'disk'),
    history: new History(initial),
    snapshots: new Map(),
    opened: false,
  };
  await work(run).catch((error: unknown) => {
    if (cache.left === null) throw error;
  });
  cache.cut();
  for (const [name, bytes] of cache.left!) await writeFile(join(after, name), bytes);
  const { opened } = run;
  const left = cache.left!.get('disk');
  if (opened) expect(left?.length).toBe(size);
  // A file whose making was cut is there without its size, or not at all.
  if (opened || left?.length !== 0) await expectPromises({ ...run, file: join(after, 'disk') });
  await Promise.all([before, after].map((path) => rm(path, { recursive: true })));
  return run;
};

test(`what was acknowledged survives ${cuts} cuts of the host's power`, async () => {
  const snapshots = { taken: 0, cut: 0 };
  let unopened = 0;
  for (let seed = 1; seed <= cuts; seed += 1) {
    const run = await cutOnce(seed).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${error}`, { cause: error });
    });
    unopened += run.opened ? 0 : 1;
    for (const { taken } of run.snapshots.values()) snapshots[taken ? 'taken' : 'cut'] += 1;
  }
  // The cuts come in the midst of all of it.
  expect(unopened).toBeGreaterThan(cuts / 30);
  expect(snapshots.taken).toBeGreaterThan(cuts / 3);
  expect(snapshots.cut).toBeGreaterThan(cuts / 30);
});
