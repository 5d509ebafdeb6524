/** Ports by name over a record: numbers up to 32 bits, bigint above, those of signed ports as signed; checked on the way in. */

import type { PortSlot } from '../../rtl/hdl/port-layout.ts';

/** Ports that can be set. A name that no port has is refused, read or written. */
export type InputAccessors<Name extends string = string> = { [N in Name]: number | bigint };
/** Ports that can be read alone. */
export type OutputAccessors<Name extends string = string> = { readonly [N in Name]: number | bigint };

interface Accessor {
  readonly get: () => number | bigint;
  readonly set: (value: number | bigint) => void;
}

const rangeOf = ({ width, signed = false }: PortSlot): string =>
  signed ? `${-(1n << BigInt(width - 1))} to ${(1n << BigInt(width - 1)) - 1n}` : `0 to ${(1n << BigInt(width)) - 1n}`;

const refuse = (slot: PortSlot, value: unknown): never => {
  throw new RangeError(`port '${slot.name}' takes whole numbers from ${rangeOf(slot)}, not ${String(value)}`);
};

const narrow = (slot: PortSlot, record: Uint32Array): Accessor => {
  const { word, width, signed = false } = slot;
  const least = signed ? -(2 ** (width - 1)) : 0;
  const limit = 2 ** (signed ? width - 1 : width);
  const shift = 32 - width;
  return {
    get: signed ? () => ((record[word] ?? 0) << shift) >> shift : () => record[word] ?? 0,
    set: (value) => {
      const number = typeof value === 'string' ? Number.NaN : Number(value);
      if (!Number.isInteger(number) || number < least || number >= limit) refuse(slot, value);
      record[word] = signed && number < 0 ? number + 2 ** width : number;
    },
  };
};

const wide = (slot: PortSlot, record: Uint32Array): Accessor => {
  const { word, words, width, signed = false } = slot;
  return {
    get: () => {
      let value = 0n;
      for (let index = words - 1; index >= 0; index--) value = (value << 32n) | BigInt(record[word + index] ?? 0);
      return signed ? BigInt.asIntN(width, value) : value;
    },
    set: (given) => {
      if (typeof given === 'number' ? !Number.isSafeInteger(given) : typeof given !== 'bigint') refuse(slot, given);
      const value = BigInt(given);
      if ((signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value)) !== value) refuse(slot, given);
      const bits = BigInt.asUintN(width, value);
      for (let index = 0; index < words; index++)
        record[word + index] = Number((bits >> BigInt(32 * index)) & 0xffff_ffffn);
    },
  };
};

/** Stands behind the ports: only what no port answers comes here, so that it costs the others nothing. */
const unknownPorts = (slots: readonly PortSlot[], what: string): object => {
  const unknown = (key: string | symbol): never => {
    throw new RangeError(`there is no ${what} '${String(key)}'; there are ${slots.map(({ name }) => name).join(', ')}`);
  };
  return new Proxy(Object.create(null) as object, {
    // JavaScript itself asks for symbols, and a promise or a printer for these.
    get: (_, key) =>
      typeof key === 'symbol' || key === 'then' || key === 'toJSON' || key === 'constructor' ? undefined : unknown(key),
    set: (_, key) => unknown(key),
  });
};

const accessors = (
  slots: readonly PortSlot[],
  record: Uint32Array,
  what: string,
  setter: (slot: PortSlot, accessor: Accessor) => Accessor['set'],
): InputAccessors => {
  const result = Object.create(unknownPorts(slots, what)) as InputAccessors;
  for (const slot of slots) {
    const accessor = slot.width <= 32 ? narrow(slot, record) : wide(slot, record);
    Object.defineProperty(result, slot.name, {
      enumerable: true,
      get: accessor.get,
      set: setter(slot, accessor),
    });
  }
  return Object.freeze(result);
};

/** @throws RangeError, on use, naming the port and what it takes, or the ports that there are */
export const inputAccessors = (slots: readonly PortSlot[], record: Uint32Array): InputAccessors =>
  accessors(slots, record, 'input', (_, { set }) => set);

/** @throws RangeError, on use, where a port is set, or there is none of the name */
export const outputAccessors = (slots: readonly PortSlot[], record: Uint32Array): OutputAccessors =>
  accessors(slots, record, 'output', ({ name }) => () => {
    throw new RangeError(`port '${name}' is an output: it is read alone`);
  });
