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
  signed,
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

  test('memories are read before they are written, in lanes where masked; fetched words come a cycle later', () => {
    const store = new ModuleInterpreter(
      elaborate(
        module(
          'store',
          {
            address: input(bits(3)),
            data: input(bits(8)),
            mask: input(bits(2)),
            now: output(bits(8)),
            old: output(bits(8)),
            fresh: output(bits(8)),
          },
          (io, m) => {
            const { words, mirror } = m.memories({
              words: { type: bits(8), depth: 5, contents: [17n] },
              mirror: { type: bits(8), depth: 8, readDuringWrite: 'new' },
            });
            words.write(io.address, io.data, io.mask);
            mirror.write(io.address, io.data);
            io.now.set(words.read(io.address));
            io.old.set(words.fetch(io.address));
            io.fresh.set(mirror.fetch(io.address));
          },
        ),
      ),
    );
    const cycle = (inputs: Record<string, bigint>): Record<string, bigint> => {
      store.set(inputs);
      store.step();
      return run(store, inputs);
    };
    expect(run(store, { address: 0n, data: 0xabn, mask: 1n }).now).toBe(17n);
    expect(cycle({ address: 0n, data: 0xabn, mask: 1n })).toEqual({ now: 0x1bn, old: 17n, fresh: 0xabn });
    expect(cycle({ address: 6n, data: 1n, mask: 3n })).toEqual({ now: 0n, old: 0n, fresh: 1n });
  });

  test('a fetched word holds while it is not enabled, whatever is written meanwhile, also where it shows what is written in its cycle', () => {
    const inputs = { at: input(bits(2)), get: input(bit), to: input(bits(2)), word: input(bits(8)) };
    const store = new ModuleInterpreter(
      elaborate(
        module('store', { ...inputs, earlier: output(bits(8)), later: output(bits(8)) }, (io, m) => {
          const type = bits(8);
          const { first, second } = m.memories({
            first: { type, depth: 4, readDuringWrite: 'old' },
            second: { type, depth: 4, readDuringWrite: 'new' },
          });
          for (const words of [first, second]) words.write(io.to, io.word);
          io.earlier.set(first.fetch(io.at, io.get));
          io.later.set(second.fetch(io.at, io.get));
        }),
      ),
    );
    const cycle = (at: bigint, get: bigint, to: bigint, word: bigint): Record<string, bigint> => {
      store.set({ at, get, to, word });
      store.step();
      return run(store, { at, get, to, word });
    };
    cycle(3n, 0n, 1n, 5n);
    expect(cycle(1n, 1n, 1n, 6n)).toEqual({ earlier: 5n, later: 6n });
    expect(cycle(2n, 0n, 1n, 7n)).toEqual({ earlier: 5n, later: 6n });
    expect(cycle(2n, 0n, 1n, 8n)).toEqual({ earlier: 5n, later: 6n });
    expect(cycle(1n, 1n, 0n, 9n)).toEqual({ earlier: 8n, later: 8n });
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

  test('a ROM gives its words at once or a cycle later, holds while not enabled, and is zero past its end', () => {
    const table = new ModuleInterpreter(
      elaborate(
        module(
          'look_up',
          { at: input(bits(3)), go: input(bit), now: output(signed(6)), later: output(signed(6)) },
          (io, m) => {
            const { wave } = m.roms({ wave: { type: signed(6), contents: [0, 31, -32, 5, -1] } });
            io.now.set(wave.read(io.at));
            io.later.set(wave.fetch(io.at, io.go));
          },
        ),
      ),
    );
    const cycle = (at: bigint, go: bigint): Record<string, bigint> => {
      table.set({ at, go });
      table.step();
      return run(table, { at, go });
    };
    expect(cycle(2n, 1n)).toEqual({ now: -32n, later: -32n });
    expect(cycle(1n, 0n)).toEqual({ now: 31n, later: -32n });
    expect(cycle(4n, 1n)).toEqual({ now: -1n, later: -1n });
    expect(cycle(5n, 1n)).toEqual({ now: 0n, later: 0n });
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
