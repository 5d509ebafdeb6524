/** Random sequences of file operations, run on two file systems of Node's shape and compared. */
import type nodeFs from 'node:fs';
import fc from 'fast-check';

/** The calls of `fs.promises` that sequences make; Node's own and a guest's both have them. */
export type Promises = Pick<
  typeof nodeFs.promises,
  | 'writeFile'
  | 'appendFile'
  | 'readFile'
  | 'mkdir'
  | 'rmdir'
  | 'unlink'
  | 'rename'
  | 'link'
  | 'symlink'
  | 'readlink'
  | 'stat'
  | 'lstat'
  | 'readdir'
  | 'truncate'
  | 'chmod'
  | 'utimes'
  | 'lutimes'
  | 'copyFile'
  | 'access'
  | 'realpath'
  | 'open'
  | 'rm'
>;
type Handle = Awaited<ReturnType<Promises['open']>>;

/** One file system under test: its calls, where its root is, and the files that a sequence has open. */
export interface Side {
  readonly promises: Promises;
  readonly root: string;
  readonly open: (Handle | null)[];
}

interface Operation {
  readonly text: string;
  run(side: Side): Promise<unknown>;
}

const slots = 4;
const name = fc.constantFrom('a', 'b', 'c', 'größe');
const below = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const content = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.integer({ min: 1, max: 20_000 }).map((size) => 'portcullis '.repeat(Math.ceil(size / 11)).slice(0, size)),
);
const target = fc.oneof(
  fc.constantFrom('a', 'b', '../a', './b/c', '../share/a', '../local/b', '..', 'missing/a', 'a/'),
  below,
);
const flag = fc.constantFrom('r', 'r+', 'w', 'wx', 'w+', 'a', 'a+', 'ax');
const mode = fc.integer({ min: 0, max: 0o777 });
const seconds = fc.integer({ min: 0, max: 2_000_000_000 });
const slot = fc.nat({ max: slots - 1 });
const offset = fc.nat({ max: 30_000 });

const operation = (text: string, run: (side: Side, at: (path: string) => string) => Promise<unknown>): Operation => ({
  text,
  run: (side) => run(side, (path) => `${side.root}/${path}`),
});
type Stats = Awaited<ReturnType<Promises['lstat']>>;
/** What two file systems must agree on; the links of a directory are theirs to count. */
const said = (stats: Stats): unknown =>
  stats.isDirectory()
    ? ['directory', stats.mode]
    : [stats.isSymbolicLink() ? 'link' : 'file', stats.mode, stats.size, stats.nlink];
const held = async <T>({ open }: Side, index: number, work: (handle: Handle) => Promise<T>): Promise<T | string> =>
  open[index] === null ? 'not open' : work(open[index]!);

/** An operation somewhere in one of the two parts, which never takes a part itself away. */
const anywhere = (part: string): fc.Arbitrary<Operation> => {
  const path = below.map((rest) => `${part}/${rest}`);
  return fc.oneof(
    fc
      .tuple(
        path,
        content,
        flag.filter((one) => one !== 'r'),
      )
      .map(([p, data, how]) =>
        operation(`writeFile ${p} ${data.length} ${how}`, ({ promises }, at) =>
          promises.writeFile(at(p), data, { flag: how }),
        ),
      ),
    fc
      .tuple(path, content)
      .map(([p, data]) =>
        operation(`appendFile ${p} ${data.length}`, ({ promises }, at) => promises.appendFile(at(p), data)),
      ),
    path.map((p) => operation(`readFile ${p}`, ({ promises }, at) => promises.readFile(at(p), 'utf8'))),
    fc
      .tuple(path, mode)
      .map(([p, bits]) =>
        operation(`mkdir ${p} ${bits.toString(8)}`, ({ promises }, at) =>
          promises.mkdir(at(p), { mode: bits | 0o700 }),
        ),
      ),
    path.map((p) =>
      operation(`mkdir -p ${p}`, async ({ promises, root }, at) =>
        (await promises.mkdir(at(p), { recursive: true }))?.slice(root.length),
      ),
    ),
    path.map((p) => operation(`rmdir ${p}`, ({ promises }, at) => promises.rmdir(at(p)))),
    path.map((p) => operation(`unlink ${p}`, ({ promises }, at) => promises.unlink(at(p)))),
    path.map((p) =>
      operation(`rm -rf ${p}`, ({ promises }, at) => promises.rm(at(p), { recursive: true, force: true })),
    ),
    fc
      .tuple(path, path)
      .map(([p, q]) => operation(`rename ${p} ${q}`, ({ promises }, at) => promises.rename(at(p), at(q)))),
    fc
      .tuple(path, path)
      .map(([p, q]) => operation(`link ${p} ${q}`, ({ promises }, at) => promises.link(at(p), at(q)))),
    fc
      .tuple(target, path)
      .map(([t, p]) => operation(`symlink ${t} ${p}`, ({ promises }, at) => promises.symlink(t, at(p)))),
    path.map((p) => operation(`readlink ${p}`, ({ promises }, at) => promises.readlink(at(p)))),
    path.map((p) => operation(`stat ${p}`, async ({ promises }, at) => said(await promises.stat(at(p))))),
    path.map((p) => operation(`lstat ${p}`, async ({ promises }, at) => said(await promises.lstat(at(p))))),
    path.map((p) =>
      operation(`readdir ${p}`, async ({ promises }, at) =>
        (await promises.readdir(at(p), { withFileTypes: true }))
          .map((entry) => `${entry.name} ${entry.isDirectory()} ${entry.isSymbolicLink()}`)
          .sort(),
      ),
    ),
    fc
      .tuple(path, offset)
      .map(([p, size]) => operation(`truncate ${p} ${size}`, ({ promises }, at) => promises.truncate(at(p), size))),
    fc
      .tuple(path, mode)
      .map(([p, bits]) =>
        operation(`chmod ${p} ${bits.toString(8)}`, ({ promises }, at) => promises.chmod(at(p), bits)),
      ),
    fc.tuple(path, seconds, seconds).map(([p, a, m]) =>
      operation(`utimes ${p} ${a} ${m}`, async ({ promises }, at) => {
        await promises.utimes(at(p), a, m);
        return (await promises.stat(at(p))).mtimeMs;
      }),
    ),
    fc.tuple(path, seconds).map(([p, m]) =>
      operation(`lutimes ${p} ${m}`, async ({ promises }, at) => {
        await promises.lutimes(at(p), m, m);
        return (await promises.lstat(at(p))).mtimeMs;
      }),
    ),
    fc
      .tuple(path, path)
      .map(([p, q]) => operation(`copyFile ${p} ${q}`, ({ promises }, at) => promises.copyFile(at(p), at(q)))),
    path.map((p) => operation(`access ${p}`, ({ promises }, at) => promises.access(at(p)))),
    path.map((p) =>
      operation(
        `realpath ${p}`,
        async ({ promises, root }, at) => (await promises.realpath(at(p))).slice(root.length) || '/',
      ),
    ),
    fc.tuple(path, flag, mode, slot).map(([p, how, bits, index]) =>
      operation(`open ${p} ${how} ${index}`, async (side, at) => {
        await side.open[index]?.close();
        side.open[index] = null;
        side.open[index] = await side.promises.open(at(p), how, bits);
      }),
    ),
  );
};

