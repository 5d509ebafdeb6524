/** The plainest possible meaning of a module, for tests of the compiler: every value a bigint, every wire computed anew each cycle. */

import type { Expression, Memory, Module, Signal, Statement } from '../../rtl/hdl/ir.ts';
import { portLayout } from '../../rtl/hdl/port-layout.ts';

const ones = (width: number): bigint => (1n << BigInt(width)) - 1n;

interface Write {
  readonly memory: Memory;
  readonly address: number;
  readonly data: bigint;
  readonly mask: bigint;
}

class ReferenceInstance {
  readonly module: Module;
  readonly registers = new Map<Signal, bigint>();
  readonly memories = new Map<Memory, bigint[]>();
  readonly children = new Map<Signal, { readonly instance: ReferenceInstance; readonly port: Signal }>();
  readonly instances: ReferenceInstance[] = [];
  readonly resets: (Expression | undefined)[] = [];
  readonly input: (name: string) => bigint;
  readonly values = new Map<Signal, bigint>();

  constructor(module: Module, input: (name: string) => bigint) {
    this.module = module;
    this.input = input;
    for (const signal of module.signals) if (signal.kind === 'register') this.registers.set(signal, signal.reset ?? 0n);
    for (const memory of module.memories) {
      this.memories.set(
        memory,
        Array.from({ length: memory.depth }, (_, index) => memory.contents[index] ?? 0n),
      );
    }
    for (const one of module.instances) {
      const instance = new ReferenceInstance(one.module, (name) => {
        const driver = one.inputs.get(name);
        return driver === undefined ? 0n : this.evaluate(driver);
      });
      this.instances.push(instance);
      this.resets.push(one.inputs.get('aresetn'));
      for (const [name, signal] of one.outputs) {
        const port = one.module.signals.find((candidate) => candidate.name === name);
        if (port !== undefined) this.children.set(signal, { instance, port });
      }
    }
  }

  forget(): void {
    this.values.clear();
    for (const instance of this.instances) instance.forget();
  }

  signal(signal: Signal): bigint {
    const known = this.registers.get(signal) ?? this.values.get(signal);
    if (known !== undefined) return known;
    let value: bigint;
    const child = this.children.get(signal);
    if (signal.kind === 'input') value = this.input(signal.name);
    else if (child !== undefined) value = child.instance.signal(child.port);
    else {
      const box = { value: signal.initial === null ? 0n : this.evaluate(signal.initial) };
      this.#assign(this.module.body, signal, box);
      value = box.value;
    }
    this.values.set(signal, value);
    return value;
  }

