/** Two processes that keep answers in one folder: neither loses it because of what the other does there. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'cache-'));
const folder = join(root, 'build', 'cache');
afterAll(() => rmSync(root, { recursive: true, force: true }));

// A checkout of its own, so that the answers of this one stay as they are.
mkdirSync(folder, { recursive: true });
for (const name of ['package.json', 'tsconfig.json']) writeFileSync(join(root, name), '{ "type": "module" }');
copyFileSync(fileURLToPath(new URL('./cache.ts', import.meta.url)), join(root, 'cache.ts'));
// Looking at all of these takes longer than a draft lives.
for (let index = 0; index < 400; index += 1) writeFileSync(join(folder, `kept-${index}.gz`), '');

/** Keeps answer after answer, each a draft first, until it is killed. */
const keeper = `const { cached } = await import('./cache.ts');
process.stdout.write('ready');
for (let index = 0; ; index += 1) await cached('drafts', index, async () => String(index));`;

/** Opens the folder anew each time and asks the same twice: the second time the answer is there. */
const asker = `let asked = 0;
for (let opening = 0; opening < 25; opening += 1) {
  const { cached } = await import('./cache.ts?' + opening);
  for (let time = 0; time < 2; time += 1) {
    const answer = await cached('question', opening, async () => String(++asked));
    if (answer !== String(opening + 1)) process.stdout.write('computed anew: ' + answer + '. ');
  }
}
process.stdout.write('asked ' + asked);`;

const start = (program: string) => {
  writeFileSync(join(root, `${program === keeper ? 'keeper' : 'asker'}.ts`), program);
  const environment = { ...process.env, PORTCULLIS_CACHE: '' };
  return spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), `${program === keeper ? 'keeper' : 'asker'}.ts`],
    {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
};

test('answers are kept while another process writes to the folder', async () => {
  const other = start(keeper);
  try {
    await new Promise((resolve) => other.stdout.once('data', resolve));
    const child = start(asker);
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(said).toBe('asked 25');
  } finally {
    other.kill('SIGKILL');
  }
  const names = readdirSync(folder);
  expect(names.filter((name) => name.startsWith('question-'))).toHaveLength(25);
  expect(names.filter((name) => name.startsWith('drafts-')).length).toBeGreaterThan(0);
});
