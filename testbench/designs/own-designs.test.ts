/** The command line on files of the user's own: what it does with sound ones, and what it says of the others. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { main } from '../../portcullis.ts';
import { commandRunner, jsonOf } from '../commands/run-command.ts';
import { projectRoot } from '../commands/version.ts';

const runCommand = commandRunner(main);

const folder = relative(process.cwd(), join(projectRoot(), 'build', 'own-designs'));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

writeFileSync(join(folder, 'package.json'), '{ "name": "@mine/hardware", "version": "2.1.0" }');

const counter = file(
  'counter.ts',
  `import { bit, bits, input, module, output } from 'portcullis';
import { parameterised } from 'portcullis/parts';

export const counter = parameterised(
  { width: { kind: 'integer', minimum: 2, maximum: 16, default: 4, description: 'Bits of the count' } },
  (p) =>
    module('counter', { enable: input(bit), count: output.reg(bits(p.width), { reset: 0 }) }, (io, m) => {
      m.when(io.enable, () => io.count.set(io.count.add(1)));
      m.assert(io.count.ne(5), 'it never comes to five');
    }),
);
`,
);

test('generate writes a module of a file, at its parameters, with a core of its own package', async () => {
  const out = join(folder, 'out');
  const run = await runCommand('generate', counter, '--set', 'width=7', '--out', out, '--json');
  expect(run).toMatchObject({ code: 0, error: '' });
  expect(jsonOf(run)).toEqual({
    files: [
      { path: join(out, 'counter.v'), block: 'counter', kind: 'verilog' },
      { path: join(out, 'counter.core'), block: 'counter', kind: 'fusesoc' },
    ],
  });
  expect(readFileSync(join(out, 'counter.v'), 'utf8')).toContain('output reg  [6:0] count');
  expect(readFileSync(join(out, 'counter.v'), 'utf8')).not.toContain('`line');
  await runCommand('generate', counter, '--lines', '--out', join(folder, 'lines'));
  expect(readFileSync(join(folder, 'lines', 'counter.v'), 'utf8')).toContain('`line 8 "counter.ts"');
  const core = readFileSync(join(out, 'counter.core'), 'utf8');
  expect(core).toContain(
    'name: mine_hardware:designs:counter:2.1.0\ndescription: "counter, from counter.ts (width=7)"',
  );
});

test('check finds the assertion that random inputs break, and its report runs again', async () => {
  const words = ['check', counter, '--cycles', '2000', '--ways', 'rtl,verilog'];
  const run = await runCommand(...words, '--json');
  expect(run.code).toBe(1);
  const [row] = jsonOf(run) as {
    block: string;
    parameters: object;
    ways: string[];
    differences: { command: string; message: string }[];
  }[];
  expect(row).toMatchObject({ block: 'counter', parameters: { width: 4 }, ways: ['rtl', 'verilog'] });
  const [difference] = row?.differences ?? [];
  expect(difference?.message).toMatch(/assertion 'it never comes to five' failed, declared at .*counter\.ts:9/);
  const again = (difference?.command ?? '').split(' check ')[1]?.split(' ') ?? [];
  expect(again.slice(0, 3)).toEqual([counter, '--set', 'width=4']);
  expect((await runCommand('check', ...again)).code).toBe(1);
  const plain = file(
    'plain.ts',
    `import { bit, input, module, output } from 'portcullis';
export default module('inverter', { a: input(bit), y: output(bit) }, (io, m) => {
  m.assume(io.a, 'always high');
  m.assert(io.a, 'what assumptions give');
  io.y.set(io.a.not());
});
`,
  );
  const fine = await runCommand('check', plain, '--cycles', '200', '--ways', 'rtl,verilog');
  expect(fine.out).toMatch(/^inverter: rtl = verilog, \d+ cycles, seed 1: no difference\n$/);
  expect(fine.code).toBe(0);
});

test('wave drives inputs as it is told, and stops where an assertion fails', async () => {
  const out = join(folder, 'counter.vcd');
  const run = await runCommand('wave', counter, '--drive', 'enable=1,1,0,1', '--show', '10', '--out', out);
  expect(run.out).toMatchInlineSnapshot(`
    "cycle   0         5
    count   │0  │1│2  │3│4│5
    enable  ▁▁╱▔▔▔╲▁╱▔▔▔▔▔▔▔

    cycle 7: assertion 'it never comes to five' failed, declared at counter.ts:9

    build/own-designs/counter.vcd: 2 signals, 8 cycles
    "
  `);
  expect(run.code).toBe(1);
  expect(readFileSync(out, 'utf8')).toContain('$enddefinitions');
});

test('prove proves the assertions of a file, and leaves a test of what fails', async () => {
  const run = await runCommand('prove', counter, '--set', 'width=3', '--json');
  expect(run.code).toBe(1);
  const [row] = jsonOf(run) as { property: string; verdict: string; source: string; files: { test: string } }[];
  expect(row).toMatchObject({ property: 'it never comes to five', verdict: 'failed', source: 'counter.ts:9' });
  const text = readFileSync(row?.files.test ?? '', 'utf8');
  expect(text).toContain("import { counter as design } from '../own-designs/counter.ts';");
  expect(text).toContain('replayTrace(elaborate(design({"width":3})), trace)');
  expect((await runCommand('prove', join(folder, 'plain.ts'), '--property', 'what')).error).toMatch(
    /no property 'what'.*what assumptions give/,
  );
});

test('the language may be imported by its path, and is the one copy that the command has', async () => {
  const hdl = join(projectRoot(), 'rtl', 'hdl', 'index.ts');
  const places = { absolute: hdl, url: pathToFileURL(hdl).href, relative: `./${relative(folder, hdl)}` };
  for (const [name, place] of Object.entries(places)) {
    const path = file(
      `${name}.ts`,
      `import { bit, input, module, output } from '${place}';\nimport { queue } from 'portcullis/parts';\nexport const a = module('a', { x: input(bit), y: output(bit) }, (io, m) => {\n  io.y.set(io.x);\n  void [m, queue];\n});\n`,
    );
    const run = await runCommand('generate', path, '--out', join(folder, 'by-path'));
    expect(run, name).toMatchObject({ code: 0, error: '' });
  }
});

test('what another copy of the language made is told from what is no module', async () => {
  cpSync(join(projectRoot(), 'rtl', 'hdl'), join(folder, 'other', 'rtl', 'hdl'), { recursive: true });
  const theirs =
    "import { bit, bits, input as inputOfTheirs, module as moduleOfTheirs, output as outputOfTheirs } from './other/rtl/hdl/index.ts';\n";
  const part = `${theirs}export const part = moduleOfTheirs('part', { y: outputOfTheirs(bit) }, (io) => io.y.set(1));\n`;
  const ours = "import { input, module, output } from 'portcullis';\n";
  const held = `export const whole = module('whole', {}, (_, m) => m.instances({ part: part as never }));\n`;
  const designs: readonly (readonly [name: string, text: string, line: number])[] = [
    ['theirs', part, 1],
    ['held', `${part.replace('export const part', 'const part')}${ours}${held}`, 4],
    [
      'shape',
      `${theirs}${ours}export const a = module('a', { x: input(bits(2) as never), y: output(bit as never) }, () => {});\n`,
      3,
    ],
  ];
  for (const [name, text, line] of designs) {
    const run = await runCommand(
      'generate',
      file(`${name}-copy.ts`, `${text}void inputOfTheirs;\n`),
      '--out',
      join(folder, 'copy'),
    );
    expect(run, name).toMatchObject({ code: 2, out: '' });
    expect(run.error, name).toMatch(
      /error another-copy: .* was given what another copy of the language made, the one in \/.*other\/rtl\/hdl\n {2}write import \{ \.\.\. \} from 'portcullis' in every file/,
    );
    expect(run.error, name).toContain(`${name}-copy.ts:${line}:`);
  }
});

const source = (name: string, text: string): string => file(`${name}.ts`, text);
const inverter = (name: string): string =>
  `export const ${name} = module('${name}', { a: input(bit), y: output(bit) }, (io) => io.y.set(io.a.not()));\n`;
const language = "import { bit, bits, input, module, output } from 'portcullis';\n";

const two = source('two', language + inverter('one') + inverter('other'));

/** Words after `generate`, and what the line that refuses them has to say. */
const refused: readonly (readonly [words: readonly string[], said: RegExp])[] = [
  [
    [source('syntax', "export const a = module('a', {, () => {});")],
    /syntax\.ts:1:31: Expected identifier but found ","/,
  ],
  [
    [source('export', "import { modul } from 'portcullis';\nexport const a = modul;")],
    /export\.ts:1:10: No matching export in 'portcullis' for import "modul"/,
  ],
  [
    [source('part', "export { a } from 'portcullis/part';")],
    /part\.ts:1:19: There is no 'portcullis\/part' .*Did you mean 'portcullis\/parts'/,
  ],
  [[source('nowhere', "export { a } from './gone.ts';")], /nowhere\.ts:1:19: Could not resolve "\.\/gone\.ts"/],
  [
    [source('package', "import { a } from 'no-such-package';\nexport const b = a;")],
    /package\.ts: Cannot find package 'no-such-package' imported from .*package\.ts\n/,
  ],
  [[source('json', "const table = 1;\nexport const a = JSON.parse('[1, 2') + table;")], /json\.ts:2:23: SyntaxError: /],
  [[source('throws', "throw 'a text';")], /throws\.ts: it throws a text/],
  [
    [
      source(
        'body',
        `${language}const none: { bits: number }[] = [];\nexport const a = module('a', { a: input(bit), y: output(bits(8)) }, (io) => {\n  io.y.set(io.a.extend(none[0]!.bits));\n});`,
      ),
    ],
    /body\.ts:4:33: TypeError: Cannot read properties of undefined/,
  ],
  [
    [
      source(
        'width',
        `${language}export const a = module('a', { a: input(bits(8)), y: output(bits<number>(4)) }, (io) => {\n  io.y.set(io.a);\n});`,
      ),
    ],
    /^portcullis: build\/own-designs\/width\.ts:3:8: error width-mismatch: .*\n {2}write /,
  ],
  [
    [
      source(
        'twice',
        `${language}export const a = module('a', { x: input(bits(2)), y: output(bit) }, (io) => {\n  io.y.set(0);\n  io.y.set(io.x.bit(0));\n});`,
      ),
    ],
    /^portcullis: build\/own-designs\/twice\.ts:4:8: error overridden: .*\n {2}set before: build\/own-designs\/twice\.ts:3:8\n {2}keep /,
  ],
  [
    [
      source(
        'method',
        `${language}export const a = module('a', { x: input(bits(8)), y: output(bits(4)) }, (io) => {\n  io.y.set((io.x as any).trunkate(4));\n});`,
      ),
    ],
    /^portcullis: build\/own-designs\/method\.ts:3:\d+: error unknown-method: x has no method trunkate\n {2}did you mean \.truncate\(\.\.\.\)\?\n$/,
  ],
  [[source('none', 'export const three = 3;')], /none\.ts exports no module; write export const/],
  [[source('number', 'export const three = () => 3;')], /number\.ts: three gives no module but number/],
  [[source('late', 'export const three = async () => 3;')], /late\.ts: three gives no module but a promise/],
  [
    [
      source(
        'plainly',
        `${language}export const a = (p: { width: number }) => module('a', { a: input(bits(p.width)), y: output(bit) }, (io) => io.y.set(io.a.bit(0)));`,
      ),
    ],
    /plainly\.ts:2:\d+: TypeError: .*\n {2}it was called with what --set gives; give a all of its parameters/,
  ],
  [[two], /two\.ts exports one, other; say which with --module one/],
  [[two, '--module', 'othre'], /two\.ts exports no module 'othre'\. Did you mean 'other'\?/],
  [
    [two, '--module', 'one', '--set', 'width=1'],
    /one is a module without parameters, so that there is no 'width' to set/,
  ],
  [
    [counter, '--set', 'width=1'],
    /'width' of counter is 1, but it must be an integer from 2 to 16; the nearest allowed value is 2/,
  ],
  [[counter, '--set', 'widht=3'], /counter has no parameter 'widht'.*did you mean 'width'/],
  [[join(folder, 'gone.ts')], /gone\.ts: no such file or directory/],
  [['--module', 'one'], /--module one names a module of a file of yours; name the file as well/],
];

