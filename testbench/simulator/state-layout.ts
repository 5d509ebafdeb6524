/** Where registers and memories live. Equal-sized registers lie side by side, so the elements of a vector have one stride. */

import type { Memory, Signal } from '../../rtl/hdl/ir.ts';
import type { RegisterSlot } from './design.ts';
import type { MemorySlot } from './graph.ts';
import type { Scope } from './hierarchy.ts';
import { scopePath } from './hierarchy.ts';
import { initialValue } from './initial-values.ts';

/** Bytes that hold a value of this width, of a size that one store can write: 1, 2, 4 or a multiple of 8. */
export const storageBytes = (width: number): number =>
  width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : Math.ceil(width / 64) * 8;

export interface StateLayout {
  readonly registers: readonly RegisterSlot[];
  readonly memories: readonly MemorySlot[];
  readonly stateBytes: number;
  register(scope: Scope, signal: Signal): RegisterSlot;
  memory(scope: Scope, memory: Memory): MemorySlot;
}

const sizeClass = (width: number): number => Math.min(storageBytes(width), 8);

export const layOutState = (top: Scope): StateLayout => {
  const found: { scope: Scope; signal: Signal }[] = [];
  const memories: MemorySlot[] = [];
  const memorySlots = new Map<Scope, Map<Memory, MemorySlot>>();
  const visit = (scope: Scope): void => {
    for (const signal of scope.module.signals) if (signal.kind === 'register') found.push({ scope, signal });
    const own = new Map<Memory, MemorySlot>();
    for (const memory of scope.module.memories) {
      const { width, depth, contents } = memory;
      const slot = {
        index: memories.length,
        path: scopePath(scope, memory.name),
        width,
        depth,
        stride: storageBytes(width),
        contents,
      };
      memories.push(slot);
      own.set(memory, slot);
    }
    memorySlots.set(scope, own);
    for (const child of scope.children.values()) visit(child);
  };
  visit(top);

  const ordered = [8, 4, 2, 1].flatMap((size) => found.filter(({ signal }) => sizeClass(signal.width) === size));
  const slots = new Map<Scope, Map<Signal, RegisterSlot>>();
  const registers: RegisterSlot[] = [];
  let bytes = 0;
  for (const { scope, signal } of ordered) {
    const slot = {
      path: scopePath(scope, signal.name),
      width: signal.width,
      bit: bytes * 8,
      initial: initialValue(signal),
    };
    bytes += storageBytes(signal.width);
    registers.push(slot);
    const own = slots.get(scope) ?? new Map<Signal, RegisterSlot>();
    own.set(signal, slot);
    slots.set(scope, own);
  }
  return {
    registers,
    memories,
    stateBytes: Math.ceil(bytes / 8) * 8,
    register(scope, signal) {
      const slot = slots.get(scope)?.get(signal);
      if (slot === undefined)
        throw new Error(
          `register '${scopePath(scope, signal.name)}' is used but not declared in module '${scope.module.name}'`,
        );
      return slot;
    },
    memory(scope, memory) {
      const slot = memorySlots.get(scope)?.get(memory);
      if (slot === undefined)
        throw new Error(
          `memory '${scopePath(scope, memory.name)}' is used but not declared in module '${scope.module.name}'`,
        );
      return slot;
    },
  };
};
