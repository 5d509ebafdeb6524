/** What the linters say of JavaScript's operators on signals, in a project of its own. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'signals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'rtl'));

const header = `import { type Bits, bit, bits, enumeration, input, module, output, record, signed, stream, vector } from '${root}rtl/hdl/index.ts';
const state = enumeration('IDLE', 'BUSY');
let count = 0;
let text = '';
export const use = (...values: readonly unknown[]): number => values.length + count + text.length;
const ports = {
  a: input(bits(8)), b: input(bits(8)), go: input(bit), number: input(signed(8)), state: input(state),
  header: input(record({ id: bits(4) })), list: input(vector(bits(8), 2)), items: input(stream(bits(8))), y: output(bits(8)),
};
`;
const inModule = (line: string, index: number): string =>
  `export const t${index} = module('t${index}', ports, (io, m) => {\n  ${line}\n  use(io, m);\n});\n`;
/** The line in the file of what is in a module. */
const lineOf = (index: number): number => header.split('\n').length + 4 * index + 1;

const traps: readonly (readonly [construct: string, code: string])[] = [
  ['===', 'if (io.a === io.b) count += 1;'],
  ['!==', 'if (io.a !== io.b) count += 1;'],
  ['==', 'if (io.a == io.b) count += 1;'],
  ['!=', 'if (io.a != io.b) count += 1;'],
  ['<', 'if (io.a < io.b) count += 1;'],
  ['<=', 'if (io.number <= io.number) count += 1;'],
  ['>', 'if (io.a > io.b) count += 1;'],
  ['>=', 'if (io.a >= io.b) count += 1;'],
  ['===', 'if (io.state === state.IDLE) count += 1;'],
  ['===', 'if (io.header === io.header) count += 1;'],
  ['===', 'if (io.list === io.list) count += 1;'],
  ['===', 'if (io.items === io.items) count += 1;'],
  ['===', 'const { ram } = m.memories({ ram: { type: bits(8), depth: 4 } }); if (ram === ram) count += 1;'],
  ['===', 'const generic = <T extends Bits>(one: T) => one === one; use(generic);'],
  ['+', "text = 'a is ' + io.a;"],
  ['+=', 'text += io.a;'],
  ['&&', 'use(io.go && io.a);'],
  ['||', 'use(io.go || io.a);'],
  ['!', 'use(!io.go);'],
  ['?:', 'use(io.go ? 1 : 2);'],
  ['if', 'if (io.go) count += 1;'],
  ['if', 'const maybe: Bits<8> | undefined = count > 0 ? io.a : undefined; if (maybe) count += 1;'],
  ['while', 'while (io.go) count += 1;'],
  ['do ... while', 'do count += 1; while (io.go);'],
  ['for', 'for (; io.go; ) count += 1;'],
  ['switch', 'switch (io.state) { default: count += 1; }'],
  ['case', 'switch (count as unknown) { case io.state: count += 1; }'],
  ['a template', `use(\`\${io.a}\`);`],
  ['Boolean(...)', 'use(Boolean(io.go));'],
  ['Number(...)', 'use(Number(io.a));'],
];

const fine = [
  'const maybe: Bits<8> | undefined = count > 0 ? io.a : undefined; if (maybe === undefined || maybe != null) count += 1;',
  'use(count > 0 && io.a, null ?? io.b, count > 0 ? io.a : io.b);',
  'm.when(io.go, () => { count += 1; });',
  `if (io.a.width === io.b.width && !(count < 3)) text = \`\${io.a.width}\`;`,
  'use(ports.a === ports.b, io.a.eq(io.b));',
];

const lint = (name: string, text: string) => {
  writeFileSync(join(folder, 'rtl', `${name}.ts`), text);
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions: { types: [] }, include: [`rtl/${name}.ts`] };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(config));
  const script = join(root, '.tools', 'lint-signals.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, `${name}.json`], { cwd: folder, encoding: 'utf8' });
  // TypeScript's own server may say that it was stopped in the middle of its work.
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => line !== 'context canceled');
  return { status, lines };
};

test('finds each operator on signals, at its place, and says what to write', () => {
  const { status, lines } = lint('traps', header + traps.map(([, code], index) => inModule(code, index)).join(''));
  const said = lines.map((line) => /^rtl\/traps\.ts:(\d+):\d+: (.*?) on a signal looks/.exec(line)?.slice(1, 3));
  expect(said).toEqual(traps.map(([construct], index) => [`${lineOf(index)}`, construct]));
  expect(lines[0]).toBe(
    `rtl/traps.ts:${lineOf(0)}:7: === on a signal looks at the object, never at its bits: write .eq(...)`,
  );
  expect(status).toBe(1);
});

test('leaves alone what asks for presence, for plain values and for shapes', () => {
  expect(lint('fine', header + fine.map(inModule).join(''))).toEqual({ status: 0, lines: [''] });
});

test('says what is wrong with a project that it cannot read', () => {
  expect(lint('plain', 'export const three = 3;\n')).toEqual({
    status: 2,
    lines: [`lint-signals: ${join(folder, 'plain.json')} uses no signals: rtl/hdl is not among its files`],
  });
});

test('oxlint refuses a condition that is a signal, too', () => {
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  const own = join(folder, 'rtl', 'condition.ts');
  writeFileSync(own, header + inModule('if (io.go) count += 1;', 0));
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions: { types: [] }, include: ['rtl'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules', 'oxlint', 'bin', 'oxlint'), '--type-aware', '--format=unix', own],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(stdout).toContain('strict-boolean-expressions');
  expect(stdout).toContain(`condition.ts:${lineOf(0)}:7`);
  expect(status).toBe(1);
});
