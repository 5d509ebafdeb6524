import type {
  FieldAccess,
  FieldDeclaration,
  RegisterDeclaration,
  RegisterDeclarations,
  RegisterMapDeclaration,
} from './declare.ts';

export interface PlacedField {
  readonly name: string;
  readonly description: string;
  readonly access: FieldAccess;
  /** Lowest bit; in a window, counted from the entry's lowest bit. */
  readonly low: number;
  readonly width: number;
  /** After reset, one for each element. */
  readonly resets: readonly number[];
  /** Of a `constant`, else 0. */
  readonly value: number;
}

export interface PlacedRegister {
  readonly name: string;
  readonly description: string;
  readonly kind: 'register' | 'counter' | 'window';
  /** In bytes, of element 0. */
  readonly address: number;
  /** Elements of an array, entries of a window; 1 otherwise. */
  readonly count: number;
  /** Whether it was declared with a count (or is a window), even of 1. */
  readonly repeated: boolean;
  /** Bytes from one element to the next. */
  readonly stride: number;
  /** Words an element takes: 1, 2 for a wide counter, a power of two for a window. */
  readonly words: number;
  /** Bits an element holds: to the end of the last field, or of the counter. */
  readonly width: number;
  /** Empty for a counter. */
  readonly fields: readonly PlacedField[];
  readonly readable: boolean;
  readonly writable: boolean;
}

/** A register map cannot be built as declared. */
export class RegisterMapError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RegisterMapError';
  }
}

const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const WRITABLE: readonly FieldAccess[] = ['read-write', 'write-only', 'pulse', 'write-one-to-clear'];
const ACCESSES: readonly string[] = [...WRITABLE, 'read-only', 'constant'];
const HIGHEST_ADDRESS = 2 ** 32;

