/**
 * The same scheduled programs as plain JavaScript over the same buffer, from a design lowered to 32-bit words: a second opinion
 * on lowering and on the WebAssembly generator. Values are int32, with bits above their width zero.
 */

import { checksumFold, checksumMultiplier } from '../checksum.ts';
import type { Design, Effect } from '../design.ts';
import type { Node } from '../graph.ts';
import type { MemoryMap } from '../memory-map.ts';
import { Control } from '../memory-map.ts';
import type { Program, Step } from '../program.ts';
import type { Engine } from '../simulator.ts';
import { JavaScriptExpressions } from './expressions.ts';

const size = (width: number): 8 | 16 | 32 => (width <= 8 ? 8 : width <= 16 ? 16 : 32);

class JavaScriptEmitter extends JavaScriptExpressions {
  readonly #lines: string[] = [];

  /** The body of a function, with its locals. */
  body(program: Program): string {
    this.#steps(program.steps);
    const names = [
      ...[...this.declared].map((node) => `n${node.id} = 0`),
      ...Array.from({ length: this.temporaries }, (_, index) => `t${index} = 0`),
    ];
    return `${names.length > 0 ? `let ${names.join(', ')};\n` : ''}${this.#lines.join('\n')}`;
  }

  #steps(steps: readonly Step[]): void {
    for (const node of this.#sequence(steps)) this.available.delete(node);
  }

  #sequence(steps: readonly Step[]): Node[] {
    const added: Node[] = [];
    const add = (node: Node): void => {
      if (this.available.has(node)) return;
      this.available.add(node);
      added.push(node);
    };
    for (const step of steps) {
      switch (step.kind) {
        case 'let':
          if (this.available.has(step.node)) break;
          this.#lines.push(`${this.local(step.node)} = ${this.compute(step.node)};`);
          add(step.node);
          break;
        case 'set':
          this.#lines.push(`${this.local(step.target)} = ${this.value(step.node)};`);
          break;
        case 'effect':
          this.#effect(step.effect);
          break;
        case 'if':
          this.#lines.push(`if (${this.value(step.condition)}) {`);
          this.#steps(step.then);
          this.#lines.push('} else {');
          this.#steps(step.otherwise);
          this.#lines.push('}');
          break;
        case 'switch':
          this.#lines.push(`switch (${this.value(step.subject)}) {`);
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
          this.#lines.push(`if (${this.value(step.condition)}) {`);
          for (const node of this.#sequence(step.body)) {
            if (node.kind === 'load') this.available.delete(node);
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
        this.#store(effect.width, String(this.map.state + (effect.bit >> 3)), this.value(effect.value));
        return;
      case 'keep':
        throw new Error('JavaScript does everything in every cycle');
      case 'trace':
        this.#store(32, String(this.map.trace + effect.offset), this.value(effect.value));
        return;
      case 'output': {
        const word = this.temporary();
        this.#lines.push(
          `${word} = ${this.value(effect.value)}; view.setInt32(output + ${effect.word * 4}, ${word}, true);`,
        );
        this.#lines.push(
          `sum = (sum + Math.imul(${word} ^ (${word} >>> 16), ${checksumMultiplier(effect.word)})) | 0;`,
        );
        return;
      }
      case 'memory_write': {
        const at = this.temporary();
        this.#lines.push(
          `${at} = ${this.map.memories[effect.memory.index] ?? 0} + ${this.value(effect.address)} * ${effect.memory.stride};`,
        );
        for (const { low, data, mask } of effect.limbs) {
          const address = `${at} + ${low >> 3}`;
          const value = this.value(data);
          if (mask === null) this.#store(data.width, address, value);
          else {
            const old = this.temporary();
            this.#lines.push(`${old} = ${this.load(address, 0, data.width)};`);
            this.#store(data.width, address, `${old} ^ ((${old} ^ ${value}) & ${this.value(mask)})`);
          }
        }
        return;
      }
      case 'property': {
        const { index, flavour } = effect.property;
        const holds = this.value(effect.condition);
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
