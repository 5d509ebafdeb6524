import type { PlacedField, PlacedRegister, RegisterMap } from './declare.ts';

const hexadecimal = (value: number | bigint, digits = 8): string =>
  `0x${value.toString(16).toUpperCase().padStart(digits, '0')}u`;
const comment = (text: string): string => `/* ${text.replaceAll('*/', '* /')} */`;
const define = (name: string, value: string, note?: string): string =>
  `#define ${name.padEnd(47)} ${value}${note === undefined ? '' : `  ${comment(note)}`}`;

const accessNote = (register: PlacedRegister, field: PlacedField): string => {
  const access =
    register.kind !== 'window'
      ? field.access
      : register.writable
        ? register.readable
          ? 'read-write'
          : 'write-only'
        : 'read-only';
  return `${access}: ${field.description}`;
};

const fieldLines = (prefix: string, register: PlacedRegister, field: PlacedField): string[] => {
  const name = `${prefix}_${field.name.toUpperCase()}`;
  const shift = field.low % 32;
  const mask = ((1n << BigInt(field.width)) - 1n) << BigInt(shift);
  const lines = [comment(accessNote(register, field))];
  if (register.words > 1) lines.push(define(`${name}_WORD`, `${Math.floor(field.low / 32)}u`));
  lines.push(
    define(`${name}_SHIFT`, `${shift}u`),
    define(`${name}_WIDTH`, `${field.width}u`),
    define(`${name}_MASK`, hexadecimal(mask)),
  );
  if (field.access === 'constant') lines.push(define(`${name}_VALUE`, hexadecimal(field.value)));
  return lines;
};

/**
 * Reset values of a register's readable and writable bits, by element; a window and a counter have none to speak of.
 */
const resetLines = (prefix: string, register: PlacedRegister): string[] => {
  if (register.kind !== 'register') return [];
  const resetOf = (element: number): bigint =>
    register.fields.reduce(
      (word, field) =>
        word | (BigInt(field.access === 'constant' ? field.value : (field.resets[element] ?? 0)) << BigInt(field.low)),
      0n,
    );
  if (!register.repeated) return [define(`${prefix}_RESET`, hexadecimal(resetOf(0)))];
  const all = Array.from({ length: register.count }, (_, element) => resetOf(element));
  return all.every((value) => value === all[0])
    ? [define(`${prefix}_RESET`, hexadecimal(all[0] ?? 0n))]
    : all.map((value, element) => define(`${prefix}_RESET_${element}`, hexadecimal(value)));
};

const registerLines = (map: string, register: PlacedRegister): string[] => {
  const prefix = `${map}_${register.name.toUpperCase()}`;
  const { address, count, stride, words } = register;
  const lines = ['', comment(register.description)];
  if (register.repeated)
    lines.push(
      define(`${prefix}_OFFSET(index)`, `(${hexadecimal(address, 3)} + ${stride}u * (uint32_t)(index))`),
      define(`${prefix}_COUNT`, `${count}u`),
    );
  else lines.push(define(`${prefix}_OFFSET`, hexadecimal(address, 3)));
  if (words > 1) lines.push(define(`${prefix}_WORDS`, `${words}u`));
  if (register.kind === 'counter') lines.push(define(`${prefix}_WIDTH`, `${register.width}u`));
  return [
    ...lines,
    ...resetLines(prefix, register),
    ...register.fields.flatMap((field) => fieldLines(prefix, register, field)),
  ];
};

const wideCounter = (map: string, register: PlacedRegister): string[] => {
  const argument = register.repeated ? ', uint32_t index' : '';
  const offset = `${map.toUpperCase()}_${register.name.toUpperCase()}_OFFSET${register.repeated ? '(index)' : ''}`;
  return [
    '',
    comment(`${register.description} The low word is read first: that holds the high word still.`),
    `static inline uint64_t ${map}_read_${register.name}(volatile const uint32_t *base${argument})`,
    '{',
    `  const uint32_t low = base[${offset} / 4u];`,
    `  const uint32_t high = base[${offset} / 4u + 1u];`,
    '  return ((uint64_t)high << 32) | low;',
    '}',
  ];
};

/**
 * A C99 header: offsets in bytes, shifts, widths and masks of every field, reset values, and a reader for each counter
 * of two words. It stands alone but for `stdint.h`.
 */
export const cHeader = (map: RegisterMap): string => {
  const name = map.name.toUpperCase();
  const wide = map.placed.filter((register) => register.kind === 'counter' && register.words > 1);
  const lines = [
    comment(`${map.description} Made from the register map '${map.name}'; do not edit.`),
    `#ifndef ${name}_REGISTERS_H`,
    `#define ${name}_REGISTERS_H`,
    '',
    '#include <stdint.h>',
    '',
    define(`${name}_ADDRESS_WIDTH`, `${map.addressWidth}u`),
    ...map.placed.flatMap((register) => registerLines(name, register)),
    ...wide.flatMap((register) => wideCounter(map.name, register)),
    '',
    `#endif`,
  ];
  return `${lines.join('\n')}\n`;
};
