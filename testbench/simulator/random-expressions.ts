/** Random expressions over the signals and memories of a module. */
import type { BinaryOperator, Expression, Memory, Signal } from '../../rtl/hdl/ir.ts';
import { location, type RandomChoices } from './random-choices.ts';

/** What may be read; it grows while a module is made. */
export interface RandomScope {
  readonly readable: Signal[];
  readonly memories: Memory[];
}

export class RandomExpressions {
  readonly #choices: RandomChoices;
  readonly #scope: RandomScope;

  constructor(choices: RandomChoices, scope: RandomScope) {
    this.#choices = choices;
    this.#scope = scope;
  }

  /** A random expression; its sign is whatever its operator gives. */
  draw(width: number, depth: number): Expression {
    const random = this.#choices.random;
    if (depth === 0) return this.#leaf(width);
    const sub = (size: number): Expression => this.draw(size, depth - 1);
    switch (random.below(width === 1 ? 14 : 11)) {
      case 0:
        return this.#leaf(width);
      case 1:
        return {
          kind: 'unary',
          operator: this.#choices.pick(['not', 'negate'] as const),
          operand: sub(width),
          width,
          signed: false,
          location,
        };
      case 2:
      case 3: {
        const operator = this.#choices.pick<BinaryOperator>(['and', 'or', 'xor', 'add', 'subtract']);
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
        const operator = this.#choices.pick<BinaryOperator>(['shift_left', 'shift_right']);
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
        return this.#as(sub(width), this.#choices.chance(2));
      case 11:
        return {
          kind: 'unary',
          operator: this.#choices.pick(['reduce_and', 'reduce_or', 'reduce_xor'] as const),
          operand: sub(this.#choices.width()),
          width: 1,
          signed: false,
          location,
        };
      default: {
        const size = this.#choices.width();
        const left = sub(size);
        return {
          kind: 'binary',
          operator: this.#choices.pick<BinaryOperator>(['equal', 'less']),
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
    if (this.#choices.chance(2)) {
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
    const bits = 1 + this.#choices.random.below(4);
    const count = 2 + this.#choices.random.below(Math.min(6, 2 ** bits - 1));
    const elements = [first, ...Array.from({ length: count - 1 }, () => this.#as(sub(width), first.signed))];
    return { kind: 'select', index: this.#as(sub(bits), false), elements, width, signed: first.signed, location };
  }

  #as(operand: Expression, signed: boolean): Expression {
    return operand.signed === signed
      ? operand
      : { kind: 'reinterpretation', operand, width: operand.width, signed, location };
  }

  #leaf(width: number): Expression {
    const random = this.#choices.random;
    if (this.#choices.chance(5)) return { kind: 'constant', value: random.bits(width), width, signed: false, location };
    const memory = this.#scope.memories.find((one) => one.width >= width);
    if (memory !== undefined && this.#choices.chance(4)) {
      const address = this.#reference(this.#choices.pick(this.#scope.readable));
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
    return this.#fit(this.#reference(this.#choices.pick(this.#scope.readable)), width);
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
      low: this.#choices.random.below(operand.width - width + 1),
      width,
      signed: false,
      location,
    };
  }
}
