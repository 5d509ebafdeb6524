/** A sweep as it is seen from outside: what its scanner reads, what the hypervisor writes into the page map, and what the guest writes meanwhile. */
import {
  type Processor,
  type TraceRecord,
  tableEntryBytes,
  tableEntryFields,
} from '../../../hardware/platform/index.ts';
import { Calls, type GuestProgram, pageBytes } from '../../guest/index.ts';
import type { Hypervisor } from '../../index.ts';
import { superFrames } from '../../memory/layout.ts';
import { launch } from '../../testing/machine.ts';

/** A page (or part of a super page) that the scanner read, from its first beat to its last. */
export interface Reading {
  readonly page: number;
  readonly begin: number;
  end: number;
}

/** An entry of the page map: marked held, and what it was after that. */
export interface Held {
  readonly page: number;
  readonly pages: number;
  readonly begin: number;
  end: number;
  taken: boolean;
}

/** A write of the guest's: when it made it, and when it was answered. */
export interface Written {
  readonly page: number;
  readonly begin: number;
  readonly end: number;
}

export interface ObservedSweep {
  readonly pages: number;
  readonly begin: number;
  readonly end: number;
  readonly taken: number;
  readonly readings: readonly Reading[];
  readonly held: readonly Held[];
  readonly written: readonly Written[];
  /** Of each beat that the scanners were given: its cycle. Each memory gives one a cycle at most. */
  readonly beats: readonly number[];
}

export interface SweepToObserve {
  readonly pages: number;
  /** Pages that hold something when the sweep begins. */
  readonly used: readonly number[];
  /** Pages that the guest writes while it is swept, and how many cycles after its beginning. */
  readonly writes: readonly { readonly page: number; readonly after: number }[];
}

/** What bits 0 to 3 of an entry's low half say: valid, held, swept. */
const kinds = { held: 2, swept: 4 } as const;
const bothCopies = 3 * 2 ** 32;
const indexBits = 9;

interface Leaf {
  readonly page: number;
  readonly pages: number;
}

/** Where a domain's pages are: entries of its page map by their address in the hypervisor's window, and pages by their frame. */
interface Places {
  readonly leaves: ReadonlyMap<number, Leaf>;
  readonly frames: ReadonlyMap<number, number>;
}

const placesOf = async (
  hypervisor: Hypervisor,
  processor: Processor,
  domain: number,
  pages: number,
): Promise<Places> => {
  const { layout } = hypervisor.memory.areas;
  const leaves = new Map<number, Leaf>();
  const frames = new Map<number, number>();
  for (let page = 0; page < pages; ) {
    let at = layout.areas.domainTable.firstFrame * pageBytes + tableEntryBytes * domain;
    let level = 3;
    for (;;) {
      const low = await processor.machine.read64(bothCopies + at);
      const frame = Number((low >> BigInt(tableEntryFields.firstFrame)) & (2n ** 36n - 1n));
      if (level < 2 && (level === 0 || ((low >> BigInt(tableEntryFields.leaf)) & 1n) === 1n)) {
        const here = level === 1 ? superFrames : 1;
        leaves.set(bothCopies + at, { page, pages: here });
        for (let part = 0; part < here; part += 1) frames.set(frame + part, page + part);
        page += here;
        break;
      }
      level -= 1;
      at = frame * pageBytes + tableEntryBytes * (Math.floor(page / 2 ** (indexBits * level)) % 2 ** indexBits);
    }
  }
  return { leaves, frames };
};

/** Sees the bus while a sweep goes on. */
class Observer {
  readonly readings: Reading[] = [];
  readonly held: Held[] = [];
  readonly beats: number[] = [];
  /** Of each memory: what the scanner asked for last. */
  readonly #last: (Reading | undefined)[] = [undefined, undefined];
  #leaves: ReadonlyMap<number, Leaf> = new Map();
  #frames: ReadonlyMap<number, number> = new Map();
  /** Of each memory: pages and numbers of beats that were asked for and have not come, and whether they are the scanner's. */
  readonly #asked = [new Map<bigint, (Reading | undefined)[]>(), new Map<bigint, (Reading | undefined)[]>()];
  /** Of each processor's port: what its writes, whose data have not all gone, are about. */
  readonly #writes = new Map<string, (Leaf | undefined)[]>();

  /** From here on it knows which entries and frames are about what. */
  begin({ leaves, frames }: Places): void {
    this.#leaves = leaves;
    this.#frames = frames;
  }

