import { expectTypeOf, test } from 'vitest';
import {
  type Bits,
  type BitsSignal,
  bit,
  bits,
  concat,
  connect,
  enumeration,
  input,
  module,
  mux,
  output,
  record,
  reverse,
  type Signed,
  type SignedSignal,
  select,
  signed,
  stream,
} from './index.ts';

const eight = null as unknown as Bits<8>;
const sixteen = null as unknown as Bits<16>;
const unknown = null as unknown as Bits;
const number = null as unknown as Signed<8>;

/** The bodies are compiled, never run: each `@ts-expect-error` fails to compile where there is no error. */
test('widths are types', () => {
  const never = (): void => {
    expectTypeOf(eight.add(eight)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(eight.add(1)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(eight.addWide(eight)).toEqualTypeOf<Bits<9>>();
    expectTypeOf(eight.multiply(sixteen)).toEqualTypeOf<Bits<24>>();
    expectTypeOf(sixteen.slice(11, 4)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(concat(eight, sixteen, eight.bit(0))).toEqualTypeOf<Bits<25>>();
    expectTypeOf(concat(eight, unknown)).toEqualTypeOf<Bits<number>>();
    expectTypeOf(eight.repeat(12)).toEqualTypeOf<Bits<96>>();
    expectTypeOf(eight.extend(12)).toEqualTypeOf<Bits<12>>();
    expectTypeOf(eight.eq(3)).toEqualTypeOf<Bits<1>>();
    expectTypeOf(mux(eight.bit(0), eight, 3)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(number.addWide(3)).toEqualTypeOf<Signed<9>>();
    // @ts-expect-error 8 bits and 16 bits do not add
    eight.add(sixteen);
    // @ts-expect-error signed and unsigned do not add
    eight.add(number);
    // @ts-expect-error 8 bits and 16 bits do not compare
    eight.lt(sixteen);
    // @ts-expect-error a condition is one bit
    mux(eight, eight, eight);
    // @ts-expect-error both choices have one width
    mux(eight.bit(0), eight, sixteen);
    // @ts-expect-error implies takes conditions
    eight.bit(0).implies(eight);
  };
  expectTypeOf(never).toBeFunction();
});

test('an unknown width mixes with a known one, and is checked when elaborated', () => {
  const never = (): void => {
    eight.add(unknown);
    unknown.add(eight);
    const narrowed: Bits<8> = unknown;
    const widened: Bits<number> = eight;
    expectTypeOf(unknown.add(eight)).toEqualTypeOf<Bits<number>>();
    mux(eight.bit(0), unknown, eight);
    eight.add(narrowed).add(widened);
    const shaped: { readonly type: ReturnType<typeof bits<8>> } = { type: bits(unknown.width) };
    bits(shaped ? 8 : 9);
  };
  expectTypeOf(never).toBeFunction();
});

const state = enumeration('IDLE', 'BUSY');
const header = record({ id: bits(4), length: bits(16) });

test('modules are checked in the editor', () => {
  module(
    'checked',
    {
      s: input(stream(header)),
      d: output(stream(header)),
      i: input(bits(8)),
      o: output(bits(8)),
      f: output.reg(bit, { reset: 0 }),
    },
    (io, m) => {
      const r = m.regs({
        count: { type: bits(8), reset: 0 },
        state: { type: state, reset: state.IDLE },
        header: { type: header, reset: 'none' },
      });
      io.o.set(io.i);
      io.d.data.set(io.s.data);
      io.d.data.set({ id: 1, length: io.s.data.length });
      connect(io.s, io.d);
      m.match(r.state, { IDLE: () => undefined, BUSY: () => undefined });
      m.match(r.state, { IDLE: () => undefined, otherwise: () => undefined });
      // @ts-expect-error an input is not driven
      io.i.set(io.i);
      // @ts-expect-error ready comes back from whoever receives
      io.d.ready.set(1);
      // @ts-expect-error the receiver does not drive valid
      io.s.valid.set(1);
      // @ts-expect-error 4 bits into 16
      io.d.data.length.set(io.s.data.id);
      // @ts-expect-error a condition is one bit
      m.when(r.count, () => undefined);
      // @ts-expect-error BUSY has no branch
      m.match(r.state, { IDLE: () => undefined });
      // @ts-expect-error no such state
      m.match(r.state, { IDLE: () => undefined, BUSY: () => undefined, DONE: () => undefined });
      // @ts-expect-error states do not compare with numbers
      r.state.eq(1);
      // @ts-expect-error a record takes all its fields
      r.header.set({ id: 1 });
      // @ts-expect-error a register has a reset or says that it has none
      m.regs({ bare: { type: bits(8) } });
      // @ts-expect-error the reset has the register's type
      m.regs({ wrong: { type: state, reset: header } });
    },
  );
  expectTypeOf(signed(8)).not.toEqualTypeOf(bits(8));
});

test('a width is found in a signal that can be set as in one that cannot', () => {
  const signal = null as unknown as BitsSignal<8>;
  const number = null as unknown as SignedSignal<8>;
  const never = (): void => {
    expectTypeOf(concat(signal, signal, signal, signal)).toEqualTypeOf<Bits<32>>();
    expectTypeOf(concat(number, signal)).toEqualTypeOf<Bits<16>>();
    expectTypeOf(eight.multiply(signal)).toEqualTypeOf<Bits<16>>();
    expectTypeOf(number.multiply(number)).toEqualTypeOf<Signed<16>>();
    expectTypeOf(mux(signal.bit(0), signal, 3)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(reverse(signal)).toEqualTypeOf<Bits<8>>();
    expectTypeOf(select(eight, [signal, eight, 7])).toEqualTypeOf<Bits<8>>();
    expectTypeOf(select(eight, [eight, 6, 7])).toEqualTypeOf<Bits<8>>();
    // @ts-expect-error 8 bits and 16 bits do not add
    sixteen.add(signal);
  };
  expectTypeOf(never).toBeFunction();
});

test('options are those that there are', () => {
  const never = (): void => {
    module('options', { y: output(bit) }, (_, m) => {
      // @ts-expect-error a register has no such option
      m.regs({ r: { type: bit, reset: 0, rest: 1 } });
      // @ts-expect-error a wire has no such option
      m.wires({ w: { type: bit, defualt: 0 } });
      // @ts-expect-error a memory has no such option
      m.memories({ t: { type: bit, depth: 2, readDuringWrit: 'new' } });
      // @ts-expect-error a ROM has no such option
      m.roms({ t: { type: bit, contents: [1], content: [1] } });
      m.regs({ r: { type: bit, reset: 0 } });
      m.memories({ t: { type: bit, depth: 2, readDuringWrite: 'new' } });
    });
  };
  expectTypeOf(never).toBeFunction();
});