const hexadecimal = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(3, '0')}`;
const isInteger = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high;
const powerOfTwoAtLeast = (value: number): number => {
  let power = 1;
  while (power < value) power *= 2;
  return power;
};

const need = (condition: boolean, where: string, message: string): void => {
  if (!condition) throw new RegisterMapError(`${where}: ${message}`);
};

const checkName = (where: string, name: string): void =>
  need(NAME.test(name), where, `the name '${name}' must be lower case words joined by single underscores`);

const FIELD_KEYS: readonly string[] = ['description', 'access', 'width', 'low', 'reset', 'value'];
const REGISTER_KEYS: Readonly<Record<PlacedRegister['kind'], readonly string[]>> = {
  register: ['description', 'address', 'kind', 'count', 'stride', 'access', 'fields'],
  counter: ['description', 'address', 'kind', 'count', 'stride', 'width'],
  window: ['description', 'address', 'kind', 'depth', 'access', 'fields'],
};

/** The types let a slip such as `bit` for `low` pass, for a map may have its registers from anywhere. */
const checkKeys = (where: string, declaration: object, known: readonly string[]): void => {
  for (const key of Object.keys(declaration))
    need(known.includes(key), where, `'${key}' means nothing here; write one of ${known.join(', ')}`);
};

const placeFields = (
  where: string,
  declarations: Readonly<Record<string, FieldDeclaration>>,
  registerAccess: FieldAccess,
  elements: number,
  bits: number,
): PlacedField[] => {
  const placed: PlacedField[] = [];
  let next = 0;
  for (const [name, field] of Object.entries(declarations)) {
    const here = `${where}.${name}`;
    checkName(here, name);
    checkKeys(here, field, FIELD_KEYS);
    const { width = 1, low = next, access = registerAccess, reset = 0, value = 0 } = field;
    need(isInteger(width, 1, 32), here, `width is ${width}, but must be an integer from 1 to 32; split a wider field`);
    need(isInteger(low, 0, bits - 1), here, `low is ${low}, but must be an integer from 0 to ${bits - 1}`);
    need(
      Math.floor(low / 32) === Math.floor((low + width - 1) / 32),
      here,
      `bits ${low + width - 1} to ${low} cross the end of a 32-bit word; split the field, or place it with 'low'`,
    );
    need(ACCESSES.includes(access), here, `access is '${access}', but must be one of ${ACCESSES.join(', ')}`);
    for (const other of placed)
      need(
        low + width <= other.low || low >= other.low + other.width,
        here,
        `bits ${low + width - 1} to ${low} overlap those of '${other.name}' (${other.low + other.width - 1} to ${other.low})`,
      );
    const resets = typeof reset === 'number' ? Array.from({ length: elements }, () => reset) : reset;
    need(
      resets.length === elements,
      here,
      `reset lists ${resets.length} values, but must give one or ${elements}, one for each element`,
    );
    for (const number of [...resets, value])
      need(
        isInteger(number, 0, 2 ** width - 1),
        here,
        `the value ${number} does not fit: ${width} bits hold 0 to ${2 ** width - 1}`,
      );
    const stored = access === 'read-write' || access === 'write-only' || access === 'write-one-to-clear';
    need(
      stored || resets.every((number) => number === 0),
      here,
      `a '${access}' field has no reset value of its own; leave 'reset' out`,
    );
    need(
      (access === 'constant') === (field.value !== undefined),
      here,
      `'value' belongs to fields with access 'constant', and each of those needs it; access is '${access}'`,
    );
    placed.push({ name, description: field.description, access, low, width, resets, value });
    next = low + width;
  }
  need(placed.length > 0, where, 'it has no fields; declare at least one');
  return placed;
};

type Shape = Pick<
  PlacedRegister,
  'kind' | 'count' | 'repeated' | 'words' | 'width' | 'fields' | 'readable' | 'writable'
>;

const fieldsEnd = (fields: readonly PlacedField[]): number =>
  Math.max(...fields.map((field) => field.low + field.width));

const shapeOf = (where: string, register: RegisterDeclaration): Shape => {
  const count = 'count' in register ? (register.count ?? 1) : 1;
  const repeated = 'count' in register && register.count !== undefined;
  need(isInteger(count, 1, 65536), where, `count is ${count}, but must be an integer from 1 to 65536`);
  if (register.kind === 'counter') {
    const { width } = register;
    need(isInteger(width, 1, 64), where, `width is ${width}, but must be an integer from 1 to 64`);
    const words = width > 32 ? 2 : 1;
    return { kind: 'counter', count, repeated, words, width, fields: [], readable: true, writable: false };
  }
  if (register.kind === 'window') {
    const { depth, access = 'read-write' } = register;
    need(isInteger(depth, 1, 2 ** 20), where, `depth is ${depth}, but must be an integer from 1 to ${2 ** 20}`);
    const fields = placeFields(where, register.fields, access, 1, 1024);
    const width = fieldsEnd(fields);
    const words = powerOfTwoAtLeast(Math.ceil(width / 32));
    const readable = access !== 'write-only';
    const writable = access !== 'read-only';
    return { kind: 'window', count: depth, repeated: true, words, width, fields, readable, writable };
  }
  const fields = placeFields(where, register.fields, register.access ?? 'read-write', count, 32);
  const readable = fields.some((field) => field.access !== 'write-only' && field.access !== 'pulse');
  const writable = fields.some((field) => WRITABLE.includes(field.access));
  return { kind: 'register', count, repeated, words: 1, width: fieldsEnd(fields), fields, readable, writable };
};

const alignUp = (address: number, to: number): number => Math.ceil(address / to) * to;

const placeOne = (where: string, name: string, register: RegisterDeclaration, next: number): PlacedRegister => {
  checkKeys(where, register, REGISTER_KEYS[register.kind ?? 'register']);
  const shape = shapeOf(where, register);
  const size = shape.words * 4;
  const stride = ('stride' in register ? register.stride : undefined) ?? size;
  need(
    isInteger(stride, size, 2 ** 20) && stride % size === 0,
    where,
    `stride is ${stride} bytes, but must be a multiple of ${size}, the size of an element`,
  );
  // A window's entry is found by its address bits alone, so the window lies on a multiple of its size.
  const alignment = shape.kind === 'window' ? powerOfTwoAtLeast(shape.count) * size : size;
  const { address = alignUp(next, alignment) } = register;
  need(
    isInteger(address, 0, HIGHEST_ADDRESS - 1) && address % alignment === 0,
    where,
    `address is ${hexadecimal(address)}, but must be a multiple of ${alignment} bytes, at least 0 and below 2^32`,
  );
  return { name, description: register.description, address, stride, ...shape };
};

/** The first byte after the last word of a register. */
export const endOf = (register: PlacedRegister): number =>
  register.address + (register.count - 1) * register.stride + register.words * 4;

interface Run {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Neighbouring words as one run: a window or a packed array is one, an array with gaps one for each element. */
const runsOf = (register: PlacedRegister): Run[] => {
  const { name, address, count, stride, words } = register;
  if (stride === words * 4) return [{ name, start: address, end: endOf(register) }];
  return Array.from({ length: count }, (_, element) => {
    const start = address + element * stride;
    return { name, start, end: start + words * 4 };
  });
};

const checkOverlap = (map: string, placed: readonly PlacedRegister[]): void => {
  const runs = placed.flatMap(runsOf).sort((left, right) => left.start - right.start);
  for (const [index, run] of runs.entries()) {
    const before = runs[index - 1];
    need(
      before === undefined || before.end <= run.start,
      `${map}.${run.name}`,
      `its word at ${hexadecimal(run.start)} is already taken by '${before?.name}'`,
    );
  }
};

/** In C and in Verilog a field is called by its register's name and its own: these must differ as well. */
const checkJoinedNames = (map: string, placed: readonly PlacedRegister[]): void => {
  const owners = new Map<string, string>();
  for (const register of placed)
    for (const field of [undefined, ...register.fields]) {
      const joined = field === undefined ? register.name : `${register.name}_${field.name}`;
      const full = field === undefined ? register.name : `${register.name}.${field.name}`;
      const owner = owners.get(joined);
      need(owner === undefined, `${map}.${full}`, `its joined name '${joined}' is also that of '${owner}'; rename one`);
      owners.set(joined, full);
    }
};

export const placeRegisters = (
  declaration: RegisterMapDeclaration<RegisterDeclarations>,
): { readonly placed: readonly PlacedRegister[]; readonly addressWidth: number } => {
  const map = declaration.name;
  checkName(`register map '${map}'`, map);
  const placed: PlacedRegister[] = [];
  let next = 0;
  for (const [name, register] of Object.entries(declaration.registers)) {
    const where = `${map}.${name}`;
    checkName(where, name);
    const one = placeOne(where, name, register, next);
    placed.push(one);
    next = endOf(one);
  }
  need(placed.length > 0, `register map '${map}'`, 'it has no registers; declare at least one');
  checkOverlap(map, placed);
  checkJoinedNames(map, placed);
  const end = Math.max(...placed.map(endOf));
  const fewest = Math.max(3, Math.ceil(Math.log2(end)));
  const { addressWidth = fewest, dataWidth = 32 } = declaration;
  need(dataWidth === 32, `register map '${map}'`, `dataWidth is ${String(dataWidth)}, but only 32 is provided`);
  need(
    isInteger(addressWidth, fewest, 32),
    `register map '${map}'`,
    `addressWidth is ${addressWidth}, but must be an integer from ${fewest} (the last register ends at ${hexadecimal(end)}) to 32`,
  );
  return { placed, addressWidth };
};
