import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { twoGuests } from '../testing/machine.ts';
import { greeting } from './greeting.ts';

const guide = new URL('../../../docs/writing-a-guest.md', import.meta.url);

test('the example of the guide to guests stands there as it runs here', async () => {
  const source = readFileSync(new URL('greeting.ts', import.meta.url), 'utf8');
  expect(readFileSync(guide, 'utf8')).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
  const machine = await twoGuests();
  expect(await greeting(machine.hypervisor)).toBe('good morning; then a fault: nothing');
  expect(await machine.audit()).toEqual([]);
});
