/**
 * The guide to designs of one's own cannot rot: its files are written, its commands are run, and what they print is what it shows. `PORTCULLIS_WRITE_GUIDES=1` writes
 * that anew. What takes Yosys long is left to thorough runs, and to that. A thorough run does as a newcomer does: it packs the package, installs it in an empty directory, and runs every command there as a process.
 */
import { execSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../portcullis.ts';
import { commandRunner } from '../commands/run-command.ts';
import { projectRoot } from '../commands/version.ts';

const runCommand = commandRunner(main);

const root = projectRoot();
const page = join(root, 'docs', 'your-own-design.md');

interface Block {
  readonly language: string;
  readonly body: string;
  /** The file that the words before it name. */
  readonly file: string | null;
}

const blocksOf = (text: string): readonly Block[] =>
  [...text.matchAll(/(This is `([\w.]+)`:\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, , file, language = '', body = '']) => ({ language, body, file: file ?? null }),
  );

/** Without what differs from run to run: seconds, and blanks that depend on them. */
const steady = (text: string): string =>
  text
    .replaceAll(/ +\d+\.\d$/gm, ' S')
    .replaceAll(/ +seconds$/gm, ' seconds')
    .replaceAll(/ -+$/gm, ' -');

const applied = (text: string, difference: string): string => {
  const lines = (mark: string): string =>
    difference
      .split('\n')
      .filter((line) => line.startsWith(mark))
      .map((line) => line.slice(1))
      .join('\n');
  if (!text.includes(lines('-')))
    throw new Error(`the guide's difference is of lines that are not there: ${lines('-')}`);
  return text.replace(lines('-'), lines('+'));
};

/**
 * Goes through the guide in a folder: writes its files, and has each of its commands run.
 * @param run gives what the command printed, or null where it did not run or that is not looked at
 * @returns for each block of commands of ours what they printed, null where they did not run; and the Verilog that was written
 */
const follow = async (
  text: string,
  folder: string,
  run: (command: string) => Promise<string | null>,
): Promise<{ readonly printed: readonly (string | null)[]; readonly verilog: string }> => {
  const printed: (string | null)[] = [];
  for (const { language, body, file } of blocksOf(text)) {
    if (file !== null) writeFileSync(join(folder, file), body);
    if (language === 'diff') {
      const path = join(folder, 'pacer.ts');
      writeFileSync(path, applied(readFileSync(path, 'utf8'), body));
    }
    if (language !== 'sh') continue;
    const answers: string[] = [];
    for (const command of body.trim().split('\n')) {
      const answer = await run(command);
      if (answer !== null) answers.push(answer);
    }
    if (body.includes('npx portcullis')) printed.push(answers.length > 0 ? answers.join('\n') : null);
  }
  const whole = readFileSync(join(folder, 'verilog', 'pacer.v'), 'utf8');
  return { printed, verilog: whole.slice(whole.indexOf('module '), whole.indexOf('endmodule') + 10) };
};

const shown = (text: string, language: string): readonly string[] =>
  blocksOf(text)
    .filter((block) => block.language === language)
    .map(({ body }) => body);

test('the guide shows what its commands print', async () => {
  const text = readFileSync(page, 'utf8');
  const folder = join(root, 'build', 'guides', 'pacer');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "pacer", "version": "1.0.0", "type": "module" }');
  const before = process.cwd();
  const writing = process.env.PORTCULLIS_WRITE_GUIDES === '1';
  process.chdir(folder);
  try {
    const { printed, verilog } = await follow(text, folder, async (command) => {
      const words = /^npx portcullis (.*)$/.exec(command)?.[1]?.split(' ') ?? [];
      // Types are the business of what follows, in which they are looked for in the project's sources.
      if (words[0] === 'lint') return 'pacer.ts: nothing found\n';
      if (words.length === 0 || (!writing && /prove|check|synth/.test(words[0] ?? ''))) return null;
      return (await runCommand(...words)).out;
    });
    if (writing) {
      const texts = [...printed];
      const written = text
        .replaceAll(/^```text\n[\s\S]*?^```$/gm, () => `\`\`\`text\n${texts.shift()}\`\`\``)
        .replaceAll(/^```verilog\n[\s\S]*?^```$/gm, () => `\`\`\`verilog\n${verilog}\`\`\``);
      writeFileSync(page, written);
      return;
    }
    const texts = shown(text, 'text');
    expect(texts.map(steady)).toEqual(printed.map((one, index) => steady(one ?? texts[index] ?? '')));
    expect(shown(text, 'verilog')).toEqual([verilog]);
  } finally {
    process.chdir(before);
  }
  const sources = {
    portcullis: ['designs/index.ts'],
    'portcullis/testing': ['waves/matcher.ts'],
    'portcullis/waves': ['waves/index.ts'],
  };
  const paths = Object.fromEntries(
    Object.entries(sources).map(([name, files]) => [name, files.map((file) => join(root, 'testbench', file))]),
  );
  // The project's own rules, since its sources are among the files: stricter than those of the guide.
  const extended = join(root, 'tsconfig.json');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: extended, compilerOptions: { paths }, include: ['*.ts'] }),
  );
  const tsc = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), [], { cwd: folder, encoding: 'utf8' });
  expect(tsc.stdout).toBe('');
});

test.runIf(process.env.PORTCULLIS_THOROUGH === '1')(
  'the package, installed in an empty directory, does all that',
  async () => {
    const text = readFileSync(page, 'utf8');
    const folder = mkdtempSync(join(tmpdir(), 'portcullis-newcomer-'));
    try {
      const packed = execSync(`npm pack --silent --pack-destination ${folder}`, { cwd: root, encoding: 'utf8' });
      const tarball = join(folder, packed.trim().split('\n').at(-1) ?? '');
      const own = join(folder, 'pacer');
      const failing: string[] = [];
      const { printed, verilog } = await follow(text, own, async (command) => {
        const real = command.replace(
          /^npm install portcullis$/,
          `npm install --prefer-offline ${tarball} && npm pkg set type=module`,
        );
        const cwd = command.startsWith('mkdir') ? folder : own;
        const run = spawnSync(real, { cwd, shell: true, encoding: 'utf8', env: { ...process.env, CI: '' } });
        if (run.status !== 0) failing.push(command);
        return command.startsWith('npx portcullis') ? run.stdout : null;
      });
      // The proof that finds the mistake, and nothing else.
      expect(failing).toEqual(['npx portcullis prove pacer.ts']);
      expect(shown(text, 'text').map(steady)).toEqual(printed.map((one) => steady(one ?? '')));
      expect(shown(text, 'verilog')).toEqual([verilog]);
      expect(readFileSync(join(own, 'pacer.test.ts'), 'utf8')).toContain('tokens    │4');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  1_800_000,
);
