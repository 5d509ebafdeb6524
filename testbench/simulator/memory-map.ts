/** Where everything lies in the one buffer that holds a simulator: control words, tables, port records, registers, memories. */

import type { ActivityPlan } from './activity.ts';
import type { Design } from './design.ts';
import type { MemorySlot } from './graph.ts';

/** 32-bit words at the start of the buffer. */
export const Control = {
  /** Number of the assertion that failed first, counted from 1; 0: none. */
  violation: 0,
  /** Cycles that this call of `run` completed. */
  completed: 1,
  /** One counter a property follows: violations of an assumption, hits of a cover. */
  counters: 2,
} as const;

/** What stays from cycle to cycle beside the state; byte offsets. */
export interface ActivityMap {
  /** 64-bit words with a bit for each group. */
  readonly words: number;
  /** Groups to be computed in this cycle, and in the next one. */
  readonly awake: number;
  readonly next: number;
  /** The input record of the cycle before. */
  readonly inputs: number;
  /** Values that are kept. */
  readonly kept: number;
}

export interface MemoryMap {
  readonly tables: readonly number[];
  /** Byte offsets. */
  readonly inputs: number;
  readonly outputs: number;
  readonly state: number;
  readonly memories: readonly number[];
  /** First byte after registers and memories: what a snapshot holds is `state` up to here. */
  readonly stateEnd: number;
  readonly activity: ActivityMap | null;
  readonly trace: number;
  readonly stimulus: number;
  readonly responses: number;
  /** Cycles whose records fit the two buffers. */
  readonly batch: number;
  readonly size: number;
}

const align = (offset: number, to: number): number => Math.ceil(offset / to) * to;

/** Words that reads can reach without a bounds check. */
export const addressableWords = (memory: MemorySlot): number => 2 ** Math.ceil(Math.log2(memory.depth));

const recordBufferBytes = 192 * 1024;

/** Of the one buffer: a WebAssembly memory has no more. */
const mostBytes = 2 ** 32;

const checkSize = (design: Design, size: number): void => {
  if (size <= mostBytes) return;
  const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const sizeOf = (memory: MemorySlot): number => addressableWords(memory) * memory.stride;
  const [largest] = design.memories.toSorted((one, other) => sizeOf(other) - sizeOf(one));
  const remedy =
    largest === undefined
      ? ''
      : `; its largest memory is '${largest.path}', of ${largest.depth} words of ${largest.width} bits: give it less depth as a parameter for simulation`;
  throw new RangeError(
    `the design needs ${gibibytes(size)} to be simulated, more than the ${gibibytes(mostBytes)} there are${remedy}`,
  );
};

/** @throws RangeError naming the largest memory, where the design does not fit */
const mapActivity = (design: Design, plan: ActivityPlan, start: number): ActivityMap & { readonly end: number } => {
  const words = Math.ceil(plan.groups.length / 64);
  const awake = align(start, 64);
  const next = awake + words * 8;
  const inputs = align(next + words * 8, 64);
  const kept = align(inputs + design.ports.inputWords * 4, 64);
  return { words, awake, next, inputs, kept, end: kept + plan.keptBytes + 8 };
};

export const mapMemory = (design: Design, plan: ActivityPlan | null = null): MemoryMap => {
  let offset = align((Control.counters + design.properties.length) * 4, 64);
  const tables = design.graph.table.tables.map((table) => {
    const at = offset;
    offset = align(offset + table.bytes * table.entries.length, 16);
    return at;
  });
  const inputs = align(offset, 64);
  const outputs = align(inputs + design.ports.inputWords * 4 + 8, 64);
  const state = align(outputs + design.ports.outputWords * 4 + 8, 64);
  offset = align(state + design.stateBytes + 8, 64);
  const memories = design.memories.map((memory) => {
    const at = offset;
    offset = align(offset + addressableWords(memory) * memory.stride + 8, 64);
    return at;
  });
  const stateEnd = offset;
  const recordBytes = Math.max(design.ports.inputWords, design.ports.outputWords, 1) * 4;
  const batch = Math.max(64, Math.min(4096, Math.floor(recordBufferBytes / recordBytes)));
  const activity = plan === null ? null : mapActivity(design, plan, stateEnd);
  const trace = align(activity?.end ?? stateEnd, 64);
  const stimulus = align(trace + design.traceBytes, 4096);
  const responses = align(stimulus + batch * design.ports.inputWords * 4 + 8, 4096);
  const size = responses + batch * design.ports.outputWords * 4 + 8;
  checkSize(design, size);
  return {
    tables,
    inputs,
    outputs,
    state,
    memories,
    stateEnd,
    activity,
    trace,
    stimulus,
    responses,
    batch,
    size,
  };
};
