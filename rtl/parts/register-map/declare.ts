/**
 * Register maps: what a block's control registers are, as a plain object. Nothing of the hardware is imported here, so
 * a block's `interface.ts` can declare its map and the block's model, driver and documents can read it. What the
 * hardware does with each kind is said in `docs/parts/register-port.md`.
 */
import { type PlacedRegister, placeRegisters } from './place.ts';

/**
 * - `read-write`: software writes, the block reads.
 * - `write-only`: as `read-write`, but reads as 0, for secrets.
 * - `read-only`: the block's value.
 * - `constant`: a fixed value.
 * - `pulse`: writing 1 gives the block a pulse of one cycle; reads as 0.
 * - `write-one-to-clear`: the block sets bits, software clears those it writes as 1.
 */
export type FieldAccess = 'read-write' | 'write-only' | 'read-only' | 'constant' | 'pulse' | 'write-one-to-clear';

export interface FieldDeclaration {
  readonly description: string;
  /** What the register says when left out, and `read-write` when that says nothing. */
  readonly access?: FieldAccess;
  /** Bits, 1 to 32; 1 when left out. */
  readonly width?: number;
  /** Place of the lowest bit; the next free one when left out. */
  readonly low?: number;
  /** Value after reset, 0 when left out; a list gives one for each element of an array. */
  readonly reset?: number | readonly number[];
  /** The value of a `constant`. */
  readonly value?: number;
}

export type FieldDeclarations = Readonly<Record<string, FieldDeclaration>>;

interface Placed {
  readonly description: string;
  /** Offset in bytes; after what was declared before when left out. */
  readonly address?: number;
}

interface Repeated {
  /** Makes it an array of so many. */
  readonly count?: number;
  /** Bytes from one element to the next; the element's size when left out. */
  readonly stride?: number;
}

/** One 32-bit word of fields. */
export interface WordDeclaration extends Placed, Repeated {
  readonly kind?: 'register';
  readonly access?: FieldAccess;
  readonly fields: FieldDeclarations;
}

/** A number that the block counts, up to 64 bits. Over 32 bits it takes two words, read low word first. */
export interface CounterDeclaration extends Placed, Repeated {
  readonly kind: 'counter';
  readonly width: number;
}

/**
 * A table that the block keeps in a memory. An entry over 32 bits takes a power of two of words; no field crosses a
 * word's end.
 */
export interface WindowDeclaration extends Placed {
  readonly kind: 'window';
  /** Entries. */
  readonly depth: number;
  /** Of the whole window, `read-write` when left out. */
  readonly access?: 'read-write' | 'read-only' | 'write-only';
  readonly fields: Readonly<Record<string, Omit<FieldDeclaration, 'access' | 'reset' | 'value'>>>;
}

export type RegisterDeclaration = WordDeclaration | CounterDeclaration | WindowDeclaration;
export type RegisterDeclarations = Readonly<Record<string, RegisterDeclaration>>;

export interface RegisterMapDeclaration<Registers extends RegisterDeclarations> {
  /** Of the block, in lower case with underscores. */
  readonly name: string;
  readonly description: string;
  /** The one width of AXI4-Lite data that is provided. */
  readonly dataWidth?: 32;
  /** Bits of the byte address; the fewest that reach the last register when left out. */
  readonly addressWidth?: number;
  readonly registers: Registers;
}

export interface RegisterMap<Registers extends RegisterDeclarations = RegisterDeclarations> {
  readonly name: string;
  readonly description: string;
  readonly dataWidth: 32;
  readonly addressWidth: number;
  /** As declared. */
  readonly registers: Registers;
  /** With addresses, bit places and everything else filled in, in declared order. */
  readonly placed: readonly PlacedRegister[];
}

/**
 * Declares a register map: checks it, gives every register its address and every field its bits.
 *
 * @throws RegisterMapError naming the register, the value and what is allowed
 */
export const registerMap = <const Registers extends RegisterDeclarations>(
  declaration: RegisterMapDeclaration<Registers>,
): RegisterMap<Registers> => {
  const { placed, addressWidth } = placeRegisters(declaration);
  const { name, description, registers } = declaration;
  return { name, description, dataWidth: 32, addressWidth, registers, placed };
};

/** What a field's access comes to. */
export type AccessOf<Register, Field> = Field extends { readonly access: infer Access extends FieldAccess }
  ? Access
  : Register extends { readonly access: infer Access extends FieldAccess }
    ? Access
    : 'read-write';

export { type PlacedField, type PlacedRegister, RegisterMapError } from './place.ts';
