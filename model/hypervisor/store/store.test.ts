import { beforeEach, describe, expect, test } from 'vitest';
import { defaultQuotas } from './quotas.ts';
import { ask, furnished, write } from './testing/asking.ts';

let { store, zero, one, two } = furnished();
beforeEach(() => {
  ({ store, zero, one, two } = furnished());
});

describe('permissions', () => {
  test('what a domain may not reach is EACCES, whether it is there or not', () => {
    write(one, 'secret', 'x');
    expect(ask(two, 'READ', ['/local/domain/1/secret'])).toBe('EACCES');
    expect(ask(two, 'READ', ['/local/domain/1/nothing'])).toBe('EACCES');
    expect(ask(one, 'READ', ['nothing'])).toBe('ENOENT');
    expect(ask(two, 'RM', ['/local/domain/1/secret'])).toBe('EACCES');
    expect(ask(one, 'RM', ['nothing'])).toBe('OK');
    expect(ask(one, 'RM', ['nothing/at/all'])).toBe('ENOENT');
    expect(ask(zero, 'RM', ['/'])).toBe('EINVAL');
  });

  test('who makes a node owns it, and only domain 0 gives it away', () => {
    ask(one, 'MKDIR', ['shared']);
    expect(ask(one, 'SET_PERMS', ['shared', 'n1', 'b2'])).toBe('OK');
    expect(write(two, '/local/domain/1/shared/of-two', '')).toBe('OK');
    expect(ask(two, 'GET_PERMS', ['/local/domain/1/shared/of-two'])).toBe('n2\0b2');
    expect(ask(one, 'READ', ['shared/of-two'])).toBe('EACCES');
    expect(ask(two, 'SET_PERMS', ['/local/domain/1/shared', 'b2'])).toBe('EACCES');
    expect(ask(one, 'SET_PERMS', ['shared', 'b2'])).toBe('EPERM');
    expect(ask(zero, 'SET_PERMS', ['/local/domain/1/shared', 'b2'])).toBe('OK');
    expect(ask(one, 'SET_PERMS', ['shared', 'b1'])).toBe('EACCES');
    expect(ask(zero, 'GET_PERMS', ['/local/domain/1/shared'])).toBe('b2');
    for (const wrong of ['x1', 'b', 'b65536', 'b-1', 'b1 ', ''])
      expect(ask(one, 'SET_PERMS', ['shared', wrong])).toBe('EINVAL');
    expect(ask(one, 'SET_PERMS', ['shared'])).toBe('EINVAL');
  });

  test('a domain with a target has its rights, until either goes', () => {
    write(one, 'x', 'of one');
    expect(ask(zero, 'SET_TARGET', ['2', '1'])).toBe('OK');
    expect(ask(two, 'READ', ['/local/domain/1/x'])).toBe('of one');
    expect(ask(two, 'SET_PERMS', ['/local/domain/1/x', 'r1'])).toBe('OK');
    expect(ask(zero, 'RELEASE', ['1'])).toBe('OK');
    ask(zero, 'INTRODUCE', ['1', '1', '1']);
    store.write('/local/domain/1', '');
    ask(zero, 'SET_PERMS', ['/local/domain/1', 'n1']);
    expect(ask(two, 'READ', ['/local/domain/1'])).toBe('EACCES');
    expect(ask(zero, 'SET_TARGET', ['2', '0'])).toBe('ENOENT');
  });

  test('a domain that goes leaves nothing to the next of its number', () => {
    write(two, 'y', '');
    ask(two, 'SET_PERMS', ['y', 'n2', 'b1', 'r3']);
    write(one, 'x', '');
    ask(zero, 'SET_PERMS', ['@releaseDomain', 'n0', 'r1']);
    ask(zero, 'SET_PERMS', ['@introduceDomain', 'n1']);
    ask(zero, 'SET_PERMS', ['/', 'r1']);
    ask(zero, 'RELEASE', ['1']);
    expect(ask(zero, 'GET_PERMS', ['/local/domain/2/y'])).toBe('n2\0r3');
    expect(ask(zero, 'GET_PERMS', ['@releaseDomain'])).toBe('n0');
    expect(ask(zero, 'GET_PERMS', ['@introduceDomain'])).toBe('n0');
    expect(ask(zero, 'GET_PERMS', ['/'])).toBe('n0');
    expect(ask(zero, 'READ', ['/local/domain/1'])).toBe('ENOENT');
    expect(store.tree.usage(1)).toEqual({ nodes: 0, bytes: 0 });
    store.tree.audit();
  });

  test('what is domain 0’s is refused to others', () => {
    for (const [name, texts] of [
      ['INTRODUCE', ['4', '1', '1']],
      ['RELEASE', ['2']],
      ['RESUME', ['2']],
      ['SET_TARGET', ['1', '2']],
      ['IS_DOMAIN_INTRODUCED', ['2']],
      ['GET_QUOTA', []],
      ['SET_QUOTA', ['nodes', '5']],
      ['GET_PERMS', ['@releaseDomain']],
      ['SET_PERMS', ['@releaseDomain', 'r1']],
      ['GET_FEATURE', ['2']],
    ] as const)
      expect([name, ask(one, name, texts)]).toEqual([name, 'EACCES']);
    expect(ask(one, 'GET_FEATURE', [])).toBe('7');
    expect(ask(one, 'GET_DOMAIN_PATH', ['2'])).toBe('/local/domain/2');
  });
});

