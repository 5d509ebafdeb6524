/** Units that read and write the same pages at once, while memories die and come back: every read gives what could stand there, and the copies agree. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { readOf, writeOf } from './bench/accesses.ts';
import type { Answer } from './bench/bursts.ts';
import { Machine, type MachineValues } from './bench/machine.ts';
import type { Death } from './bench/memory.ts';
import { indexOf, type Mapping } from './bench/page-tables.ts';
import { restore } from './bench/restore.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const pageBytes = 4096;
const wordBytes = 8;
const pages = 3;
/** Words of each page that are used: few, so that accesses meet. */
const words = 6;
/** More than the writes of a round. */
const byteRange = 80;
const frames = { first: 16, second: 32 } as const;
const tableFrames = 8;

/** A write to some words, from when it was asked on; each has its own byte, which fills all it writes. */
interface Written {
  readonly word: number;
  readonly count: number;
  readonly byte: number;
  readonly start: number;
  readonly answer: Pick<Answer, 'cycles'>;
}

interface Read {
  readonly word: number;
  readonly start: number;
  readonly answer: Answer;
}

const endOf = ({ answer }: Written): number => answer.cycles[0]!;

class Shared {
  readonly machine: Machine;
  #mappings: Mapping[];
  #writes: Written[] = [];
  #reads: Read[] = [];
  #byte = 0;

