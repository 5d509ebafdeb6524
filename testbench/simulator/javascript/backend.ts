/**
 * The same scheduled programs as plain JavaScript over the same buffer, from a design lowered to 32-bit words: a second opinion
 * on lowering and on the WebAssembly generator. Values are int32, with bits above their width zero.
 */

import { checksumFold, checksumMultiplier } from '../checksum.ts';
import type { Design, Effect } from '../design.ts';
import type { Node } from '../graph.ts';
import { ones } from '../graph.ts';
import type { MemoryMap } from '../memory-map.ts';
import { addressableWords, Control } from '../memory-map.ts';
import type { Program, Step } from '../program.ts';
import type { Engine } from '../simulator.ts';

const size = (width: number): 8 | 16 | 32 => (width <= 8 ? 8 : width <= 16 ? 16 : 32);

const literal = (width: number, value: bigint): string => String(Number(BigInt.asIntN(32, value & ones(width))));

class JavaScriptEmitter {
  readonly #map: MemoryMap;
  readonly #available = new Set<Node>();
  readonly #declared = new Set<Node>();
  readonly #lines: string[] = [];
  #scratch = 0;

  constructor(map: MemoryMap) {
    this.#map = map;
  }

  /** The body of a function, with its locals. */
  body(program: Program): string {
    this.#steps(program.steps);
    const names = [
      ...[...this.#declared].map((node) => `n${node.id} = 0`),
      ...Array.from({ length: this.#scratch }, (_, index) => `t${index} = 0`),
    ];
    return `${names.length > 0 ? `let ${names.join(', ')};\n` : ''}${this.#lines.join('\n')}`;
  }

  #local(node: Node): string {
    this.#declared.add(node);
    return `n${node.id}`;
  }

  #value(node: Node): string {
    return this.#available.has(node) ? `n${node.id}` : this.#compute(node);
  }

  #masked(text: string, width: number): string {
    return width === 32 ? `((${text}) | 0)` : `((${text}) & ${literal(32, ones(width))})`;
  }

