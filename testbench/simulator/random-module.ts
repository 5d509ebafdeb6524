/** Random modules that use every construct of the intermediate representation: what the simulator's tests run. */

import type {
  BinaryOperator,
  Expression,
  Instance,
  Memory,
  Module,
  Signal,
  SignalKind,
  SourceLocation,
  Statement,
  SwitchCase,
} from '../../rtl/hdl/ir.ts';
import { Random } from './random.ts';

export interface RandomModuleOptions {
  /** Widest signal in bits. */
  readonly maximumWidth: number;
  readonly registers: number;
  readonly wires: number;
  readonly statements: number;
  readonly depth: number;
  /** Levels of instances below. */
  readonly levels: number;
  /** Whether some registers have no reset and some memory words no contents. Tools that read Verilog may choose any value for those. */
  readonly unreset: boolean;
}

export const smallModule: RandomModuleOptions = {
  maximumWidth: 140,
  registers: 5,
  wires: 4,
  statements: 6,
  depth: 2,
  levels: 1,
  unreset: true,
};

const location: SourceLocation = { file: 'random-module.ts', line: 1, column: 1 };

export const randomModule = (seed: number, options: RandomModuleOptions = smallModule): Module =>
  new Generator(new Random(seed), options).module('random', options.levels);

class Generator {
  readonly #random: Random;
  readonly #options: RandomModuleOptions;
  #readable: Signal[] = [];
  #memories: Memory[] = [];

  constructor(random: Random, options: RandomModuleOptions) {
    this.#random = random;
    this.#options = options;
  }

  #pick<T>(list: readonly T[]): T {
    const one = list[this.#random.below(list.length)];
    if (one === undefined) throw new RangeError('nothing to pick from');
    return one;
  }

