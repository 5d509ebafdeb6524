/** What software writes: keys, forms, scans. */
import fc, { type Arbitrary } from 'fast-check';
import { clearingCycles, commitCycles, type MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import type { LiteWrite } from '../../axi/lite-manager.ts';
import { commandBits, registers } from './registers.ts';
import type { Scan } from './scenario.ts';

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

export const word = fc.integer({ min: 0, max: 0xffff_ffff });

export interface KeyLoad {
  readonly slot: number;
  readonly kind: Kind;
  readonly words: readonly number[];
}

export const keyWords = fc.array(word, { minLength: 16, maxLength: 16 });

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
