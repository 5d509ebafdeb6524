/**
 * Word operations on the graph that fold constants and apply the identities that pay. Every other part of the compiler
 * creates nodes through this class only, so no pass has to clean up after another.
 */

import type { BinaryNodeOperator, LoadSpace, MemorySlot, Node } from './graph.ts';
import { NodeTable, ones } from './graph.ts';
import { foldBinary, identity } from './identities.ts';

const commutative = new Set<BinaryNodeOperator>(['and', 'or', 'xor', 'add', 'multiply', 'equal']);

export class WordGraph {
  readonly table = new NodeTable();
  /** 32 or 64. */
  readonly wordWidth: 32 | 64;

  constructor(wordWidth: 32 | 64) {
    this.wordWidth = wordWidth;
  }

  constant(width: number, value: bigint): Node {
    return this.table.constant(width, value & ones(width));
  }

  load(space: LoadSpace, bit: number, width: number): Node {
    return this.table.load(space, bit, width);
  }

  memory(memory: MemorySlot, address: Node, low: number, width: number): Node {
    return this.table.memory(memory, address, low, width);
  }

  not(a: Node): Node {
    if (a.kind === 'constant') return this.constant(a.width, ~a.value);
    if (a.kind === 'not') return a.operand;
    return this.table.unary('not', a, a.width);
  }

  binary(operator: BinaryNodeOperator, a: Node, b: Node): Node {
    const width = operator === 'equal' || operator === 'less' ? 1 : a.width;
    if (a.kind === 'constant' && b.kind === 'constant')
      return this.constant(width, foldBinary(operator, a.value, b.value, a.width));
    const swap = commutative.has(operator) && (a.kind === 'constant' || (b.kind !== 'constant' && a.id > b.id));
    const left = swap ? b : a;
    const right = swap ? a : b;
    return identity(this, operator, left, right, width) ?? this.table.binary(operator, left, right, width);
  }

  shiftedLeft(a: Node, amount: number): Node {
    if (amount === 0) return a;
    return this.concatenation([this.constant(amount, 0n), this.slice(a, 0, a.width - amount)]);
  }

  shiftedLeftWide(a: Node, amount: number): Node {
    return amount === 0 ? a : this.concatenation([this.constant(amount, 0n), a]);
  }

  extend(a: Node, width: number): Node {
    return a.width === width ? a : this.concatenation([a, this.constant(width - a.width, 0n)]);
  }

  signExtend(a: Node, width: number): Node {
    if (a.width === width) return a;
    if (a.kind === 'constant') return this.constant(width, BigInt.asIntN(a.width, a.value));
    if (a.kind === 'concatenation') {
      const top = a.parts[a.parts.length - 1];
      if (top !== undefined && top.kind === 'constant' && top.value === 0n) return this.extend(a, width);
    }
    return this.table.unary('sign_extension', a, width);
  }

  parity(a: Node): Node {
    if (a.width === 1) return a;
    if (a.kind === 'constant') return this.constant(1, BigInt(a.value.toString(2).replaceAll('0', '').length));
    if (a.kind === 'concatenation') {
      const kept = a.parts.filter((part) => part.kind !== 'constant' || part.value !== 0n);
      if (kept.length < a.parts.length) return this.parity(this.concatenation(kept));
    }
    return this.table.unary('parity', a, 1);
  }

  /** `x != 0`. */
  any(a: Node): Node {
    return this.not(this.binary('equal', a, this.constant(a.width, 0n)));
  }

  slice(a: Node, low: number, width: number): Node {
    if (width === a.width) return a;
    switch (a.kind) {
      case 'constant':
        return this.constant(width, a.value >> BigInt(low));
      case 'load':
        return this.load(a.space, a.bit + low, width);
      case 'slice':
        return this.slice(a.operand, a.low + low, width);
      case 'not':
        return low === 0 && width > 1 ? this.table.slice(a, low, width) : this.not(this.slice(a.operand, low, width));
      case 'concatenation': {
        const parts: Node[] = [];
        let start = 0;
        for (const part of a.parts) {
          const from = Math.max(low, start);
          const to = Math.min(low + width, start + part.width);
          if (from < to) parts.push(this.slice(part, from - start, to - from));
          start += part.width;
        }
        return this.concatenation(parts);
      }
      case 'sign_extension': {
        const inner = a.operand.width;
        if (low + width <= inner) return this.slice(a.operand, low, width);
        if (low >= inner - 1) return this.signExtend(this.slice(a.operand, inner - 1, 1), width);
        return this.signExtend(this.slice(a.operand, low, inner - low), width);
      }
      case 'multiplex':
        if (isCheapToSlice(a.whenTrue) && isCheapToSlice(a.whenFalse)) {
          return this.multiplex(a.condition, this.slice(a.whenTrue, low, width), this.slice(a.whenFalse, low, width));
        }
        return this.table.slice(a, low, width);
      case 'add':
      case 'subtract':
      case 'multiply':
        if (
          low === 0 &&
          (a.left.kind === 'concatenation' || a.right.kind === 'concatenation' || a.left.kind === 'sign_extension')
        ) {
          return this.binary(a.kind, this.slice(a.left, 0, width), this.slice(a.right, 0, width));
        }
        return this.table.slice(a, low, width);
      default:
        return this.table.slice(a, low, width);
    }
  }

