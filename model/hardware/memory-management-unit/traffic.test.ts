/** Random traffic on mirrored pages, against plain bytes: memories die and come back, pages move, and the processors see nothing. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { type Access, type Answer, beatAddresses, burstTypes, bytesOf } from './bench/bursts.ts';
import { Machine, type MachineValues } from './bench/machine.ts';
import type { Death } from './bench/memory.ts';
import { indexOf, type Mapping } from './bench/page-tables.ts';
import { restore } from './bench/restore.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const pageBytes = 4096;
const pagesOfUnit = 4;
/** Only the first bytes of each page are used, so that accesses meet. */
const used = 512;

interface Page {
  readonly unit: number;
  readonly number: number;
  mapping: Mapping;
  bytes: Uint8Array;
}

class Traffic {
  readonly machine: Machine;
  readonly pages: readonly Page[];
  #nextFrame = 0;

  constructor(values: MachineValues, stall: number, latency: number) {
    this.machine = new Machine(values);
    const { machine } = this;
    for (const memory of machine.memories) {
      memory.stall = stall;
      memory.latency = latency;
    }
    for (const processor of machine.processors) processor.stall = stall;
    this.pages = machine.units.flatMap((_, unit) =>
      Array.from({ length: pagesOfUnit }, (__, index): Page => {
        const bytes = Uint8Array.from({ length: used }, () => this.#pick(256));
        return { unit, number: pagesOfUnit * unit + index, mapping: this.#place(bytes), bytes };
      }),
    );
    for (const page of this.pages) this.#map(page);
    machine.start();
    for (const unit of machine.units.keys()) machine.write('timeout', 400 + 20 * latency, unit);
    machine.writeKeeper('timeout', 400 + 20 * latency);
  }

  #pick(count: number): number {
    return Math.floor(this.machine.random() * count);
  }

  /** Puts bytes into two new frames. */
  #place(bytes: Uint8Array): Mapping {
    const first = this.#nextFrame;
    this.#nextFrame += 1;
    const second = first + 300;
    bytes.forEach((byte, offset) => {
      this.machine.memories[0].write(first * pageBytes + offset, byte);
      this.machine.memories[1].write(second * pageBytes + offset, byte);
    });
    const forms = { firstForm: this.#pick(2), secondForm: this.#pick(2) };
    return { first, second, ...forms, compare: this.#pick(3) === 0 };
  }

  #map(page: Page): void {
    this.machine.tables.map(0, page.number, page.mapping);
  }

  /** Moves a page that nobody writes at the moment, and spoils where it was as soon as that is answered. */
  move(page: Page): void {
    const old = page.mapping;
    page.mapping = this.#place(page.bytes);
    this.#map(page);
    this.machine.bump(indexOf(this.machine.parameters, old));
    for (let offset = 0; offset < used; offset += 1) {
      this.machine.memories[0].write(old.first! * pageBytes + offset, 0xee);
      this.machine.memories[1].write(old.second! * pageBytes + offset, 0xee);
    }
  }

  /** Lets a page be compared, or no longer; it may be written meanwhile. */
  turnCompare(page: Page): void {
    page.mapping = { ...page.mapping, compare: page.mapping.compare !== true };
    this.#map(page);
    this.machine.bump(indexOf(this.machine.parameters, page.mapping));
  }

  /** A legal burst in the used part of a page. */
  burst(page: Page, write: boolean): Access {
    const { random } = this.machine;
    const beatBytes = this.machine.parameters.dataWidth / 8;
    const kind = this.#pick(3);
    const size = random() < 0.6 ? Math.log2(beatBytes) : this.#pick(Math.log2(beatBytes) + 1);
    const bytes = 2 ** size;
    const lengths = kind === burstTypes.wrap ? [1, 3, 7, 15] : kind === burstTypes.fixed ? [0, 1, 2] : [0, 1, 3, 7, 20];
    const length = lengths[this.#pick(lengths.length)]!;
    const room = kind === burstTypes.fixed ? bytes : bytes * (length + 1);
    const aligned = page.number * pageBytes + this.#pick(Math.floor((used - room) / bytes) + 1) * bytes;
    const address = kind === burstTypes.wrap || random() < 0.7 ? aligned : aligned + this.#pick(bytes);
    const access = { id: this.#pick(4), domain: 0, address, length, size, burst: kind, lock: 0, prot: 0 };
    if (!write) return { ...access, write };
    const beats = beatAddresses(access).map((at) => {
      const data = Uint8Array.from({ length: beatBytes }, () => this.#pick(256));
      const strobes = bytesOf(at, size).reduce((set, byte) => set | (random() < 0.8 ? 1 << (byte % beatBytes) : 0), 0);
      return { data, strobes };
    });
    // Writes of one identifier keep their order; those of a page have its number.
    return { ...access, id: page.number % 4, write, beats };
  }

  store(page: Page, access: Access): void {
    beatAddresses(access).forEach((at, beat) => {
      const { data, strobes } = access.beats![beat]!;
      const low = at - (at % data.length);
      data.forEach((byte, lane) => {
        if (((strobes >>> lane) & 1) !== 0) page.bytes[(low + lane) % pageBytes] = byte;
      });
    });
  }

  /** Reads some pages and writes the others, while something happens. */
  round(count: number, meanwhile: (written: ReadonlySet<Page>) => void): void {
    const written = new Set(this.pages.filter(() => this.machine.random() < 0.5));
    const before = new Map(this.pages.map((page) => [page, page.bytes.slice()]));
    const asked = Array.from({ length: count }, () => {
      const page = this.pages[this.#pick(this.pages.length)]!;
      const access = this.burst(page, written.has(page));
      if (access.write) this.store(page, access);
      return { page, access, answer: this.machine.ask(access, page.unit) };
    });
    this.machine.run(this.#pick(60));
    meanwhile(written);
    this.machine.settle();
    for (const { page, access, answer } of asked) this.#judge(access, answer, before.get(page)!);
  }

  #judge(access: Access, answer: Answer, bytes: Uint8Array): void {
    expect(answer.responses, JSON.stringify({ ...access, beats: [] })).toEqual(
      Array.from({ length: access.write ? 1 : access.length + 1 }, () => 0),
    );
    if (access.write) return;
    beatAddresses(access).forEach((at, beat) => {
      const data = answer.data[beat]!;
      const got = bytesOf(at, access.size).map((byte) => data[byte % data.length]);
      expect(got).toEqual(bytesOf(at, access.size).map((byte) => bytes[byte % pageBytes]));
    });
  }

  /** Every memory in use holds what was written. */
  judgeMemories(): void {
    const failed = this.machine.readKeeper('memory_status') & 3;
    for (const { mapping, bytes } of this.pages) {
      for (const [index, frame] of [mapping.first!, mapping.second!].entries()) {
        if (((failed >>> index) & 1) !== 0) continue;
        const held = Uint8Array.from(bytes, (_, at) => this.machine.memories[index]!.read(frame * pageBytes + at));
        expect(held).toEqual(bytes);
      }
    }
  }

  /** Brings a memory back, with all pages. */
  bringBack(memory: 0 | 1): void {
    const source = memory === 0 ? 300 : 0;
    const target = memory === 0 ? 0 : 300;
    const frames = 2 ** (this.machine.parameters.addressWidth - 12) - 128;
    restore(this.machine, memory, [
      { from: source, to: target, pages: this.#nextFrame },
      { from: frames, to: frames, pages: 8 },
    ]);
  }
}

const values = fc.record({
  dataWidth: fc.constantFrom(64 as const, 128 as const),
  entries: fc.constantFrom(4, 8),
  reads: fc.constantFrom(2 as const, 4 as const, 8 as const),
  writes: fc.constantFrom(2 as const, 4 as const, 8 as const),
  cookieWidth: fc.constantFrom(2, 8),
  cookieIndexWidth: fc.constantFrom(1, 4, 8),
  units: fc.constantFrom(1, 2, 3),
  seed: fc.nat(),
});

const stalls = fc.constantFrom(0, 0.2, 0.5);
const latencies = fc.constantFrom(1, 4, 30);

test.prop([values, stalls, latencies], { numRuns: thorough ? 200 : 4 })(
  'pages that move and change are read as they were written',
  (parameters, stall, latency) => {
    const traffic = new Traffic(parameters, stall, latency);
    for (let round = 0; round < 3; round += 1) {
      traffic.round(60, (written) => {
        for (const page of traffic.pages) {
          if (traffic.machine.random() < 0.6) traffic.turnCompare(page);
          else if (!written.has(page)) traffic.move(page);
        }
      });
      traffic.judgeMemories();
    }
  },
);

test.prop([values, stalls, latencies, fc.constantFrom<Death>('silent', 'refusing', 'erring'), fc.constantFrom(0, 1)], {
  numRuns: thorough ? 200 : 2,
})('a memory that dies is not missed, and comes back', (parameters, stall, latency, death, memory) => {
  const traffic = new Traffic(parameters, stall, latency);
  const { machine } = traffic;
  machine.writeKeeper('error_limit', 1);
  for (const dying of [memory, 1 - memory] as (0 | 1)[]) {
    traffic.round(60, () => {
      machine.memories[dying].death = death;
    });
    // Whoever has not been asked by now has not been noticed.
    machine.writeKeeper('memory_command', 1 << dying);
    traffic.judgeMemories();
    traffic.round(80, () => traffic.bringBack(dying));
    expect(machine.readKeeper('memory_status') & 15).toBe(0);
    traffic.judgeMemories();
  }
});
