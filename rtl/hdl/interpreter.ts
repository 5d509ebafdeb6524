import { type Constant, constants } from './constant.ts';
import { foldOver } from './fold.ts';
import type { Expression, Memory, Module, Signal, SourceLocation, Statement } from './ir.ts';

/**
 * The reference interpreter: what the intermediate representation means, in as few words as possible. Slow; it is what the
 * Verilog printer and the compiled simulator are tested against.
 */

/** The values that an expression reads: the bits as non-negative numbers. */
export interface Environment {
  signal(signal: Signal): bigint;
  /** The word at an address below the depth. */
  word(memory: Memory, address: number): bigint;
}

/** The value of an expression: its bits as a non-negative number. */
export const evaluate = (expression: Expression, environment: Environment): bigint =>
  evaluatorIn(environment)(expression);

/** Evaluates expressions in an environment that does not change, shared parts once. */
const evaluatorIn = (environment: Environment): ((expression: Expression) => bigint) => {
  const fold = foldOver<Constant>(constants, {
    reference: ({ signal, width, signed }) => ({ width, signed, value: environment.signal(signal) }),
    memoryRead: ({ memory, width, signed }, address) => ({
      width,
      signed,
      value: address.value < BigInt(memory.depth) ? environment.word(memory, Number(address.value)) : 0n,
    }),
  });
  return (expression) => fold(expression).value;
};

/** A property that did not hold, or a cover that was reached. */
export interface PropertyEvent {
  readonly flavour: 'assert' | 'assume' | 'cover';
  readonly name: string;
  /** The instance that holds it, from the top, joined by dots; empty for the top. */
  readonly path: string;
  readonly location: SourceLocation;
}

const replaceBits = (before: bigint, low: number, width: number, value: bigint): bigint => {
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(low);
  return (before & ~mask) | (value << BigInt(low));
};

/** One module with its state, and those it holds. Registers begin at their reset values, those without at zero. */
export class ModuleInterpreter {
  readonly module: Module;
  readonly #path: string;
  /** Of every signal: registers hold their state, the rest what they settled to. */
  readonly #values = new Map<Signal, bigint>();
  readonly #memories = new Map<Memory, bigint[]>();
  readonly #held: readonly ModuleInterpreter[];

