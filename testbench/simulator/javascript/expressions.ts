/** Nodes as JavaScript over the view of a buffer. A value is an int32 whose bits above its width are zero. */

import type { Node } from '../graph.ts';
import { ones } from '../graph.ts';
import type { MemoryMap } from '../memory-map.ts';
import { addressableWords } from '../memory-map.ts';

const literal = (width: number, value: bigint): string => String(Number(BigInt.asIntN(32, value & ones(width))));

export class JavaScriptExpressions {
  readonly map: MemoryMap;
  /** Nodes whose local holds their value here. */
  readonly available = new Set<Node>();
  /** Nodes that have a local. */
  readonly declared = new Set<Node>();
  /** How many locals beside those, `t0` and on. */
  temporaries = 0;

  constructor(map: MemoryMap) {
    this.map = map;
  }

  temporary(): string {
    return `t${this.temporaries++}`;
  }

  local(node: Node): string {
    this.declared.add(node);
    return `n${node.id}`;
  }

  value(node: Node): string {
    return this.available.has(node) ? `n${node.id}` : this.compute(node);
  }

  masked(text: string, width: number): string {
    return width === 32 ? `((${text}) | 0)` : `((${text}) & ${literal(32, ones(width))})`;
  }

  load(address: string, shift: number, width: number): string {
    const span = shift + width;
    if (span > 32)
      return this.masked(
        `(view.getInt32(${address}, true) >>> ${shift}) | (view.getUint8(${address} + 4) << ${32 - shift})`,
        width,
      );
    const read =
      span <= 8
        ? `view.getUint8(${address})`
        : span <= 16
          ? `view.getUint16(${address}, true)`
          : `view.getInt32(${address}, true)`;
    return this.masked(shift === 0 ? read : `${read} >>> ${shift}`, width);
  }

  compute(node: Node): string {
    const of = (one: Node): string => this.value(one);
    switch (node.kind) {
      case 'constant':
        return literal(node.width, node.value);
      case 'load': {
        const base = node.space === 'input' ? `input + ${node.bit >> 3}` : String(this.map.state + (node.bit >> 3));
        return this.load(base, node.bit % 8, node.width);
      }
      case 'indexed_load':
        return this.load(
          `${this.map.state + (node.bit >> 3)} + ${of(node.index)} * ${node.stride / 8}`,
          node.bit % 8,
          node.width,
        );
      case 'table':
        return this.load(
          `${this.map.tables[node.table.index]} + ${of(node.index)} * ${node.table.bytes}`,
          0,
          node.width,
        );
      case 'memory': {
        const base = (this.map.memories[node.memory.index] ?? 0) + (node.low >> 3);
        if (2 ** node.address.width <= addressableWords(node.memory)) {
          return this.load(`${base} + ${of(node.address)} * ${node.memory.stride}`, node.low % 8, node.width);
        }
        const index = this.temporary();
        return `((${index} = ${of(node.address)} >>> 0) < ${node.memory.depth} ? ${this.load(`${base} + ${index} * ${node.memory.stride}`, node.low % 8, node.width)} : 0)`;
      }
      case 'not':
        return `(${of(node.operand)} ^ ${literal(node.width, -1n)})`;
      case 'parity':
        return `parity(${of(node.operand)})`;
      case 'sign_extension': {
        const shift = 32 - node.operand.width;
        return this.masked(`(${of(node.operand)} << ${shift}) >> ${shift}`, node.width);
      }
      case 'slice':
        return this.masked(`${of(node.operand)} >>> ${node.low}`, node.width);
      case 'concatenation': {
        let low = 0;
        const terms = node.parts.flatMap((part) => {
          const text =
            part.kind === 'constant' && part.value === 0n ? [] : [low === 0 ? of(part) : `(${of(part)} << ${low})`];
          low += part.width;
          return text;
        });
        return terms.length === 0 ? '0' : `(${terms.join(' | ')})`;
      }
      case 'multiplex':
        return `(${of(node.condition)} ? ${of(node.whenTrue)} : ${of(node.whenFalse)})`;
      case 'choose': {
        const subject = this.temporary();
        const arms = node.arms.map(
          (arm, index) =>
            `${(node.values[index] ?? []).map((value) => `${subject} === ${value}`).join(' || ')} ? ${of(arm)} : `,
        );
        return `(${subject} = ${of(node.subject)}, ${arms.join('')}${of(node.otherwise)})`;
      }
      case 'and':
        return `(${of(node.left)} & ${of(node.right)})`;
      case 'or':
        return `(${of(node.left)} | ${of(node.right)})`;
      case 'xor':
        return `(${of(node.left)} ^ ${of(node.right)})`;
      case 'add':
        return this.masked(`${of(node.left)} + ${of(node.right)}`, node.width);
      case 'subtract':
        return this.masked(`${of(node.left)} - ${of(node.right)}`, node.width);
      case 'multiply':
        return this.masked(`Math.imul(${of(node.left)}, ${of(node.right)})`, node.width);
      case 'equal':
        return `(${of(node.left)} === ${of(node.right)} ? 1 : 0)`;
      case 'less':
        return `(${of(node.left)} >>> 0 < ${of(node.right)} >>> 0 ? 1 : 0)`;
      case 'shift_left':
        return this.masked(`${of(node.left)} << ${of(node.right)}`, node.width);
      case 'shift_right':
        return `(${of(node.left)} >>> ${of(node.right)} | 0)`;
      default:
        return node satisfies never;
    }
  }
}
