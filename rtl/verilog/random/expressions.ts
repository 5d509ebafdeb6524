import type { BinaryOperator, Expression, Memory, Signal, SourceLocation } from '../../hdl/ir.ts';
import type { Random } from './random.ts';

const location: SourceLocation = { file: 'random.ts', line: 1, column: 1 };

/** What random expressions read. */
export interface Readable {
  /** A signal of that type, or null. */
  signal(width: number, signed: boolean): Signal | null;
  readonly memories: readonly Memory[];
}

const mostWidth = 300;

/** Expressions of every kind, straight in the intermediate representation: nothing has been folded away. */
export class RandomExpressions {
  readonly #random: Random;
  readonly #readable: Readable;
  readonly #most: number;
  /** Expressions to use a second time, so that some are shared. */
  readonly #made: Expression[] = [];

  constructor(random: Random, readable: Readable, most = mostWidth) {
    this.#random = random;
    this.#readable = readable;
    this.#most = most;
  }

  any(depth: number): Expression {
    return this.of(this.#random.width(this.#most), this.#random.chance(3), depth);
  }

  of(width: number, signed: boolean, depth: number): Expression {
    const again = this.#made.filter((one) => one.width === width && one.signed === signed);
    if (again.length > 0 && this.#random.chance(6)) return this.#random.pick(again);
    const made =
      depth <= 0 || this.#random.chance(9) ? this.#leaf(width, signed) : this.#operation(width, signed, depth - 1);
    if (made.kind !== 'constant') this.#made.push(made);
    return made;
  }

  #leaf(width: number, signed: boolean): Expression {
    const signal = this.#random.chance(5) ? null : this.#readable.signal(width, signed);
    if (signal !== null) return { kind: 'reference', signal, width, signed, location };
    return { kind: 'constant', value: this.#random.bits(width), width, signed, location };
  }

  #operation(width: number, signed: boolean, depth: number): Expression {
    const random = this.#random;
    const typed = { width, signed, location };
    const same = (): Expression => this.of(width, signed, depth);
    const condition = (): Expression => this.of(1, false, depth);
    const makers: (() => Expression)[] = [
      () => ({ kind: 'unary', operator: random.pick(['not', 'negate'] as const), operand: same(), ...typed }),
      () => ({
        kind: 'binary',
        operator: random.pick(['and', 'or', 'xor', 'add', 'subtract'] as const),
        left: same(),
        right: same(),
        ...typed,
      }),
      () => ({
        kind: 'binary',
        operator: random.pick(['shift_left', 'shift_right'] as const),
        left: same(),
        right: this.#amount(depth),
        ...typed,
      }),
      () => ({ kind: 'multiplex', condition: condition(), whenTrue: same(), whenFalse: same(), ...typed }),
      () => this.#select(width, signed, depth),
      () => ({ kind: 'reinterpretation', operand: this.of(width, !signed, depth), ...typed }),
    ];
    if (width > 1) {
      makers.push(() => ({
        kind: 'extension',
        operand: this.of(1 + random.below(width - 1), signed, depth),
        ...typed,
      }));
      makers.push(() => {
        const left = 1 + random.below(width - 1);
        return {
          kind: 'binary',
          operator: 'multiply',
          left: this.of(left, signed, depth),
          right: this.of(width - left, signed, depth),
          ...typed,
        };
      });
    }
    if (signed) return random.pick(makers)();
    makers.push(() => {
      const operandWidth = width + random.below(Math.max(1, this.#most - width));
      const operand = this.of(operandWidth, random.chance(3), depth);
      return { kind: 'slice', operand, low: random.below(operandWidth - width + 1), ...typed };
    });
    if (width > 1) makers.push(() => this.#concatenation(width, depth));
    if (width === 1)
      makers.push(
        () => this.#truth(depth),
        () => this.#truth(depth),
      );
    const wide = this.#readable.memories.find((memory) => memory.width === width);
    if (wide !== undefined) {
      makers.push(() => ({
        kind: 'memory_read',
        memory: wide,
        address: this.of(1 + random.below(8), false, depth),
        ...typed,
      }));
    }
    return random.pick(makers)();
  }

  #truth(depth: number): Expression {
    const random = this.#random;
    const typed = { width: 1, signed: false, location };
    const width = random.width(this.#most);
    const signed = random.chance(2);
    if (random.chance(2)) {
      return {
        kind: 'unary',
        operator: random.pick(['reduce_and', 'reduce_or', 'reduce_xor'] as const),
        operand: this.of(width, signed, depth),
        ...typed,
      };
    }
    const operator: BinaryOperator = random.pick(['equal', 'less', 'less'] as const);
    return {
      kind: 'binary',
      operator,
      left: this.of(width, signed, depth),
      right: this.of(width, signed, depth),
      ...typed,
    };
  }

  #amount(depth: number): Expression {
    return this.of(1 + this.#random.below(9), false, depth);
  }

  #select(width: number, signed: boolean, depth: number): Expression {
    const elements = Array.from({ length: 1 + this.#random.below(5) }, () => this.of(width, signed, depth - 1));
    return {
      kind: 'select',
      index: this.of(1 + this.#random.below(4), false, depth),
      elements,
      width,
      signed,
      location,
    };
  }

  #concatenation(width: number, depth: number): Expression {
    const parts: Expression[] = [];
    let rest = width;
    while (rest > 0) {
      const part = parts.length > 3 ? rest : 1 + this.#random.below(rest);
      parts.push(this.of(part, this.#random.chance(3), depth));
      rest -= part;
    }
    return { kind: 'concatenation', parts, width, signed: false, location };
  }
}
