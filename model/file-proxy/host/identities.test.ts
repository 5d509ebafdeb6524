import { expect, test } from 'vitest';
import { Identities } from './identities.ts';

test('no two objects have one identity, and each keeps its own', () => {
  const identities = new Identities();
  const objects = [0n, 1n, 7n].flatMap((dev) =>
    [0n, 5n, 2n ** 48n - 1n, 2n ** 48n, 2n ** 48n + 5n, 2n ** 64n - 1n].map((ino) => ({ dev, ino })),
  );
  const first = objects.map((one) => identities.of(one));
  expect(new Set(first).size).toBe(objects.length);
  expect(first.every((one) => one >= 0n && one < 2n ** 64n)).toBe(true);
  expect(objects.map((one) => identities.of(one))).toEqual(first);
});

test('a client that makes files for ever does not have the server remember them; where inodes are scattered, so many and no more', () => {
  const identities = new Identities(1000);
  for (let ino = 2n ** 60n; ino < 2n ** 60n + 100_000n; ino += 1n) identities.of({ dev: 1n, ino });
  const seen = new Set<bigint>();
  const scattered = 2n ** 16n - 2n + 1000n;
  for (let dev = 2n; dev < 2n + scattered; dev += 1n) seen.add(identities.of({ dev, ino: 1n }));
  expect(BigInt(seen.size)).toBe(scattered);
  expect(() => identities.of({ dev: 2n + scattered, ino: 1n })).toThrow('EOVERFLOW');
  expect(identities.of({ dev: 1n, ino: 2n ** 60n + 100_001n })).toBe(100_001n);
});
