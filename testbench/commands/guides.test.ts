import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { elaborate, type ModuleDefinition, type Ports } from '../../rtl/hdl/index.ts';
import { emitVerilog } from '../../rtl/verilog/index.ts';

/**
 * The guides of the language cannot rot: their TypeScript is compiled and run, their Verilog and text are what it gives, and
 * their commands exist. `PORTCULLIS_WRITE_GUIDES=1` writes the Verilog and text anew.
 */
const root = new URL('../../', import.meta.url);
const guides = ['for-hardware-engineers', 'for-typescript-engineers'];
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, body = '']) => body);

/** A module's Verilog from `module` to `endmodule`. */
const verilogOf = (definition: ModuleDefinition<Ports>): string => {
  const text = emitVerilog(elaborate(definition)).at(-1)?.text ?? '';
  return text.slice(text.indexOf('module '), text.indexOf('endmodule') + 'endmodule'.length).concat('\n');
};

const isModule = (value: unknown): value is ModuleDefinition<Ports> =>
  typeof value === 'object' && value !== null && 'ports' in value && 'name' in value;

test.for(guides)('%s shows code that compiles, and what it gives', async (guide) => {
  const page = new URL(`docs/language/${guide}.md`, root);
  const text = readFileSync(page, 'utf8');
  const folder = new URL('build/guides/', root);
  mkdirSync(folder, { recursive: true });
  const program = fileURLToPath(new URL(`${guide}.ts`, folder));
  writeFileSync(program, blocks(text, 'ts').join('\n'));
  const project = fileURLToPath(new URL(`${guide}.json`, folder));
  writeFileSync(project, JSON.stringify({ extends: '../../tsconfig.json', include: [program] }));
  const tsc = fileURLToPath(new URL('node_modules/.bin/tsc', root));
  expect(spawnSync(tsc, ['--noEmit', '-p', project]).stdout.toString()).toBe('');

  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: unknown) => printed.push(`${line}\n`));
  const made = (await import(/* @vite-ignore */ pathToFileURL(program).href)) as Record<string, unknown>;
  log.mockRestore();
  const definitions = Object.values(made).filter(isModule);
  // What is declared wrongly on purpose is in the printed text.
  const verilog = definitions.filter(({ name }) => name !== 'mismatch' && name !== 'trap').map(verilogOf);

  if (process.env.PORTCULLIS_WRITE_GUIDES === '1') {
    let next = 0;
    const written = text
      .replaceAll(
        /^```verilog\n@@(\w+)\n/gm,
        (_, name: string) => `\`\`\`verilog\n${verilogOf(made[name] as ModuleDefinition<Ports>)}`,
      )
      .replaceAll(/^```text\n[\s\S]*?^```$/gm, () => `\`\`\`text\n${printed[next++]}\`\`\``);
    writeFileSync(page, written);
    return;
  }
  expect(blocks(text, 'text')).toEqual(printed);
  const shown = blocks(text, 'verilog');
  expect(shown.length).toBeGreaterThan(1);
  for (const one of shown) expect(verilog).toContain(one);
});

test.for(guides)('%s names commands that exist', (guide) => {
  const text = readFileSync(new URL(`docs/language/${guide}.md`, root), 'utf8');
  const verbs = new Set(
    [...readFileSync(new URL('portcullis.ts', root), 'utf8').matchAll(/^ {2}(\w+): \{$/gm)].map(([, verb]) => verb),
  );
  const commands = blocks(text, 'sh').flatMap((block) => block.trim().split('\n'));
  expect(commands.length).toBeGreaterThan(2);
  for (const command of commands) expect(verbs).toContain(/^npm run -s portcullis -- (\w+)/.exec(command)?.[1]);
});
