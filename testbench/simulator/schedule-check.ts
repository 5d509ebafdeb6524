/** Reads of registers and memories that a program does after it has written them: what no schedule may hold. For tests. */

import { nodesOf } from './decisions.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';
import type { Step } from './program.ts';

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Written {
  readonly spans: readonly Span[];
  readonly memories: ReadonlySet<number>;
}

/** One line for each late read, with the numbers of the steps that lead to it. */
export const lateReads = (steps: readonly Step[]): readonly string[] => {
  const found: string[] = [];
  /** Gives what is in locals, and what is written, after the steps. */
  const walk = (
    list: readonly Step[],
    available: ReadonlySet<Node>,
    before: Written,
    path: string,
  ): { readonly added: readonly Node[]; readonly written: Written } => {
    const known = new Set(available);
    const added: Node[] = [];
    const spans = [...before.spans];
    const memories = new Set(before.memories);
    const show = (node: Node): void => {
      if (!known.has(node)) added.push(node);
      known.add(node);
    };
    list.forEach((step, index) => {
      const here = `${path}/${index}`;
      const read = (node: Node, at: string): void => {
        const touches = (from: number, to: number): boolean => spans.some((span) => span.from < to && from < span.to);
        const late =
          (node.kind === 'load' && node.space === 'state' && touches(node.bit, node.bit + node.width)) ||
          (node.kind === 'indexed_load' && touches(node.bit, node.bit + node.stride * (node.count - 1) + node.width)) ||
          (node.kind === 'memory' && memories.has(node.memory.index));
        if (late) found.push(`${at}: ${node.kind} ${node.id}`);
        for (const operand of operandsOf(node)) if (!known.has(operand)) read(operand, at);
      };
      const use = (node: Node): void => {
        if (!known.has(node)) read(node, here);
      };
      const branch = (arms: readonly (readonly Step[])[]): void => {
        const now = { spans: [...spans], memories: new Set(memories) };
        arms.forEach((arm, at) => {
          const { written } = walk(arm, known, now, `${here}.${at}`);
          spans.push(...written.spans.slice(now.spans.length));
          for (const memory of written.memories) memories.add(memory);
        });
        for (const arm of arms) for (const inner of arm) if (inner.kind === 'set') show(inner.target);
      };
      switch (step.kind) {
        case 'let':
          use(step.node);
          show(step.node);
          break;
        case 'set':
          use(step.node);
          break;
        case 'effect':
          nodesOf(step.effect).forEach(use);
          if (step.effect.kind === 'store')
            spans.push({ from: step.effect.bit, to: step.effect.bit + step.effect.width });
          else if (step.effect.kind === 'memory_write') memories.add(step.effect.memory.index);
          break;
        case 'if':
          use(step.condition);
          branch([step.then, step.otherwise]);
          break;
        case 'switch':
          use(step.subject);
          branch([...step.cases.map((one) => one.body), step.otherwise]);
          break;
        case 'guard':
          use(step.condition);
          for (const node of walk(step.body, known, { spans, memories }, here).added)
            if (node.kind !== 'load') show(node);
          break;
        default:
          step satisfies never;
      }
    });
    return { added, written: { spans, memories } };
  };
  walk(steps, new Set(), { spans: [], memories: new Set() }, '');
  return found;
};
