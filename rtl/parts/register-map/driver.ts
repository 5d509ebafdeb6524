import { type AsynchronousRegisterBus, RegisterAccessError, type RegisterBus } from './bus.ts';
import type { PlacedField, PlacedRegister, RegisterDeclarations, RegisterMap } from './declare.ts';
import type { Driver } from './driver-types.ts';

type Values = Readonly<Record<string, number>>;
type MaybePromise<T> = T | Promise<T>;
type AnyBus = RegisterBus | AsynchronousRegisterBus;

/** One text for both buses: at once where the value is there, later where it is promised. */
const after = <T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> =>
  value instanceof Promise ? value.then(next) : next(value);

const inOrder = <T>(length: number, step: (index: number) => MaybePromise<T>): MaybePromise<T[]> => {
  const from = (done: readonly T[]): MaybePromise<T[]> =>
    done.length === length ? [...done] : after(step(done.length), (value) => from([...done, value]));
  return from([]);
};

const isStored = (field: PlacedField): boolean => field.access === 'read-write' || field.access === 'write-only';
const isReadable = (field: PlacedField): boolean => field.access !== 'pulse' && field.access !== 'write-only';
const isWritable = (field: PlacedField): boolean => field.access !== 'read-only' && field.access !== 'constant';
const bitsOf = (field: PlacedField, word: number): number =>
  Number(BigInt.asUintN(field.width, BigInt(word >>> 0) >> BigInt(field.low % 32)));

const extract = (fields: readonly PlacedField[], words: readonly number[]): Values =>
  Object.fromEntries(fields.map((field) => [field.name, bitsOf(field, words[Math.floor(field.low / 32)] ?? 0)]));

const place = (field: PlacedField, value: number): number =>
  Number(BigInt.asUintN(32, BigInt(value) << BigInt(field.low % 32)));

/** The words that the values make; fields not named are 0. */
const assemble = (where: string, fields: readonly PlacedField[], words: number, values: Values): number[] => {
  const result = Array.from({ length: words }, () => 0);
  for (const name of Object.keys(values))
    if (!fields.some((field) => field.name === name))
      throw new RegisterAccessError(
        `${where} has no field '${name}' that can be written, only ${fields.map((field) => field.name).join(', ')}`,
      );
  for (const field of fields) {
    const value = values[field.name] ?? 0;
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** field.width)
      throw new RegisterAccessError(
        `${where}.${field.name} is given ${value}, but its ${field.width} bits hold 0 to ${2 ** field.width - 1}`,
      );
    const word = Math.floor(field.low / 32);
    result[word] = ((result[word] ?? 0) | place(field, value)) >>> 0;
  }
  return result;
};

const requireAll = (where: string, fields: readonly PlacedField[], values: Values): void => {
  for (const field of fields)
    if (values[field.name] === undefined)
      throw new RegisterAccessError(
        `${where}.${field.name} is not given; a write is of the whole word, so every field that keeps a value must be given`,
      );
};

const wordDriver = (bus: AnyBus, where: string, register: PlacedRegister, address: number) => {
  const writable = register.fields.filter(isWritable);
  const readable = register.fields.filter(isReadable);
  const stored = register.fields.filter(isStored);
  return {
    address,
    ...(readable.length > 0 && { read: () => after(bus.read(address), (word) => extract(readable, [word])) }),
    ...(writable.length > 0 && {
      write: (values: Values) => {
        const [word = 0] = assemble(where, writable, 1, values);
        requireAll(where, stored, values);
        return bus.write(address, word);
      },
    }),
    ...(stored.length > 0 &&
      stored.every(isReadable) && {
        modify: (values: Values) => {
          assemble(where, writable, 1, values);
          return after(bus.read(address), (word) => {
            const [merged = 0] = assemble(where, writable, 1, { ...extract(stored, [word]), ...values });
            return bus.write(address, merged);
          });
        },
      }),
  };
};

const counterDriver = (bus: AnyBus, register: PlacedRegister, address: number) => ({
  address,
  read: () =>
    after(
      inOrder(register.words, (word) => bus.read(address + 4 * word)),
      ([low = 0, high = 0]) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0),
    ),
});

const checkIndex = (where: string, index: number, count: number): void => {
  if (!Number.isInteger(index) || index < 0 || index >= count)
    throw new RegisterAccessError(`${where} has elements 0 to ${count - 1}, but was asked for ${index}`);
};

const windowDriver = (bus: AnyBus, where: string, register: PlacedRegister, address: number) => {
  const { count, words, stride, fields } = register;
  const at = (index: number, word: number): number => address + index * stride + 4 * word;
  return {
    address,
    length: count,
    ...(register.readable && {
      read: (index: number) => {
        checkIndex(where, index, count);
        return after(
          inOrder(words, (word) => bus.read(at(index, word))),
          (read) => extract(fields, read),
        );
      },
    }),
    ...(register.writable && {
      write: (index: number, values: Values) => {
        checkIndex(where, index, count);
        const assembled = assemble(where, fields, words, values);
        requireAll(where, fields, values);
        return after(
          inOrder(words, (word) => bus.write(at(index, word), assembled[word] ?? 0)),
          () => undefined,
        );
      },
    }),
  };
};

const elementDriver = (bus: AnyBus, where: string, register: PlacedRegister, address: number) =>
  register.kind === 'counter' ? counterDriver(bus, register, address) : wordDriver(bus, where, register, address);

const registerDriver = (bus: AnyBus, map: string, register: PlacedRegister, base: number) => {
  const where = `${map}.${register.name}`;
  const address = base + register.address;
  if (register.kind === 'window') return windowDriver(bus, where, register, address);
  if (!register.repeated) return elementDriver(bus, where, register, address);
  const { count, stride } = register;
  return {
    length: count,
    at: (index: number) => {
      checkIndex(where, index, count);
      return elementDriver(bus, `${where}[${index}]`, register, address + index * stride);
    },
  };
};

interface CreateDriver {
  /**
   * A driver with one typed member for each register of the map.
   *
   * @param base byte address of the map's first register on the bus
   * @throws RegisterAccessError from its members, when an index, a name or a value is not of the map
   */
  <Registers extends RegisterDeclarations>(
    map: RegisterMap<Registers>,
    bus: RegisterBus,
    base?: number,
  ): Driver<Registers>;
  <Registers extends RegisterDeclarations>(
    map: RegisterMap<Registers>,
    bus: AsynchronousRegisterBus,
    base?: number,
  ): Driver<Registers, true>;
}

// The members follow the map's own text, which the type repeats; only here do the two meet unchecked.
export const createDriver: CreateDriver = (map: RegisterMap, bus: AnyBus, base = 0) =>
  Object.fromEntries(
    map.placed.map((register) => [register.name, registerDriver(bus, map.name, register, base)]),
  ) as never;
