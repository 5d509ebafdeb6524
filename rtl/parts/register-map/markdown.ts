import type { PlacedField, PlacedRegister, RegisterMap } from './declare.ts';

const address = (value: number, width: number): string =>
  `0x${value
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(3, Math.ceil(width / 4)), '0')}`;
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const bitsOf = (field: PlacedField): string =>
  field.width === 1 ? `${field.low}` : `${field.low + field.width - 1}:${field.low}`;
const number = (value: number): string => (value < 10 ? String(value) : `0x${value.toString(16).toUpperCase()}`);

const place = (register: PlacedRegister, width: number): string => {
  const first = address(register.address, width);
  if (!register.repeated) return first;
  return `${first} + ${register.stride}i, i < ${register.count}`;
};

const resetOf = (field: PlacedField): string => {
  if (field.access === 'constant') return number(field.value);
  if (field.access !== 'read-write' && field.access !== 'write-only' && field.access !== 'write-one-to-clear')
    return '';
  return field.resets.every((value) => value === field.resets[0])
    ? number(field.resets[0] ?? 0)
    : field.resets.map(number).join(', ');
};

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

const rows = (register: PlacedRegister, width: number): string[] => {
  const name = `\`${register.name}${register.repeated ? '[i]' : ''}\``;
  const here = place(register, width);
  if (register.kind === 'counter') {
    const words = register.words > 1 ? ' Two words: reading the low one holds the high one still.' : '';
    return [row([here, name, `${register.width - 1}:0`, 'counter', '0', `${register.description}${words}`])];
  }
  const access = register.writable ? (register.readable ? 'window' : 'window, write-only') : 'window, read-only';
  return [
    row([here, name, '', register.kind === 'window' ? access : '', '', register.description]),
    ...register.fields.map((field) =>
      row([
        '',
        `\`.${field.name}\``,
        bitsOf(field),
        register.kind === 'window' ? '' : field.access,
        register.kind === 'window' ? '' : resetOf(field),
        field.description,
      ]),
    ),
  ];
};

/**
 * A table of the map for documents: one row for each register and each field. Addresses are in bytes; reset and
 * constant values above 9 in hexadecimal.
 */
export const registerTable = (map: RegisterMap): string =>
  [
    row(['address', 'register', 'bits', 'access', 'reset', 'what it is']),
    row(['---', '---', '---', '---', '---', '---']),
    ...map.placed.flatMap((register) => rows(register, map.addressWidth)),
    '',
  ].join('\n');
