/** What is told of changes, and changes that happen together. */
import { beforeEach, describe, expect, test } from 'vitest';
import { defaultQuotas } from './quotas.ts';
import type { Session } from './session.ts';
import { ask, furnished, heard, write } from './testing/asking.ts';

let { store, zero, one, two } = furnished();
beforeEach(() => {
  ({ store, zero, one, two } = furnished());
});
const paths = (session: Session): readonly string[] => heard(session).events.map(([path]) => path);

describe('watches', () => {
  test('they fire at once, then for what is at and below them, with relative paths if they were set so', () => {
    one.handle({ type: 4, request: 5, transaction: 9, payload: Buffer.from('x\0token\0') });
    const said = one.outbox.take(1000);
    // The answer comes before the first event.
    expect(Buffer.from(said).toString('latin1')).toMatch(/OK\0.*x\0token\0$/s);
    expect(ask(one, 'WATCH', ['x', 'token'])).toBe('EEXIST');
    expect(ask(one, 'WATCH', ['/local/domain/1/x', 'other'])).toBe('OK');
    store.write('/local/domain/1/x/y', '');
    expect(heard(one).events).toEqual([
      ['x/y', 'token'],
      ['/local/domain/1/x/y', 'other'],
    ]);
    store.write('/local/domain/1/z', '');
    store.write('/local/domain/1/xy', '');
    expect(paths(one)).toEqual([]);
  });

  test('a removal tells watches below of their own paths, if their nodes were there', () => {
    store.write('/a/b/c', '');
    for (const path of ['/', '/a/b', '/a/b/c', '/a/b/none']) ask(zero, 'WATCH', [path, 't']);
    store.write('/a/b/d', '');
    expect(paths(zero)).toEqual(['/a/b/d', '/a/b/d']);
    two.handle({ type: 13, request: 0, transaction: 0, payload: Buffer.from('/a\0') });
    expect(paths(zero)).toEqual([]);
    zero.handle({ type: 13, request: 0, transaction: 0, payload: Buffer.from('/a\0') });
    expect(paths(zero)).toEqual(['/a', '/a/b', '/a/b/c']);
  });

  test('a depth leaves out what is deeper, but not a node that is made on the way', () => {
    ask(zero, 'WATCH', ['/a', 'none', '0']);
    ask(zero, 'WATCH', ['/a', 'one', '1']);
    store.write('/a/b/c/d', '');
    expect(heard(zero).events).toEqual([
      ['/a', 'none'],
      ['/a/b', 'one'],
    ]);
    store.write('/a/b/c/d', '');
    expect(paths(zero)).toEqual([]);
    store.write('/a/b', '');
    expect(paths(zero)).toEqual(['/a/b']);
    expect(ask(zero, 'WATCH', ['/a', 't', 'x'])).toBe('EINVAL');
  });

  test('who may read neither the node nor its parent is not told', () => {
    ask(two, 'WATCH', ['/', 't']);
    write(one, 'x', '');
    expect(paths(two)).toEqual([]);
    ask(one, 'SET_PERMS', ['x', 'n1', 'r2']);
    expect(paths(two)).toEqual(['/local/domain/1/x']);
    write(one, 'x/y', '');
    expect(paths(two)).toEqual(['/local/domain/1/x/y']);
    ask(one, 'SET_PERMS', ['x', 'n1']);
    expect(paths(two)).toEqual(['/local/domain/1/x']);
    write(one, 'x', '');
    expect(paths(two)).toEqual([]);
    // Its parent can be read, not the node that was made first below it.
    ask(zero, 'SET_PERMS', ['/local/domain/1', 'r1']);
    write(one, 'p', '');
    ask(one, 'SET_PERMS', ['p', 'n1']);
    heard(two);
    write(one, 'p/q/r', '');
    expect(paths(two)).toEqual([]);
    ask(one, 'RM', ['p']);
    expect(paths(two)).toEqual(['/local/domain/1/p']);
  });

  test('no event comes after UNWATCH or RESET_WATCHES', () => {
    ask(one, 'WATCH', ['x', 't']);
    store.write('/local/domain/1/x', '');
    one.handle({ type: 5, request: 0, transaction: 0, payload: Buffer.from('x\0t\0') });
    store.write('/local/domain/1/x', '');
    expect(heard(one)).toMatchObject({ answers: [{ type: 5 }], events: [] });
    expect(ask(one, 'UNWATCH', ['x', 't'])).toBe('ENOENT');
    ask(one, 'WATCH', ['x', 't']);
    const transaction = Number(ask(one, 'TRANSACTION_START', ['']));
    expect(ask(one, 'RESET_WATCHES', [''])).toBe('OK');
    store.write('/local/domain/1/x', '');
    expect(paths(one)).toEqual([]);
    expect(ask(one, 'TRANSACTION_END', ['T'], transaction)).toBe('ENOENT');
  });

  test('domains that come and go are told to domain 0, and to whom it permits', () => {
    ask(zero, 'WATCH', ['@introduceDomain', 'i']);
    ask(zero, 'WATCH', ['@releaseDomain', 'r']);
    ask(zero, 'WATCH', ['@releaseDomain', 'which', '1']);
    ask(zero, 'WATCH', ['@releaseDomain/2', 'two']);
    expect(ask(one, 'WATCH', ['@releaseDomain', 'r'])).toBe('OK');
    for (const wrong of ['@other', '@introduceDomain/2', '@releaseDomain/x', '@'])
      expect(ask(zero, 'WATCH', [wrong, 't'])).toBe('EINVAL');
    expect(ask(zero, 'WATCH', ['@releaseDomain', 't', '2'])).toBe('EINVAL');
    store.introduce(9);
    store.introduce(9);
    expect(heard(zero).events).toEqual([['@introduceDomain', 'i']]);
    store.stop(2);
    store.stop(2);
    expect(heard(zero).events).toEqual([
      ['@releaseDomain', 'r'],
      ['@releaseDomain/2', 'which'],
      ['@releaseDomain/2', 'two'],
    ]);
    ask(zero, 'RESUME', ['2']);
    expect(paths(one)).toEqual([]);
    ask(zero, 'SET_PERMS', ['@releaseDomain', 'n0', 'r1']);
    store.stop(2);
    expect(paths(one)).toEqual(['@releaseDomain']);
    expect(ask(zero, 'IS_DOMAIN_INTRODUCED', ['9'])).toBe('T');
    ask(zero, 'RELEASE', ['9']);
    expect(ask(zero, 'IS_DOMAIN_INTRODUCED', ['9'])).toBe('F');
    expect(ask(zero, 'RELEASE', ['9'])).toBe('ENOENT');
    expect(paths(one)).toEqual(['@releaseDomain']);
  });

  test('events without room become one for each watch, and nothing is lost that was changed later', () => {
    ask(one, 'WATCH', ['x', 't']);
    ask(one, 'WATCH', ['', 'never']);
    ask(one, 'WATCH', ['/local/domain/1', 'home']);
    for (let index = 0; index < 2000; index += 1) store.write(`/local/domain/1/x/${index}`, '');
    const limit = defaultQuotas['event-bytes'];
    expect(one.outbox.eventBytes).toBeGreaterThan(limit - 100);
    expect(one.outbox.eventBytes).toBeLessThan(limit + 100);
    const { events } = heard(one);
    expect(events.filter(([path]) => path === 'x')).toEqual([['x', 't']]);
    expect(events.filter(([path]) => path === '/local/domain/1')).toEqual([['/local/domain/1', 'home']]);
    expect(one.outbox.eventBytes).toBe(0);
    store.write('/local/domain/1/x/1999', '');
    expect(paths(one)).toEqual(['/local/domain/1/x/1999', 'x/1999']);
  });
});

