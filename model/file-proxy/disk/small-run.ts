/** A small run on a tree, and what is there after each of its steps: for tests. */
import { octetsOf } from '../protocol/octets.ts';
import type { JournalEntry } from '../server/answers.ts';
import type { Tree } from '../tree/tree.ts';
import { describeTree } from './describe-tree.ts';
import { DiskTree } from './disk-tree.ts';
import { MemoryDisk } from './memory-disk.ts';

const flags = { read: true, write: true, truncate: false, append: false, exclusive: false, sync: false };
/** A clock that tells how often it was asked. */
export const clock = (): (() => bigint) => {
  let now = 0n;
  return () => ++now;
};
export const makeFile = async (tree: Tree, name: string, content: string): Promise<void> => {
  const root = await tree.root();
  const { reference, file } = await root.create(octetsOf(name), flags, 0o644, 0);
  await file.write(0, Buffer.from(content));
  await file.close();
  await reference.release();
  await root.release();
};
export const entry = (session: string): JournalEntry => ({ what: 'session', session });

/** One step of a run: what is acknowledged as a whole. */
type Step = (tree: DiskTree) => Promise<void>;
const at =
  (work: (root: Awaited<ReturnType<DiskTree['root']>>) => Promise<unknown>): Step =>
  async (tree) => {
    const root = await tree.root();
    await work(root);
    await root.release();
  };
const name = octetsOf;
export const steps: readonly Step[] = [
  at((root) => root.makeDirectory(name('d'), 0o755, 0)),
  (tree) => tree.journal.append(entry('größe ☃')),
  at(async (root) => {
    const { reference, file } = await root.create(name('ä\u0001"'), flags, 0o600, 0);
    await file.close();
    await reference.release();
  }),
  at(async (root) => {
    const file = await (await root.walk(name('ä\u0001"'))).open(flags);
    await file.write(5000, Buffer.alloc(5000, 'x'));
  }),
  at(async (root) => root.link(await root.walk(name('ä\u0001"')), name('second'))),
  at(async (root) => root.rename(name('second'), await root.walk(name('d')), name('third'))),
  at((root) => root.makeSymlink(name('l'), name('d/third'), 0)),
  at(async (root) => (await root.walk(name('d'))).setExtended(name('user.x'), Buffer.from('\xff\0'), 'any')),
  at(async (root) => (await root.walk(name('ä\u0001"'))).change({ size: 5003 })),
  (tree) => tree.journal.replace([entry('two'), entry('three')]),
  at((root) => root.unlink(name('ä\u0001"'), false)),
  at((root) => root.unlink(name('l'), false)),
];

export const stateOf = async (tree: DiskTree): Promise<unknown> => [
  await describeTree(tree),
  await tree.journal.entries(),
];

/** What is there after each step. */
export const statesOf = async (): Promise<readonly unknown[]> => {
  const tree = await DiskTree.open([new MemoryDisk(64)], { now: clock() });
  const states = [await stateOf(tree)];
  for (const step of steps) {
    await step(tree);
    states.push(await stateOf(tree));
  }
  return states;
};
