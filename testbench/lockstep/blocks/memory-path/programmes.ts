/** Random register programmes: keys, forms, scans. */
import fc, { type Arbitrary } from 'fast-check';
import { commitCycles, type MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import type { LiteAccess, LiteWrite } from '../../axi/lite-manager.ts';
import { commandBits, mappedAddresses, registers } from './registers.ts';

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

/** Cycles for each slot that clearing takes after reset: no commit goes on before. */
const clearingCycles = 16;

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
  ...loads.flatMap((load, index) => keyWrites(load, index === 0 ? clearingCycles * loads.length : commitWait)),
  ...slots.flatMap((slot, index) => {
    const load = loads[slot];
    return load === undefined ? [] : [formWrite(index + 1, load.kind, slot)];
  }),
  write(registers.interruptEnable, 7, commitWait),
];

const pageBytes = 4096;

/** A scan of a few lines near what the traffic writes. */
const scans = (p: P): Arbitrary<readonly LiteAccess[]> =>
  fc
    .record({
      line: fc.nat((4 * pageBytes) / 64 - 1),
      lines: fc.oneof({ weight: 1, arbitrary: fc.nat(3) }, { weight: 2, arbitrary: fc.nat(40) }),
      form: fc.nat(2 ** p.select - 1),
      pattern: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: word }),
      stop: fc.option(fc.nat(60), { freq: 4 }),
      wait: fc.nat(60),
    })
    .map(({ line, lines, form, pattern, stop, wait }) => [
      write(registers.scanAddressLow, line * 64, wait),
      write(registers.scanLines, lines),
      write(registers.scanForm, form),
      write(registers.scanPatternLow, pattern),
      write(registers.scanPatternHigh, pattern),
      write(registers.scanCommand, 1),
      ...(stop === null ? [] : [write(registers.scanCommand, 2, stop)]),
      { kind: 'read' as const, address: registers.scanStatus, wait: 0 },
    ]);

/** Reads, and writes that change no key and no form. */
const harmless = (p: P): Arbitrary<readonly LiteAccess[]> =>
  fc
    .record({
      read: fc.boolean(),
      address: fc.constantFrom(...mappedAddresses(p)),
      target: fc.constantFrom(registers.interruptStatus, registers.interruptEnable, registers.identification),
      data: word,
      wait: fc.nat(40),
    })
    .map(({ read, address, target, data, wait }) => [
      read ? { kind: 'read' as const, address, wait } : write(target, data, wait),
    ]);

/** Keys and forms changed while transactions flow. */
const changes = (p: P): Arbitrary<readonly LiteAccess[]> =>
  fc.oneof(
    fc
      .record({ slot: fc.nat(p.keySlots - 1), kind: fc.constantFrom(...kinds), words: keyWords, wait: fc.nat(40) })
      .map(({ wait, ...load }) => keyWrites(load, wait)),
    fc
      .record({
        slot: fc.nat(p.keySlots - 1),
        command: fc.oneof(
          { weight: 3, arbitrary: fc.constant(commandBits.clear as number) },
          { weight: 1, arbitrary: fc.nat(31) },
        ),
        wait: fc.nat(60),
      })
      .map(({ slot, command, wait }) => [write(registers.keyCommand + 4 * slot, command, wait)]),
    fc
      .record({ form: fc.nat(2 ** p.select - 1), value: fc.nat(0x7ff), wait: fc.nat(60) })
      .map(({ form, value, wait }) => [write(registers.form + 4 * form, value, wait)]),
  );

/** Any write at all, with any strobes. */
const wild = (p: P): Arbitrary<readonly LiteAccess[]> =>
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
    .map((each) => [
      { kind: 'write' as const, ...each, strobes: each.address >= 0x188 && each.address < 0x18c ? 1 : each.strobes },
    ]);

/** @param changing whether keys and forms change as well */
export const accessLists = (p: P, changing: boolean, most: number): Arbitrary<readonly LiteAccess[]> =>
  fc
    .array(
      changing
        ? fc.oneof(
            { weight: 3, arbitrary: harmless(p) },
            { weight: 3, arbitrary: scans(p) },
            { weight: 3, arbitrary: changes(p) },
            { weight: 1, arbitrary: wild(p) },
          )
        : fc.oneof({ weight: 2, arbitrary: harmless(p) }, { weight: 2, arbitrary: scans(p) }),
      { maxLength: most, size: 'max' },
    )
    .map((groups) => groups.flat());