  /** Runs the statements for one target; conditions that guard nothing of it are not looked at. */
  #assign(statements: readonly Statement[], target: Signal, box: { value: bigint }): void {
    for (const statement of statements) {
      if (statement.kind === 'assign' && statement.target === target) {
        const mask = ones(statement.value.width) << BigInt(statement.low);
        box.value = (box.value & ~mask) | (this.evaluate(statement.value) << BigInt(statement.low));
      } else if (statement.kind === 'if' && assigns([statement], target)) {
        this.#assign(this.evaluate(statement.condition) === 1n ? statement.then : statement.otherwise, target, box);
      } else if (statement.kind === 'switch' && assigns([statement], target)) {
        const subject = this.evaluate(statement.subject);
        this.#assign(
          statement.cases.find((one) => one.values.includes(subject))?.body ?? statement.otherwise,
          target,
          box,
        );
      }
    }
  }

  edge(released: boolean): () => void {
    const next = new Map<Signal, bigint>();
    for (const [signal, old] of this.registers) {
      const box = { value: old };
      if (released || signal.reset === null) this.#assign(this.module.body, signal, box);
      else box.value = signal.reset;
      next.set(signal, box.value);
    }
    const writes: Write[] = [];
    this.#collectWrites(this.module.body, writes);
    const below = this.instances.map((instance, index) => {
      const own = this.resets[index];
      return instance.edge(released && (own === undefined || this.evaluate(own) === 1n));
    });
    return () => {
      for (const [signal, value] of next) this.registers.set(signal, value);
      for (const { memory, address, data, mask } of writes) {
        const words = this.memories.get(memory);
        if (words !== undefined && address < memory.depth)
          words[address] = ((words[address] ?? 0n) & ~mask) | (data & mask);
      }
      for (const commit of below) commit();
    };
  }

  #collectWrites(statements: readonly Statement[], writes: Write[]): void {
    for (const statement of statements) {
      if (statement.kind === 'memory_write') {
        const { memory, mask } = statement;
        let bits = ones(memory.width);
        if (mask !== null) {
          const lane = memory.width / mask.width;
          const value = this.evaluate(mask);
          bits = 0n;
          for (let index = 0; index < mask.width; index++)
            if ((value >> BigInt(index)) & 1n) bits |= ones(lane) << BigInt(index * lane);
        }
        writes.push({
          memory,
          address: Number(this.evaluate(statement.address)),
          data: this.evaluate(statement.data),
          mask: bits,
        });
      } else if (statement.kind === 'if') {
        this.#collectWrites(this.evaluate(statement.condition) === 1n ? statement.then : statement.otherwise, writes);
      } else if (statement.kind === 'switch') {
        const subject = this.evaluate(statement.subject);
        this.#collectWrites(
          statement.cases.find((one) => one.values.includes(subject))?.body ?? statement.otherwise,
          writes,
        );
      }
    }
  }

  evaluate(e: Expression): bigint {
    const number = (one: Expression): bigint =>
      one.signed ? BigInt.asIntN(one.width, this.evaluate(one)) : this.evaluate(one);
    const wrap = (value: bigint): bigint => BigInt.asUintN(e.width, value);
    switch (e.kind) {
      case 'constant':
        return e.value;
      case 'reference':
        return this.signal(e.signal);
      case 'unary': {
        const value = this.evaluate(e.operand);
        switch (e.operator) {
          case 'not':
            return wrap(~value);
          case 'negate':
            return wrap(-value);
          case 'reduce_and':
            return value === ones(e.operand.width) ? 1n : 0n;
          case 'reduce_or':
            return value === 0n ? 0n : 1n;
          case 'reduce_xor':
            return BigInt(value.toString(2).replaceAll('0', '').length % 2);
          default:
            throw new Error('unknown operator');
        }
      }
      case 'binary': {
        const left = number(e.left);
        const right = number(e.right);
        switch (e.operator) {
          case 'and':
            return wrap(left & right);
          case 'or':
            return wrap(left | right);
          case 'xor':
            return wrap(left ^ right);
          case 'add':
            return wrap(left + right);
          case 'subtract':
            return wrap(left - right);
          case 'multiply':
            return wrap(left * right);
          case 'equal':
            return left === right ? 1n : 0n;
          case 'less':
            return left < right ? 1n : 0n;
          case 'shift_left':
            return wrap(left << right);
          case 'shift_right':
            return wrap(left >> right);
          default:
            throw new Error('unknown operator');
        }
      }
      case 'multiplex':
        return this.evaluate(this.evaluate(e.condition) === 1n ? e.whenTrue : e.whenFalse);
      case 'slice':
        return wrap(this.evaluate(e.operand) >> BigInt(e.low));
      case 'concatenation':
        return e.parts.reduce((value, part) => (value << BigInt(part.width)) | this.evaluate(part), 0n);
      case 'extension':
        return wrap(number(e.operand));
      case 'select': {
        const index = this.evaluate(e.index);
        const element = e.elements[index >= BigInt(e.elements.length) ? e.elements.length - 1 : Number(index)];
        return element === undefined ? 0n : this.evaluate(element);
      }
      case 'reinterpretation':
        return this.evaluate(e.operand);
      case 'memory_read': {
        const address = this.evaluate(e.address);
        return address >= BigInt(e.memory.depth) ? 0n : (this.memories.get(e.memory)?.[Number(address)] ?? 0n);
      }
      default:
        return e satisfies never;
    }
  }
}

const assigns = (statements: readonly Statement[], target: Signal): boolean =>
  statements.some((statement) => {
    if (statement.kind === 'assign') return statement.target === target;
    if (statement.kind === 'if') return assigns(statement.then, target) || assigns(statement.otherwise, target);
    if (statement.kind === 'switch')
      return assigns(statement.otherwise, target) || statement.cases.some((one) => assigns(one.body, target));
    return false;
  });

/** Output records for each input record, from the reset state. */
export const referenceResponses = (module: Module, stimulus: Uint32Array, cycles: number): Uint32Array => {
  const layout = portLayout(module);
  const responses = new Uint32Array(cycles * layout.outputWords);
  let cycle = 0;
  const word = (array: Uint32Array, at: number, words: number): bigint => {
    let value = 0n;
    for (let index = words - 1; index >= 0; index--) value = (value << 32n) | BigInt(array[at + index] ?? 0);
    return value;
  };
  const slots = new Map(layout.inputs.map((slot) => [slot.name, slot]));
  const top = new ReferenceInstance(module, (name) => {
    const slot = slots.get(name);
    return slot === undefined
      ? 0n
      : BigInt.asUintN(slot.width, word(stimulus, cycle * layout.inputWords + slot.word, slot.words));
  });
  for (; cycle < cycles; cycle++) {
    top.forget();
    for (const slot of layout.outputs) {
      const signal = module.signals.find((one) => one.name === slot.name);
      if (signal === undefined) continue;
      let value = top.signal(signal);
      for (let index = 0; index < slot.words; index++) {
        responses[cycle * layout.outputWords + slot.word + index] = Number(value & 0xffff_ffffn);
        value >>= 32n;
      }
    }
    const released = !module.clocked || (stimulus[cycle * layout.inputWords] ?? 0) % 2 === 1;
    top.edge(released)();
  }
  return responses;
};
