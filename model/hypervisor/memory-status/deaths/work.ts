/** Kinds of work that are under way when a memory dies. Each goes on until it is told to stop. */
import {
  Balloon,
  Calls,
  Events,
  type Guest,
  HypercallError,
  PacketRing,
  pageBytes,
  virtualEvents,
} from '../../guest/index.ts';
import { grantAreaAddress, grantTableAddress, sharedPageAddress } from '../../guest/layout.ts';
import type { Keeper } from './keeper.ts';

export const kinds = ['sweep', 'balloon', 'grants', 'packets'] as const;
export type Kind = (typeof kinds)[number];

/** Pages of a guest: from `first` on `moving` that come and go, or are a ring; from `kept` on those that it keeps. */
export const pages = { first: 1, moving: 5, kept: 6, end: 12 } as const;
const ring = { page: pages.first, entries: 3 } as const;

export interface Work {
  readonly guest: Guest;
  readonly keeper: Keeper;
  going(): boolean;
  /** Whether memory that only this guest has may be lost: then calls may be refused for it. */
  readonly mayLose: boolean;
  /** The domain with which it shares pages, and the one that grants to it. */
  readonly partner: number;
  /** Frames that it has taken. */
  readonly taken: Uint8Array[];
  /** The client of its ring. */
  opened(client: number): void;
}

/** Calls that are refused since a memory is gone, since somebody else is at a page, or since a partner is not there yet. */
const done = async <Result>({ keeper, mayLose }: Work, call: Promise<Result>): Promise<Result | undefined> => {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof HypercallError)) throw error;
    const usual = ['EBUSY', 'ENOENT', 'EPERM', 'ESRCH'];
    if (!mayLose && !usual.includes(error.code)) keeper.wrong.push(`a call is refused: ${error.message}`);
    return undefined;
  }
};

/** Sweeps all that it keeps, while another of its programs writes it. */
const sweep = async (work: Work): Promise<void> => {
  const calls = new Calls(work.guest);
  while (work.going()) {
    await done(work, calls.sweep({ pattern: 0n, page: pages.first, count: pages.end - pages.first }));
    await calls.block(work.guest.now + 500);
  }
};

/** Follows its target, which domain 0 moves. */
const balloon = async (work: Work): Promise<void> => {
  const { guest, keeper } = work;
  const calls = new Calls(guest);
  const events = new Events(guest, calls);
  let free = Array.from({ length: pages.moving }, (_, index) => pages.first + index);
  const driver = new Balloon(guest, calls, {
    // Not in its own memory, which may be lost.
    list: sharedPageAddress + 0x700,
    free: async (most) => {
      const some = free.slice(0, most);
      free = free.slice(most);
      for (const page of some) keeper.forget(page);
      return some;
    },
    deflated: (back) => void free.push(...back),
  });
  while (work.going()) {
    await done(work, driver.adjust());
    for (const page of free) {
      await keeper.check(guest, page);
      await keeper.write(guest, page, BigInt(guest.now));
    }
    await events.wait(virtualEvents.target, guest.now + 3000);
  }
};

/** Grants a page, ends it while it is used, and maps one of its partner's and uses it. */
const grants = async (work: Work): Promise<void> => {
  const { guest, partner, keeper } = work;
  const calls = new Calls(guest);
  const own = pages.first;
  const place = grantAreaAddress / pageBytes + guest.domain;
  for (let turn = 1; work.going(); turn += 1) {
    const entry = 1n | (BigInt(partner) << 16n) | (BigInt(own) << 32n);
    await guest.memory.write64(grantTableAddress, entry);
    const handle = await done(work, calls.grantMap({ domain: partner, reference: 0, page: place, write: true }));
    if (handle !== undefined) {
      // The partner may end it at any time, and its only memory may die.
      await guest.memory.write64(place * pageBytes + 64, BigInt(turn)).catch(() => {});
      await guest.memory.read64(place * pageBytes + 64).catch(() => {});
      await calls.block(guest.now + 300);
      await done(work, calls.grantUnmap(handle));
    }
    await done(work, calls.grantEnd(0));
    // Now nobody else writes it.
    const word = own * pageBytes + 64;
    await guest.memory.write64(word, 0n).catch(() => {});
    await calls.block(guest.now + 200);
    const late = await guest.memory.read64(word).catch(() => 0n);
    if (late !== 0n) keeper.wrong.push(`domain ${partner} wrote ${late} when its grant had ended`);
    await keeper.check(guest, own);
    await keeper.write(guest, own, BigInt(turn));
  }
};

/** Takes what comes into its ring. */
const packets = async (work: Work): Promise<void> => {
  const { guest, taken } = work;
  const calls = new Calls(guest);
  const events = new Events(guest, calls);
  const open = await done(work, PacketRing.open(guest, calls, ring));
  if (open === undefined) return;
  work.opened(open.client);
  while (work.going()) {
    await events.wait(virtualEvents.packets, guest.now + 3000);
    const frames = await open.take().catch((error: unknown) => {
      if (!work.mayLose) throw error;
      return undefined;
    });
    if (frames === undefined) break;
    taken.push(...frames.map(({ data }) => data));
  }
  await done(work, open.close());
};

export const doing: Readonly<Record<Kind, (work: Work) => Promise<void>>> = { sweep, balloon, grants, packets };

/** Writes and looks at what it keeps: of what is swept too, half is zeros. */
export const writes = async ({ guest, keeper, going }: Work, kind: Kind): Promise<void> => {
  const calls = new Calls(guest);
  const first = kind === 'sweep' ? pages.first : pages.kept;
  for (let step = 1; going(); step += 1) {
    const page = first + ((step * 5) % (pages.end - first));
    if (await keeper.check(guest, page)) await keeper.write(guest, page, step % 2 === 0 ? 0n : BigInt(step));
    if (step % 4 === 0) await calls.block(guest.now + 400);
  }
};
