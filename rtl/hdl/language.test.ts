import { describe, expect, test } from 'vitest';
import {
  all,
  any,
  bit,
  bits,
  bundle,
  connect,
  constant,
  elaborate,
  enumeration,
  flip,
  input,
  lit,
  ModuleInterpreter,
  module,
  mux,
  output,
  pack,
  portLayout,
  record,
  stream,
  zero,
} from './index.ts';
import { run } from './run-interpreter.ts';

describe('a module', () => {
  test('the last assignment wins, statement by statement, and reading a wire gives its final value', () => {
    const last = new ModuleInterpreter(
      elaborate(
        module('last', { go: input(bit), early: output(bits(4)), late: output(bits(4)) }, (io, m) => {
          const w = m.wires({ value: { type: bits(4), default: 1 } });
          io.early.set(w.value);
          m.when(io.go, () => w.value.set(2)).otherwise(() => w.value.set(3));
          m.when(io.go, () => w.value.bit(3).set(1));
          io.late.set(w.value);
        }),
      ),
    );
    expect(run(last, { go: 1n })).toEqual({ early: 10n, late: 10n });
    expect(run(last, { go: 0n })).toEqual({ early: 3n, late: 3n });
  });

  test('registers hold, reset and follow their conditions; a match takes its state', () => {
    const light = enumeration('RED', 'GREEN', 'AMBER');
    const crossing = new ModuleInterpreter(
      elaborate(
        module(
          'crossing',
          { next: input(bit), green: output(bit), count: output.reg(bits(4), { reset: 9 }) },
          (io, m) => {
            const r = m.regs({ light: { type: light, reset: light.RED } });
            m.when(io.next, () => {
              m.match(r.light, {
                RED: () => r.light.set(light.GREEN),
                GREEN: () => r.light.set(light.AMBER),
                AMBER: () => r.light.set(light.RED),
              });
              io.count.set(io.count.add(1));
            });
            io.green.set(r.light.eq(light.GREEN));
          },
        ),
      ),
    );
    const step = (next: bigint, reset = false): Record<string, bigint> => {
      crossing.set({ next });
      crossing.step({ reset });
      return run(crossing, { next });
    };
    expect(step(1n, true)).toEqual({ green: 0n, count: 9n });
    expect(step(1n)).toEqual({ green: 1n, count: 10n });
    expect(step(0n)).toEqual({ green: 1n, count: 10n });
    expect(step(1n)).toEqual({ green: 0n, count: 11n });
    expect(step(1n)).toEqual({ green: 0n, count: 12n });
  });

  test('connect joins bundles by direction, through instances', () => {
    const link = bundle({ data: bits(8), taken: flip(bit) });
    const inner = module('inner', { from: input(link), to: output(link) }, (io) => connect(io.from, io.to));
    const outer = new ModuleInterpreter(
      elaborate(
        module('outer', { from: input(link), to: output(link) }, (io, m) => {
          const { u } = m.instances({ u: inner });
          io.from.connect(u.from);
          u.to.connect(io.to);
        }),
      ),
    );
    expect(run(outer, { from_data: 5n, to_taken: 1n })).toEqual({ from_taken: 1n, to_data: 5n });
  });

  test('a record of an instance is set whole, as a literal, and field by field', () => {
    const header = record({ id: bits(4), length: bits(8) });
    const held = module('held', { d: input(header), q: output(bits(12)) }, (io) => io.q.set(pack(io.d)));
    const outer = new ModuleInterpreter(
      elaborate(
        module(
          'outer',
          {
            d: input(header),
            n: input(bits(8)),
            whole: output(bits(12)),
            written: output(bits(12)),
            parts: output(bits(12)),
          },
          (io, m) => {
            const u = m.instances({ first: held, second: held, third: held });
            u.first.d.set(io.d);
            u.second.d.set({ id: 5, length: io.n });
            u.third.d.set(io.d);
            u.third.d.length.set(io.n);
            io.whole.set(u.first.q);
            io.written.set(u.second.q);
            io.parts.set(u.third.q);
          },
        ),
      ),
    );
    const packed = (id: bigint, length: bigint): bigint => (length << 4n) | id;
    expect(run(outer, { d_id: 3n, d_length: 0x21n, n: 0x77n })).toEqual({
      whole: packed(3n, 0x21n),
      written: packed(5n, 0x77n),
      parts: packed(3n, 0x77n),
    });
  });

  test('ports are flattened by name, and laid out in words', () => {
    const wide = module(
      'wide',
      {
        s: input(stream(record({ id: bits(4), body: bits(40) }))),
        d: output(stream(bits(33))),
        seen: output.reg(bit, { reset: 0 }),
      },
      (io) => {
        connect(io.d, io.d);
        io.seen.set(io.s.fire());
      },
    );
    expect(() => elaborate(wide)).toThrow(/cannot connect/);
    const through = module(
      'through',
      { s: input(stream(record({ id: bits(4), body: bits(40) }))), seen: output.reg(bit, { reset: 0 }) },
      (io) => {
        io.s.ready.set(1);
        io.seen.set(io.s.fire());
      },
    );
    expect(portLayout(elaborate(through))).toEqual({
      inputs: [
        { name: 'aresetn', width: 1, word: 0, words: 1 },
        { name: 's_valid', width: 1, word: 1, words: 1 },
        { name: 's_id', width: 4, word: 2, words: 1 },
        { name: 's_body', width: 40, word: 3, words: 2 },
      ],
      outputs: [
        { name: 's_ready', width: 1, word: 0, words: 1 },
        { name: 'seen', width: 1, word: 1, words: 1 },
      ],
      inputWords: 5,
      outputWords: 2,
    });
  });

  test('properties report where control reaches them, outside reset', () => {
    const watched = new ModuleInterpreter(
      elaborate(
        module('watched', { go: input(bit), a: input(bits(4)) }, (io, m) => {
          m.when(io.go, () => m.assert(io.a.lt(8), 'small while going'));
          m.cover(all([io.go, io.a.isZero()]), 'going at zero');
          m.assume(any([io.go, io.a.isNonZero()]), 'never idle at zero');
        }),
      ),
    );
    const events = (go: bigint, a: bigint, reset = false): string[] => {
      watched.set({ go, a });
      return watched.step({ reset }).map(({ flavour, name }) => `${flavour} ${name}`);
    };
    expect(events(1n, 9n)).toEqual(['assert small while going']);
    expect(events(1n, 9n, true)).toEqual([]);
    expect(events(1n, 0n)).toEqual(['cover going at zero']);
    expect(events(0n, 0n)).toEqual(['assume never idle at zero']);
  });

  test('matchBits takes the branch of the value, a chain of conditions the first that holds', () => {
    const decoder = new ModuleInterpreter(
      elaborate(
        module(
          'decoder',
          { code: input(bits(3)), go: input(bit), size: output(bits(4)), chosen: output(bits(2)) },
          (io, m) => {
            m.matchBits(
              io.code,
              [
                [0, () => io.size.set(1)],
                [[1, 5], () => io.size.set(2)],
              ],
              () => io.size.set(8),
            );
            m.when(io.code.bit(2), () => io.chosen.set(3))
              .elseWhen(io.code.bit(1), () => io.chosen.set(2))
              .elseWhen(io.go, () => io.chosen.set(1))
              .otherwise(() => io.chosen.set(0));
          },
        ),
      ),
    );
    const table = Array.from({ length: 8 }, (_, code) => run(decoder, { code: BigInt(code), go: 1n }));
    expect(table.map(({ size }) => size)).toEqual([1n, 2n, 8n, 8n, 8n, 2n, 8n, 8n]);
    expect(table.map(({ chosen }) => chosen)).toEqual([1n, 1n, 2n, 2n, 3n, 3n, 3n, 3n]);
    expect(run(decoder, { code: 1n, go: 0n })).toEqual({ size: 2n, chosen: 0n });
  });

  test('states are compared one by one or many at once, and have the codes given', () => {
    const phase = enumeration({ OFF: 0, ON: 2, HOT: 5 }, 4);
    const lamp = new ModuleInterpreter(
      elaborate(
        module('lamp', { step: input(bit), lit: output(bit), code: output(bits(4)) }, (io, m) => {
          const r = m.regs({ phase: { type: phase, reset: phase.OFF } });
          m.match(r.phase, {
            OFF: () => m.when(io.step, () => r.phase.set(phase.ON)),
            otherwise: () => r.phase.set(mux(io.step, phase.HOT, phase.OFF)),
          });
          io.lit.set(r.phase.isAnyOf(phase.ON, phase.HOT));
          io.code.set(r.phase.asBits().extend(4));
        }),
      ),
    );
    const step = (value: bigint): Record<string, bigint> => {
      lamp.set({ step: value });
      lamp.step();
      return run(lamp, { step: value });
    };
    expect([step(0n), step(1n), step(1n), step(0n)]).toEqual([
      { lit: 0n, code: 0n },
      { lit: 1n, code: 2n },
      { lit: 1n, code: 5n },
      { lit: 0n, code: 0n },
    ]);
  });

  test('constants fold', () => {
    const folded = elaborate(
      module('folded', { y: output(bits(8)), z: output(bits(3)) }, (io) => {
        io.y.set(
          lit(8, 200)
            .add(lit(8, 100))
            .xor(constant(bits(8), 1)),
        );
        io.z.set(pack(zero(record({ a: bit, b: bits(2) }))));
      }),
    );
    expect(
      folded.body.map((statement) =>
        statement.kind === 'assign' && statement.value.kind === 'constant' ? statement.value.value : null,
      ),
    ).toEqual([45n, 0n]);
  });
});
