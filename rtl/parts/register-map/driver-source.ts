import type { PlacedField, PlacedRegister, RegisterMap } from './declare.ts';

const hexadecimal = (value: number): string => `0x${value.toString(16)}`;
const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const docLine = (text: string): string => `/** ${text.replaceAll('*/', '* /')} */`;
const camelCase = (name: string): string =>
  name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

const isStored = (field: PlacedField): boolean => field.access === 'read-write' || field.access === 'write-only';
const isReadable = (field: PlacedField): boolean => field.access !== 'pulse' && field.access !== 'write-only';
const isWritable = (field: PlacedField): boolean => field.access !== 'read-only' && field.access !== 'constant';

const typeOf = (fields: readonly PlacedField[], optional: (field: PlacedField) => boolean): string =>
  `{ ${fields.map((field) => `readonly ${field.name}${optional(field) ? '?' : ''}: number`).join('; ')} }`;

const wordOf = (field: PlacedField): number => Math.floor(field.low / 32);
const extracted = (field: PlacedField, word: string): string =>
  `${field.name}: extract(${word}, ${field.low % 32}, ${field.width})`;
const placed = (where: string, field: PlacedField, value: string): string =>
  `place(${quote(`${where}.${field.name}`)}, ${value}, ${field.low % 32}, ${field.width})`;
const sum = (terms: readonly string[]): string => (terms.length === 0 ? '0' : terms.join(' + '));

interface Member {
  readonly doc: string;
  readonly lines: readonly string[];
}

const wordMembers = (where: string, register: PlacedRegister): Member[] => {
  const readable = register.fields.filter(isReadable);
  const writable = register.fields.filter(isWritable);
  const stored = register.fields.filter(isStored);
  const members: Member[] = [];
  if (readable.length > 0)
    members.push({
      doc: 'Reads the word.',
      lines: [
        `read: (): ${typeOf(readable, () => false)} => {`,
        '  const word = bus.read(address);',
        `  return { ${readable.map((field) => extracted(field, 'word')).join(', ')} };`,
        '},',
      ],
    });
  if (writable.length > 0)
    members.push({
      doc: 'Writes the whole word; pulses and bits to clear are 0 when left out.',
      lines: [
        `write: (fields: ${typeOf(writable, (field) => !isStored(field))}): void =>`,
        `  bus.write(address, ${sum(writable.map((field) => placed(where, field, `fields.${field.name}${isStored(field) ? '' : ' ?? 0'}`)))}),`,
      ],
    });
  if (stored.length > 0 && stored.every(isReadable))
    members.push({
      doc: 'Reads, changes the fields given, writes: two accesses.',
      lines: [
        `modify: (fields: ${typeOf(writable, () => true)}): void => {`,
        '  const word = bus.read(address);',
        `  bus.write(address, ${sum(
          writable.map((field) =>
            placed(
              where,
              field,
              `fields.${field.name} ?? ${isStored(field) ? `extract(word, ${field.low}, ${field.width})` : '0'}`,
            ),
          ),
        )});`,
        '},',
      ],
    });
  return members;
};

const counterMembers = (register: PlacedRegister): Member[] => [
  {
    doc:
      register.words > 1
        ? 'Reads the low word, which holds the high word still, then the high word.'
        : 'Reads the word.',
    lines:
      register.words > 1
        ? [
            'read: (): bigint => {',
            '  const low = bus.read(address);',
            '  const high = bus.read(address + 4);',
            '  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);',
            '},',
          ]
        : ['read: (): bigint => BigInt(bus.read(address) >>> 0),'],
  },
];

