import { packLeaves, readOnlyValue, unpackLeaves } from './aggregate.ts';
import { unsignedOperand } from './bits-value.ts';
import { fail } from './diagnostic.ts';
import { expressionsAt, memoryRead, reference } from './expression.ts';
import { checkOptions } from './guarded.ts';
import type { Expression, Memory, Signal, SourceLocation, Statement } from './ir.ts';
import type { ModuleBuilder } from './module-builder.ts';
import { append, currentScope } from './scope.ts';
import { describeOperand, type ShapeInfo, shapeInfo } from './shape.ts';
import { here } from './source-location.ts';
import type { Bits, OperandOf, Shape, ValueOf } from './types.ts';
import { type AbstractValue, coerce, conditionOf } from './value.ts';

/** What a read returns of a word that is written in the same cycle. */
export type ReadDuringWrite = 'old' | 'new' | 'undefined';
const behaviours: readonly ReadDuringWrite[] = ['old', 'new', 'undefined'];

export interface MemoryDeclaration<S extends Shape = Shape> {
  readonly type: S;
  /** Words. */
  readonly depth: number;
  /** For `fetch`; 'old' unless said. `read` gives the word as it is before the edge. */
  readonly readDuringWrite?: ReadDuringWrite;
  /** The words at power-on, from address 0, each as packed bits. Missing words are zero. */
  readonly contents?: readonly bigint[];
}

export interface RomDeclaration<S extends Shape = Shape> {
  readonly type: S;
  /** The words from address 0: constants of the shape. */
  readonly contents: readonly OperandOf<ValueOf<S>>[];
  /** More words than `contents` gives are zero. */
  readonly depth?: number;
}

export interface Rom<S extends Shape> {
  readonly depth: number;
  /** The word at the address, in the same cycle; zero at or past the depth. */
  read(address: Bits): ValueOf<S>;
  /** The word at the address, one cycle later; holds while `enable` is low. */
  fetch(address: Bits, enable?: Bits<1>): ValueOf<S>;
}

export interface MemoryHandle<S extends Shape> extends Rom<S> {
  /**
   * Writes at the clock edge. `mask` has one bit for each lane of equal width, the least significant lane first.
   * An address at or past the depth writes nothing.
   */
  write(address: Bits, data: OperandOf<ValueOf<S>>, mask?: Bits): void;
}

/** Sets a register at each edge, or where the condition holds. */
const clock = (
  register: Signal,
  value: Expression,
  condition: Expression | null,
  location: SourceLocation,
): Statement => {
  const assign = { kind: 'assign', target: register, low: 0, value, location } as const;
  return condition === null ? assign : { kind: 'if', condition, then: [assign], otherwise: [], location };
};

/** The run-time side of memories and ROMs. */
class MemoryPort {
  readonly #memory: Memory;
  readonly #info: ShapeInfo;
  readonly #builder: ModuleBuilder;
  readonly #isRom: boolean;
  readonly #writeFirst: boolean;

  constructor(builder: ModuleBuilder, memory: Memory, info: ShapeInfo, isRom: boolean, writeFirst: boolean) {
    this.#builder = builder;
    this.#memory = memory;
    this.#info = info;
    this.#isRom = isRom;
    this.#writeFirst = writeFirst;
  }

  get depth(): number {
    return this.#memory.depth;
  }

  read(address: unknown): AbstractValue {
    const location = here();
    return this.#value(memoryRead(this.#memory, this.#address(address, location), location));
  }

