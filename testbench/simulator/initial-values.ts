/** Power-on values of registers that come from a netlist, where a value at start is not a reset. */

import type { Signal } from '../../rtl/hdl/ir.ts';

const values = new WeakMap<Signal, bigint>();

export const setInitialValue = (signal: Signal, value: bigint): void => {
  if (value !== 0n) values.set(signal, value);
};

/** The reset value, else the value given by the netlist, else zero. */
export const initialValue = (signal: Signal): bigint => signal.reset ?? values.get(signal) ?? 0n;
