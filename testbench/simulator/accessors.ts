/** Ports by name over a record: numbers up to 32 bits, bigint above, checked on the way in. */

import type { PortSlot } from '../../rtl/hdl/port-layout.ts';

export type PortAccessors = Record<string, number | bigint>;

export const createAccessors = (slots: readonly PortSlot[], record: Uint32Array): PortAccessors => {
  const accessors: PortAccessors = {};
  for (const slot of slots) {
    const { word, words, width } = slot;
    if (width <= 32) {
      const limit = 2 ** width;
      Object.defineProperty(accessors, slot.name, {
        enumerable: true,
        get: () => record[word],
        set: (value: number | bigint | boolean) => {
          const number = Number(value);
          if (!Number.isInteger(number) || number < 0 || number >= limit)
            throw new RangeError(`port '${slot.name}' has ${width} bits; ${value} does not fit`);
          record[word] = number;
        },
      });
      continue;
    }
    Object.defineProperty(accessors, slot.name, {
      enumerable: true,
      get: () => {
        let value = 0n;
        for (let index = words - 1; index >= 0; index--) value = (value << 32n) | BigInt(record[word + index] ?? 0);
        return value;
      },
      set: (given: number | bigint) => {
        if (typeof given === 'number' && !Number.isSafeInteger(given))
          throw new RangeError(`port '${slot.name}': ${given} is not a whole number`);
        const value = BigInt(given);
        if (value < 0n || value >> BigInt(width) !== 0n)
          throw new RangeError(`port '${slot.name}' has ${width} bits; ${given} does not fit`);
        for (let index = 0; index < words; index++)
          record[word + index] = Number((value >> BigInt(32 * index)) & 0xffff_ffffn);
      },
    });
  }
  return Object.freeze(accessors);
};
