/** Any course of events on a volume, against a plain reference: arrays of bytes. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { drawFrom, Machine } from './testing/machine.ts';
import { readAll, readSnapshot } from './testing/recovery.ts';
import { formattedStore, openRun, randomSource, smallGeometry } from './testing/scenario.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const geometry = smallGeometry(10);
const { sourceSize, blockSize, places } = geometry;

type Event =
  | { readonly kind: 'write'; readonly offset: number; readonly length: number; readonly value: number }
  | { readonly kind: 'zero'; readonly offset: number; readonly length: number; readonly value: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'settle' }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'restore'; readonly which: number }
  | { readonly kind: 'read'; readonly which: number };

const range = fc
  .tuple(fc.nat(sourceSize - 1), fc.integer({ min: 1, max: 3 * blockSize }))
  .map(([offset, length]) => ({ offset, length: Math.min(length, sourceSize - offset) }));
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ kind: fc.constantFrom('write', 'zero'), range, value: fc.integer({ min: 1, max: 255 }) })
      .map(({ kind, range: place, value }) => ({ kind, ...place, value })),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('take', 'settle', 'reopen') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('remove', 'restore', 'read'), which: fc.nat(places) }) },
) as fc.Arbitrary<Event>;

test.prop([fc.array(event, { maxLength: 40 }), fc.nat()], { numRuns: thorough ? 3000 : 150 })(
  'a volume and its snapshots read as plain copies would',
  async (events, seed) => {
    const machine = new Machine(seed);
    const initial = randomSource(drawFrom(seed), sourceSize);
    let contents = { source: initial, store: await formattedStore(geometry, 2 ** 16) };
    const ahead = [0, 64, 1000][seed % 3]!;
    const open = () => openRun(machine, contents, undefined, undefined, undefined, ahead);
    let run = await open();
    let live = initial.slice();
    const copies = new Map<string, Uint8Array>();
    const changed = new Map<string, Set<number>>();
    let counter = 0;
    const note = (offset: number, length: number): void => {
      for (const blocks of changed.values())
        for (let block = Math.floor(offset / blockSize); block * blockSize < offset + length; block += 1)
          blocks.add(block);
    };
    for (const step of events) {
      const { volume } = run;
      if (step.kind === 'write' || step.kind === 'zero') {
        const data = new Uint8Array(step.length).fill(step.kind === 'zero' ? 0 : step.value);
        await (step.kind === 'zero'
          ? volume.live.zero(step.offset, step.length, false)
          : volume.write(step.offset, data));
        live.set(data, step.offset);
        note(step.offset, step.length);
      } else if (step.kind === 'take') {
        if (copies.size === places) continue;
        counter += 1;
        await run.take(`s${counter}`);
        copies.set(`s${counter}`, live.slice());
        changed.set(`s${counter}`, new Set());
      } else if (step.kind === 'settle') {
        await volume.settled();
      } else if (step.kind === 'reopen') {
        await volume.close();
        contents = { source: run.source.seen, store: run.store.seen };
        run = await open();
      } else {
        const name = [...copies.keys()][step.which];
        if (name === undefined) continue;
        if (step.kind === 'remove') {
          await volume.remove(name);
          copies.delete(name);
          changed.delete(name);
        } else if (step.kind === 'restore') {
          await volume.restore(name);
          const before = live;
          live = copies.get(name)!.slice();
          for (let at = 0; at < sourceSize; at += 1) if (before[at] !== live[at]) note(at, 1);
          expect(await readAll(volume)).toEqual(live);
          await volume.settled();
        } else {
          expect(await readSnapshot(volume, name)).toEqual(copies.get(name));
        }
      }
      expect(await readAll(run.volume)).toEqual(live);
    }
    const { volume } = run;
    expect(volume.names).toEqual([...copies.keys()]);
    for (const [name, content] of copies) {
      expect(await readSnapshot(volume, name)).toEqual(content);
      // Never a change that is not told; a restore may tell of blocks that were the same by chance.
      for (const block of changed.get(name)!) expect(volume.isChanged(volume.snapshot(name), null, block)).toBe(true);
    }
    await volume.close();
  },
);