const onOpen: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(slot, offset, fc.nat({ max: 9000 })).map(([index, position, length]) =>
    operation(`read ${index} ${position} ${length}`, (side) =>
      held(side, index, async (handle) => {
        const buffer = Buffer.alloc(length);
        const { bytesRead } = await handle.read(buffer, 0, length, position);
        return buffer.toString('latin1', 0, bytesRead);
      }),
    ),
  ),
  fc
    .tuple(slot, offset, content)
    .map(([index, position, data]) =>
      operation(`write ${index} ${position} ${data.length}`, (side) =>
        held(side, index, async (handle) => (await handle.write(Buffer.from(data), 0, null, position)).bytesWritten),
      ),
    ),
  fc
    .tuple(slot, content)
    .map(([index, data]) =>
      operation(`write on ${index} ${data.length}`, (side) =>
        held(side, index, async (handle) => (await handle.write(data)).bytesWritten),
      ),
    ),
  fc
    .tuple(slot, offset)
    .map(([index, size]) =>
      operation(`ftruncate ${index} ${size}`, (side) => held(side, index, (handle) => handle.truncate(size))),
    ),
  slot.map((index) =>
    operation(`fstat ${index}`, (side) => held(side, index, async (handle) => said(await handle.stat()))),
  ),
  slot.map((index) => operation(`fsync ${index}`, (side) => held(side, index, (handle) => handle.sync()))),
  slot.map((index) =>
    operation(`close ${index}`, (side) =>
      held(side, index, async (handle) => {
        side.open[index] = null;
        await handle.close();
      }),
    ),
  ),
);

export const someOperation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: anywhere('local') },
  { weight: 6, arbitrary: anywhere('share') },
  { weight: 3, arbitrary: onOpen },
);

export const newSide = (promises: Promises, root: string): Side => ({
  promises,
  root,
  open: Array.from({ length: slots }, () => null),
});

const outcome = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    return { value: (await work()) ?? null };
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
};

/** Runs a sequence on both sides; throws with the operations up to the first whose outcomes differ. */
export const compare = async (
  operations: readonly Operation[],
  sides: readonly [Side, Side],
  between: (index: number) => Promise<void> = async () => undefined,
): Promise<void> => {
  for (const [index, one] of operations.entries()) {
    await between(index);
    const [first, second] = [await outcome(() => one.run(sides[0])), await outcome(() => one.run(sides[1]))];
    if (JSON.stringify(first) === JSON.stringify(second)) continue;
    const before = operations.slice(0, index + 1).map(({ text }) => text);
    throw new Error(
      `${before.join('\n')}\ngives ${JSON.stringify(first).slice(0, 300)} and ${JSON.stringify(second).slice(0, 300)}`,
    );
  }
};

export const closeAll = async ({ open }: Side): Promise<void> => {
  for (const handle of open) await handle?.close();
};
