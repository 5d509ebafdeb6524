/** The table of hostile guests names tests that there are: a row whose test was renamed or taken away is red. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/hostile-guests.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| attack ') && !line.startsWith('| ---'))
  .map((line) => {
    const [, attack = '', result = '', shown = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    return { attack, result, shown };
  });

test('every attack of the table has a result and a test, and the test is there', () => {
  expect(rows.length).toBeGreaterThanOrEqual(40);
  let files: readonly string[] = [];
  for (const { attack, result, shown } of rows) {
    expect(result, attack).not.toBe('');
    const named = [...shown.matchAll(/`([^`]+\.ts)`/g)].map(([, file]) => new URL(file!, import.meta.url));
    for (const file of named) expect(existsSync(file), `${attack}: ${file.pathname}`).toBe(true);
    // A row that names no file goes on in those of the rows before it.
    files = [...named.map((file) => readFileSync(file, 'utf8')), ...files].slice(0, 6);
    for (const [, title] of shown.matchAll(/\*([^*]+)\*/g)) {
      const parts = title!.split('…').map((part) => part.trim().replaceAll("'", "\\'"));
      const found = files.some((text) => parts.every((part) => text.replaceAll("'", "\\'").includes(part)));
      expect(found, `${attack}: *${title}* is not in its file`).toBe(true);
    }
    expect(/\.ts`|\*|the same|by construction/.test(shown), `${attack}: no test`).toBe(true);
  }
});
