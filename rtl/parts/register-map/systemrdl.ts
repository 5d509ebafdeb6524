import type { FieldAccess, PlacedField, PlacedRegister, RegisterMap } from './declare.ts';

/** Reserved words of SystemRDL 2.0 (Accellera, 2018, clause 4.6) that a name of ours could be. */
const RESERVED = new Set(
  (
    'abstract accesstype addressingtype addrmap alias all bit boolean bothedge compact component componentwidth constraint default ' +
    'encode enum external false field fullalign hw inside internal level longint mem na negedge nonsticky number onreadtype ' +
    'onwritetype posedge property r rclr ref reg regalign regfile rset ruser rw rw1 signal string struct sw this true type ' +
    'unsigned w w1 wclr woclr woset wot wr wset wuser wzc wzs wzt'
  ).split(' '),
);

const identifier = (name: string): string => (RESERVED.has(name) ? `\\${name}` : name);
const text = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const hexadecimal = (value: number): string => `0x${value.toString(16).toUpperCase()}`;

/** How software and hardware see a field: clause 9.4 to 9.6. */
const properties = (access: FieldAccess, width: number): string => {
  switch (access) {
    case 'read-write':
      return 'sw = rw; hw = r;';
    case 'write-only':
      return 'sw = w; hw = r;';
    case 'read-only':
      return 'sw = r; hw = w;';
    case 'constant':
      return 'sw = r; hw = na;';
    case 'pulse':
      // The standard's `singlepulse` is of one bit only.
      return width === 1 ? 'sw = w; hw = r; singlepulse;' : 'sw = w; hw = r;';
    case 'write-one-to-clear':
      return 'sw = rw; hw = rw; onwrite = woclr; stickybit;';
    default:
      throw new Error(`unknown access ${access satisfies never}`);
  }
};

const hasReset = (access: FieldAccess): boolean => access !== 'read-only';

const fieldLine = (field: PlacedField, reset: string): string =>
  `field { desc = ${text(field.description)}; ${properties(field.access, field.width)} } ` +
  `${identifier(field.name)}[${field.low + field.width - 1}:${field.low}]${reset};`;

const wordLines = (register: PlacedRegister): string[] => {
  const { address, count, stride, repeated, fields } = register;
  const body = (element: number | undefined): string[] =>
    fields.map((field) => {
      const value = field.access === 'constant' ? field.value : (field.resets[element ?? 0] ?? 0);
      return `    ${fieldLine(field, hasReset(field.access) ? ` = ${field.width}'h${value.toString(16)}` : '')}`;
    });
  const head = ['  reg {', `    desc = ${text(register.description)};`];
  const name = identifier(register.name);
  if (!repeated) return [...head, ...body(undefined), `  } ${name} @${hexadecimal(address)};`];
  const differ = fields.some((field) => field.resets.some((value) => value !== field.resets[0]));
  const array = [...head, ...body(0), `  } ${name}[${count}] @${hexadecimal(address)} += ${hexadecimal(stride)};`];
  if (!differ) return array;
  // Elements after the first take their own reset values by assignment to the property (clause 5.1.3.1).
  const assignments = fields.flatMap((field) =>
    Array.from({ length: count }, (_, element) => element)
      .filter((element) => field.resets[element] !== field.resets[0])
      .map(
        (element) =>
          `  ${name}[${element}].${identifier(field.name)} -> reset = ${field.width}'h${(field.resets[element] ?? 0).toString(16)};`,
      ),
  );
  return [...array, ...assignments];
};

const counterLines = (register: PlacedRegister): string[] => {
  const { address, count, stride, repeated, width, words } = register;
  const note = words > 1 ? ' Reading the low word holds the high word still for the next read of a high word.' : '';
  const instance = `${identifier(register.name)}${repeated ? `[${count}]` : ''} @${hexadecimal(address)}${repeated ? ` += ${hexadecimal(stride)}` : ''};`;
  return [
    '  reg {',
    `    desc = ${text(register.description + note)};`,
    ...(words > 1 ? ['    regwidth = 64;', '    accesswidth = 32;'] : []),
    `    field { desc = ${text(register.description)}; sw = r; hw = w; } value[${width - 1}:0];`,
    `  } ${instance}`,
  ];
};

const windowLines = (register: PlacedRegister): string[] => {
  const access = register.writable ? (register.readable ? 'rw' : 'w') : 'r';
  const { count, words } = register;
  return [
    '  external mem {',
    `    desc = ${text(register.description)};`,
    `    mementries = ${count};`,
    `    memwidth = ${32 * words};`,
    `    sw = ${access};`,
    '    reg {',
    ...(words > 1 ? [`      regwidth = ${32 * words};`, '      accesswidth = 32;'] : []),
    ...register.fields.map(
      (field) =>
        `      field { desc = ${text(field.description)}; sw = ${access}; } ${identifier(field.name)}[${field.low + field.width - 1}:${field.low}];`,
    ),
    `    } entry[${count}];`,
    `  } ${identifier(register.name)} @${hexadecimal(register.address)};`,
  ];
};

const registerLines = (register: PlacedRegister): string[] => {
  switch (register.kind) {
    case 'register':
      return wordLines(register);
    case 'counter':
      return counterLines(register);
    case 'window':
      return windowLines(register);
    default:
      throw new Error(`unknown kind of register ${register.kind satisfies never}`);
  }
};

/** The map as SystemRDL 2.0 (Accellera, January 2018). Addresses are in bytes. */
export const systemRdl = (map: RegisterMap): string =>
  [
    `// Made from the register map '${map.name}'; do not edit.`,
    `addrmap ${identifier(map.name)} {`,
    `  name = ${text(map.name)};`,
    `  desc = ${text(map.description)};`,
    '  littleendian;',
    '  lsb0;',
    '  addressing = compact;',
    '  default regwidth = 32;',
    '  default accesswidth = 32;',
    '',
    ...map.placed.flatMap((register) => [...registerLines(register), '']),
    '};',
    '',
  ].join('\n');
