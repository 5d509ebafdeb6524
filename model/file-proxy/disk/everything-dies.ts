/** In one run: a memory of the platform dies, a disk is faked, and domain 0 is started anew again and again. The guests' programs notice nothing. For tests, on any machine. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { CreatePlatform, Fault } from '../../hardware/platform/index.ts';
import { RemoteTree } from '../client/remote-tree.ts';
import { everything } from '../guest/everything.ts';
import { createGuestFileSystem } from '../guest/file-system.ts';
import { hostAtOnce } from '../guest/host-at-once.ts';
import { besideHost } from '../guest/host-reference.ts';
import { compare, type Promises, someOperation } from '../guest/random-operations.ts';
import { octetsOf } from '../protocol/octets.ts';
import { GuestRing } from '../ring/guest-ring.ts';
import { twoProcessors } from '../ring/two-processors.ts';
import type { Tree } from '../tree/tree.ts';
import { DiskTree } from './disk-tree.ts';
import { MemoryDisk } from './memory-disk.ts';
import { MortalDomain0 } from './mortal-domain0.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Programs of a round, beside each other, each in a directory of its own, and their operations. */
const programs = thorough ? 32 : 8;
const each = thorough ? 50 : 15;

/** Files that were open when their names went are stale after a restart, as the page says: here, names alone. Few of much content, whose carrying takes most of the time. */
const operation = someOperation.filter(({ text }) => {
  if (!text.includes('share') || /^(open|read |write |ftruncate|fstat|fsync|close)/.test(text)) return false;
  // What is read is read at the end, in a short run.
  if (!thorough && /^(readFile|l?stat|readdir|access|realpath|readlink) /.test(text)) return false;
  const size = Number(/^(?:writeFile|appendFile) \S+ (\d+)/.exec(text)?.[1] ?? 0);
  return size < 2000 || size % 10 === 0;
});
const sequences = fc.array(fc.array(operation, { minLength: each, maxLength: each }), {
  minLength: programs,
  maxLength: programs,
});
const someFaults = fc.record({
  /** Accesses of domain 0, to its ring or to its disks, that each of its lives has. */
  lives: fc.array(fc.integer({ min: 300, max: thorough ? 10_000 : 1200 }), { minLength: 4, maxLength: 4 }),
  memory: fc.record({ memory: fc.constantFrom(0, 1), how: fc.constantFrom('hangs', 'errs') }),
  disk: fc.record({
    kind: fc.constantFrom('device-hang', 'device-error', 'device-lost', 'device-babble'),
    device: fc.constantFrom('disk0', 'disk1'),
  }),
  /** Cycles after the first operation. */
  at: fc.tuple(...[0, 1].map(() => fc.nat({ max: thorough ? 200_000 : 30_000 }))),
});

/** A directory of a tree, as a tree. */
const within = (tree: Tree, name: string): Tree => ({
  root: async () => {
    const root = await tree.root();
    try {
      return await root.walk(octetsOf(name));
    } finally {
      await root.release();
    }
  },
});

const promisesOf = async (tree: Tree): Promise<Promises> => {
  const files = createGuestFileSystem();
  await files.mount('/share', tree);
  return files.promises as unknown as Promises;
};

/** All that is in a share, by paths from there. */
const shareOf = async ({ promises, root }: { readonly promises: Promises; readonly root: string }) => {
  const path = `${root}/share`;
  return (await everything(promises, path)).map((one) => {
    const [at, ...rest] = one as [string, ...unknown[]];
    return [at.slice(path.length), ...rest];
  });
};

/** A round on a machine of its own. @returns how often domain 0 died, and the faults that happened. @throws where a program or the disks show a difference */
const round = async (seed: number, create?: CreatePlatform) => {
  const [beside] = fc.sample(sequences, { seed, numRuns: 1 });
  const [plan] = fc.sample(someFaults, { seed, numRuns: 1 });
  const request = { parameters: { dataWidth: 128 }, options: { memoryBytes: 2 ** 21, memoryLatency: 2 } } as const;
  const under = await twoProcessors(65_536, request, create);
  const { platform } = under;
  const domain0 = new MortalDomain0(under);
  const all = await platform.run(async () => {
    await domain0.begin();
    const ring = new GuestRing(under.guest.door);
    const remote = await RemoteTree.connect({ connect: () => ring.connect(), reconnects: 10_000, messageSize: 8192 });
    const made = await remote.root();
    for (let index = 0; index < programs; index += 1) await made.makeDirectory(octetsOf(`${index}`), 0o755, 0);
    await made.release();
    const pairs = await Promise.all(beside!.map((_, index) => besideHost(within(remote, `${index}`), hostAtOnce)));
    const faults = [{ kind: 'memory-lost', ...plan!.memory }, plan!.disk] as readonly Fault[];
    domain0.letDie(plan!.lives);
    for (const [index, fault] of faults.entries())
      platform.faults.inject(fault, platform.clock.now + 1 + plan!.at[index]!);
    await Promise.all(beside!.map((sequence, index) => compare(sequence, pairs[index]!.sides)));
    // Whatever they took: both have died before all is read back.
    await platform.clock.until(Math.max(...plan!.at) + platform.clock.now);
    for (const { sides } of pairs) expect(await shareOf(sides[1])).toEqual(await shareOf(sides[0]));
    return pairs;
  });
  // The power goes. What is on the disks is the same once more.
  const contents = platform.outside.disks.map((medium) => MemoryDisk.of(medium.read(0, medium.bytes)));
  const tree = await DiskTree.open(contents);
  // So are the answers of the one client, whose programs, each in a directory of its own, would not miss them.
  const kept = (await tree.journal.entries()).map(({ what }) => what);
  expect([kept.filter((what) => what === 'session').length, kept.includes('answer')]).toEqual([1, true]);
  for (const [index, { sides, end }] of all.entries()) {
    expect(await shareOf({ promises: await promisesOf(within(tree, `${index}`)), root: '' })).toEqual(
      await shareOf(sides[0]),
    );
    await end();
  }
  const happened = platform.faults.happened.map(({ fault }) => fault.kind);
  under.close();
  return { deaths: domain0.deaths, happened };
};

/** Rounds by their seeds from one on. @param create what the machines are made of; the models when left out */
export const everythingDies = async (operations: number, firstSeed: number, create?: CreatePlatform): Promise<void> => {
  let deaths = 0;
  let faults = 0;
  let rounds = 0;
  for (; rounds * programs * each < operations; rounds += 1) {
    const { deaths: more, happened } = await round(firstSeed + rounds, create);
    deaths += more;
    faults += happened.length;
    expect(happened.toSorted()[1]).toBe('memory-lost');
    if (!thorough) continue;
    const done = (rounds + 1) * programs * each;
    process.stderr.write(`${done} operations, ${deaths} deaths of domain 0, ${faults} faults\n`);
  }
  expect(faults).toBe(2 * rounds);
  expect(deaths).toBeGreaterThan(1.5 * rounds);
};
