import { describe, expect, test } from 'vitest';
import { bit, bits, elaborate, type Inside, input, type ModuleBody, module, output, record, vector } from './index.ts';

const pair = record({ low: bits(4), high: bits(4) });
const ports = {
  go: input(bit),
  a: input(bits(4)),
  b: input(bits(4)),
  at: input(bits(2)),
  y: output(bits(4)),
  p: output(pair),
  v: output.reg(vector(bits(4), 4), { reset: 0 }),
};
const wire = module('wire_of_one', { x: input(bit), z: output(bit) }, (io) => io.z.set(io.x));
const made = (body: (io: Inside<typeof ports>, m: ModuleBody) => unknown) => () =>
  elaborate(
    module('drivers', ports, (io, m) => {
      body(io, m);
    }),
  );
const rest = (io: Inside<typeof ports>, but: 'y' | 'p' | 'v'): void => {
  if (but !== 'y') io.y.set(0);
  if (but !== 'p') io.p.set({ low: 0, high: 0 });
  if (but !== 'v') io.v.set([0, 0, 0, 0]);
};

describe('what is set in vain is refused, with both lines', () => {
  test.for<[string, string, () => void]>([
    ['a port set twice', 'y', made((io) => [rest(io, 'y'), io.y.set(io.a), io.y.set(io.b)])],
    [
      'with a condition between',
      'y',
      made((io, m) => [rest(io, 'y'), io.y.set(0), m.when(io.go, () => io.y.set(io.a)), io.y.set(io.b)]),
    ],
    ['in a loop', 'y', made((io) => [rest(io, 'y'), ...[0, 1].map((value) => io.y.set(value))])],
    [
      'within a branch',
      'v_0',
      made((io, m) => [
        rest(io, 'v'),
        m.when(io.go, () => {
          io.v.set([io.a, 0, 0, 0]);
          io.v.set([io.b, 0, 0, 0]);
        }),
      ]),
    ],
    ['a part, then the whole', 'y', made((io) => [rest(io, 'y'), io.y.bit(0).set(0), io.y.set(io.b)])],
    [
      'a record',
      'p_low',
      made((io) => [rest(io, 'p'), io.p.set({ low: 1, high: 2 }), io.p.set({ low: io.a, high: io.b })]),
    ],
    [
      'an element of a vector, then the whole',
      'v_2',
      made((io) => [rest(io, 'v'), io.v.get(2).set(io.a), io.v.set([0, 0, 0, 0])]),
    ],
    [
      'an input of an instance',
      'u_x',
      made((io, m) => {
        const { u } = m.instances({ u: wire });
        rest(io, 'y');
        u.x.set(io.go);
        u.x.set(0);
        io.y.set(0);
      }),
    ],
  ])('%s', ([, signal, faulty]) => {
    expect(faulty).toThrow(
      new RegExp(
        `^rtl/hdl/drivers.test.ts:\\d+:\\d+: error overridden: ${signal} is set here whatever happens.*\\n {2}set before: rtl/hdl/drivers.test.ts:\\d+`,
      ),
    );
  });
});

describe('what is set over a default is fine', () => {
  test.for<[string, () => void]>([
    ['a condition', made((io, m) => [rest(io, 'y'), io.y.set(0), m.when(io.go, () => io.y.set(io.a))])],
    [
      'two conditions',
      made((io, m) => [
        rest(io, 'y'),
        io.y.set(0),
        m.when(io.go, () => io.y.set(io.a)),
        m.when(io.a.bit(0), () => io.y.set(io.b)),
      ]),
    ],
    [
      'two branches',
      made((io, m) => [rest(io, 'y'), m.when(io.go, () => io.y.set(io.a)).otherwise(() => io.y.set(io.b))]),
    ],
    ['a field', made((io) => [rest(io, 'p'), io.p.set({ low: 0, high: 0 }), io.p.low.set(io.a)])],
    ['an element', made((io) => [rest(io, 'v'), io.v.set([0, 0, 0, 0]), io.v.get(1).set(io.a)])],
    ['an element that an index names', made((io) => [rest(io, 'v'), io.v.set([0, 0, 0, 0]), io.v.at(io.at).set(io.a)])],
    [
      'an element, of elements set in a loop',
      made((io) => [rest(io, 'v'), ...io.v.elements.map((one) => one.set(0)), io.v.get(1).set(io.a)]),
    ],
    ['a bit', made((io) => [rest(io, 'y'), io.y.set(0), io.y.bit(2).set(io.go)])],
    [
      'every bit, in a loop that a parameter bounds',
      made((io) => [rest(io, 'y'), io.y.set(io.a), ...[0, 1, 2, 3].map((index) => io.y.bit(index).set(io.go))]),
    ],
  ])('%s', ([, fine]) => {
    expect(fine).not.toThrow();
  });
});