describe('quotas', () => {
  const many = (count: number, act: (index: number) => string): readonly string[] =>
    Array.from({ length: count }, (_, index) => act(index));

  test('nodes: so many, and what was refused left nothing', () => {
    expect(new Set(many(999, (index) => ask(one, 'MKDIR', [`n${index}`])))).toEqual(new Set(['OK']));
    expect(ask(one, 'MKDIR', ['more'])).toBe('ENOSPC');
    expect(ask(one, 'RM', ['n0'])).toBe('OK');
    expect(ask(one, 'MKDIR', ['two/levels'])).toBe('ENOSPC');
    expect(ask(one, 'READ', ['two'])).toBe('ENOENT');
    expect(ask(one, 'MKDIR', ['more'])).toBe('OK');
    expect(ask(two, 'MKDIR', ['more'])).toBe('OK');
    store.write('/local/domain/1/by-domain-zero', '');
    expect(store.tree.usage(1).nodes).toBe(1001);
    store.tree.audit();
  });

  test('bytes: of values, and of all a domain has; the owner pays for what it lets others write', () => {
    expect(write(one, 'x', 'v'.repeat(2049))).toBe('ENOSPC');
    expect(write(zero, '/large', 'v'.repeat(4000))).toBe('OK');
    const until = many(70, (index) => write(one, `v${index}`, 'v'.repeat(2048)));
    const last = until.indexOf('ENOSPC');
    const { bytes } = store.tree.usage(1);
    expect(bytes).toBeLessThanOrEqual(defaultQuotas.bytes);
    expect(bytes).toBeGreaterThan(defaultQuotas.bytes - 2100);
    expect(until.slice(0, last).every((answer) => answer === 'OK')).toBe(true);
    ask(one, 'SET_PERMS', ['v0', 'n1', 'b2']);
    expect(write(two, '/local/domain/1/v0', '')).toBe('OK');
    const more = defaultQuotas.bytes - store.tree.usage(1).bytes;
    expect(write(one, 'filler', 'v'.repeat(Math.min(2048, more - 20)))).toBe('OK');
    expect(write(two, '/local/domain/1/v0', 'v'.repeat(2048))).toBe('ENOSPC');
    store.tree.audit();
  });

  test('permissions, depth', () => {
    write(one, 'x', '');
    const entries = (count: number): string[] => many(count, (index) => `n${index + 1}`) as string[];
    expect(ask(one, 'SET_PERMS', ['x', ...entries(8)])).toBe('OK');
    expect(ask(one, 'SET_PERMS', ['x', ...entries(9)])).toBe('ENOSPC');
    expect(ask(one, 'MKDIR', [Array(29).fill('d').join('/')])).toBe('OK');
    expect(ask(one, 'MKDIR', [Array(30).fill('d').join('/')])).toBe('ENOSPC');
  });

  test('watches, and the bytes of their paths and tokens, over all connections of a domain', () => {
    expect(new Set(many(127, (index) => ask(one, 'WATCH', ['x', `${index}`])))).toEqual(new Set(['OK']));
    const other = store.connect(1);
    expect(ask(other, 'WATCH', ['x', 'a'])).toBe('OK');
    expect(ask(other, 'WATCH', ['x', 'b'])).toBe('ENOSPC');
    expect(ask(one, 'UNWATCH', ['x', '0'])).toBe('OK');
    expect(ask(other, 'WATCH', ['x', 'b'])).toBe('OK');
    expect(
      many(9, (index) => ask(two, 'WATCH', ['x', `${index}${'t'.repeat(4000)}`])).filter((a) => a === 'OK'),
    ).toHaveLength(8);
  });

  test('transactions, and what is in them', () => {
    expect(many(11, () => ask(one, 'TRANSACTION_START', [''])).at(-1)).toBe('ENOSPC');
    const asked = many(1025, () => ask(one, 'READ', ['/local/domain/1'], 1));
    expect(asked.slice(-2)).toEqual(['', 'ENOSPC']);
    expect(ask(one, 'TRANSACTION_END', ['T'], 1)).toBe('OK');
    const written = many(200, () => write(one, 'x', 'v'.repeat(2000), 2));
    expect(written.indexOf('ENOSPC')).toBe(130);
    expect(ask(one, 'TRANSACTION_END', ['T'], 2)).toBe('OK');
    expect(ask(one, 'TRANSACTION_START', [''])).toBe('11');
  });

  test('domain 0 reads and sets them', () => {
    expect(ask(zero, 'GET_QUOTA', [])).toBe(Object.keys(defaultQuotas).join(' '));
    expect(ask(zero, 'GET_QUOTA', ['nodes'])).toBe('1000');
    expect(ask(zero, 'SET_QUOTA', ['1', 'nodes', '2'])).toBe('OK');
    expect(ask(zero, 'GET_QUOTA', ['1', 'nodes'])).toBe('2');
    expect(ask(zero, 'GET_QUOTA', ['2', 'nodes'])).toBe('1000');
    expect([ask(one, 'MKDIR', ['a']), ask(one, 'MKDIR', ['b'])]).toEqual(['OK', 'ENOSPC']);
    expect(ask(zero, 'SET_QUOTA', ['nodes', '1'])).toBe('OK');
    expect(ask(two, 'MKDIR', ['a'])).toBe('ENOSPC');
    ask(zero, 'SET_QUOTA', ['nodes', '0']);
    expect(ask(two, 'MKDIR', ['a'])).toBe('OK');
    for (const wrong of [['goats', '1'], ['nodes', 'x'], ['nodes', '-1'], ['nodes', '4294967296'], ['nodes']])
      expect(ask(zero, 'SET_QUOTA', wrong)).toBe('EINVAL');
    expect(ask(zero, 'SET_QUOTA', ['7', 'nodes', '1'])).toBe('ENOENT');
  });
});

