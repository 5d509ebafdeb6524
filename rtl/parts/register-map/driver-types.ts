import type {
  AccessOf,
  CounterDeclaration,
  RegisterDeclaration,
  RegisterDeclarations,
  WindowDeclaration,
  WordDeclaration,
} from './declare.ts';

/** `T`, or a promise of it where the bus is asynchronous. */
export type Answer<Asynchronous extends boolean, T> = Asynchronous extends true ? Promise<T> : T;

type Fields<Register> = Register extends { readonly fields: infer F } ? F : never;
type FieldsWith<Register, Access> = {
  [Name in keyof Fields<Register>]: AccessOf<Register, Fields<Register>[Name]> extends Access ? Name : never;
}[keyof Fields<Register>];

type Readable<Register> = FieldsWith<Register, 'read-write' | 'read-only' | 'constant' | 'write-one-to-clear'>;
type Stored<Register> = FieldsWith<Register, 'read-write' | 'write-only'>;
type Struck<Register> = FieldsWith<Register, 'pulse' | 'write-one-to-clear'>;

type Numbers<Names extends PropertyKey> = { readonly [Name in Names]: number };

/** Every field that keeps a value must be given; pulses and bits to clear are 0 when left out. */
export type WrittenFields<Register> = Numbers<Stored<Register>> & Partial<Numbers<Struck<Register>>>;
export type ReadFields<Register> = Numbers<Readable<Register>>;

export interface ReadableWord<Register, Asynchronous extends boolean> {
  /** Byte address on the bus. */
  readonly address: number;
  read(): Answer<Asynchronous, ReadFields<Register>>;
}

export interface WritableWord<Register, Asynchronous extends boolean> {
  /** Byte address on the bus. */
  readonly address: number;
  /** Writes the whole word. */
  write(fields: WrittenFields<Register>): Answer<Asynchronous, void>;
}

export interface ModifiableWord<Register, Asynchronous extends boolean> {
  /** Reads, changes the fields given, writes: two accesses, not one. Pulses and bits to clear not given stay 0. */
  modify(fields: Partial<WrittenFields<Register>>): Answer<Asynchronous, void>;
}

export type Word<Register, Asynchronous extends boolean> = ([Readable<Register>] extends [never]
  ? unknown
  : ReadableWord<Register, Asynchronous>) &
  ([Stored<Register> | Struck<Register>] extends [never] ? unknown : WritableWord<Register, Asynchronous>) &
  ([FieldsWith<Register, 'read-write'>] extends [never]
    ? unknown
    : [FieldsWith<Register, 'write-only'>] extends [never]
      ? ModifiableWord<Register, Asynchronous>
      : unknown);

export interface Counter<Asynchronous extends boolean> {
  readonly address: number;
  /** Low word first, so that a wide counter is of one cycle. */
  read(): Answer<Asynchronous, bigint>;
}

type EntryFields<Register extends WindowDeclaration> = Numbers<keyof Register['fields']>;
type WindowAccess<Register> = Register extends { readonly access: infer Access } ? Access : 'read-write';

export type Window<Register extends WindowDeclaration, Asynchronous extends boolean> = {
  readonly address: number;
  /** Entries. */
  readonly length: number;
} & (WindowAccess<Register> extends 'write-only'
  ? unknown
  : {
      /** Word by word, lowest first: one access each. */
      read(index: number): Answer<Asynchronous, EntryFields<Register>>;
    }) &
  (WindowAccess<Register> extends 'read-only'
    ? unknown
    : {
        /** Word by word, lowest first: one access each. */
        write(index: number, fields: EntryFields<Register>): Answer<Asynchronous, void>;
      });

export interface Elements<Element> {
  readonly length: number;
  /** @throws RegisterAccessError past the end */
  at(index: number): Element;
}

type Repeated<Register, Element> = Register extends { readonly count: number } ? Elements<Element> : Element;

type DriverOf<Register extends RegisterDeclaration, Asynchronous extends boolean> = Register extends WindowDeclaration
  ? Window<Register, Asynchronous>
  : Register extends CounterDeclaration
    ? Repeated<Register, Counter<Asynchronous>>
    : Register extends WordDeclaration
      ? Repeated<Register, Word<Register, Asynchronous>>
      : never;

/** One member for each register, by its name in the map. */
export type Driver<Registers extends RegisterDeclarations, Asynchronous extends boolean = false> = {
  readonly [Name in keyof Registers]: DriverOf<Registers[Name], Asynchronous>;
};