  constructor(module: Module, path = '') {
    if (module.blackBox) throw new Error(`${module.name} is a black box: there is nothing to interpret`);
    this.module = module;
    this.#path = path;
    for (const signal of module.signals) this.#values.set(signal, signal.reset ?? 0n);
    for (const memory of module.memories) {
      this.#memories.set(
        memory,
        Array.from({ length: memory.depth }, (_, address) => memory.contents[address] ?? 0n),
      );
    }
    this.#held = module.instances.map(
      (instance) => new ModuleInterpreter(instance.module, path === '' ? instance.name : `${path}.${instance.name}`),
    );
  }

  get #environment(): Environment {
    return {
      signal: (signal) => this.#values.get(signal) ?? 0n,
      word: (memory, address) => this.#memories.get(memory)?.[address] ?? 0n,
    };
  }

  /** The value of a signal of this module, by name. */
  get(name: string): bigint {
    const signal = this.module.signals.find((one) => one.name === name);
    if (signal === undefined) throw new Error(`${this.module.name} has no signal ${name}`);
    return this.#values.get(signal) ?? 0n;
  }

  /** Gives values to input ports. */
  set(inputs: Readonly<Record<string, bigint>>): void {
    for (const signal of this.module.signals) {
      const value = inputs[signal.name];
      if (signal.port === 'input' && value !== undefined) this.#values.set(signal, BigInt.asUintN(signal.width, value));
    }
  }

  /** Wires take their values. No bit depends on itself, so that repeating comes to rest. */
  settle(): void {
    for (;;) {
      if (!this.#pass()) return;
    }
  }

  /** Computes everything once from what was; whether anything changed. */
  #pass(): boolean {
    const of = evaluatorIn(this.#environment);
    const next = new Map<Signal, bigint>();
    for (const signal of this.module.signals) {
      if (signal.kind === 'wire') next.set(signal, signal.initial === null ? 0n : of(signal.initial));
    }
    this.#run(this.module.body, of, (statement) => {
      if (statement.kind !== 'assign' || statement.target.kind !== 'wire') return;
      const { target, low, value } = statement;
      next.set(target, replaceBits(next.get(target) ?? 0n, low, value.width, of(value)));
    });
    for (const [index, held] of this.#held.entries()) {
      const instance = this.module.instances[index];
      if (instance === undefined) continue;
      held.set(Object.fromEntries([...instance.inputs].map(([name, value]) => [name, of(value)])));
      held.settle();
      for (const [name, signal] of instance.outputs) next.set(signal, held.get(name));
    }
    let changed = false;
    for (const [signal, value] of next) {
      if (this.#values.get(signal) === value) continue;
      this.#values.set(signal, value);
      changed = true;
    }
    return changed;
  }

  /** The clock edge: settles, checks the properties, moves the state on, and settles again. */
  step(options: { readonly reset?: boolean } = {}): PropertyEvent[] {
    this.settle();
    const events: PropertyEvent[] = [];
    const commits: (() => void)[] = [];
    this.#edge(options.reset ?? false, events, commits);
    for (const commit of commits) commit();
    this.settle();
    return events;
  }

  /** Notes what is to change, here and below, from the values before the edge. */
  #edge(inReset: boolean, events: PropertyEvent[], commits: (() => void)[]): void {
    const of = evaluatorIn(this.#environment);
    const next = new Map<Signal, bigint>();
    const writes: { words: bigint[]; address: number; value: bigint; bits: bigint }[] = [];
    this.#run(this.module.body, of, (statement) => {
      switch (statement.kind) {
        case 'assign': {
          const { target, low, value } = statement;
          if (target.kind !== 'register') return;
          next.set(
            target,
            replaceBits(next.get(target) ?? this.#values.get(target) ?? 0n, low, value.width, of(value)),
          );
          return;
        }
        case 'memory_write': {
          const address = of(statement.address);
          const words = this.#memories.get(statement.memory);
          if (words === undefined || address >= BigInt(words.length)) return;
          const bits =
            statement.mask === null ? -1n : maskBits(of(statement.mask), statement.mask.width, statement.memory.width);
          writes.push({ words, address: Number(address), value: of(statement.data), bits });
          return;
        }
        case 'property': {
          const holds = of(statement.condition) === 1n;
          const { flavour, name, location } = statement;
          if (!inReset && holds === (flavour === 'cover')) events.push({ flavour, name, path: this.#path, location });
          return;
        }
        case 'if':
        case 'switch':
          return;
        default:
          throw new Error(`unknown statement ${statement satisfies never}`);
      }
    });
    commits.push(() => {
      for (const [signal, value] of next) this.#values.set(signal, value);
      if (inReset)
        for (const signal of this.module.signals) if (signal.reset !== null) this.#values.set(signal, signal.reset);
      for (const { words, address, value, bits } of writes)
        words[address] = ((words[address] ?? 0n) & ~bits) | (value & bits);
    });
    for (const [index, held] of this.#held.entries()) {
      const own = this.module.instances[index]?.inputs.get('aresetn');
      held.#edge(inReset || (own !== undefined && of(own) === 0n), events, commits);
    }
  }

  /** Calls `act` on each statement that control reaches. */
  #run(
    statements: readonly Statement[],
    of: (expression: Expression) => bigint,
    act: (statement: Statement) => void,
  ): void {
    for (const statement of statements) {
      act(statement);
      if (statement.kind === 'if')
        this.#run(of(statement.condition) === 1n ? statement.then : statement.otherwise, of, act);
      if (statement.kind === 'switch') {
        const subject = of(statement.subject);
        const chosen = statement.cases.find((one) => one.values.includes(subject));
        this.#run(chosen === undefined ? statement.otherwise : chosen.body, of, act);
      }
    }
  }
}

/** Each bit of a mask, widened to its lane. */
const maskBits = (mask: bigint, lanes: number, width: number): bigint => {
  const lane = BigInt(width / lanes);
  let bits = 0n;
  for (let number = 0n; number < BigInt(lanes); number += 1n) {
    if (((mask >> number) & 1n) === 1n) bits |= ((1n << lane) - 1n) << (number * lane);
  }
  return bits;
};