test('lists longer than a message come in parts', () => {
  const names = Array.from({ length: 900 }, (_, index) => `child-${index}`);
  for (const name of names) store.write(`/list/${name}`, '');
  expect(ask(zero, 'DIRECTORY', ['/list'])).toBe('E2BIG');
  const found: string[] = [];
  let generation = '';
  while (found.at(-1) !== '') {
    const offset = found.reduce((sum, name) => sum + name.length + 1, 0);
    const [now = '', ...part] = ask(zero, 'DIRECTORY_PART', ['/list', String(offset)]).split('\0');
    expect([now, '']).toContain(generation === '' ? '' : generation);
    generation = now;
    found.push(...part);
  }
  expect(found.slice(0, -1)).toEqual(names);
  store.write('/list/child-0/x', '');
  expect(ask(zero, 'DIRECTORY_PART', ['/list', '0']).split('\0')[0]).toBe(generation);
  store.write('/list/new', '');
  expect(ask(zero, 'DIRECTORY_PART', ['/list', '0']).split('\0')[0]).not.toBe(generation);
  expect(ask(zero, 'DIRECTORY_PART', ['/list', '100000']).split('\0').slice(1)).toEqual(['']);
});

test.each([
  '',
  '/a/',
  '//a',
  '/a//b',
  '/a b',
  '/ä',
  '@x',
  '/a/@introduceDomain/\x01',
  `/${'a'.repeat(3072)}`,
  'a'.repeat(2049),
])('the path %j is none', (path) => expect(ask(zero, 'READ', [path])).toBe('EINVAL'));
