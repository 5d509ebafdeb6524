import type {
  Expression,
  Instance,
  Memory,
  Module,
  Signal,
  SourceLocation,
  Statement,
  SwitchCase,
} from '../../hdl/ir.ts';
import { RandomExpressions } from './expressions.ts';
import type { Random } from './random.ts';

const location: SourceLocation = { file: 'random.ts', line: 1, column: 1 };
const mostWidth = 40;

/**
 * Random sequential modules in which nothing is ever unknown in Verilog: registers without reset are set in every cycle
 * and memories have contents throughout.
 */
export class RandomModules {
  readonly #random: Random;
  #expressions: RandomExpressions;
  #readable: Signal[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.#expressions = this.#expressionsOver([]);
  }

  #expressionsOver(memories: readonly Memory[]): RandomExpressions {
    const signal = (width: number, signed: boolean): Signal | null => {
      const fitting = this.#readable.filter((one) => one.width === width && one.signed === signed);
      return fitting.length === 0 ? null : this.#random.pick(fitting);
    };
    return new RandomExpressions(this.#random, { signal, memories }, mostWidth);
  }

  module(name: string, levels: number): Module {
    const random = this.#random;
    const child = levels > 0 ? this.module(`${name}_inner`, levels - 1) : null;
    const inputs = this.#signals('input', 'i', 3, (signal) => ({ ...signal, port: 'input' }));
    const held = this.#signals('register', 'r', 4, (signal, index) => ({
      ...signal,
      reset: random.bits(signal.width),
      port: index < 2 ? 'output' : null,
    }));
    const free = this.#signals('register', 'f', 2, (signal) => signal);
    const memories = Array.from({ length: 2 }, (_, index): Memory => {
      const width = random.pick([1, 4, 6, 12]);
      const depth = random.pick([1, 2, 5, 8]);
      const contents = Array.from({ length: depth }, () => random.bits(width));
      return { name: `m${index}`, width, depth, contents, readDuringWrite: 'old', location };
    });
    // A register without reset is unknown in the first cycle, so that nothing else reads it but what it is compared by.
    this.#readable = [...inputs, ...held];
    this.#expressions = this.#expressionsOver(memories);
    const body: Statement[] = [];
    const instances: Instance[] = [];
    const outputs: Signal[] = [];
    if (child !== null) {
      const taken = child.signals.filter((signal) => signal.port === 'input');
      const given = child.signals.filter((signal) => signal.port === 'output' && signal.kind === 'register');
      const inner = new Map(
        given.map((signal): [string, Signal] => [
          signal.name,
          { ...signal, kind: 'instance_output', name: `u_${signal.name}`, port: null, reset: null, initial: null },
        ]),
      );
      const all = child.signals.filter((signal) => signal.port === 'output' && signal.kind !== 'register');
      for (const signal of all)
        inner.set(signal.name, {
          ...signal,
          kind: 'instance_output',
          name: `u_${signal.name}`,
          port: null,
          initial: null,
        });
      // Only the child's registers are read, so that there is no path from its inputs to its outputs to mind.
      for (const signal of given) this.#readable.push(inner.get(signal.name) as Signal);
      const connections = new Map(
        taken.map((signal): [string, Expression] => [
          signal.name,
          this.#expressions.of(signal.width, signal.signed, 2),
        ]),
      );
      if (random.chance(2)) connections.set('aresetn', this.#expressions.of(1, false, 2));
      instances.push({ name: 'u', module: child, inputs: connections, outputs: inner, location });
      outputs.push(...inner.values());
    }
    const wires: Signal[] = [];
    for (let index = 0; index < 4; index += 1) {
      const [plain] = this.#signals('wire', `w${index}_`, 1, (signal) => ({
        ...signal,
        port: index < 2 ? 'output' : null,
      }));
      if (plain === undefined) continue;
      const wire: Signal = { ...plain, initial: this.#expressions.of(plain.width, plain.signed, 2) };
      wires.push(wire);
      body.push(...this.#statements([wire, ...(random.chance(2) ? held : [])], [], 3, 2));
      this.#readable.push(wire);
    }
    body.push(...this.#statements(held, memories, 6, 3));
    for (const register of free) body.push(this.#assign(register, true));
    const whole = this.#compared(free);
    return {
      name,
      blackBox: false,
      clocked: true,
      signals: [...inputs, ...held, ...free, ...wires, ...whole.signals, ...outputs],
      memories,
      instances,
      body: [...body, ...whole.body],
      location,
    };
  }

  /** An output for each register without reset. */
  #compared(registers: readonly Signal[]): { signals: Signal[]; body: Statement[] } {
    const signals = registers.map(
      (register): Signal => ({ ...register, kind: 'wire', name: `${register.name}_out`, port: 'output' }),
    );
    const body = signals.map((target, index): Statement => {
      const signal = registers[index] as Signal;
      const { width, signed } = signal;
      return {
        kind: 'assign',
        target,
        low: 0,
        value: { kind: 'reference', signal, width, signed, location },
        location,
      };
    });
    return { signals, body };
  }

  #signals(
    kind: Signal['kind'],
    prefix: string,
    count: number,
    finish: (signal: Signal, index: number) => Signal,
  ): Signal[] {
    return Array.from({ length: count }, (_, index) =>
      finish(
        {
          kind,
          name: `${prefix}${index}`,
          width: this.#random.width(mostWidth),
          signed: this.#random.chance(3),
          port: null,
          reset: null,
          initial: null,
          location,
        },
        index,
      ),
    );
  }

  #assign(target: Signal, whole: boolean): Statement {
    const random = this.#random;
    const width = whole || random.chance(2) ? target.width : 1 + random.below(target.width);
    const low = random.below(target.width - width + 1);
    const signed = width === target.width ? target.signed : false;
    return { kind: 'assign', target, low, value: this.#expressions.of(width, signed, 3), location };
  }

  #write(memory: Memory): Statement {
    const random = this.#random;
    const lanes = random.pick([1, 2, memory.width].filter((count) => memory.width % count === 0));
    return {
      kind: 'memory_write',
      memory,
      address: this.#expressions.of(1 + random.below(6), false, 2),
      data: this.#expressions.of(memory.width, false, 2),
      mask: random.chance(2) ? null : this.#expressions.of(lanes, false, 2),
      location,
    };
  }

  #statements(targets: readonly Signal[], memories: readonly Memory[], count: number, depth: number): Statement[] {
    const random = this.#random;
    return Array.from({ length: 1 + random.below(count) }, (): Statement => {
      const inner = (): Statement[] => (random.chance(4) ? [] : this.#statements(targets, memories, 3, depth - 1));
      const kind = depth === 0 ? 0 : random.below(4);
      if (kind === 2)
        return {
          kind: 'if',
          condition: this.#expressions.of(1, false, 2),
          then: inner(),
          otherwise: inner(),
          location,
        };
      if (kind === 3) return this.#switch(inner);
      const memory = memories.length > 0 && random.chance(4) ? random.pick(memories) : null;
      return memory === null ? this.#assign(random.pick(targets), false) : this.#write(memory);
    });
  }

  #switch(inner: () => Statement[]): Statement {
    const random = this.#random;
    const subject = this.#expressions.of(1 + random.below(3), random.chance(4), 2);
    const values = Array.from({ length: 2 ** subject.width }, (_, value) => BigInt(value)).filter(() =>
      random.chance(2),
    );
    const cases: SwitchCase[] = [];
    for (
      let next = values.splice(0, 1 + random.below(2));
      next.length > 0;
      next = values.splice(0, 1 + random.below(2))
    ) {
      cases.push({ values: next, body: inner(), location });
    }
    return { kind: 'switch', subject, cases, otherwise: inner(), location };
  }
}