test.for(refused)('generate %j is refused in a few words', async ([words, said]) => {
  const run = await runCommand('generate', ...words, '--out', join(folder, 'refused'));
  expect(run).toMatchObject({ code: 2, out: '' });
  expect(run.error).toMatch(said);
  expect(run.error).not.toMatch(/^ {4}at /m);
  expect(readdirSync(folder)).not.toContain('refused');
});

const trapped = (body: string): string =>
  `${language}export const a = module('a', { x: input(bits(8)), y: output(bits(8)) }, (io, m) => {\n  m.when(io.x.eq(9), () => {});\n  io.y.set(0);\n  ${body}\n});`;
const condition = 'write m.when(...) for what is set, or mux(condition, a, b) for a value';

/** What would run, exit with 0, and make another circuit than the one that was meant. */
const silent: readonly (readonly [body: string, construct: string, column: number, remedy: string])[] = [
  ['if (io.x.eq(3)) m.when(io.x.bit(1), () => io.y.set(1));', 'if', 3, condition],
  ['m.when((io.x.eq(3) && io.x.bit(1)) as never, () => io.y.set(1));', '&&', 11, 'write .and(...)'],
  ['m.when((!io.x.bit(1)) as never, () => io.y.set(1));', '!', 11, 'write .not()'],
  ['m.when(io.x.bit(1), () => io.y.set(io.x === io.y ? 1 : 2));', '===', 38, 'write .eq(...)'],
  [
    'const most = (io as { limit?: typeof io.x }).limit; if (most) io.y.set(1);',
    'if',
    55,
    `${condition}; to ask whether it is there, write !== undefined`,
  ],
];

