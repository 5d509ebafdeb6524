/** Reads by index: words of memories, and choices among values. */

import type { Expression, Memory } from '../../rtl/hdl/ir.ts';
import type { Node } from './graph.ts';
import type { Scope } from './hierarchy.ts';
import type { Lowering } from './lowering.ts';
import type { WordGraph } from './simplify.ts';

/** Whether an index of more bits than are used is past all that they reach. */
const beyond = (lowering: Lowering, scope: Scope, index: Expression): Node => {
  const { graph } = lowering;
  return lowering
    .limbs(scope, index)
    .map((limb, at) => graph.any(at === 0 ? graph.slice(limb, 30, limb.width - 30) : limb))
    .reduce((any, next) => graph.binary('or', any, next));
};

/** Bits of the word at an address; zero past the depth. */
export const memoryWindow = (
  lowering: Lowering,
  scope: Scope,
  read: Extract<Expression, { kind: 'memory_read' }>,
  low: number,
  width: number,
): Node => {
  const { graph } = lowering;
  const { address } = read;
  const memory: Memory = read.memory;
  const slot = lowering.state.memory(scope, memory);
  const index = lowering.window(scope, address, 0, Math.min(address.width, 30));
  const start = low - (low % 8);
  const word =
    width + (low - start) <= graph.wordWidth && graph.wordWidth === 64
      ? graph.slice(graph.memory(slot, index, start, width + (low - start)), low - start, width)
      : lowering.pick(
          lowering.eachLimb(memory.width, (at, size) => graph.memory(slot, index, at, size)),
          low,
          width,
        );
  return address.width <= 30
    ? word
    : graph.multiplex(beyond(lowering, scope, address), graph.constant(width, 0n), word);
};

/** The element that an index names; the last where it names none. */
export const selected = (lowering: Lowering, scope: Scope, index: Expression, elements: readonly Node[]): Node => {
  const { graph } = lowering;
  const last = elements[elements.length - 1];
  if (last === undefined) throw new Error('select without elements');
  const bits = Math.min(index.width, 30);
  const small = lowering.window(scope, index, 0, bits);
  const used = elements.length > 2 ** bits ? elements.slice(0, 2 ** bits) : elements;
  const chosen =
    indexedLoad(graph, small, used) ??
    graph.choose(
      small,
      used.slice(0, -1).map((_, at) => [at]),
      used.slice(0, -1),
      used[used.length - 1] ?? last,
    );
  return index.width <= 30 ? chosen : graph.multiplex(beyond(lowering, scope, index), last, chosen);
};

/** Elements that are registers at one stride are read by address. */
const indexedLoad = (graph: WordGraph, index: Node, elements: readonly Node[]): Node | undefined => {
  const [first, second] = elements;
  if (elements.length < 4 || first?.kind !== 'load' || second?.kind !== 'load' || first.space !== 'state')
    return undefined;
  if (index.kind === 'constant' || graph.wordWidth !== 64) return undefined;
  const stride = second.bit - first.bit;
  if (stride <= 0 || stride % 8 !== 0) return undefined;
  const regular = elements.every(
    (one, at) => one.kind === 'load' && one.space === 'state' && one.bit === first.bit + at * stride,
  );
  if (!regular) return undefined;
  const top = elements.length - 1;
  const limit = graph.constant(index.width, BigInt(top));
  const within =
    2 ** index.width <= elements.length ? index : graph.multiplex(graph.binary('less', limit, index), limit, index);
  return graph.table.indexedLoad(first.bit, stride, elements.length, within, first.width);
};
