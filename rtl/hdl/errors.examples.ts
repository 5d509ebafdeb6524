import type { ErrorCode } from './error-catalogue.ts';
import {
  type Bits,
  bit,
  bits,
  blackBox,
  bundle,
  concat,
  connect,
  elaborate,
  enumeration,
  flip,
  type Inside,
  input,
  type ModuleBody,
  type ModuleDefinition,
  module,
  mux,
  observed,
  output,
  type Ports,
  record,
  signed,
  stream,
  vector,
} from './index.ts';

/** One faulty design for each error, as its author would write it. The reference page shows the text of each. */

const ports = { a: input(bits(8)), b: input(bits(16)), s: input(signed(8)), go: input(bit), out: output(bits(8)) };
type Io = Inside<typeof ports>;

const design = (body: (io: Io, m: ModuleBody) => void) => (): void => {
  elaborate(module('faulty', ports, body));
};

/** A width that the compiler does not know, as one that comes from a parameter. */
const of = (value: Bits): Bits => value;
const anything = (value: unknown): never => value as never;

/** As a module is marked that another copy made. */
const ofAnotherCopy = {
  fifo: anything({ name: 'fifo', ports: {}, [Symbol.for('portcullis.copy')]: { place: 'node_modules/other/hdl' } }),
};

export const state = enumeration('IDLE', 'BUSY');

