/** Reading and writing ports in records of words, by the port's name. */
import type { PortLayout, PortSlot } from '../../rtl/hdl/port-layout.ts';

const find = (slots: readonly PortSlot[], name: string, direction: string): PortSlot => {
  const slot = slots.find((each) => each.name === name);
  if (slot === undefined) {
    throw new Error(
      `There is no ${direction} '${name}'; the ${direction}s are ${slots.map((each) => each.name).join(', ')}`,
    );
  }
  return slot;
};

export const inputSlot = (layout: PortLayout, name: string): PortSlot => find(layout.inputs, name, 'input');

export const outputSlot = (layout: PortLayout, name: string): PortSlot => find(layout.outputs, name, 'output');

export const hasPort = (layout: PortLayout, name: string): boolean =>
  [...layout.inputs, ...layout.outputs].some((slot) => slot.name === name);

/** The value of a port in a record that begins at word `base`. */
export const readSlot = (record: Uint32Array, slot: PortSlot, base = 0): bigint => {
  let value = 0n;
  for (let word = slot.words - 1; word >= 0; word -= 1) {
    value = (value << 32n) | BigInt(record[base + slot.word + word] ?? 0);
  }
  return value;
};

export const writeSlot = (record: Uint32Array, slot: PortSlot, value: bigint): void => {
  if (value < 0n || value >> BigInt(slot.width) !== 0n) {
    throw new RangeError(`0x${value.toString(16)} does not fit the ${slot.width} bits of port '${slot.name}'`);
  }
  for (let word = 0; word < slot.words; word += 1) {
    record[slot.word + word] = Number((value >> BigInt(32 * word)) & 0xffff_ffffn);
  }
};

/** A value as hexadecimal digits of the port's full width. */
export const hexadecimal = (value: bigint, width: number): string =>
  `0x${value.toString(16).padStart(Math.ceil(width / 4), '0')}`;

/** What is wrong when two layouts are not the same, in one sentence; null when they are. */
export const layoutMismatch = (expected: PortLayout, seen: PortLayout): string | null => {
  for (const direction of ['inputs', 'outputs'] as const) {
    const left = expected[direction];
    const right = seen[direction];
    for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
      const [one, other] = [left[index], right[index]];
      if (one?.name !== other?.name || one?.width !== other?.width) {
        const text = (slot: PortSlot | undefined) =>
          slot === undefined ? 'nothing' : `'${slot.name}' of ${slot.width} bits`;
        return `number ${index} of its ${direction} is ${text(other)} where ${text(one)} is expected`;
      }
    }
  }
  return null;
};
