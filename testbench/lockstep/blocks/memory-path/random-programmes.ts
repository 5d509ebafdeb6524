/** Random register programmes: keys, forms and scans that come and go. */
import fc, { type Arbitrary } from 'fast-check';
import type { MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import type { LiteAccess } from '../../axi/lite-manager.ts';
import { commitWait, keyWords, keyWrites, kinds, scanWrites, word, write } from './programmes.ts';
import { commandBits, mappedAddresses, registers } from './registers.ts';
import type { HeldScan, Scan } from './scenario.ts';

type P = MemoryPathParameters;

const pageBytes = 4096;

/** Accesses that belong together, and what memory is to hold for them. */
interface Group {
  readonly accesses: readonly LiteAccess[];
  readonly held?: HeldScan;
}

/** Begins a scan, perhaps stops it, and asks what has become of it. */
const scanAccesses = (scan: Scan, wait: number, stop: number | null, asked = 0): readonly LiteAccess[] => [
  ...scanWrites(scan, wait),
  ...(stop === null ? [] : [write(registers.scanCommand, 2, stop)]),
  { kind: 'read', address: registers.scanStatus, wait: asked },
];

/** Most scans go on to their end. */
const scanTimes = {
  wait: fc.nat(60),
  stop: fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.nat(60) },
  ),
};

/** A scan of a few lines near what the traffic writes. */
const scans = (p: P): Arbitrary<Group> =>
  fc
    .record({
      line: fc.nat((4 * pageBytes) / 64 - 1),
      lines: fc.oneof(
        { weight: 3, arbitrary: fc.nat(3) },
        { weight: 6, arbitrary: fc.nat(40) },
        // Long enough that nothing may wait for its end.
        { weight: 1, arbitrary: fc.integer({ min: 150, max: 400 }) },
      ),
      form: fc.nat(2 ** p.select - 1),
      pattern: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: word }),
      ...scanTimes,
    })
    .map(({ line, lines, form, pattern, stop, wait }) => ({
      accesses: scanAccesses({ form, address: 64 * line, lines, low: pattern, high: pattern }, wait, stop),
    }));

/** A scan that matches, or all but a bit, if nobody has changed the memory or the key. */
const heldScans = (p: P): Arbitrary<Group> =>
  fc
    .record({
      // Away from most of the traffic, or over the end of memory.
      line: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 512, max: 1023 }) },
        { weight: 1, arbitrary: fc.constant(2 ** (p.addressWidth - 6) - 2) },
      ),
      lines: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 12 })),
      form: fc.nat(2 ** p.select - 1),
      low: word,
      high: word,
      different: fc.option(fc.record({ word: fc.oneof(fc.nat(15), fc.nat(12 * 8 - 1)), bit: fc.nat(63) }), { freq: 2 }),
      ...scanTimes,
      /** Mostly long enough for the scan to end. */
      asked: fc.nat(300),
    })
    .map(({ line, different, wait, stop, asked, ...rest }) => {
      const scan = { ...rest, address: 64 * line };
      return { accesses: scanAccesses(scan, wait, stop, asked), held: { ...scan, different } };
    });

/** Reads, and writes that change no key and no form. */
const harmless = (p: P): Arbitrary<Group> =>
  fc
    .record({
      read: fc.boolean(),
      address: fc.constantFrom(...mappedAddresses(p)),
      target: fc.constantFrom(registers.interruptStatus, registers.interruptEnable, registers.identification),
      data: word,
      wait: fc.nat(40),
    })
    .map(({ read, address, target, data, wait }) => ({
      accesses: [read ? { kind: 'read', address, wait } : write(target, data, wait)],
    }));

/** A slot is locked, perhaps with a command at once; one that comes later is too late. */
const locks = (p: P): Arbitrary<readonly LiteAccess[]> =>
  fc
    .record({
      slot: fc.nat(p.keySlots - 1),
      first: fc.constantFrom(0, 0, ...Object.values(commandBits)),
      second: fc.constantFrom(...Object.values(commandBits)),
      wait: fc.nat(60),
      between: fc.nat(2 * commitWait),
    })
    .map(({ slot, first, second, wait, between }) => [
      write(registers.keyCommand + 4 * slot, commandBits.lock | first, wait),
      write(registers.keyCommand + 4 * slot, second, between),
    ]);

/** Some of the words of a key, whole or in part, and a command that may want others. */
const scraps = (p: P): Arbitrary<readonly LiteAccess[]> =>
  fc
    .record({
      words: fc.array(fc.record({ index: fc.nat(15), data: word, strobes: fc.constantFrom(15, 15, 1, 8, 0) }), {
        minLength: 1,
        maxLength: 16,
      }),
      slot: fc.nat(p.keySlots - 1),
      command: fc.constantFrom(...Object.values(commandBits)),
      locks: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, commandBits.lock),
      wait: fc.nat(60),
    })
    .map(({ words, slot, command, locks, wait }) => [
      ...words.map(({ index, data, strobes }) => ({ ...write(registers.key + 4 * index, data), strobes })),
      write(registers.keyCommand + 4 * slot, command | locks, wait),
      { kind: 'read', address: registers.keyStaged, wait: 0 },
    ]);

