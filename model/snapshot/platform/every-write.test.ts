/**
 * A power cut at every write of the platform's memories. The memories keep their content when the power fails, so what a cut leaves is what they hold in that cycle: one run shows it for all
 * of its cycles. `cycles.test.ts` cuts the power itself at some of them, and comes back on the platform.
 */
import { expect, test } from 'vitest';
import { History } from '../testing/history.ts';
import { drawFrom, Machine, SimulatedStorage } from '../testing/machine.ts';
import { Volume } from '../volume.ts';
import { before, blockSize, readWhole, sourceBase, started, storeBase, storeSize, written } from './testing.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const beatBytes = 16;
/** Cycles from data at a memory until they are in it, at most. */
const untilWritten = 4;

/** What a memory holds: the source, and behind it all of the store that is ever written. */
type Content = Uint8Array;

/** What both memories held in a cycle, and what had come before. */
interface Moment {
  readonly cycle: number;
  readonly contents: readonly [Content, Content];
  readonly events: number;
  readonly taken: boolean;
}

interface Recorded {
  readonly moments: readonly Moment[];
  readonly events: readonly ((history: History) => void)[];
  readonly initial: Uint8Array;
  /** What the snapshot shows. */
  readonly image: Uint8Array;
}

/** Some writes, a snapshot, writes to half of the blocks beside its copying, and some more. */
const record = async (blocks: number): Promise<Recorded> => {
  const { platform, format, open, initial } = await started(blocks);
  const { memories } = platform.outside;
  const moments: Moment[] = [];
  const events: ((history: History) => void)[] = [];
  let taken = false;
  await platform.run(async () => {
    await format();
    const volume = await open();
    const used = volume.layout.slotsOffset + initial.length;
    const content = (memory: (typeof memories)[0]): Content =>
      Buffer.concat([memory.read(sourceBase, initial.length), memory.read(storeBase, used)]);
    let until = 0;
    platform.trace.watch(({ cycle, handshakes }) => {
      if (handshakes.some(({ channel }) => /^m[01]_.*w$/.test(channel))) until = cycle + untilWritten;
      if (cycle > until) return;
      const contents = [content(memories[0]), content(memories[1])] as const;
      const last = moments.at(-1);
      const isNew =
        last === undefined || contents.some((one, index) => Buffer.compare(one, last.contents[index]!) !== 0);
      if (isNew || last.events < events.length || last.taken !== taken)
        moments.push({ cycle, contents, events: events.length, taken });
    });
    const write = async (block: number): Promise<void> => {
      const data = written(block);
      let acknowledge: (() => void)[] = [];
      events.push((history) => {
        acknowledge = [history.begin(block * blockSize, data)];
      });
      await volume.write(block * blockSize, data);
      events.push((history) => {
        for (const acknowledged of acknowledge) acknowledged();
        history.flushed(history.now);
      });
    };
    for (const block of before) await write(block);
    await volume.take('one', { policy: 'break' });
    taken = true;
    await Promise.all(Array.from({ length: blocks / 2 }, (_, index) => write((index * 5) % blocks)));
    await volume.settled();
    for (const block of [0, 5]) await write(block);
    const beyond = memories.map((memory) => memory.read(storeBase + used, storeSize - used));
    for (const rest of beyond) expect(rest.every((byte) => byte === 0)).toBe(true);
  });
  platform.close();
  const image = initial.slice();
  for (const block of before) image.set(written(block), block * blockSize);
  return { moments, events, initial, image };
};

const beatsBetween = (one: Content, other: Content): number => {
  if (Buffer.compare(one, other) === 0) return 0;
  let count = 0;
  for (let beat = 0; beat < one.length; beat += beatBytes)
    if (Buffer.compare(one.subarray(beat, beat + beatBytes), other.subarray(beat, beat + beatBytes)) !== 0) count += 1;
  return count;
};

test.each(thorough ? [16, 64] : [16])(
  '%i blocks survive a power cut at every write of either memory',
  { timeout: 3_600_000 },
  async (blocks) => {
    const { moments, events, initial, image } = await record(blocks);
    expect(moments.length).toBeGreaterThan(40 * blocks);
    // A memory takes a beat a cycle: where no more than that changed, no state between two was missed.
    for (const [index, moment] of moments.slice(1).entries())
      for (const memory of [0, 1] as const)
        expect(beatsBetween(moments[index]!.contents[memory], moment.contents[memory])).toBeLessThanOrEqual(1);
    const draw = drawFrom(blocks);
    const history = new History(initial);
    let passed = 0;
    const found = { there: 0, notYet: 0 };
    const step = thorough ? 1 : Math.floor(moments.length / 25);
    for (const [at, { cycle, contents, events: come, taken }] of moments.entries()) {
      for (; passed < come; passed += 1) events[passed]!(history);
      if (at % step !== 0) continue;
      // Which memory is read is not the volume's choice: either, or each for some beats.
      const mixed = contents[0].slice();
      for (let beat = 0; beat < mixed.length; beat += beatBytes)
        if (draw(2) === 1) mixed.set(contents[1].subarray(beat, beat + beatBytes), beat);
      for (const [from, content] of [...contents, mixed].entries()) {
        const machine = new Machine(at);
        const source = new SimulatedStorage(machine, content.slice(0, initial.length));
        const store = new SimulatedStorage(
          machine,
          Buffer.concat([content.subarray(initial.length), new Uint8Array(1024)]),
        );
        const volume = await Volume.open(source, store, { pace: { turn: async () => 8 }, now: () => 0n });
        const isThere = volume.names.includes('one');
        found[isThere ? 'there' : 'notYet'] += 1;
        if (taken) expect([cycle, from, isThere]).toEqual([cycle, from, true]);
        for (const when of ['at once', 'when it stands alone']) {
          expect([cycle, from, when, history.findLoss(await readWhole(volume))]).toEqual([cycle, from, when, null]);
          if (isThere) {
            const shown = Buffer.compare(await readWhole(volume, 'one'), image);
            expect([cycle, from, when, shown]).toEqual([cycle, from, when, 0]);
          }
          await volume.settled();
        }
        await volume.close();
      }
    }
    expect(found.there).toBeGreaterThan(10);
    if (thorough)
      process.stdout.write(`${blocks} blocks: ${moments.length} states of the memories, each come back from\n`);
  },
);