  /** Least significant part first; at most a word in all. */
  concatenation(given: readonly Node[]): Node {
    const parts: Node[] = [];
    const append = (part: Node): void => {
      if (part.kind === 'concatenation') {
        for (const inner of part.parts) append(inner);
        return;
      }
      const last = parts[parts.length - 1];
      const joined = last === undefined ? undefined : this.joined(last, part);
      if (joined === undefined) parts.push(part);
      else parts[parts.length - 1] = joined;
    };
    for (const part of given) append(part);
    this.#joinRepeats(parts);
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const width = parts.reduce((sum, part) => sum + part.width, 0);
    return this.table.concatenation(parts, width);
  }

  /** Runs of one bit repeated become the extension of that bit. */
  #joinRepeats(parts: Node[]): void {
    for (let start = 0; start < parts.length; start++) {
      const bit = parts[start];
      if (bit === undefined || bit.width !== 1 || bit.kind === 'constant') continue;
      let end = start + 1;
      while (parts[end] === bit) end++;
      if (end - start > 1) parts.splice(start, end - start, this.signExtend(bit, end - start));
    }
  }

  /** Two neighbours that are one value, or undefined. */
  joined(low: Node, high: Node): Node | undefined {
    if (low.kind === 'constant' && high.kind === 'constant') {
      return this.constant(low.width + high.width, low.value | (high.value << BigInt(low.width)));
    }
    if (low.kind === 'load' && high.kind === 'load' && low.space === high.space && low.bit + low.width === high.bit) {
      const last = low.bit + low.width + high.width - 1;
      const bytes = (last >> 3) - (low.bit >> 3) + 1;
      if (bytes <= this.wordWidth / 8) return this.load(low.space, low.bit, low.width + high.width);
      return undefined;
    }
    if (
      low.kind === 'slice' &&
      high.kind === 'slice' &&
      low.operand === high.operand &&
      low.low + low.width === high.low
    ) {
      return this.slice(low.operand, low.low, low.width + high.width);
    }
    return undefined;
  }

  multiplex(condition: Node, whenTrue: Node, whenFalse: Node): Node {
    if (condition.kind === 'constant') return condition.value === 1n ? whenTrue : whenFalse;
    if (whenTrue === whenFalse) return whenTrue;
    if (condition.kind === 'not') return this.multiplex(condition.operand, whenFalse, whenTrue);
    if (whenTrue.kind === 'multiplex' && whenTrue.condition === condition)
      return this.multiplex(condition, whenTrue.whenTrue, whenFalse);
    if (whenFalse.kind === 'multiplex' && whenFalse.condition === condition)
      return this.multiplex(condition, whenTrue, whenFalse.whenFalse);
    if (whenTrue.width === 1) {
      if (whenTrue === condition) return this.multiplex(condition, this.constant(1, 1n), whenFalse);
      if (whenFalse === condition) return this.multiplex(condition, whenTrue, this.constant(1, 0n));
      if (whenTrue.kind === 'constant' && whenFalse.kind === 'constant')
        return whenTrue.value === 1n ? condition : this.not(condition);
    }
    return this.table.multiplex(condition, whenTrue, whenFalse);
  }

  choose(subject: Node, values: readonly (readonly number[])[], arms: readonly Node[], otherwise: Node): Node {
    if (subject.kind === 'constant') {
      const wanted = Number(subject.value);
      const index = values.findIndex((list) => list.includes(wanted));
      return arms[index] ?? otherwise;
    }
    const covered = values.reduce((sum, list) => sum + list.length, 0);
    const complete = subject.width < 31 && covered === 2 ** subject.width;
    const last = arms[arms.length - 1];
    if (complete && last !== undefined) return this.choose(subject, values.slice(0, -1), arms.slice(0, -1), last);
    // Arms of equal value become one, and arms equal to `otherwise` go.
    const merged = new Map<Node, number[]>();
    arms.forEach((arm, index) => {
      if (arm === otherwise) return;
      const list = merged.get(arm);
      if (list === undefined) merged.set(arm, [...(values[index] ?? [])]);
      else list.push(...(values[index] ?? []));
    });
    if (merged.size === 0) return otherwise;
    if (merged.size === 1) {
      const [[arm, list] = [otherwise, []]] = merged;
      if (list.length <= 2) return this.multiplex(this.oneOf(subject, list), arm, otherwise);
    }
    return this.table.choose(subject, [...merged.values()], [...merged.keys()], otherwise);
  }

  /** Whether the subject is one of the values. */
  oneOf(subject: Node, values: readonly number[]): Node {
    return values
      .map((value) => this.binary('equal', subject, this.constant(subject.width, BigInt(value))))
      .reduce((any, next) => this.binary('or', any, next), this.constant(1, 0n));
  }
}

const isCheapToSlice = (node: Node): boolean => node.kind === 'constant' || node.kind === 'load';
