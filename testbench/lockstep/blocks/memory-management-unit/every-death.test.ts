/** A workload of mirrored reads, writes, walks and pages that are taken back; either memory dies in every cycle of it, comes back, and nobody has noticed. */
import { expect, test } from 'vitest';
import { readOf, writeOf } from '../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { indexOf } from '../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { restore } from '../../../../model/hardware/memory-management-unit/bench/restore.ts';
import { type Kind, kinds, machineOf } from './machines.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Either memory dies in each of so many cycles; in the quick run only in every seventh. */
const step = thorough ? 1 : 7;

const pageBytes = 4096;
const pages = 3;
/** Restoring takes most of the time: in the quick run after some of the deaths only. */
const restores = (cycle: number): boolean => thorough || cycle % (16 * step) === 0;
const frames = { first: 16, second: 32 } as const;
const values = {
  entries: 4,
  reads: 4,
  writes: 4,
  cookieWidth: 2,
  cookieIndexWidth: 4,
  idWidth: 2,
  virtualWidth: 33,
  formWidth: 0,
  units: 1,
} as const;

const mapping = (page: number) => ({
  first: frames.first + page,
  second: frames.second + page,
  compare: page === 1,
});

/** One access after the other for each page, several pages at once: what each read must give is known. */
class Workload {
  readonly machine: Machine;
  readonly #expected = new Map<number, number>();
  readonly #judges: (() => void)[] = [];
  /** Answers in their order, as the program sees them. */
  readonly seen: (readonly number[])[] = [];

  constructor(kind: Kind) {
    this.machine = machineOf(kind, values);
    const { machine } = this;
    for (let page = 0; page < pages; page += 1) {
      machine.tables.map(0, page, mapping(page));
      for (let offset = 0; offset < 64; offset += 1) {
        const byte = (page * 64 + offset) & 255;
        machine.memories[0].write((frames.first + page) * pageBytes + offset, byte);
        machine.memories[1].write((frames.second + page) * pageBytes + offset, byte);
        this.#expected.set(page * pageBytes + offset, byte);
      }
    }
    machine.start();
    machine.write('timeout', 120);
    machine.writeKeeper('timeout', 120);
    machine.writeKeeper('error_limit', 1);
  }

  write(page: number, byte: number): void {
    const at = page * pageBytes + 8 * (byte % 6);
    const answer = this.machine.ask(writeOf(at, byte, { id: page, length: 1 }));
    for (let offset = 0; offset < 16; offset += 1) this.#expected.set(at + offset, byte + (offset >> 3));
    this.#judges.push(() => {
      expect(answer.responses).toEqual([0]);
      this.seen.push(answer.responses);
    });
  }

  /** Asked only when all writes to the page are answered. */
  read(page: number): void {
    const answer = this.machine.ask(readOf(page * pageBytes, { id: page, length: 7 }));
    const expected = Array.from({ length: 64 }, (_, offset) => this.#expected.get(page * pageBytes + offset));
    this.#judges.push(() => {
      expect(answer.responses).toEqual(new Array(8).fill(0));
      const data = answer.data.flatMap((beat) => [...beat]);
      expect(data).toEqual(expected);
      this.seen.push(data);
    });
  }

  /** Writes, reads of what was written, and a page that is taken back while it is used. */
  round(number: number): void {
    for (let page = 0; page < pages; page += 1) this.write(page, 16 * number + page);
    this.machine.bump(indexOf(this.machine.parameters, mapping(number % pages)));
    this.machine.settle();
    const written = (number + 1) % pages;
    for (let page = 0; page < pages; page += 1) if (page !== written) this.read(page);
    this.write(written, 100 + number);
    this.machine.settle();
  }

  judge(): void {
    for (const judge of this.#judges.splice(0)) judge();
  }

  judgeMemory(memory: 0 | 1): void {
    const base = memory === 0 ? frames.first : frames.second;
    for (const [at, byte] of this.#expected)
      expect(this.machine.memories[memory].read(base * pageBytes + at), `memory ${memory} at ${at}`).toBe(byte);
  }
}

const rounds = 2;

/** The memory is replaced and filled while writes go on, and both are as the program left them. */
const comesBack = (workload: Workload, dying: 0 | 1): void => {
  const { machine } = workload;
  machine.memories[dying].death = 'silent';
  // Whoever has not been asked by now has not been noticed.
  machine.writeKeeper('memory_command', 1 << dying);
  const [from, to] = dying === 0 ? [frames.second, frames.first] : [frames.first, frames.second];
  workload.write(1, 200);
  restore(machine, dying, [{ from, to, pages }], (memory) => {
    // Software writes tables itself: they lie at the same place in both.
    const root = machine.tables.root;
    for (let at = root; at < root + 8 * pageBytes; at += 1)
      machine.memories[memory].write(at, machine.memories[1 - memory]!.read(at));
  });
  machine.settle();
  for (let page = 0; page < pages; page += 1) workload.read(page);
  machine.settle();
  workload.judge();
  expect(machine.readKeeper('memory_status') & 15).toBe(0);
  workload.judgeMemory(0);
  workload.judgeMemory(1);
};

/** The whole programme; the memory dies in the given cycle of it. Gives all that the processor saw, and how long the rounds took. */
const run = (kind: Kind, dying: 0 | 1 | null, cycle: number): { seen: unknown; cycles: number } => {
  const workload = new Workload(kind);
  const { machine } = workload;
  const begin = machine.cycle;
  machine.watch = () => {
    if (dying !== null && machine.cycle - begin === cycle) machine.memories[dying].death = 'silent';
  };
  for (let number = 0; number < rounds; number += 1) workload.round(number);
  const cycles = machine.cycle - begin;
  workload.judge();
  machine.watch = undefined;
  if (dying !== null && restores(cycle)) comesBack(workload, dying);
  return { seen: workload.seen.slice(0, rounds * 2 * pages), cycles };
};

test.each(kinds)(
  'either memory may die in any cycle, and the result is the same: %s',
  (kind) => {
    const calm = run(kind, null, 0);
    for (const dying of [0, 1] as const)
      for (let cycle = 0; cycle < calm.cycles; cycle += step)
        expect(run(kind, dying, cycle).seen, `memory ${dying} dies in cycle ${cycle}`).toEqual(calm.seen);
  },
  7_200_000,
);