  fetch(address: unknown, enable?: unknown): AbstractValue {
    const location = here();
    const builder = this.#ownBuilder('fetch', location);
    const where = this.#address(address, location);
    const condition = enable === undefined ? null : conditionOf(enable, `fetch of ${this.#memory.name}`, location);
    const declare = (suffix: string, width: number): Signal => {
      const name = builder.freeName(`${this.#memory.name}_${suffix}`);
      const info = { kind: 'bits', width, signed: false } as const;
      return builder.declareSignal(name, info, { kind: 'register' }, 'register', location);
    };
    const clocked = (suffix: string, value: Expression): Expression => {
      const signal = declare(suffix, value.width);
      append(clock(signal, value, condition, location));
      return reference(signal, location);
    };
    const word = (at: Expression): Expression => memoryRead(this.#memory, at, location);
    // A registered word shows it as it was; a registered address, read in the cycle after, as it was written.
    if (!this.#writeFirst) return this.#value(clocked('data', word(where)));
    const written = word(clocked('address', where));
    if (condition === null && !builder.inBranch) return this.#value(written);
    // Later writes to that address are not of this fetch: the word is kept from the cycle after, whichever branch is taken then.
    const carrier = expressionsAt(location);
    const one = carrier.constant({ width: 1, signed: false }, 1n);
    const fetchedSignal = declare('fetched', 1);
    const fetched = reference(fetchedSignal, location);
    if (builder.inBranch) builder.prepend(clock(fetchedSignal, carrier.constant(one, 0n), null, location));
    append(clock(fetchedSignal, condition ?? one, null, location));
    const kept = declare('word', written.width);
    builder.prepend(clock(kept, written, fetched, location));
    return this.#value(carrier.multiplex(fetched, written, reference(kept, location)));
  }

  write(address: unknown, data: unknown, mask?: unknown): void {
    const location = here();
    const memory = this.#memory;
    this.#ownBuilder('write', location);
    if (this.#isRom) fail('rom-written', location, { memory: memory.name });
    const where = this.#address(address, location);
    const leaves = coerce(this.#info, data, location, `writing ${memory.name}`, memory.name);
    append({
      kind: 'memory_write',
      memory,
      address: where,
      data: packLeaves(leaves),
      mask: this.#mask(mask, location),
      location,
    });
  }

  #mask(mask: unknown, location: SourceLocation): Expression | null {
    if (mask === undefined) return null;
    const expression = unsignedOperand(mask, `the mask of ${this.#memory.name}`, location);
    const { name, width } = this.#memory;
    if (width % expression.width !== 0) fail('bad-mask', location, { memory: name, width, mask: expression.width });
    return expression;
  }

  #address(address: unknown, location: SourceLocation): Expression {
    return unsignedOperand(address, `the address of ${this.#memory.name}`, location);
  }

  #value(word: Expression): AbstractValue {
    return readOnlyValue(this.#info, `a word of ${this.#memory.name}`, unpackLeaves(this.#info, word));
  }

  #ownBuilder(operation: string, location: SourceLocation): ModuleBuilder {
    const user = currentScope(operation);
    if (user !== this.#builder) {
      fail('foreign-signal', location, {
        signal: this.#memory.name,
        owner: this.#builder.moduleName,
        user: user.moduleName,
      });
    }
    return this.#builder;
  }
}

const checkDepth = (name: string, depth: number, location: SourceLocation): void => {
  if (!Number.isInteger(depth) || depth < 1 || depth > 2 ** 30)
    fail('bad-depth', location, { what: `memory ${name}`, value: String(depth) });
};

export const declareMemory = (builder: ModuleBuilder, name: string, declaration: MemoryDeclaration): unknown => {
  const location = here();
  checkOptions(declaration, ['type', 'depth', 'readDuringWrite', 'contents'], `memory ${name}`);
  const info = shapeInfo(declaration.type);
  checkDepth(name, declaration.depth, location);
  const contents = declaration.contents ?? [];
  if (contents.length > declaration.depth)
    fail('too-many-words', location, { memory: name, words: contents.length, depth: declaration.depth });
  for (const word of contents) {
    if (typeof word !== 'bigint') {
      const operation = `the contents of ${name}`;
      fail('wrong-kind', location, { operation, expected: 'bigints such as 5n', actual: describeOperand(word) });
    }
    if (BigInt.asUintN(info.width, word) !== word) {
      fail('literal-out-of-range', location, {
        literal: String(word),
        width: info.width,
        signed: false,
        place: `a word of ${name}`,
      });
    }
  }
  const behaviour = declaration.readDuringWrite ?? 'old';
  if (!behaviours.includes(behaviour))
    fail('wrong-kind', location, {
      operation: `readDuringWrite of memory ${name}`,
      expected: behaviours.map((each) => `'${each}'`).join(' or '),
      actual: typeof behaviour === 'string' ? `'${behaviour as string}'` : describeOperand(behaviour),
    });
  const memory: Memory = {
    name,
    width: info.width,
    depth: declaration.depth,
    contents,
    readDuringWrite: behaviour === 'undefined' ? 'undefined' : 'old',
    location,
  };
  builder.declareMemory(memory);
  return new MemoryPort(builder, memory, info, false, behaviour === 'new');
};

/** The bits of constants, the first leaf least significant. */
const packConstants = (leaves: readonly Expression[], name: string, location: SourceLocation): bigint => {
  const word = packLeaves(leaves);
  return word.kind === 'constant' ? word.value : fail('not-constant', location, { place: `a word of ${name}` });
};

export const declareRom = (builder: ModuleBuilder, name: string, declaration: RomDeclaration): unknown => {
  const location = here();
  checkOptions(declaration, ['type', 'contents', 'depth'], `ROM ${name}`);
  const info = shapeInfo(declaration.type);
  if (declaration.contents.length === 0) fail('no-memory-contents', location, { memory: name });
  const depth = declaration.depth ?? declaration.contents.length;
  checkDepth(name, depth, location);
  if (declaration.contents.length > depth)
    fail('too-many-words', location, { memory: name, words: declaration.contents.length, depth });
  const contents = declaration.contents.map((word) =>
    packConstants(coerce(info, word, location, `the contents of ${name}`, name), name, location),
  );
  const memory: Memory = { name, width: info.width, depth, contents, readDuringWrite: 'old', location };
  builder.declareMemory(memory);
  return new MemoryPort(builder, memory, info, true, false);
};