  #load(address: string, shift: number, width: number): string {
    const span = shift + width;
    if (span > 32)
      return this.#masked(
        `(view.getInt32(${address}, true) >>> ${shift}) | (view.getUint8(${address} + 4) << ${32 - shift})`,
        width,
      );
    const read =
      span <= 8
        ? `view.getUint8(${address})`
        : span <= 16
          ? `view.getUint16(${address}, true)`
          : `view.getInt32(${address}, true)`;
    return this.#masked(shift === 0 ? read : `${read} >>> ${shift}`, width);
  }

  #compute(node: Node): string {
    const of = (one: Node): string => this.#value(one);
    switch (node.kind) {
      case 'constant':
        return literal(node.width, node.value);
      case 'load': {
        const base = node.space === 'input' ? `input + ${node.bit >> 3}` : String(this.#map.state + (node.bit >> 3));
        return this.#load(base, node.bit % 8, node.width);
      }
      case 'indexed_load':
        return this.#load(
          `${this.#map.state + (node.bit >> 3)} + ${of(node.index)} * ${node.stride / 8}`,
          node.bit % 8,
          node.width,
        );
      case 'table':
        return this.#load(
          `${this.#map.tables[node.table.index]} + ${of(node.index)} * ${node.table.bytes}`,
          0,
          node.width,
        );
      case 'memory': {
        const base = (this.#map.memories[node.memory.index] ?? 0) + (node.low >> 3);
        if (2 ** node.address.width <= addressableWords(node.memory)) {
          return this.#load(`${base} + ${of(node.address)} * ${node.memory.stride}`, node.low % 8, node.width);
        }
        const index = `t${this.#scratch++}`;
        return `((${index} = ${of(node.address)} >>> 0) < ${node.memory.depth} ? ${this.#load(`${base} + ${index} * ${node.memory.stride}`, node.low % 8, node.width)} : 0)`;
      }
      case 'not':
        return `(${of(node.operand)} ^ ${literal(node.width, -1n)})`;
      case 'parity':
        return `parity(${of(node.operand)})`;
      case 'sign_extension': {
        const shift = 32 - node.operand.width;
        return this.#masked(`(${of(node.operand)} << ${shift}) >> ${shift}`, node.width);
      }
      case 'slice':
        return this.#masked(`${of(node.operand)} >>> ${node.low}`, node.width);
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
        const subject = `t${this.#scratch++}`;
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
        return this.#masked(`${of(node.left)} + ${of(node.right)}`, node.width);
      case 'subtract':
        return this.#masked(`${of(node.left)} - ${of(node.right)}`, node.width);
      case 'multiply':
        return this.#masked(`Math.imul(${of(node.left)}, ${of(node.right)})`, node.width);
      case 'equal':
        return `(${of(node.left)} === ${of(node.right)} ? 1 : 0)`;
      case 'less':
        return `(${of(node.left)} >>> 0 < ${of(node.right)} >>> 0 ? 1 : 0)`;
      case 'shift_left':
        return this.#masked(`${of(node.left)} << ${of(node.right)}`, node.width);
      case 'shift_right':
        return `(${of(node.left)} >>> ${of(node.right)} | 0)`;
      default:
        return node satisfies never;
    }
  }

  #steps(steps: readonly Step[]): void {
    for (const node of this.#sequence(steps)) this.#available.delete(node);
  }

  #sequence(steps: readonly Step[]): Node[] {
    const added: Node[] = [];
    const add = (node: Node): void => {
      if (this.#available.has(node)) return;
      this.#available.add(node);
      added.push(node);
    };
    for (const step of steps) {
      switch (step.kind) {
        case 'let':
          if (this.#available.has(step.node)) break;
          this.#lines.push(`${this.#local(step.node)} = ${this.#compute(step.node)};`);
          add(step.node);
          break;
        case 'set':
          this.#lines.push(`${this.#local(step.target)} = ${this.#value(step.node)};`);
          break;
        case 'effect':
          this.#effect(step.effect);
          break;
        case 'if':
          this.#lines.push(`if (${this.#value(step.condition)}) {`);
          this.#steps(step.then);
          this.#lines.push('} else {');
          this.#steps(step.otherwise);
          this.#lines.push('}');
          break;
        case 'switch':
          this.#lines.push(`switch (${this.#value(step.subject)}) {`);
          for (const one of step.cases) {
            this.#lines.push(`${one.values.map((value) => `case ${value}:`).join(' ')} {`);
            this.#steps(one.body);
            this.#lines.push('break; }');
          }
          this.#lines.push('default: {');
          this.#steps(step.otherwise);
          this.#lines.push('} }');
          break;
        case 'guard':
          this.#lines.push(`if (${this.#value(step.condition)}) {`);
          for (const node of this.#sequence(step.body)) {
            if (node.kind === 'load') this.#available.delete(node);
            else added.push(node);
          }
          this.#lines.push('}');
          break;
        default:
          step satisfies never;
      }
      const arms =
        step.kind === 'if'
          ? [step.then, step.otherwise]
          : step.kind === 'switch'
            ? [...step.cases.map((one) => one.body), step.otherwise]
            : [];
      for (const arm of arms) for (const inner of arm) if (inner.kind === 'set') add(inner.target);
    }
    return added;
  }

  #store(width: number, address: string, value: string): void {
    const method = { 8: 'setUint8', 16: 'setUint16', 32: 'setInt32' }[size(width)];
    this.#lines.push(`view.${method}(${address}, ${value}${width > 8 ? ', true' : ''});`);
  }

  #effect(effect: Effect): void {
    switch (effect.kind) {
      case 'store':
        this.#store(effect.width, String(this.#map.state + (effect.bit >> 3)), this.#value(effect.value));
        return;
      case 'trace':
        this.#store(32, String(this.#map.trace + effect.offset), this.#value(effect.value));
        return;
      case 'output': {
        const word = `t${this.#scratch++}`;
        this.#lines.push(
          `${word} = ${this.#value(effect.value)}; view.setInt32(output + ${effect.word * 4}, ${word}, true);`,
        );
        this.#lines.push(
          `sum = (sum + Math.imul(${word} ^ (${word} >>> 16), ${checksumMultiplier(effect.word)})) | 0;`,
        );
        return;
      }
      case 'memory_write': {
        const at = `t${this.#scratch++}`;
        this.#lines.push(
          `${at} = ${this.#map.memories[effect.memory.index] ?? 0} + ${this.#value(effect.address)} * ${effect.memory.stride};`,
        );
        for (const { low, data, mask } of effect.limbs) {
          const address = `${at} + ${low >> 3}`;
          const value = this.#value(data);
          if (mask === null) this.#store(data.width, address, value);
          else {
            const old = `t${this.#scratch++}`;
            this.#lines.push(`${old} = ${this.#load(address, 0, data.width)};`);
            this.#store(data.width, address, `${old} ^ ((${old} ^ ${value}) & ${this.#value(mask)})`);
          }
        }
        return;
      }
      case 'property': {
        const { index, flavour } = effect.property;
        const holds = this.#value(effect.condition);
        const record =
          flavour === 'assert'
            ? ` if (control[${Control.violation}] === 0) control[${Control.violation}] = ${index + 1};`
            : '';
        this.#lines.push(
          `if (${flavour === 'cover' ? holds : `!${holds}`}) { control[${Control.counters + index}]++;${record} }`,
        );
        return;
      }
      default:
        effect satisfies never;
    }
  }
}

const parity = (value: number): number => {
  let folded = value ^ (value >>> 16);
  folded ^= folded >>> 8;
  folded ^= folded >>> 4;
  return (0x6996 >>> (folded & 15)) & 1;
};

export const generateJavaScript = (
  design: Design,
  programs: { readonly settle: Program; readonly cycle: Program },
  map: MemoryMap,
): Engine => {
  const buffer = new ArrayBuffer(map.size);
  const control = new Uint32Array(buffer, 0, Control.counters + design.properties.length);
  const view = new DataView(buffer);
  const make = (program: Program): ((input: number, output: number) => number) => {
    const text = `return (input, output) => { let sum = 0;\n${new JavaScriptEmitter(map).body(program)}\nreturn sum; };`;
    return new Function('view', 'control', 'parity', text)(view, control, parity);
  };
  const settle = make(programs.settle);
  const cycle = make(programs.cycle);
  return {
    buffer,
    settle: () => {
      settle(map.inputs, map.outputs);
    },
    run(cycles, input, inputStride, output, outputStride, checksum) {
      let result = checksum;
      let done = 0;
      while (done < cycles) {
        result = checksumFold(result, cycle(input + done * inputStride, output + done * outputStride));
        done++;
        if (control[Control.violation] !== 0) break;
      }
      control[Control.completed] = done;
      return result;
    },
  };
};
