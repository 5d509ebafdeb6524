import { all, any, type Bits, bit, bits } from '../hdl/index.ts';
import { range } from '../parts/seen.ts';
import { channels, commitCycles } from './interface.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/**
 * What a key slot holds: when it is locked it changes by tampering alone; what a commit takes was staged whole before it began, and stays as it was then; and when keys have been cleared nothing
 * of them is left. Whatever software does, and whoever uses the slots.
 */

/** All of the path but the registers and the key slots. */
export const besideKeys: readonly string[] = [
  'tweaks',
  'read_requests',
  'read_slots',
  'decryption',
  'write_bursts',
  'write_pieces',
  'encryption',
  'write_launch',
  'scanner',
];

const princeKeys = (slots: readonly number[]): readonly string[] =>
  slots.flatMap((slot) => ['k0', 'k1'].flatMap((part) => [0, 1].map((key) => `prince_keys_${2 * slot + key}_${part}`)));

const stateNames = ['loaded', 'locked', 'busy', 'committing', 'staged', 'slot', 'kind', 'timer', 'clearing', 'erase'];
const expansionNames = ['busy', 'to_slot', 'round', 'window'];

/** The signals inside the path that `keySlotProperties` speaks of. */
export const keySlotPaths = (p: Geometry): readonly string[] => [
  ...[...stateNames, ...princeKeys(range(p.keySlots)), 'feed_write', 'feed_written_slot'].map((name) => `keys.${name}`),
  ...range(p.keySlots).map((slot) => `keys.kinds_${slot}`),
  ...expansionNames.map((name) => `keys.expansion.${name}`),
  ...range(16).map((word) => `registers.settings_key_${word}_word`),
];

export const keySlotProperties = (p: Geometry, { m, io, seen }: ProvenPath): void => {
  const of = (name: string): Bits => seen(`keys.${name}`);
  const flag = (name: string): Bits<1> => of(name).bit(0);
  const [committing, timer, kind] = [flag('committing'), of('timer'), of('kind')];
  const words = range(16).map((word) => seen(`registers.settings_key_${word}_word`));
  let count = 0;
  /** What a signal was in the cycle before. */
  const before = <B extends Bits>(signal: B): B => {
    const name = `before_${count}`;
    count += 1;
    const { [name]: kept } = m.regs({ [name]: { type: bits<number>(signal.width), reset: 0 } });
    kept?.set(signal);
    return kept as unknown as B;
  };
  const isSteady = (signal: Bits): Bits<1> => signal.eq(before(signal));

  for (const slot of range(p.keySlots)) {
    const locked = all([of('locked').bit(slot), of('busy').bit(slot).not()]);
    const kept = [of('loaded').bit(slot), of(`kinds_${slot}`), ...princeKeys([slot]).map(of)];
    m.assert(
      before(all([locked, io.tamper.not()])).implies(all(kept.map(isSteady))),
      `key slot ${slot}: locked and not busy, it keeps what it holds`,
    );
    m.assert(before(locked).implies(locked), `key slot ${slot}: locked and not busy, it stays so`);
    m.assert(
      locked.implies(all([flag('feed_write'), of('feed_written_slot').eq(slot)]).not()),
      `key slot ${slot}: locked and not busy, no round key of it is written`,
    );
  }

  const staged = of('staged');
  for (const [index, value] of words.entries()) {
    m.assert(staged.bit(index).not().implies(value.isZero()), `word ${index}: it is 0 unless it is staged`);
    m.assert(
      before(all([committing, flag('erase').not()])).implies(isSteady(value)),
      `word ${index}: it stays as it is while a commit is active`,
    );
  }
  const short = all([...range(4), ...range(4).map((word) => 8 + word)].map((word) => staged.bit(word)));
  const needs = all([
    any([kind.eq(channels.aes128), kind.eq(channels.prince)]).implies(short),
    kind.eq(channels.aes256).implies(staged.reduceAnd()),
  ]);
  m.assert(committing.implies(needs), 'a commit is of a key that is staged whole');

  // The expansion works for the commit alone.
  const expanding = seen('keys.expansion.busy').bit(0);
  const half = commitCycles / 2;
  m.assert(timer.isNonZero().implies(committing), 'the timer is that of the commit');
  m.assert(
    expanding.eq(all([timer.ne(0), timer.ne(half)])),
    'round keys are made in the cycles of a commit that are for it',
  );
  m.assert(
    expanding.implies(
      all([
        seen('keys.expansion.round').eq(timer.slice<number, number>(3, 0).subtract(1)),
        seen('keys.expansion.to_slot').eq(of('slot').truncate<number>(seen('keys.expansion.to_slot').width)),
      ]),
    ),
    'round keys are made one after the other, for the slot of the commit',
  );
  m.assert(committing.implies(of('slot').lt(p.keySlots)), 'a commit is of a slot that there is');
  m.assert(
    any([timer.isNonZero(), expanding]).implies(of('clearing').isZero()),
    'no round key is made while keys are being cleared',
  );

  const { untouched } = m.regs({ untouched: { type: bit, reset: 1 } });
  m.when(committing, () => untouched.set(0));
  m.when(io.tamper, () => untouched.set(1));
  const keys = [...princeKeys(range(p.keySlots)).map(of), seen('keys.expansion.window'), of('loaded')];
  m.assert(
    all([untouched, committing.not()]).implies(all(keys.map((key) => key.isZero()))),
    'no key is left after reset and tampering until the next is committed',
  );
  m.assert(
    expanding.not().implies(seen('keys.expansion.window').isZero()),
    'the expansion keeps nothing when it is over',
  );
  m.assert(
    before(io.tamper).implies(all([staged, ...words].map((value) => value.isZero()))),
    'nothing is staged after tampering',
  );
};
