/** Any course of requests by several domains, in transactions and out of them, against a plain reference. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { Beside, domains, type Step } from './testing/beside.ts';
import type { Operation } from './testing/reference.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

const who = fc.nat(domains.length - 1);
/** 0: no transaction. */
const slot = fc.constantFrom(0, 0, 1, 2);
const path = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom('/a', '/a/b', '/a/b/c', '/a/d', '/e', '/local/domain/1', 'x', 'x/y', 'x/y/z'),
  },
  { weight: 1, arbitrary: fc.constantFrom('/', '/a/', '', '/a/b/c/d/e/f', 'x/y/z/u/v', '/local/domain/2/x') },
);
const permission = fc
  .tuple(fc.constantFrom('n', 'r', 'w', 'b'), fc.nat(3))
  .map(([access, domain]) => `${access}${domain}`);
const operation: fc.Arbitrary<Operation> = fc
  .tuple(
    fc.constantFrom(
      'READ',
      'DIRECTORY',
      'DIRECTORY_PART',
      'MKDIR',
      'RM',
      'GET_PERMS',
      'WRITE',
      'WRITE',
      'WRITE',
      'SET_PERMS',
    ),
    path,
    fc.constantFrom('', 'v', 'value', 'v'.repeat(20), 'v'.repeat(21)),
    fc.array(permission, { minLength: 1, maxLength: 4 }),
    fc.nat(4),
  )
  .map(([name, where, value, permissions, offset]) => ({
    name: name as Operation['name'],
    path: where,
    argument: { WRITE: value, SET_PERMS: permissions.join(' '), DIRECTORY_PART: String(offset) }[name as string] ?? '',
  }));
const token = fc.constantFrom('s', 't');
const depth = fc.constantFrom(null, null, 0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('operation' as const), who, slot, operation }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      who,
      slot: fc.integer({ min: 1, max: 2 }),
      commit: fc.nat(4).map((one) => one > 0),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('watch' as const), who, path, token, depth }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('unwatch' as const), who, path, token }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('release' as const), domain: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('target' as const),
      domain: fc.constant(3),
      target: fc.constantFrom(1, 2),
    }),
  },
);

let commits = 0;
let conflicts = 0;
test.prop([fc.array(step, { maxLength: 60, size: 'max' })], { numRuns: thorough ? 20_000 : 100 })(
  'every answer, event and conflict is the reference’s',
  (steps) => {
    const beside = new Beside();
    for (const one of steps) beside.run(one);
    beside.compareTrees();
    commits += beside.commits;
    conflicts += beside.conflicts;
  },
);

test('the courses were worth running: transactions committed, and met conflicts', () => {
  expect(commits).toBeGreaterThan(20);
  expect(conflicts).toBeGreaterThan(5);
});
