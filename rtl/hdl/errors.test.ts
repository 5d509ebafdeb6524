import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { catalogue, type ErrorCode } from './error-catalogue.ts';
import {
  type Bits,
  bit,
  bits,
  bundle,
  concat,
  connect,
  constant,
  type Diagnostic,
  ElaborationError,
  elaborate,
  enumeration,
  flip,
  type Inside,
  input,
  type ModuleBody,
  type ModuleDefinition,
  module,
  mux,
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
  elaborate(module('design', ports, body));
};

/** A width that the compiler does not know, as one that comes from a parameter. */
const of = (value: Bits): Bits => value;
const anything = (value: unknown): never => value as never;

const state = enumeration('IDLE', 'BUSY');

const examples: Record<ErrorCode, () => void> = {
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
  'used-as-javascript': design((io) => {
    io.out.set(Number(io.a) + 1);
  }),
  'bad-name': () => {
    elaborate(module('design', { 'data-in': input(bit) }, () => undefined));
  },
  'reserved-name': design((io, m) => {
    const r = m.regs({ case: { type: bits(8), reset: 0 } });
    io.out.set(r.case);
  }),
  'duplicate-name': () => {
    elaborate(module('design', { request: input(stream(bits(8))), request_valid: output(bit) }, () => undefined));
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
      module('design', { out: output(bits(8), { default: 0 }) }, (io) => {
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
  'recursive-module': () => {
    const nest = (depth: number): ModuleDefinition<Ports> =>
      module('nest', { y: output(bit, { default: 0 }) }, (_io, m) => {
        m.instances({ inner: nest(depth + 1) });
      });
    elaborate(nest(0));
  },
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
      module('design', { left: input(link), right: input(link), out: output(link) }, (io) => {
        connect(io.left, io.out);
        connect(io.right, io.out);
      }),
    );
  },
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
  'no-memory-contents': design((io, m) => {
    const { words } = m.roms({ words: { type: bits(8), contents: [] } });
    io.out.set(words.read(io.a));
  }),
  'cannot-connect': () => {
    const link = bundle({ data: bits(8), taken: flip(bit) });
    elaborate(module('design', { left: input(link), right: input(link) }, (io) => connect(io.left, io.right)));
  },
};

const diagnosticsOf = (example: () => void): readonly Diagnostic[] => {
  try {
    example();
  } catch (error) {
    if (error instanceof ElaborationError) return error.diagnostics;
    throw error;
  }
  return [];
};

const ownPath = fileURLToPath(import.meta.url);
const source = readFileSync(ownPath, 'utf8').split('\n');

/** The lines of an example, from its key to the line that closes it. */
const linesOf = (code: string): { first: number; last: number } => {
  const first = source.findIndex((line) => line.startsWith(`  '${code}':`) || line.startsWith(`  ${code}:`));
  const last = source.findIndex(
    (line, index) => index >= first && (/^ {2}\}\)?,$/.test(line) || (index === first && line.endsWith('),'))),
  );
  return { first, last };
};

const textOf = (code: string): string[] => {
  const { first, last } = linesOf(code);
  const indented =
    first === last
      ? [`    ${(source[first] ?? '').replace(/^.*?: /, '').replace(/,$/, '')}`]
      : source.slice(first + 1, last);
  return indented.map((line) => line.slice(4).replaceAll(/\b(?:of|anything)\(((?:[^()]|\([^()]*\))*)\)/g, '$1'));
};

const codes = Object.keys(catalogue) as ErrorCode[];

describe('each error', () => {
  test.for(codes)('%s is found on its line, with a remedy', (code) => {
    const [diagnostic] = diagnosticsOf(examples[code]);
    expect(diagnostic?.code).toBe(code);
    expect(diagnostic?.message).not.toBe('');
    expect(diagnostic?.remedy).not.toBe('');
    const { first, last } = linesOf(code);
    expect(diagnostic?.location.file).toBe('rtl/hdl/errors.test.ts');
    // Ports are declared with the module, and so is what is wrong with them.
    const declaredOutside = ['not-driven', 'latch'].includes(code);
    const line = diagnostic?.location.line ?? 0;
    expect(declaredOutside || (line > first && line <= last + 1), `line ${line} of ${first + 1} to ${last + 1}`).toBe(
      true,
    );
  });

  test('stands in the reference page as it is', async () => {
    const sections = codes.map((code) => {
      const [diagnostic] = diagnosticsOf(examples[code]);
      const related = diagnostic?.related.map(({ note }) => `(and the line: ${note})`) ?? [];
      return [
        `## \`${code}\``,
        '',
        catalogue[code].rule,
        '',
        '```ts',
        ...textOf(code),
        '```',
        '',
        '```text',
        `${diagnostic?.message}`,
        ...related,
        `${diagnostic?.remedy}`,
        '```',
        '',
      ].join('\n');
    });
    const head = [
      '# The errors of the hardware language',
      '',
      'Written by `rtl/hdl/errors.test.ts` from the error catalogue. Each message is preceded by the file, line and column of the TypeScript at fault.',
      'Most of these are found in the editor as well, where the widths are known to the compiler.',
      '',
      'Two mistakes cannot be found when a design runs, because JavaScript gives no way to: `if (signal)` and `signal === other`.',
      'A signal is an object, so the first always holds and the second compares identities. Write `m.when` and `.eq()`; the linter',
      'rules on constant conditions find most of the first.',
      '',
    ];
    await expect([...head, ...sections].join('\n')).toMatchFileSnapshot('../../docs/language/errors.md');
  });
});

test('a message gives the place, the signals, the other place and the remedy', () => {
  let message = '';
  try {
    examples['multiply-driven']();
  } catch (error) {
    message = String(error);
  }
  expect(message.replaceAll(/:\d+:\d+/g, ':LINE:COLUMN')).toMatchInlineSnapshot(`
    "ElaborationError: rtl/hdl/errors.test.ts:LINE:COLUMN: error multiply-driven: out_valid is driven by connect() and again elsewhere
      the other driver: rtl/hdl/errors.test.ts:LINE:COLUMN
      keep one of the two drivers, or choose between them with mux()"
  `);
});

test('a constant may be given for any shape', () => {
  expect(constant(state, state.BUSY)).toBeDefined();
});