test.for([...silent.entries()])("JavaScript's operators on signals stop a command: %j", async ([index, trap]) => {
  const [body, construct, column, remedy] = trap;
  const path = source(`trap${index}`, trapped(body));
  const run = await runCommand('generate', path, '--out', join(folder, 'trapped'), '--json');
  expect(run).toEqual({
    code: 2,
    out: '',
    error: `portcullis: ${path}:5:${column}: ${construct} on a signal looks at the object, never at its bits: ${remedy}\n`,
  });
  expect(readdirSync(folder)).not.toContain('trapped');
});

test('every verb that takes a file stops at them, in what the file imports and in plain JavaScript too', async () => {
  const part = source('part-with-trap', trapped('if (io.x.bit(0)) io.y.set(1);').replace('a = ', 'part = '));
  const whole = source('whole', "import { part } from './part-with-trap.ts';\nexport const whole = part;\n");
  const script = file('plain.mjs', trapped('if (io.x.bit(0)) io.y.set(1);'));
  for (const verb of ['generate', 'check', 'prove', 'synth', 'wave']) {
    const run = await runCommand(verb, whole);
    expect(run, verb).toMatchObject({ code: 2, out: '' });
    expect(run.error, verb).toContain(`portcullis: ${part}:5:3: if on a signal looks at the object`);
  }
  expect((await runCommand('generate', script)).error).toContain(`${script}:5:3: if on a signal looks at the object`);
});

test('other verbs refuse what does not go with a file', async () => {
  const said = async (...words: readonly string[]): Promise<string> => {
    const run = await runCommand(...words);
    expect(run.code).toBe(2);
    return run.error;
  };
  expect(await said('wave', counter, '--drive', 'enabel=1')).toMatch(
    /no input\. Did you mean 'enable'\? Inputs: aresetn, enable/,
  );
  expect(await said('wave', counter, '--drive', 'enable=2')).toMatch(
    /--drive enable= takes whole numbers from 0 to 1, not '2'/,
  );
  expect(await said('wave', counter, '--drive', 'enable=1,,0')).toMatch(
    /--drive enable= has an empty value; leave out one comma, or write 0/,
  );
  expect(await said('wave', 'packet_unit', '--drive', 'enable=2')).toMatch(/--drive is for files of your own/);
  expect(await said('prove', 'buffer', '--set', 'entries=2')).toMatch(/--set is for files of your own/);
  expect(await said('prove', two, '--module', 'one')).toMatch(/nothing to prove: one has no m\.assert/);
  expect(await said('check', counter, '--ways', 'model,rtl')).toMatch(/counter has no model/);
});
