import type { Expression, Signal } from './ir.ts';

/** The names of an enumeration's codes: what the intermediate representation leaves out, and readers of the Verilog want. */
export interface EnumerationNote {
  readonly width: number;
  readonly states: ReadonlyMap<string, bigint>;
}

const notes = new WeakMap<Signal | Expression, EnumerationNote>();

/** Notes that a signal holds, or a constant is, a state of an enumeration. */
export const noteEnumeration = (node: Signal | Expression, enumeration: EnumerationNote): void => {
  notes.set(node, enumeration);
};

export const enumerationOf = (node: Signal | Expression): EnumerationNote | undefined => notes.get(node);
