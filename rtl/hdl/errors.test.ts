import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { catalogue, type ErrorCode } from './error-catalogue.ts';
import { examples, state } from './errors.examples.ts';
import { constant, type Diagnostic, ElaborationError } from './index.ts';

const diagnosticsOf = (example: () => void): readonly Diagnostic[] => {
  try {
    example();
  } catch (error) {
    if (error instanceof ElaborationError) return error.diagnostics;
    throw error;
  }
  return [];
};

const examplesPath = fileURLToPath(new URL('./errors.examples.ts', import.meta.url));
const source = readFileSync(examplesPath, 'utf8').split('\n');

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
    expect(diagnostic?.location.file).toBe('rtl/hdl/errors.examples.ts');
    const line = diagnostic?.location.line ?? 0;
    // What is wrong with a port stands where the port is declared, which these examples share.
    if (code === 'not-driven' || code === 'latch') expect(source[line - 1]).toContain('const ports = {');
    else expect(line > first && line <= last + 1, `line ${line} of ${first + 1} to ${last + 1}`).toBe(true);
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
      'Written by `rtl/hdl/errors.test.ts` from the error catalogue and `rtl/hdl/errors.examples.ts`. Each message is preceded by the file, line and column of the TypeScript at fault.',
      'Most of these are found in the editor as well, where the widths are known to the compiler.',
      '',
      "JavaScript's own operators look at the object that a signal is, never at its bits, and there is no way to refuse most of them when a design runs: `if (signal)`",
      'always holds, `signal === other` compares identities. `portcullis lint`, a step of `npm run lint`, finds them by the types of their operands, with file,',
      'line, column and what to write. Commands that take a file of your own look for them first, and stop. `npx portcullis lint` looks through a project, and `npx portcullis lint FILE.ts` tells of errors in types as well.',
      '',
      '| on a signal | write |',
      '| --- | --- |',
      '| `===`, `!==`, `<`, `<=`, `>`, `>=` | `.eq()`, `.ne()`, `.lt()`, `.le()`, `.gt()`, `.ge()` |',
      '| `&&`, `\\|\\|`, `!` | `.and()`, `.or()`, `.not()` |',
      '| `if`, `while`, `for`, `?:` | `m.when()` for what is set, `mux()` for a value |',
      '| `switch` | `m.match()` for an enumeration, `m.matchBits()` for bits |',
      '| `+` | `.add()`, `concat()` |',
      '| a template text, `Number(signal)`, `Boolean(signal)` | an operation of signals: there is no value yet |',
      '',
      'Comparing with `undefined` or `null` is fine. The editor refuses the other arithmetic operators; `+`, `<` and texts are refused when the design runs too (`used-as-javascript`).',
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
    "ElaborationError: rtl/hdl/errors.examples.ts:LINE:COLUMN: error multiply-driven: out_valid is driven by connect() and again elsewhere
      the other driver: rtl/hdl/errors.examples.ts:LINE:COLUMN
      keep one of the two drivers, or choose between them with mux()"
  `);
});

test('a constant may be given for any shape', () => {
  expect(constant(state, state.BUSY)).toBeDefined();
});