export const examples: Record<ErrorCode, () => void> = {
  'width-mismatch': design((io) => {
    io.out.set(of(io.b));
  }),
  'sign-mismatch': design((io) => {
    io.out.set(io.a.add(anything(io.s)));
  }),
  'literal-out-of-range': design((io) => {
    io.out.set(io.a.add(256));
  }),
  'not-an-integer': design((io) => {
    io.out.set(1.5);
  }),
  'wrong-kind': design((io) => {
    io.out.set(mux(io.go, io.a, io.a.shiftLeft(anything('3'))));
  }),
  'another-copy': () => {
    const { fifo } = ofAnotherCopy;
    elaborate(module('faulty', ports, (_io, m) => m.instances({ fifo })));
  },
  'shape-mismatch': design((io, m) => {
    const w = m.wires({ header: { type: record({ id: bits(4), length: bits(8) }) } });
    w.header.set(anything({ id: 3 }));
    io.out.set(w.header.length);
  }),
  'condition-width': design((io, m) => {
    io.out.set(0);
    m.when(of(io.a), () => io.out.set(1));
  }),
  'slice-bounds': design((io) => {
    io.out.set(io.b.slice(16, 9));
  }),
  'bad-index': design((io, m) => {
    const w = m.wires({ lanes: { type: vector(bits(8), 4), default: 0 } });
    io.out.set(w.lanes.get(4));
  }),
  'bad-shift': design((io) => {
    io.out.set(io.a.shiftLeft(-1));
  }),
  'bad-width': () => {
    bits(0);
  },
  'bad-truncation': design((io) => {
    io.out.set(io.a.truncate(12).slice(7, 0));
  }),
  'no-width': design((io) => {
    io.out.set(mux(io.go, anything(1), anything(0)));
  }),
  'empty-list': design((io) => {
    io.out.set(of(concat()));
  }),
  'not-assignable': design((io) => {
    const sum: { set(value: Bits<8>): void } = anything(io.a.add(1));
    sum.set(io.a);
  }),
  'unknown-method': design((io) => {
    const lower: { trunkate(width: number): Bits<8> } = anything(io.b);
    io.out.set(lower.trunkate(8));
  }),
  assigned: design((io) => {
    Object.assign(io, { out: io.a });
  }),
  'used-as-javascript': design((io) => {
    io.out.set(Number(io.a) + 1);
  }),
  'bad-name': () => {
    elaborate(module('faulty', { 'data-in': input(bit) }, () => undefined));
  },
  'reserved-name': design((io, m) => {
    const r = m.regs({ case: { type: bits(8), reset: 0 } });
    io.out.set(r.case);
  }),
  'duplicate-name': () => {
    elaborate(module('faulty', { request: input(stream(bits(8))), request_valid: output(bit) }, () => undefined));
  },
  'bad-field-name': () => {
    record({ id: bits(4), set: bit });
  },
  'bad-enumeration': () => {
    enumeration({ IDLE: 1, BUSY: 1 });
  },
  'bad-depth': () => {
    vector(bits(8), 0);
  },
  'outside-module': () => {
    let escaped: { set(value: number): void } = { set: () => undefined };
    elaborate(
      module('faulty', { out: output(bits(8), { default: 0 }) }, (io) => {
        escaped = io.out;
      }),
    );
    escaped.set(1);
  },
  'foreign-signal': design((io, m) => {
    const inner = module('inner', { y: output(bits(8)) }, (own) => own.y.set(io.a));
    const { u } = m.instances({ u: inner });
    io.out.set(u.y);
  }),
  'unknown-signal': design((io, m) => {
    const inner = module('inner', { y: output.reg(bits(8), { reset: 0 }) }, (own) => own.y.set(own.y.add(1)));
    const { u } = m.instances({ u: observed(inner, { seen: 'x' }) });
    io.out.set(u.seen);
  }),
  'recursive-module': () => {
    const nest = (depth: number): ModuleDefinition<Ports> =>
      module('nest', { y: output(bit, { default: 0 }) }, (_io, m) => {
        m.instances({ inner: nest(depth + 1) });
      });
    elaborate(nest(0));
  },
  'async-body': design((io, m) => {
    io.out.set(0);
    m.when(
      io.go,
      anything(async () => io.out.set(1)),
    );
  }),
  'too-deep': design((io) => {
    let sum: Bits<8> = io.a;
    for (let times = 0; times < 600; times += 1) sum = sum.add(io.a);
    io.out.set(sum);
  }),
  'deep-branch': design((io, m) => {
    io.out.set(0);
    let chain = m.when(io.a.eq(0), () => io.out.set(1));
    for (let step = 1; step < 600; step += 1) chain = chain.elseWhen(io.a.eq(step % 256), () => io.out.set(1));
  }),
  'duplicate-module': design((io, m) => {
    const narrow = blackBox('vendor_cell', { y: output(bits(4)) });
    const wide = blackBox('vendor_cell', { y: output(bits(8)) });
    const u = m.instances({ narrow, wide });
    io.out.set(u.wide.y.xor(u.narrow.y.extend(8)));
  }),
  'late-branch': design((io, m) => {
    const chain = m.when(io.go, () => io.out.set(io.a));
    io.out.set(3);
    chain.otherwise(() => io.out.set(4));
  }),
  'duplicate-case': design((io, m) => {
    m.matchBits(
      io.a,
      [
        [1, () => io.out.set(1)],
        [[2, 1], () => io.out.set(2)],
      ],
      () => io.out.set(3),
    );
  }),
  'missing-state': design((io, m) => {
    const r = m.regs({ state: { type: state, reset: state.IDLE } });
    m.match(r.state, anything({ IDLE: () => io.out.set(0) }));
  }),
  'unknown-state': design((io, m) => {
    const r = m.regs({ state: { type: state, reset: state.IDLE } });
    m.match(r.state, anything({ IDLE: () => io.out.set(0), BUSY: () => io.out.set(1), DONE: () => io.out.set(2) }));
  }),
  'not-a-state': design((io, m) => {
    const phase = enumeration({ IDLE: 1, BUSY: 2 }, 2);
    const r = m.regs({ phase: { type: phase, reset: 0 } });
    io.out.set(r.phase.asBits().extend(8));
  }),
  'unknown-option': design((_, m) => {
    m.regs(anything({ count: { type: bits(8), rest: 5 } }));
  }),
  'missing-reset': design((io, m) => {
    const r = m.regs({ count: anything({ type: bits(8) }) });
    io.out.set(r.count);
  }),
  'not-constant': design((io, m) => {
    const r = m.regs({ count: { type: bits(8), reset: io.a } });
    io.out.set(r.count);
  }),
  'not-driven': design(() => undefined),
  latch: design((io, m) => {
    m.when(io.go, () => io.out.set(io.a));
  }),
  'multiply-driven': () => {
    const link = stream(bits(8));
    elaborate(
      module('faulty', { left: input(link), right: input(link), out: output(link) }, (io) => {
        connect(io.left, io.out);
        connect(io.right, io.out);
      }),
    );
  },
  overridden: design((io) => {
    io.out.set(io.a);
    io.out.set(io.a.not());
  }),
  'combinational-loop': design((io, m) => {
    const w = m.wires({ sum: { type: bits(8) } });
    w.sum.set(w.sum.add(io.a));
    io.out.set(w.sum);
  }),
  'bad-mask': design((io, m) => {
    const { words } = m.memories({ words: { type: bits(8), depth: 256 } });
    words.write(io.a, io.a, io.a.slice(2, 0));
    io.out.set(words.read(io.a));
  }),
  'rom-written': design((io, m) => {
    const { words } = m.roms({ words: { type: bits(8), contents: [1, 2, 3] } });
    const writable: { write(address: Bits, data: Bits): void } = anything(words);
    writable.write(io.a, io.a);
  }),
  'too-many-words': design((io, m) => {
    const { words } = m.roms({ words: { type: bits(8), depth: 2, contents: [1, 2, 3] } });
    io.out.set(words.read(io.a));
  }),
  'no-memory-contents': design((io, m) => {
    const { words } = m.roms({ words: { type: bits(8), contents: [] } });
    io.out.set(words.read(io.a));
  }),
  'cannot-connect': () => {
    const link = bundle({ data: bits(8), taken: flip(bit) });
    elaborate(module('faulty', { left: input(link), right: input(link) }, (io) => connect(io.left, io.right)));
  },
};