describe('transactions', () => {
  const start = (session: Session): number => Number(ask(session, 'TRANSACTION_START', ['']));

  test('they see the tree as it was, and conflict only where an answer would be another', () => {
    store.write('/local/domain/1/x', 'before');
    const reader = start(one);
    const writer = start(one);
    const both = start(one);
    store.write('/local/domain/1/x', 'after');
    expect(ask(one, 'READ', ['x'], reader)).toBe('before');
    expect(write(one, 'x', 'mine', writer)).toBe('OK');
    expect(write(one, 'y', 'mine', both)).toBe('OK');
    expect(ask(one, 'DIRECTORY', [''], both)).toBe('EINVAL');
    expect(ask(one, 'DIRECTORY', ['/local/domain/1'], both)).toBe('x\0y');
    expect(ask(one, 'TRANSACTION_END', ['T'], reader)).toBe('EAGAIN');
    expect(ask(one, 'TRANSACTION_END', ['T'], reader)).toBe('ENOENT');
    expect(ask(one, 'TRANSACTION_END', ['T'], both)).toBe('OK');
    expect(ask(one, 'TRANSACTION_END', ['T'], writer)).toBe('OK');
    expect(ask(one, 'READ', ['x'])).toBe('mine');
    expect(ask(one, 'READ', ['y'])).toBe('mine');
  });

  test('a list that was read in parts may change elsewhere in the tree', () => {
    const transaction = start(one);
    write(one, 'x/a', '', transaction);
    expect(ask(one, 'DIRECTORY_PART', ['x', '0'], transaction)).toMatch(/^\d+\0a\0$/);
    store.write('/elsewhere', '');
    expect(ask(one, 'TRANSACTION_END', ['T'], transaction)).toBe('OK');
  });

  test('their events come with the commit, a path once; without one none come', () => {
    ask(zero, 'WATCH', ['/local/domain/1', 't']);
    const transaction = start(one);
    for (const value of ['a', 'b', 'c']) write(one, 'x', value, transaction);
    write(one, 'y', '', transaction);
    const other = start(one);
    write(one, 'z', '', other);
    expect(paths(zero)).toEqual([]);
    ask(one, 'TRANSACTION_END', ['F'], other);
    expect(paths(zero)).toEqual([]);
    ask(one, 'TRANSACTION_END', ['T'], transaction);
    expect(paths(zero)).toEqual(['/local/domain/1/x', '/local/domain/1/y']);
  });

  test('they end with T or F, do not nest, and are a connection’s own', () => {
    const transaction = start(one);
    expect(ask(one, 'TRANSACTION_END', ['X'], transaction)).toBe('EINVAL');
    expect(ask(one, 'TRANSACTION_START', [''], transaction)).toBe('EBUSY');
    expect(ask(one, 'TRANSACTION_START', [''], 99)).toBe('ENOENT');
    expect(ask(one, 'TRANSACTION_END', ['T'])).toBe('ENOENT');
    expect(ask(two, 'READ', ['x'], transaction)).toBe('ENOENT');
    expect(ask(store.connect(1), 'TRANSACTION_END', ['T'], transaction)).toBe('ENOENT');
  });
});
