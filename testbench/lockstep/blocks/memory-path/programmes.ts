/** Random register programmes: keys, forms, scans. */
import fc, { type Arbitrary } from 'fast-check';
import { clearingCycles, commitCycles, type MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import type { LiteAccess, LiteWrite } from '../../axi/lite-manager.ts';
import { commandBits, mappedAddresses, registers } from './registers.ts';
import type { HeldScan, Scan } from './scenario.ts';

type P = MemoryPathParameters;

export const write = (address: number, data: number, wait = 0): LiteWrite => ({
  kind: 'write',
  address,
  data: data >>> 0,
  strobes: 15,
  wait,
  dataWait: wait,
});

export const kinds = ['aes128', 'aes256', 'prince'] as const;
export type Kind = (typeof kinds)[number];
/** As registers name them. */
export const kindNumber = (kind: Kind): number => kinds.indexOf(kind) + 1;

const word = fc.integer({ min: 0, max: 0xffff_ffff });

export interface KeyLoad {
  readonly slot: number;
  readonly kind: Kind;
  readonly words: readonly number[];
}

const keyWords = fc.array(word, { minLength: 16, maxLength: 16 });

/** The writes that load a key slot; a commit must be over before the next words are staged. */
export const keyWrites = ({ slot, kind, words }: KeyLoad, wait: number): readonly LiteWrite[] => [
  ...words.map((value, index) => write(registers.key + 4 * index, value, index === 0 ? wait : 0)),
  write(registers.keyCommand + 4 * slot, commandBits[kind]),
];

/** A form's register. */
export const formWrite = (form: number, kind: Kind, slot: number, wait = 0): LiteWrite =>
  write(registers.form + 4 * form, 1 | (kindNumber(kind) << 4) | (slot << 8), wait);

/** One load for each slot, of a kind each. */
export const keyLoads = (p: P): Arbitrary<readonly KeyLoad[]> =>
  fc
    .array(fc.record({ kind: fc.constantFrom(...kinds), words: keyWords }), {
      minLength: p.keySlots,
      maxLength: p.keySlots,
    })
    .map((loads) => loads.map((load, slot) => ({ slot, ...load })));

/** Cycles to wait so that a commit without traffic is over. */
export const commitWait = commitCycles + 8;

/** Which slot each form from 1 up uses; -1: the form is not programmed. */
export const formSlots = (p: P): Arbitrary<readonly number[]> =>
  fc.array(
    fc.oneof(
      { withCrossShrink: true },
      { weight: 8, arbitrary: fc.nat(p.keySlots - 1) },
      { weight: 1, arbitrary: fc.constant(-1) },
    ),
    { minLength: 2 ** p.select - 1, maxLength: 2 ** p.select - 1 },
  );

export const settingsOf = (loads: readonly KeyLoad[], slots: readonly number[]): readonly LiteWrite[] => [
  ...loads.flatMap((load, index) =>
    keyWrites(load, index === 0 ? clearingCycles({ keySlots: loads.length }) : commitWait),
  ),
  ...slots.flatMap((slot, index) => {
    const load = loads[slot];
    return load === undefined ? [] : [formWrite(index + 1, load.kind, slot)];
  }),
  write(registers.interruptEnable, 15, commitWait),
];

/** The writes that begin a scan. */
export const scanWrites = ({ form, address, lines, low, high }: Scan, wait = 0): readonly LiteWrite[] => [
  write(registers.scanAddressLow, address, wait),
  ...(address >= 2 ** 32 ? [write(registers.scanAddressHigh, Math.floor(address / 2 ** 32))] : []),
  write(registers.scanLines, lines),
  write(registers.scanForm, form),
  write(registers.scanPatternLow, low),
  write(registers.scanPatternHigh, high),
  write(registers.scanCommand, 1),
];

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
      locks: fc.constantFrom(0, 0, 0, commandBits.lock),
      wait: fc.nat(60),
    })
    .map(({ words, slot, command, locks, wait }) => [
      ...words.map(({ index, data, strobes }) => ({ ...write(registers.key + 4 * index, data), strobes })),
      write(registers.keyCommand + 4 * slot, command | locks, wait),
      { kind: 'read', address: registers.keyStaged, wait: 0 },
    ]);

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
      { weight: 2, arbitrary: locks(p) },
      { weight: 2, arbitrary: scraps(p) },
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
            { weight: 4, arbitrary: scans(p) },
            { weight: 3, arbitrary: heldScans(p) },
            { weight: 6, arbitrary: changes(p) },
            { weight: 2, arbitrary: wild(p) },
          )
        : fc.oneof(harmless(p), scans(p), heldScans(p)),
      { maxLength: most, size: 'max' },
    )
    .map((groups) => ({
      accesses: groups.flatMap(({ accesses }) => accesses),
      held: groups.flatMap(({ held }) => (held === undefined ? [] : [held])),
    }));
