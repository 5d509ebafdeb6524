/** A memory is replaced and filled while programs write; it, or the good one, dies in cycles of that. */
import { expect, test } from 'vitest';
import { readOf, writeOf } from '../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Answer } from '../../../../model/hardware/memory-management-unit/bench/bursts.ts';
import type { Machine } from '../../../../model/hardware/memory-management-unit/bench/machine.ts';
import type { Death } from '../../../../model/hardware/memory-management-unit/bench/memory.ts';
import { type Kind, kinds, machineOf } from './machines.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** A death in each of so many cycles. */
const step = 11;

const pageBytes = 4096;
const commands = { takeOut: 0, reset: 2, restore: 4, onLine: 6 } as const;
const bits = { copying: 0x2_0000, copyFailed: 0x4_0000 } as const;
const [target, source] = [0, 1] as const;

/** Two units, each with a page in both memories; what a program has written. */
class Programs {
  readonly machine: Machine;
  readonly expected = new Map<number, number>();
  readonly answers: Answer[] = [];
  #count = 0;

  constructor(kind: Kind) {
    this.machine = machineOf(kind, { units: 2, entries: 4, reads: 4, writes: 4 });
    const { machine } = this;
    for (const unit of [0, 1]) machine.tables.map(0, 3 + unit, { first: 5 + unit, second: 15 + unit });
    machine.start();
    for (const unit of [0, 1]) machine.write('timeout', 120, unit);
    machine.writeKeeper('timeout', 120);
    machine.writeKeeper('error_limit', 1);
  }

  /** Two beats, somewhere in the page of a unit. */
  write(): void {
    const count = this.#count;
    this.#count += 1;
    const at = (3 + (count % 2)) * pageBytes + 8 * ((7 * count) % 60);
    this.answers.push(this.machine.ask(writeOf(at, count, { id: count % 4, length: 1 }), count % 2));
    for (let offset = 0; offset < 16; offset += 1) this.expected.set(at + offset, count + (offset >> 3));
  }

  command(name: keyof typeof commands): void {
    this.machine.writeKeeper('memory_command', 1 << (commands[name] + target));
  }

  status(bit: number): boolean {
    return (this.machine.readKeeper('memory_status') & bit) !== 0;
  }

  /** What the programs read of all that was written, with the answer's response. */
  readBack(): { readonly response: number; readonly isRight: boolean }[] {
    const asked = [...this.expected.keys()]
      .filter((at) => at % 8 === 0)
      .map((at) => ({ at, answer: this.machine.ask(readOf(at), Math.floor(at / pageBytes) - 3) }));
    this.machine.settle();
    return asked.map(({ at, answer }) => ({
      response: answer.responses[0]!,
      isRight: [...answer.data[0]!].every((byte, lane) => byte === this.expected.get(at + lane)),
    }));
  }
}

interface Dying {
  readonly memory: 0 | 1;
  readonly cycle: number;
  readonly death: Death;
}

/** Gives how many cycles the copying took, and the programs after it. */
const run = (kind: Kind, dying: Dying | null): { readonly programs: Programs; readonly cycles: number } => {
  const programs = new Programs(kind);
  const { machine } = programs;
  for (let count = 0; count < 4; count += 1) programs.write();
  machine.settle();
  programs.command('takeOut');
  programs.command('reset');
  machine.run(20);
  machine.memories[target].replace();
  programs.command('restore');
  const begin = machine.cycle;
  machine.watch = () => {
    if (dying !== null && machine.cycle - begin === dying.cycle) machine.memories[dying.memory].death = dying.death;
  };
  machine.writeKeeper('copy_target', target);
  machine.writeKeeper('copy_from_low', 15 * pageBytes);
  machine.writeKeeper('copy_to_low', 5 * pageBytes);
  machine.writeKeeper('copy_pages', 2);
  machine.writeKeeper('copy_command', 1);
  while (programs.status(bits.copying)) {
    programs.write();
    machine.run(20);
  }
  const cycles = machine.cycle - begin;
  machine.settle();
  if (!programs.status(bits.copyFailed)) {
    programs.command('onLine');
    // The good one may go now.
    if (dying === null) machine.writeKeeper('memory_command', 1 << (commands.takeOut + source));
  }
  return { programs, cycles };
};

test.each(kinds)('what was restored while programs write is whole: %s', (kind) => {
  const { programs } = run(kind, null);
  expect(programs.answers.every(({ responses }) => responses[0] === 0)).toBe(true);
  expect(programs.readBack().filter(({ response, isRight }) => response !== 0 || !isRight)).toEqual([]);
});

test.each(thorough ? kinds : [])(
  'a memory dies while it is restored, and nobody has noticed; the good one dies, and nobody gets what is wrong: %s',
  (kind) => {
    const { cycles } = run(kind, null);
    for (const death of ['silent', 'refusing', 'erring'] as const)
      for (let cycle = 0; cycle < cycles; cycle += step) {
        const where = `${death} in cycle ${cycle}`;
        const { programs } = run(kind, { memory: target, cycle, death });
        const wrong = programs.readBack().filter(({ response, isRight }) => response !== 0 || !isRight);
        expect(wrong, `the restored one is ${where}`).toEqual([]);
        expect(
          programs.answers.filter(({ responses }) => responses[0] !== 0),
          `so it is ${where}`,
        ).toEqual([]);
        // What only the good one had is lost, and told to be.
        const left = run(kind, { memory: source, cycle, death }).programs.readBack();
        expect(
          left.filter(({ response, isRight }) => response === 0 && !isRight),
          `the good one is ${where}`,
        ).toEqual([]);
      }
  },
  7_200_000,
);