  see({ cycle, handshakes }: TraceRecord): void {
    for (const { channel, payload } of handshakes) {
      const [where, kind] = [channel.slice(0, 2), channel.slice(channel.lastIndexOf('_') + 1)];
      if (where.startsWith('m') && kind === 'ar') this.#askedFor(cycle, Number(where[1]), payload);
      if (where.startsWith('m') && kind === 'r') this.#given(cycle, Number(where[1]), payload);
      if (where.startsWith('p') && kind === 'aw') this.#writesOf(where).push(this.#leaves.get(Number(payload.awaddr)));
      if (where.startsWith('p') && kind === 'w' && payload.wlast === 1n) {
        const leaf = this.#writesOf(where).shift();
        if (leaf !== undefined) this.#entry(cycle, leaf, Number(payload.wdata! & 0xfn));
      }
    }
  }

  #writesOf(port: string): (Leaf | undefined)[] {
    const writes = this.#writes.get(port) ?? [];
    this.#writes.set(port, writes);
    return writes;
  }

  #askedFor(cycle: number, memory: number, { arid, araddr, arlen }: Readonly<Record<string, bigint>>): void {
    const page = this.#frames.get(Math.floor(Number(araddr) / pageBytes));
    let reading: Reading | undefined;
    if (page !== undefined) {
      const last = this.#last[memory];
      if (last?.page === page && Number(araddr) % pageBytes !== 0) reading = last;
      else this.readings.push((reading = { page, begin: cycle, end: cycle }));
      this.#last[memory] = reading;
    }
    const queue = this.#asked[memory]!.get(arid!) ?? [];
    this.#asked[memory]!.set(arid!, queue);
    for (let beat = 0n; beat <= arlen!; beat += 1n) queue.push(reading);
  }

  #given(cycle: number, memory: number, { rid }: Readonly<Record<string, bigint>>): void {
    const reading = this.#asked[memory]!.get(rid!)?.shift();
    if (reading === undefined) return;
    reading.end = cycle;
    this.beats.push(cycle);
  }

  /** Somebody changes the low half of an entry. */
  #entry(cycle: number, leaf: Leaf, kind: number): void {
    const open = this.held.find(({ page, end }) => page === leaf.page && end === Number.POSITIVE_INFINITY);
    if (kind === kinds.held) this.held.push({ ...leaf, begin: cycle, end: Number.POSITIVE_INFINITY, taken: false });
    else if (open !== undefined) Object.assign(open, { end: cycle, taken: kind === kinds.swept });
  }
}

/** Lets a guest sweep its pages for zeros while another of its virtual processors writes some. */
export const observeSweep = async (hypervisor: Hypervisor, wanted: SweepToObserve): Promise<ObservedSweep> => {
  const { pages, used, writes } = wanted;
  const { clock, trace } = hypervisor.platform;
  const written: Written[] = [];
  const observer = new Observer();
  let swept: { readonly begin: number; readonly end: number; readonly taken: number } | undefined;
  let go = (): void => {};
  const begun = new Promise<void>((resolve) => (go = resolve));
  trace.watch((record) => {
    if (swept === undefined) observer.see(record);
  });
  const sweeper: GuestProgram = async (guest) => {
    for (const page of used) await guest.memory.write64(pageBytes * page + 8, 1n);
    await hypervisor.start(({ thread }) =>
      thread.access(async (processor) => {
        observer.begin(await placesOf(hypervisor, processor, guest.domain, pages));
      }),
    ).ended;
    const begin = guest.now;
    go();
    const taken = await new Calls(guest).sweep({ pattern: 0n, page: 0, count: pages });
    swept = { begin, end: guest.now, taken };
  };
  const writer: GuestProgram = async ({ memory }) => {
    await begun;
    const start = clock.now;
    for (const { page, after } of writes) {
      await clock.until(start + after);
      const begin = clock.now;
      await memory.write64(pageBytes * page + 16, 1n);
      written.push({ page, begin, end: clock.now });
    }
  };
  await hypervisor.run(async (domain0) => {
    const { ended } = await launch(hypervisor, domain0, [sweeper, writer], { pages, maximum: pages });
    for (const outcome of await domain0.thread.suspend(ended)) if (outcome.how === 'threw') throw outcome.error;
  });
  const { readings, held, beats } = observer;
  return { pages, ...swept!, readings, held, beats, written };
};
