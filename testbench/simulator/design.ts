/** What lowering makes of a module: a word graph, where state lives, and what each clock edge does to it. */

import type { Signal, SourceLocation } from '../../rtl/hdl/ir.ts';
import type { PortLayout } from '../../rtl/hdl/port-layout.ts';
import type { MemorySlot, Node } from './graph.ts';
import type { WordGraph } from './simplify.ts';

export interface RegisterSlot {
  /** Instance names and the register's name, joined by dots. */
  readonly path: string;
  readonly width: number;
  /** Bit offset in the register area, always a whole byte. */
  readonly bit: number;
  /** At power-on. */
  readonly initial: bigint;
}

export interface PropertySlot {
  readonly index: number;
  readonly flavour: 'assert' | 'assume' | 'cover';
  readonly path: string;
  readonly name: string;
  readonly location: SourceLocation;
}

export interface LimbWrite {
  /** Bit offset in the memory word, a multiple of the machine word. */
  readonly low: number;
  readonly data: Node;
  /** One bit a data bit; null writes all. */
  readonly mask: Node | null;
}

export type Effect =
  | {
      readonly kind: 'store';
      readonly bit: number;
      readonly width: number;
      readonly value: Node;
      /** Groups that read it, to be computed in the next cycle where the value is another one. */
      readonly wakes?: readonly number[];
    }
  /** Keeps a value of a group; where it is another one than before, the later groups that read it are computed in the same cycle. */
  | {
      readonly kind: 'keep';
      readonly bit: number;
      readonly width: number;
      readonly value: Node;
      readonly wakes: readonly number[];
    }
  | {
      readonly kind: 'memory_write';
      readonly memory: MemorySlot;
      readonly address: Node;
      readonly limbs: readonly LimbWrite[];
      /** Groups that read the memory, to be computed in the next cycle. */
      readonly wakes?: readonly number[];
    }
  | { readonly kind: 'property'; readonly property: PropertySlot; readonly condition: Node }
  | { readonly kind: 'output'; readonly word: number; readonly value: Node }
  /** Shows a traced signal: `offset` bytes into the trace area. */
  | { readonly kind: 'trace'; readonly offset: number; readonly value: Node };

/** One decision on the way to an effect, outermost first. */
export type Guard =
  | { readonly kind: 'if'; readonly condition: Node; readonly when: boolean }
  | { readonly kind: 'switch'; readonly subject: Node; readonly values: readonly number[] };

export interface Action {
  readonly guards: readonly Guard[];
  readonly effect: Effect;
}

/** A signal that traces and `peek` can show beside the registers. */
export interface TracedSignal {
  readonly path: string;
  readonly signal: Signal;
  readonly limbs: readonly Node[];
  /** Byte offset in the trace area. */
  readonly offset: number;
}

export interface Design {
  readonly graph: WordGraph;
  readonly ports: PortLayout;
  readonly registers: readonly RegisterSlot[];
  readonly memories: readonly MemorySlot[];
  readonly properties: readonly PropertySlot[];
  /** One node an output word, in layout order. */
  readonly outputs: readonly Node[];
  readonly actions: readonly Action[];
  readonly traced: readonly TracedSignal[];
  readonly traceBytes: number;
  /** Bytes that the registers take. */
  readonly stateBytes: number;
}