  constructor(values: MachineValues, stalls: readonly [number, number], latency: number) {
    this.machine = new Machine(values);
    const { machine } = this;
    for (const [index, memory] of machine.memories.entries()) {
      memory.stall = stalls[index]!;
      memory.latency = latency;
    }
    for (const processor of machine.processors) processor.stall = stalls[0];
    this.#mappings = Array.from({ length: pages }, (_, page) => ({
      first: frames.first + page,
      second: frames.second + page,
      compare: page === 0,
    }));
    for (const [page, mapping] of this.#mappings.entries()) machine.tables.map(0, page, mapping);
    machine.start();
    for (const unit of machine.units.keys()) machine.write('timeout', 400 + 20 * latency, unit);
    machine.writeKeeper('timeout', 400 + 20 * latency);
    machine.writeKeeper('error_limit', 1);
  }

  #pick(count: number): number {
    return Math.floor(this.machine.random() * count);
  }

  /** Number of a word of all pages, and its place. */
  #address(word: number): number {
    return Math.floor(word / words) * pageBytes + (word % words) * wordBytes;
  }

  #ask(): void {
    const { machine } = this;
    const page = this.#pick(pages);
    const count = 1 + this.#pick(3);
    const word = page * words + this.#pick(words - count + 1);
    const change = { length: count - 1, id: this.#pick(4) };
    const unit = this.#pick(machine.units.length);
    const start = machine.cycle;
    if (machine.random() < 0.5) {
      this.#reads.push({ word, start, answer: machine.ask(readOf(this.#address(word), change), unit) });
      return;
    }
    this.#byte += 1;
    const access = writeOf(this.#address(word), 0, change);
    const beats = access.beats!.map(({ strobes }) => ({ data: new Uint8Array(wordBytes).fill(this.#byte), strobes }));
    const answer = machine.ask({ ...access, beats }, unit);
    this.#writes.push({ word, count, byte: this.#byte, start, answer });
  }

  /** Lets a page be compared, or no longer, while it is used. */
  #turnCompare(): void {
    const page = this.#pick(pages);
    const mapping = { ...this.#mappings[page]!, compare: this.#mappings[page]!.compare !== true };
    this.#mappings[page] = mapping;
    this.machine.tables.map(0, page, mapping);
    this.machine.bump(indexOf(this.machine.parameters, mapping));
  }

  /** Accesses of all units; in the midst of them something happens. */
  round(count: number, happens: () => void): void {
    const middle = this.#pick(count);
    for (let number = 0; number < count; number += 1) {
      this.#ask();
      this.machine.run(this.#pick(8));
      if (number === middle) happens();
      else if (this.#pick(12) === 0) this.#turnCompare();
    }
    this.machine.settle();
    this.#judge();
  }

  /** The writes of which a word may hold the value for who begins to read after a cycle. */
  #candidates(word: number, after: number): readonly Written[] {
    const to = this.#writes.filter((each) => word >= each.word && word < each.word + each.count);
    return to.filter((each) => !to.some((later) => endOf(each) < later.start && endOf(later) < after));
  }

  #judge(): void {
    for (const { answer } of this.#writes) if ('responses' in answer) expect(answer.responses).toEqual([0]);
    for (const { word, start, answer } of this.#reads) {
      for (const [beat, data] of answer.data.entries()) {
        expect(answer.responses[beat]).toBe(0);
        const begun = this.#candidates(word + beat, start).filter((each) => each.start <= answer.cycles[beat]!);
        const allowed = begun.map(({ byte }) => byte);
        expect(new Set(data).size, 'a word is written whole').toBe(1);
        // Until the first write is answered there are zeros.
        const first = !this.#writes.some(
          (each) => word + beat >= each.word && word + beat < each.word + each.count && endOf(each) < start,
        );
        expect(first ? [0, ...allowed] : allowed, `word ${word + beat}`).toContain(data[0]);
      }
    }
    this.#reads = [];
    this.#judgeMemories();
  }

  /** What is in use holds the same, and of the last writes; they are what the next round begins with. */
  #judgeMemories(): void {
    const failed = this.machine.readKeeper('memory_status') & 3;
    const now = this.machine.cycle;
    const left: Written[] = [];
    // Bytes of the last rounds are not used again at once.
    this.#byte = ((Math.floor(this.#byte / byteRange) + 1) % 3) * byteRange;
    for (let word = 0; word < pages * words; word += 1) {
      const at = (base: number) => (base + Math.floor(word / words)) * pageBytes + (word % words) * wordBytes;
      const held = [frames.first, frames.second]
        .map((base, memory) => this.machine.memories[memory]!.read(at(base)))
        .filter((_, memory) => ((failed >>> memory) & 1) === 0);
      expect(new Set(held).size, `the copies of word ${word} agree`).toBe(1);
      const last = this.#candidates(word, now).map(({ byte }) => byte);
      expect(last.length === 0 ? [0] : last, `word ${word}`).toContain(held[0]);
      left.push({ word, count: 1, byte: held[0]!, start: now, answer: { cycles: [now] } });
    }
    this.#writes = left;
  }

  /** Brings a memory back, with all pages. */
  bringBack(memory: 0 | 1): void {
    const [from, to] = memory === 0 ? [frames.second, frames.first] : [frames.first, frames.second];
    const { machine } = this;
    restore(machine, memory, [{ from, to, pages }], () => {
      // Software writes tables itself: they lie at the same place in both.
      const { root } = machine.tables;
      for (let at = root; at < root + tableFrames * pageBytes; at += 1)
        machine.memories[memory].write(at, machine.memories[1 - memory]!.read(at));
    });
  }
}

const values = fc.record({
  dataWidth: fc.constant(64 as const),
  entries: fc.constant(4),
  reads: fc.constantFrom(2 as const, 4 as const),
  writes: fc.constantFrom(2 as const, 4 as const),
  cookieIndexWidth: fc.constant(4),
  units: fc.constantFrom(2, 3),
  seed: fc.nat(),
});
const stalls = fc.tuple(fc.constantFrom(0, 0.3, 0.6), fc.constantFrom(0, 0.3, 0.6));

test.prop([values, stalls, fc.constantFrom(1, 4, 30), fc.constantFrom<Death>('silent', 'refusing', 'erring')], {
  numRuns: thorough ? 200 : 2,
  endOnFailure: true,
})('pages that several units use at once', (parameters, stall, latency, death) => {
  const shared = new Shared(parameters, stall, latency);
  const { machine } = shared;
  shared.round(60, () => undefined);
  for (const dying of machine.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const)) {
    shared.round(60, () => {
      machine.memories[dying].death = death;
    });
    machine.writeKeeper('memory_command', 1 << dying);
    shared.round(60, () => shared.bringBack(dying));
    expect(machine.readKeeper('memory_status') & 15).toBe(0);
  }
});