const windowMembers = (where: string, register: PlacedRegister): Member[] => {
  const { fields, words, count, stride } = register;
  const numbers = Array.from({ length: words }, (_, word) => word);
  const check = `checkIndex(${quote(where)}, index, ${count});`;
  const at = (word: number): string => `address + ${stride} * index${word === 0 ? '' : ` + ${4 * word}`}`;
  const members: Member[] = [];
  if (register.readable)
    members.push({
      doc: 'Reads an entry, lowest word first.',
      lines: [
        `read: (index: number): ${typeOf(fields, () => false)} => {`,
        `  ${check}`,
        ...numbers.map(
          (word) =>
            `  ${fields.some((field) => wordOf(field) === word) ? `const word${word} = ` : ''}bus.read(${at(word)});`,
        ),
        `  return { ${fields.map((field) => extracted(field, `word${wordOf(field)}`)).join(', ')} };`,
        '},',
      ],
    });
  if (register.writable)
    members.push({
      doc: 'Writes an entry, lowest word first.',
      lines: [
        `write: (index: number, fields: ${typeOf(fields, () => false)}): void => {`,
        `  ${check}`,
        ...numbers.map((word) => {
          const here = fields.filter((field) => wordOf(field) === word);
          return `  const word${word} = ${sum(here.map((field) => placed(where, field, `fields.${field.name}`)))};`;
        }),
        ...numbers.map((word) => `  bus.write(${at(word)}, word${word});`),
        '},',
      ],
    });
  return members;
};

const indent = (lines: readonly string[], by: string): string[] => lines.map((line) => `${by}${line}`);
const memberLines = (members: readonly Member[]): string[] =>
  members.flatMap(({ doc, lines }) => [docLine(doc), ...lines]);

const elementMembers = (where: string, register: PlacedRegister): Member[] => {
  if (register.kind === 'window') return windowMembers(where, register);
  return register.kind === 'counter' ? counterMembers(register) : wordMembers(where, register);
};

// Members are made under a prefix, since a register may bear a name that TypeScript reserves.
const registerText = (map: RegisterMap, register: PlacedRegister): string[] => {
  const { name, count, stride, kind, repeated } = register;
  const where = `${map.name}.${name}`;
  const members = memberLines(elementMembers(where, register));
  const start = `const address = base + ${hexadecimal(register.address)};`;
  const array = repeated && kind !== 'window';
  if (!array) {
    const length = kind === 'window' ? [`length: ${count},`] : [];
    return [
      `const make_${name} = () => {`,
      `  ${start}`,
      ...indent(['return {', ...indent(['address,', ...length, ...members], '  '), '};'], '  '),
      '};',
    ];
  }
  return [
    `const make_${name} = () => ({`,
    `  length: ${count},`,
    '  at: (index: number) => {',
    `    checkIndex(${quote(where)}, index, ${count});`,
    `    const address = base + ${hexadecimal(register.address)} + ${stride} * index;`,
    ...indent(['return {', ...indent(['address,', ...members], '  '), '};'], '    '),
    '  },',
    '});',
  ];
};

/**
 * A typed driver as TypeScript source that imports nothing: `create<Name>Driver(bus, base)`, with one member for each
 * register, as `createDriver` gives for the map itself.
 */
export const driverSource = (map: RegisterMap): string => {
  const body = map.placed.flatMap((register) => [docLine(register.description), ...registerText(map, register)]);
  return [
    `// Made from the register map '${map.name}'; do not edit.`,
    '',
    docLine('What the registers are read and written through: whole 32-bit words by byte address.'),
    'export interface RegisterBus {',
    '  read(address: number): number;',
    '  write(address: number, data: number): void;',
    '}',
    '',
    'const extract = (word: number, low: number, width: number): number =>',
    '  Math.floor((word >>> 0) / 2 ** low) % 2 ** width;',
    'const place = (name: string, value: number, low: number, width: number): number => {',
    '  if (!Number.isInteger(value) || value < 0 || value >= 2 ** width)',
    "    throw new RangeError(name + ' is given ' + value + ', but its ' + width + ' bits hold 0 to ' + (2 ** width - 1));",
    '  return value * 2 ** low;',
    '};',
    'const checkIndex = (name: string, index: number, count: number): void => {',
    '  if (!Number.isInteger(index) || index < 0 || index >= count)',
    "    throw new RangeError(name + ' has elements 0 to ' + (count - 1) + ', but was asked for ' + index);",
    '};',
    '',
    docLine(map.description),
    `export const create${camelCase(map.name)}Driver = (bus: RegisterBus, base = 0) => {`,
    ...indent(body, '  '),
    `  return { ${map.placed.map((register) => `${register.name}: make_${register.name}()`).join(', ')} };`,
    '};',
    '',
    // Helpers that this map has no use for must not make the text fail a strict compiler.
    'export { checkIndex, extract, place };',
    '',
  ].join('\n');
};