  #chance(one: number): boolean {
    return this.#random.below(one) === 0;
  }

  #width(): number {
    const { maximumWidth } = this.#options;
    const kind = this.#random.below(6);
    if (kind < 2) return 1;
    if (kind === 2) return this.#pick([8, 16, 32, 64].filter((width) => width <= maximumWidth));
    return 1 + this.#random.below(this.#pick([8, 40, maximumWidth].map((limit) => Math.min(limit, maximumWidth))));
  }

  #signal(kind: SignalKind, name: string, port: 'input' | 'output' | null): Signal {
    const width = this.#width();
    const reset = kind === 'register' && !(this.#options.unreset && this.#chance(5)) ? this.#random.bits(width) : null;
    return { kind, name, width, signed: this.#chance(4), port, reset, initial: null, location };
  }

  module(name: string, levels: number): Module {
    const outer = { readable: this.#readable, memories: this.#memories };
    const { registers: registerCount, wires: wireCount, statements } = this.#options;
    const inputs = Array.from({ length: 3 }, (_, index) => this.#signal('input', `in${index}`, 'input'));
    const registers = Array.from({ length: registerCount }, (_, index) =>
      this.#signal('register', `r${index}`, index < 2 ? 'output' : null),
    );
    const childModules =
      levels === 0
        ? []
        : Array.from({ length: 1 + this.#random.below(2) }, (_, index) => this.module(`${name}_${index}`, levels - 1));
    this.#memories = Array.from({ length: this.#random.below(3) }, (_, index) => this.#memory(index));
    this.#readable = [...inputs, ...registers];
    const wires: Signal[] = [];
    const body: Statement[] = [];
    const instances: Instance[] = [];
    const instanceSignals: Signal[] = [];
    for (let index = 0; index < wireCount; index++) {
      const bare = this.#signal('wire', `w${index}`, index < 2 ? 'output' : null);
      const wire: Signal = { ...bare, initial: this.expression(bare.width, 2) };
      wires.push(wire);
      body.push(...this.#statements([wire], 2, 2));
      this.#readable.push(wire);
      const child = childModules.pop();
      if (child !== undefined) {
        const instance = this.#instance(`u${index}`, child);
        instances.push(instance);
        instanceSignals.push(...instance.outputs.values());
        if (this.#chance(2)) instances.push(this.#instance(`u${index}b`, child));
        instanceSignals.push(...(instances.at(-1) === instance ? [] : (instances.at(-1)?.outputs.values() ?? [])));
        this.#readable.push(...instanceSignals.slice(-instance.outputs.size));
      }
    }
    for (const register of registers) body.push(...this.#statements([register], 1, 0));
    body.push(...this.#statements(registers, statements, 3, true));
    body.push({ kind: 'property', flavour: 'cover', name: 'seen', condition: this.expression(1, 2), location });
    const result: Module = {
      name,
      blackBox: false,
      clocked: true,
      signals: [
        ...inputs,
        ...registers.filter(isPort),
        ...wires.filter(isPort),
        ...registers.filter((one) => !isPort(one)),
        ...wires.filter((one) => !isPort(one)),
        ...instanceSignals,
      ],
      memories: this.#memories,
      instances,
      body,
      location,
    };
    this.#readable = outer.readable;
    this.#memories = outer.memories;
    return result;
  }

  #memory(index: number): Memory {
    const width = this.#pick([1, 8, 12, 24, 64, 72].filter((one) => one <= this.#options.maximumWidth));
    const depth = this.#pick([2, 5, 8, 16, 37]);
    const count = this.#options.unreset ? this.#random.below(depth) : depth;
    const contents = Array.from({ length: count }, () => this.#random.bits(width));
    return { name: `m${index}`, width, depth, contents, readDuringWrite: 'old', location };
  }

  #instance(name: string, module: Module): Instance {
    const inputs = new Map(
      module.signals
        .filter((one) => one.port === 'input')
        .map((one): [string, Expression] => [one.name, this.expression(one.width, 2)]),
    );
    const outputs = new Map(
      module.signals
        .filter((one) => one.port === 'output')
        .map((one): [string, Signal] => [
          one.name,
          {
            kind: 'instance_output',
            name: `${name}_${one.name}`,
            width: one.width,
            signed: one.signed,
            port: null,
            reset: null,
            initial: null,
            location,
          },
        ]),
    );
    return { name, module, inputs, outputs, location };
  }

  #statements(targets: readonly Signal[], count: number, depth: number, clocked = false): Statement[] {
    return Array.from({ length: count }, () => this.#statement(targets, depth, clocked));
  }

  #statement(targets: readonly Signal[], depth: number, clocked: boolean): Statement {
    const kind = depth === 0 ? 0 : this.#random.below(5);
    if (kind === 1 || kind === 2) {
      const [then, otherwise] = [
        this.#statements(targets, 1 + this.#random.below(2), depth - 1, clocked),
        this.#statements(targets, this.#random.below(2), depth - 1, clocked),
      ];
      return { kind: 'if', condition: this.expression(1, 2), then, otherwise, location };
    }
    if (kind === 3) {
      const width = 1 + this.#random.below(5);
      const cases = new Map<bigint, SwitchCase>();
      for (let index = 0; index < 3; index++) {
        const value = this.#random.bits(width);
        cases.set(value, { values: [value], body: this.#statements(targets, 1, depth - 1, clocked), location });
      }
      return {
        kind: 'switch',
        subject: this.expression(width, 1),
        cases: [...cases.values()],
        otherwise: this.#statements(targets, this.#random.below(2), depth - 1, clocked),
        location,
      };
    }
    if (clocked && this.#memories.length > 0 && this.#chance(3)) {
      const memory = this.#pick(this.#memories);
      const lanes = [1, 2, 4, 8].filter((lane) => memory.width % lane === 0);
      const mask = this.#chance(2) ? this.expression(this.#pick(lanes), 1) : null;
      const address = this.expression(this.#pick([3, 6, 40].filter((one) => one <= this.#options.maximumWidth)), 1);
      return { kind: 'memory_write', memory, address, data: this.expression(memory.width, 2), mask, location };
    }
    const target = this.#pick(targets);
    const partial = target.width > 1 && this.#chance(3);
    const low = partial ? this.#random.below(target.width) : 0;
    const width = partial ? 1 + this.#random.below(target.width - low) : target.width;
    return { kind: 'assign', target, low, value: this.expression(width, this.#options.depth), location };
  }

  /** A random expression; its sign is whatever its operator gives. */
  expression(width: number, depth: number): Expression {
    const random = this.#random;
    if (depth === 0) return this.#leaf(width);
    const sub = (size: number): Expression => this.expression(size, depth - 1);
    switch (random.below(width === 1 ? 14 : 11)) {
      case 0:
        return this.#leaf(width);
      case 1:
        return {
          kind: 'unary',
          operator: this.#pick(['not', 'negate'] as const),
          operand: sub(width),
          width,
          signed: false,
          location,
        };
      case 2:
      case 3: {
        const operator = this.#pick<BinaryOperator>(['and', 'or', 'xor', 'add', 'subtract']);
        const left = sub(width);
        return {
          kind: 'binary',
          operator,
          left,
          right: this.#as(sub(width), left.signed),
          width,
          signed: left.signed,
          location,
        };
      }
      case 4: {
        if (width < 2) return this.#leaf(width);
        const split = 1 + random.below(width - 1);
        const left = sub(split);
        return {
          kind: 'binary',
          operator: 'multiply',
          left,
          right: this.#as(sub(width - split), left.signed),
          width,
          signed: left.signed,
          location,
        };
      }
      case 5: {
        const left = sub(width);
        const operator = this.#pick<BinaryOperator>(['shift_left', 'shift_right']);
        return {
          kind: 'binary',
          operator,
          left,
          right: this.#as(sub(1 + random.below(9)), false),
          width,
          signed: left.signed,
          location,
        };
      }
      case 6:
        return this.#chosen(width, sub);
      case 7: {
        const extra = random.below(40);
        return {
          kind: 'slice',
          operand: sub(width + extra),
          low: random.below(extra + 1),
          width,
          signed: false,
          location,
        };
      }
      case 8: {
        if (width < 2) return this.#leaf(width);
        const split = 1 + random.below(width - 1);
        return { kind: 'concatenation', parts: [sub(split), sub(width - split)], width, signed: false, location };
      }
      case 9: {
        if (width < 2) return this.#leaf(width);
        const operand = sub(1 + random.below(width - 1));
        return { kind: 'extension', operand, width, signed: operand.signed, location };
      }
      case 10:
        return this.#as(sub(width), this.#chance(2));
      case 11:
        return {
          kind: 'unary',
          operator: this.#pick(['reduce_and', 'reduce_or', 'reduce_xor'] as const),
          operand: sub(this.#width()),
          width: 1,
          signed: false,
          location,
        };
      default: {
        const size = this.#width();
        const left = sub(size);
        return {
          kind: 'binary',
          operator: this.#pick<BinaryOperator>(['equal', 'less']),
          left,
          right: this.#as(sub(size), left.signed),
          width: 1,
          signed: false,
          location,
        };
      }
    }
  }

  #chosen(width: number, sub: (width: number) => Expression): Expression {
    const first = sub(width);
    if (this.#chance(2)) {
      return {
        kind: 'multiplex',
        condition: sub(1),
        whenTrue: first,
        whenFalse: this.#as(sub(width), first.signed),
        width,
        signed: first.signed,
        location,
      };
    }
    const bits = 1 + this.#random.below(4);
    const count = 2 + this.#random.below(Math.min(6, 2 ** bits - 1));
    const elements = [first, ...Array.from({ length: count - 1 }, () => this.#as(sub(width), first.signed))];
    return { kind: 'select', index: this.#as(sub(bits), false), elements, width, signed: first.signed, location };
  }

  #as(operand: Expression, signed: boolean): Expression {
    return operand.signed === signed
      ? operand
      : { kind: 'reinterpretation', operand, width: operand.width, signed, location };
  }

  #leaf(width: number): Expression {
    const random = this.#random;
    if (this.#chance(5)) return { kind: 'constant', value: random.bits(width), width, signed: false, location };
    const memory = this.#memories.find((one) => one.width >= width);
    if (memory !== undefined && this.#chance(4)) {
      const address = this.#reference(this.#pick(this.#readable));
      const read: Expression = {
        kind: 'memory_read',
        memory,
        address: this.#as(address, false),
        width: memory.width,
        signed: false,
        location,
      };
      return this.#fit(read, width);
    }
    return this.#fit(this.#reference(this.#pick(this.#readable)), width);
  }

  #reference(signal: Signal): Expression {
    return { kind: 'reference', signal, width: signal.width, signed: signal.signed, location };
  }

  #fit(operand: Expression, width: number): Expression {
    if (operand.width === width) return operand;
    if (operand.width < width) return { kind: 'extension', operand, width, signed: operand.signed, location };
    return {
      kind: 'slice',
      operand,
      low: this.#random.below(operand.width - width + 1),
      width,
      signed: false,
      location,
    };
  }
}

const isPort = (signal: Signal): boolean => signal.port !== null;
