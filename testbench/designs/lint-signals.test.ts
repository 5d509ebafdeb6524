/** What the linters say of JavaScript's operators on signals, in a project of its own. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { lintDesign, lintProject } from './lint-signals.ts';

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
  ['if', 'm.when(io.go, () => { if (io.go) count += 1; });'],
  ['?:', 'm.when(io.go, () => { use(io.go ? 1 : 2); });'],
  ['filter(...)', 'use([io.go].filter((one) => one));'],
  ['some(...)', 'use([io.a, io.b].some((one) => one.eq(3)));'],
  ['Boolean(...)', 'use(Boolean(io.go));'],
  ['Number(...)', 'use(Number(io.a));'],
];

/** Past these TypeScript holds that the signal can be nothing at all. */
const past: readonly (readonly [first: string, second: string, code: string])[] = [
  ['if', 'if', 'if (io.go) return; if (io.go) use();'],
  ['if', '?:', 'm.when(io.a.eq(1), () => { if (io.go) return; use(io.go ? 1 : 2); });'],
];

const fine = [
  'const maybe: Bits<8> | undefined = count > 0 ? io.a : undefined; if (maybe === undefined || maybe != null) count += 1;',
  'use(count > 0 && io.a, null ?? io.b, count > 0 ? io.a : io.b);',
  'm.when(io.go, () => { count += 1; });',
  `if (io.a.width === io.b.width && !(count < 3)) text = \`\${io.a.width}\`;`,
  'use([1, 2].filter((one) => one > 1), [io.a, io.b].find((one) => one.width > 3));',
  'use(ports.a === ports.b, io.a.eq(io.b));',
];

const lint = (name: string, text: string) => {
  writeFileSync(join(folder, 'rtl', `${name}.ts`), text);
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions: { types: [] }, include: [`rtl/${name}.ts`] };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(config));
  return lintProject(join(folder, `${name}.json`)).map((finding) => ({
    ...finding,
    file: relative(folder, resolve(finding.file)),
  }));
};

test('finds each operator on signals, at its place, and says what to write', () => {
  const found = lint('traps', header + traps.map(([, code], index) => inModule(code, index)).join(''));
  expect(found.map(({ file, line, construct }) => [file, line, construct])).toEqual(
    traps.map(([construct], index) => ['rtl/traps.ts', lineOf(index), construct]),
  );
  expect(found[0]).toMatchObject({
    column: 7,
    message: '=== on a signal looks at the object, never at its bits: write .eq(...)',
  });
});

test('finds them past a question that TypeScript takes for answered', () => {
  const found = lint('past', header + past.map(([, , code], index) => inModule(code, index)).join(''));
  expect(found.map(({ line, construct }) => [line, construct])).toEqual(
    past.flatMap(([first, second], index) => [
      [lineOf(index), first],
      [lineOf(index), second],
    ]),
  );
});

test('finds numbers that do not fit the signal beside them', () => {
  const lines: readonly (readonly [code: string, said: RegExp | null])[] = [
    ['io.y.set(256);', /^set\(\.\.\.\) of 8 bits is given 256, which does not fit: write 0 to 255$/],
    ['io.y.set(255); use(io.a.bit(7), io.a.slice(7, 0), io.number.eq(-128));', null],
    ['use(io.a.bit(8));', /^bit\(\.\.\.\) of 8 bits names bit 8, which is not there: write 0 to 7$/],
    ['use(io.a.slice(8, 1));', /names bit 8/],
    [
      'use(io.number.add(128));',
      /^add\(\.\.\.\) of signed 8 bits is given 128, which does not fit: write -128 to 127$/,
    ],
    ['use(io.a.lt(-1), io.header.id.eq(15));', /^lt\(\.\.\.\) of 8 bits is given -1/],
    ['const loose: Bits = io.a; use(loose.bit(99), new Set([1]).add(300));', null],
  ];
  const found = lint('literals', header + lines.map(([code], index) => inModule(code, index)).join(''));
  const wanted = lines.flatMap(([, said], index) => (said === null ? [] : [{ line: lineOf(index), said }]));
  expect(found.map(({ line }) => line)).toEqual(wanted.map(({ line }) => line));
  for (const [index, { said }] of wanted.entries()) expect(found[index]?.message).toMatch(said);
});

test('leaves alone what asks for presence, for plain values and for shapes', () => {
  expect(lint('fine', header + fine.map(inModule).join(''))).toEqual([]);
});

test('says what is wrong with a project that it cannot read', () => {
  expect(() => lint('plain', 'export const three = 3;\n')).toThrow(
    'uses no signals: none of its files imports portcullis',
  );
  expect(() => lintProject(join(folder, 'missing.json'))).toThrow('missing.json: no such file or directory');
});

test('looks through a file by itself, and tells of wrong types, which hide signals', () => {
  const path = join(folder, 'alone.ts');
  writeFileSync(path, `${header}export const wrong: number = 'text';\n${inModule('if (io.go) use();', 0)}`);
  const found = lintDesign(path);
  expect(found.map(({ line, construct }) => [line, construct])).toEqual([
    [lineOf(0) - 1, 'TS2322'],
    [lineOf(0) + 1, 'if'],
  ]);
});

test('finds the package by its names where none is installed, and keeps the names of the project itself', () => {
  const own = join(folder, 'own');
  mkdirSync(join(own, 'library'), { recursive: true });
  const config = { compilerOptions: { strict: true, module: 'nodenext', paths: { '@mine/*': ['./library/*'] } } };
  writeFileSync(join(own, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(own, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(own, 'library', 'shapes.ts'),
    "import { bits } from 'portcullis/hdl';\nexport const byte = bits(8);\n",
  );
  const text = `import { input, module, output } from 'portcullis';
import { queue } from 'portcullis/parts';
import { byte } from '@mine/shapes.ts';
export const twice = module('twice', { a: input(byte), y: output(byte) }, (io) => {
  io.y.set(io.a === io.y ? 1 : 2);
});
export const parts = [queue];
`;
  writeFileSync(join(own, 'design.ts'), text);
  expect(lintDesign(join(own, 'design.ts')).map(({ line, construct, message }) => [line, construct, message])).toEqual([
    [5, '===', '=== on a signal looks at the object, never at its bits: write .eq(...)'],
  ]);
  // One that only refers to others leaves the file to one of these.
  writeFileSync(join(own, 'tsconfig.app.json'), JSON.stringify({ ...config, include: ['*.ts'] }));
  writeFileSync(
    join(own, 'tsconfig.json'),
    JSON.stringify({ files: [], references: [{ path: './tsconfig.app.json' }] }),
  );
  expect(lintDesign(join(own, 'design.ts')).map(({ line, construct }) => [line, construct])).toEqual([[5, '===']]);
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
