/** Snapshots of the memory of domains that run: what they show, and what they cost in cycles. */
import { expect, test } from 'vitest';
import { pageBytes, type Space } from '../../hypervisor/guest/index.ts';
import { Agent } from '../../hypervisor/testing/agent.ts';
import { restless, withSnapshots } from './testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Of small messages when they differ. */
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
/** Shared page, store's ring, one page of the grant table. */
const specialPages = 3;

/** How many contents the pages had at some instants, counting none twice that stood from one to the next. */
const contentsOf = (images: readonly Uint8Array[], pages: number): number => {
  let contents = 0;
  for (let page = 0; page < pages; page += 1)
    for (const [index, image] of images.entries()) {
      const at = (of: Uint8Array): Uint8Array => of.subarray(page * pageBytes, (page + 1) * pageBytes);
      if (index === 0 || Buffer.compare(at(images[index - 1]!), at(image)) !== 0) contents += 1;
    }
  return contents;
};

test.each([
  { taken: 2, increments: true, seed: 1 },
  ...(thorough
    ? Array.from({ length: 20 }, (_, run) => ({ taken: 1 + (run % 4), increments: run % 2 === 0, seed: 10 + 2 * run }))
    : []),
])(
  '$taken snapshots show memory as it was while two processors write all over it: %o',
  async ({ taken, increments, seed }) => {
    const pages = thorough ? 8 : 2;
    let going = true;
    const programs = [seed, seed + 1].map((own) => restless(pages, own, () => going));
    const options = { programs, domain: { pages }, storePages: 40, snapshots: { increments } };
    await withSnapshots(options, async ({ domain0: { thread }, snapshots, images, read, sleep }) => {
      await sleep(300);
      for (let index = 0; index < taken; index += 1) {
        await snapshots.take(thread, `s${index}`, 'break');
        await sleep(((seed * 7 + index) % 4) * 700);
      }
      const compare = async (): Promise<void> => {
        expect(snapshots.names).toHaveLength(taken);
        for (const [index, name] of snapshots.names.entries())
          expect([name, text(await read(name))]).toEqual([name, text(images.before[index]!)]);
      };
      if (thorough) await compare();
      await snapshots.settled(thread);
      going = false;
      await compare();
      expect(snapshots.status.snapshots.every(({ inSource }) => inSource === 0)).toBe(true);
      // Without increments a page that the background has copied counts as changed; and one that is about to be written does.
      const contents = contentsOf(images.before, pages) + taken * specialPages;
      expect(snapshots.status.copies).toBeGreaterThanOrEqual(contents);
      if (increments) expect(snapshots.status.copies).toBeLessThanOrEqual(contents + programs.length * (taken - 1));
    });
  },
);

test.runIf(thorough)(
  'what a snapshot of a domain costs in cycles, and that four share one copy of each page',
  async () => {
    const pages = 16;
    const agent = new Agent();
    // As many processors as there are guests and threads of domain 0: what is measured is the work, and not the waiting for others' slices.
    const options = { programs: [agent.program], domain: { pages }, storePages: 48, processors: 4 };
    await withSnapshots(options, async ({ domain0: { thread }, snapshots, images, read, hypervisor, sleep }) => {
      const { clock } = hypervisor.platform;
      const cyclesOf = (job: (memory: Space) => Promise<unknown>): Promise<number> =>
        thread.suspend(
          agent.do(async ({ guest }) => {
            const begin = clock.now;
            await job(guest.memory);
            return clock.now - begin;
          }),
        );
      const write = (page: number) => cyclesOf((memory) => memory.write64(page * pageBytes + 8, BigInt(clock.now)));
      const readWord = (page: number) => cyclesOf((memory) => memory.read64(page * pageBytes + 8));
      for (let page = 0; page < pages; page += 1) await write(page);
      const plainWrite = await write(15);
      const plainRead = await readWord(15);
      // The background does nothing as long as another has the port that it would have.
      const pause = await snapshots.take(thread, 'one', 'break');
      const firstWrite = await write(15);
      const laterWrite = await write(15);
      const firstRead = await readWord(14);
      const laterRead = await readWord(14);
      let longestWrite = 0;
      // Beside the background copy, at any distance from it.
      for (let page = 0; page < 14; page += 1) {
        await sleep(37);
        longestWrite = Math.max(longestWrite, await write((page * 5) % 14));
      }
      await snapshots.settled(thread);
      expect(snapshots.status.copies).toBe(pages + specialPages);
      const writeOfCopied = await write(14);
      for (const name of ['two', 'three', 'four']) await snapshots.take(thread, name, 'break');
      await write(3);
      await snapshots.settled(thread);
      expect(snapshots.status.copies).toBe(2 * pages + 4 * specialPages);
      for (const [index, name] of snapshots.names.entries())
        expect(text(await read(name))).toBe(text(images.before[index]!));
      expect({
        plainWrite,
        plainRead,
        pause,
        firstWrite,
        laterWrite,
        firstRead,
        laterRead,
        longestWrite,
        writeOfCopied,
      }).toMatchInlineSnapshot(`
        {
          "firstRead": 55,
          "firstWrite": 1007,
          "laterRead": 11,
          "laterWrite": 14,
          "longestWrite": 1060,
          "pause": 2388,
          "plainRead": 11,
          "plainWrite": 14,
          "writeOfCopied": 57,
        }
      `);
    });
  },
);