/** A key is loaded, and other words are written at once, perhaps while the commit waits. */
const overtaken = (p: P): Arbitrary<readonly LiteAccess[]> =>
  fc
    .record({
      slot: fc.nat(p.keySlots - 1),
      kind: fc.constantFrom(...kinds),
      words: keyWords,
      late: fc.array(fc.record({ index: fc.nat(15), data: word }), { minLength: 1, maxLength: 6 }),
      wait: fc.nat(40),
    })
    .map(({ late, wait, ...load }) => [
      ...keyWrites(load, wait),
      ...late.map(({ index, data }) => write(registers.key + 4 * index, data)),
    ]);

const { clear } = commandBits;

/** A command to a key slot in the middle of a scan. */
const interrupted = (p: P): Arbitrary<Group> =>
  fc
    .tuple(
      heldScans(p),
      fc.nat(p.keySlots - 1),
      fc.constantFrom(clear, clear, clear, ...Object.values(commandBits)),
      fc.nat(80),
    )
    .map(([{ accesses, held }, slot, command, wait]) => {
      // The scan's last access asks what has become of it.
      const [asks, rest] = [accesses.slice(-1), accesses.slice(0, -1)];
      const both = [...rest, write(registers.keyCommand + 4 * slot, command, wait), ...asks];
      return held === undefined ? { accesses: both } : { accesses: both, held };
    });

/** Keys and forms changed while transactions flow. */
const changes = (p: P): Arbitrary<Group> =>
  fc
    .oneof(
      {
        weight: 3,
        arbitrary: fc
          .record({ slot: fc.nat(p.keySlots - 1), kind: fc.constantFrom(...kinds), words: keyWords, wait: fc.nat(40) })
          .map(({ wait, ...load }) => keyWrites(load, wait)),
      },
      {
        weight: 3,
        arbitrary: fc
          .record({
            slot: fc.nat(p.keySlots - 1),
            command: fc.oneof(
              { weight: 3, arbitrary: fc.constant(commandBits.clear as number) },
              { weight: 1, arbitrary: fc.nat(31) },
            ),
            wait: fc.nat(60),
          })
          .map(({ slot, command, wait }) => [write(registers.keyCommand + 4 * slot, command, wait)]),
      },
      {
        weight: 3,
        arbitrary: fc
          .record({ form: fc.nat(2 ** p.select - 1), value: fc.nat(0x7ff), wait: fc.nat(60) })
          .map(({ form, value, wait }) => [write(registers.form + 4 * form, value, wait)]),
      },
      { weight: 1, arbitrary: locks(p) },
      { weight: 2, arbitrary: scraps(p) },
      { weight: 2, arbitrary: overtaken(p) },
    )
    .map((accesses) => ({ accesses }));

/** Any write at all, with any strobes. */
const wild = (p: P): Arbitrary<Group> =>
  fc
    .record({
      address: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...mappedAddresses(p)) },
        { weight: 1, arbitrary: fc.nat(0xfff) },
      ),
      // A scan of all of memory would never end.
      data: fc.nat(0xfff),
      strobes: fc.nat(15),
      wait: fc.nat(40),
      dataWait: fc.nat(40),
    })
    .map((each) => ({
      accesses: [{ kind: 'write', ...each, strobes: each.address >= 0x188 && each.address < 0x18c ? 1 : each.strobes }],
    }));

/** What software does while transactions flow, and what memory holds for its scans. */
export interface Programme {
  readonly accesses: readonly LiteAccess[];
  readonly held: readonly HeldScan[];
}

/** @param changing whether keys and forms change as well */
export const programmes = (p: P, changing: boolean, most: number): Arbitrary<Programme> =>
  fc
    .array(
      changing
        ? fc.oneof(
            { weight: 6, arbitrary: harmless(p) },
            { weight: 2, arbitrary: scans(p) },
            { weight: 10, arbitrary: heldScans(p) },
            { weight: 6, arbitrary: changes(p) },
            { weight: 4, arbitrary: interrupted(p) },
            { weight: 2, arbitrary: wild(p) },
          )
        : fc.oneof(harmless(p), scans(p), heldScans(p)),
      { maxLength: most, size: 'max' },
    )
    .map((groups) => ({
      accesses: groups.flatMap(({ accesses }) => accesses),
      held: groups.flatMap(({ held }) => (held === undefined ? [] : [held])),
    }));
