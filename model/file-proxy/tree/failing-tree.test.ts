/** The medium under a share fails at random: what was acknowledged is there, and what was refused was done whole or not at all. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everything } from '../guest/everything.ts';
import { createGuestFileSystem } from '../guest/file-system.ts';
import { newSide, type Promises, someOperation } from '../guest/random-operations.ts';
import { MemoryTree } from '../memory/tree.ts';
import { remotely, treesUnderTest } from './every-tree.ts';
import { type Fate, failingTree } from './failing-tree.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

/** Those that are one request each, beside those that look: of several, some would be done. */
const operations = fc.array(
  someOperation.filter(
    ({ text }) =>
      /^(mkdir \w\S* \d|rmdir|unlink|rename|link|symlink|readlink|truncate|chmod|lstat|readdir|readFile|write \d|ftruncate|fstat|fsync|read )/.test(
        text,
      ) &&
      !text.includes('local') &&
      // Names that are there often, so that most of it could be done.
      !/share\/[^/ ]+\/[^/ ]+\/|größe/.test(text),
  ),
  { minLength: 20, maxLength: 60, size: 'max' },
);
/** Of a call: one in ten is refused, one in ten is done and fails all the same. */
const fates = fc.infiniteStream(fc.nat({ max: 9 }));
const fateOf = (drawn: number): Fate => (drawn === 0 ? 'refused' : drawn === 1 ? 'done and failed' : 'done');

const sideWith = async (share: Parameters<ReturnType<typeof createGuestFileSystem>['mount']>[1]) => {
  const guest = createGuestFileSystem();
  await guest.mount('/share', share);
  const side = newSide(guest.promises as unknown as Promises, '');
  await guest.promises.chmod('/share', 0o755);
  await guest.promises.mkdir('/share/c');
  for (const [index, path] of ['/share/a', '/share/b', '/share/c/a', '/share/c/b'].entries()) {
    await guest.promises.writeFile(path, `content of ${path}`);
    side.open[index] = await side.promises.open(path, 'r+');
  }
  return side;
};

type Side = Awaited<ReturnType<typeof sideWith>>;
/** What is in the open files, which may have lost their names. */
const held = ({ open }: Side): Promise<readonly string[]> =>
  Promise.all(
    open.map(async (handle) => {
      const buffer = Buffer.alloc(2 ** 16);
      const { bytesRead } = await handle!.read(buffer, 0, buffer.length, 0);
      return buffer.toString('latin1', 0, bytesRead);
    }),
  );
const outcomeOf = async (
  operation: { readonly text: string; run(side: Side): Promise<unknown> },
  side: Side,
): Promise<string> => {
  try {
    return JSON.stringify({ value: (await operation.run(side)) ?? null });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
};

test.each(thorough ? ['memory', 'host'] : ['memory'])(
  'a %s tree whose medium fails keeps what was acknowledged',
  async (kind) => {
    let faults = 0;
    let done = 0;
    let undone = 0;
    let acknowledged = 0;
    const run = async (sequence: Parameters<typeof outcomeOf>[0][], drawn: Iterator<number>): Promise<void> => {
      const under = await treesUnderTest[kind]!();
      let well = true;
      const fate = (): Fate => (well ? 'done' : fateOf(drawn.next().value as number));
      const served = await remotely(
        failingTree(under.tree, fate, () => (faults++ % 2 === 0 ? 'EIO' : 'ENOSPC')),
        2 ** 16,
      );
      const [side, reference] = [await sideWith(served.tree), await sideWith(new MemoryTree())];
      const state = async (of: Side): Promise<string> =>
        JSON.stringify([await everything(of.promises, '/share'), await held(of)]);
      let before = await state(reference);
      for (const operation of sequence) {
        well = false;
        const outcome = await outcomeOf(operation, side);
        well = true;
        const after = await state(side);
        if (/^(EIO|ENOSPC)$/.test(outcome)) {
          // Done whole or not at all: then the reference does it too.
          if (after === before) {
            undone += 1;
            continue;
          }
          done += 1;
          await outcomeOf(operation, reference);
        } else {
          expect(outcome, operation.text).toBe(await outcomeOf(operation, reference));
          if (before !== after) acknowledged += 1;
        }
        before = await state(reference);
        expect(after, operation.text).toBe(before);
      }
      await Promise.all([...side.open, ...reference.open].map((handle) => handle?.close()));
      await served.close();
      await under.close();
    };
    await fc.assert(fc.asyncProperty(operations as fc.Arbitrary<never[]>, fates, run), {
      numRuns: thorough ? 100 : 6,
      endOnFailure: true,
    });
    expect(Math.min(faults, undone, acknowledged)).toBeGreaterThan(20);
    expect(done).toBeGreaterThan(5);
  },
  thorough ? 1_800_000 : 60_000,
);
