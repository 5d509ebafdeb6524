/** A minimal encoder of the WebAssembly binary format (WebAssembly core specification 2.0, chapter 5). */

export const Opcode = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i64Load: 0x29,
  i32Load8: 0x2d,
  i32Load16: 0x2f,
  i64Load8: 0x31,
  i64Load16: 0x33,
  i64Load32: 0x35,
  i32Store: 0x36,
  i64Store: 0x37,
  i32Store8: 0x3a,
  i32Store16: 0x3b,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32LtU: 0x49,
  i32GeU: 0x4f,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64Ne: 0x52,
  i64LtU: 0x54,
  i32Popcnt: 0x69,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32Xor: 0x73,
  i32Shl: 0x74,
  i32ShrS: 0x75,
  i32ShrU: 0x76,
  i32Rotl: 0x77,
  i64Popcnt: 0x7b,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  i32WrapI64: 0xa7,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
  i32Extend8: 0xc0,
  i32Extend16: 0xc1,
  i64Extend8: 0xc2,
  i64Extend16: 0xc3,
  i64Extend32: 0xc4,
} as const;

/** Second bytes of instructions on 128-bit vectors; the first is `vectorPrefix`. Numbers of two bytes are written as such. */
export const VectorOpcode = {
  load: 0x00,
  store: 0x0b,
  const: 0x0c,
  i8x16Shuffle: 0x0d,
  i32x4ExtractLane: 0x1b,
  xor: 0x51,
  anyTrue: 0x53,
  i32x4ShrU: 0xad,
  i32x4Add: 0xae,
  i32x4Mul: 0xb5,
} as const;
export const vectorPrefix = 0xfd;

export const ValueType = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const;
export type ValueType = (typeof ValueType)[keyof typeof ValueType];
export const emptyBlock = 0x40;

/** Bytes that grow, with the format's integers. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  length = 0;

  byte(value: number): this {
    if (this.length === this.#bytes.length) {
      const larger = new Uint8Array(this.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.length++] = value;
    return this;
  }

  bytes(values: Iterable<number>): this {
    for (const value of values) this.byte(value);
    return this;
  }

  unsigned(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.byte(rest);
  }

  signed32(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  signed64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  vector(opcode: number): this {
    return this.byte(vectorPrefix).unsigned(opcode);
  }

  append(other: ByteWriter): this {
    return this.bytes(other.toBytes());
  }

  /** The other's bytes after their count. */
  sized(other: ByteWriter): this {
    return this.unsigned(other.length).append(other);
  }

  toBytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

export interface FunctionCode {
  /** Exported under this name; null for internal functions. */
  readonly name: string | null;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  /** After the parameters. */
  readonly locals: readonly ValueType[];
  /** Instructions without the final `end`. */
  readonly body: ByteWriter;
}

const section = (module: ByteWriter, id: number, content: ByteWriter): void => {
  module.byte(id).sized(content);
};

const encodeName = (into: ByteWriter, name: string): void => {
  const bytes = new TextEncoder().encode(name);
  into.unsigned(bytes.length).bytes(bytes);
};

/** A module with one exported memory of `pages` pages of 64 KiB and the given functions, called by index. */
export const encodeModule = (functions: readonly FunctionCode[], pages: number): Uint8Array => {
  const module = new ByteWriter().bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  const types = new ByteWriter().unsigned(functions.length);
  const indices = new ByteWriter().unsigned(functions.length);
  const code = new ByteWriter().unsigned(functions.length);
  const named = functions.flatMap((one, index) => (one.name === null ? [] : [{ name: one.name, index }]));
  const exports = new ByteWriter().unsigned(named.length + 1);
  functions.forEach((one, index) => {
    types
      .byte(0x60)
      .unsigned(one.parameters.length)
      .bytes(one.parameters)
      .unsigned(one.results.length)
      .bytes(one.results);
    indices.unsigned(index);
    const runs: [number, ValueType][] = [];
    for (const type of one.locals) {
      const last = runs[runs.length - 1];
      if (last !== undefined && last[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    const content = new ByteWriter().unsigned(runs.length);
    for (const [count, type] of runs) content.unsigned(count).byte(type);
    code.sized(content.append(one.body).byte(Opcode.end));
  });
  for (const { name, index } of named) {
    encodeName(exports, name);
    exports.byte(0x00).unsigned(index);
  }
  encodeName(exports, 'memory');
  exports.byte(0x02).unsigned(0);
  section(module, 1, types);
  section(module, 3, indices);
  section(module, 5, new ByteWriter().bytes([1, 0x01]).unsigned(pages).unsigned(pages));
  section(module, 7, exports);
  section(module, 10, code);
  return module.toBytes();
};
