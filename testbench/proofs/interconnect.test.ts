import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Module } from '../../rtl/hdl/ir.ts';
import { interconnectProofs } from '../../rtl/interconnect/proofs.ts';
import { projectRoot } from '../commands/version.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { constantLike } from '../mutation/places.ts';
import { changeValues } from '../mutation/values.ts';
import { proveTarget } from './prove-target.ts';

// Below the project, so that the written test finds its packages.
const build = join(projectRoot(), 'build');
mkdirSync(build, { recursive: true });
const directory = mkdtempSync(join(build, 'proofs-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const always = (name: string, value: bigint) => (module: Module) =>
  changeValues(module, name, (node) => constantLike(node, value));

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const mistakes = [
  [
    'a subordinate forgets whose turn it was',
    always('last', 1n),
    ['crossbar', 'read_choice_0'],
    'reads at m0_axi: 0 waits for no more than 1 others',
  ],
  [
    'a W side that is held is taken',
    always('data_held', 0n),
    ['crossbar'],
    's0_axi and s1_axi: no W side is held twice',
  ],
] as const;

test.each(thorough ? mistakes : mistakes.slice(0, 1))('%s: fails a proof', async (_mistake, change, path, property) => {
  const [target] = interconnectProofs.targets;
  if (target === undefined) throw new Error('there is a proof');
  const rows = await proveTarget('axi4_interconnect', target, {
    change: (top) => editInstance(top, path, change),
    directory,
    sources: projectRoot(),
    properties: [property],
    engines: ['bmc3'],
    depth: 10,
  });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ property, verdict: 'failed', engine: 'bmc3' });
});
