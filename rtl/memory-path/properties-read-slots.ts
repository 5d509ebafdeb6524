import { all, any, type Bits, bits, concat, lit, mux, popCount, select } from '../hdl/index.ts';
import { range, type Seen } from '../parts/seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import { type Geometry, purposes, refusedClass, widthsOf } from './shapes.ts';

/** The read slots as properties speak of them, and what the proofs of the read side take of each other. */

/** All of the path that reads have nothing to do with, and the ciphers with their queues. */
export const besideReads: readonly string[] = [
  'registers',
  'keys',
  'tweaks',
  'decryption',
  'encryption',
  'write_bursts',
  'write_pieces',
  'write_launch',
  'scanner',
];

const fields = ['class', 'purpose', 'id', 'size', 'offset', 'left', 'final', 'expected', 'block', 'piece'] as const;

/** The signals inside the path that `readSlotsSeen` and `beatsToCome` speak of. */
export const readSlotPaths = (p: Geometry): readonly string[] => [
  ...['valid', 'read_tail', 'launches', 'match', 'wins', 'offers', 'takes', 'keeps', 'passes'].map(
    (name) => `read_slots.${name}`,
  ),
  ...['fill_left', 'of_memory_last', 'of_memory_resp'].map((name) => `read_slots.${name}`),
  ...['launched_lock', 'burst_len', 'wins'].map((name) => `read_requests.${name}`),
  ...['aes_tag_slot', 'prince_tag_slot', 'refusing'].map((name) => `read_slots.${name}`),
  ...range(p.reads).flatMap((slot) => [
    ...fields.map((field) => `read_slots.slot_${slot}_${field}`),
    ...['older', 'elsewhere'].map((name) => `read_slots.${name}_${slot}`),
  ]),
];

/** Numbers of things in flight: a few. */
const countWidth = 4;
export const count = (flags: readonly Bits<1>[]): Bits =>
  popCount(concat(lit(1, 0), ...flags) as Bits).resize<number>(countWidth);

export interface ReadSlotSeen extends Readonly<Record<(typeof fields)[number], Bits>> {
  readonly valid: Bits<1>;
  readonly plain: Bits<1>;
  readonly refused: Bits<1>;
  readonly encrypted: Bits<1>;
  readonly prince: Bits<1>;
  readonly isFor: (purpose: number) => Bits<1>;
  /** Whether another slot is older, by its number. */
  readonly after: (other: number) => Bits<1>;
}

export const readSlotsSeen = (p: Geometry, seen: Seen): readonly ReadSlotSeen[] => {
  const width = widthsOf(p).read;
  const tail = seen('read_slots.read_tail');
  return range(p.reads).map((index) => {
    const of = (field: string): Bits => seen(`read_slots.slot_${index}_${field}`);
    const age = (slot: number): Bits => lit<number>(width, slot).subtract(tail);
    const plain = of('class').isZero();
    const refused = of('class').eq(refusedClass);
    return {
      ...(Object.fromEntries(fields.map((field) => [field, of(field)])) as Record<(typeof fields)[number], Bits>),
      valid: seen('read_slots.valid').bit(index),
      plain,
      refused,
      encrypted: plain.or(refused).not(),
      prince: of('class').eq(3),
      isFor: (purpose: number) => of('purpose').eq(purpose),
      after: (other: number) => age(other).lt(age(index)),
    };
  });
};

/** What each slot keeps of which others are older, and which of these of another class, is what the ring says: the lemma of all that follows. */
export const agesAreKept = (slots: readonly ReadSlotSeen[], { m, seen }: Pick<ProvenPath, 'm' | 'seen'>): void => {
  for (const [index, slot] of slots.entries()) {
    const older = seen(`read_slots.older_${index}`);
    const elsewhere = seen(`read_slots.elsewhere_${index}`);
    const kept = slots.flatMap((other, at) => {
      if (at === index) return [];
      const before = all([other.id.eq(slot.id), slot.after(at)]);
      const told = all([older.bit(at).eq(before), elsewhere.bit(at).eq(all([before, other.class.ne(slot.class)]))]);
      return [all([slot.valid, other.valid]).implies(told)];
    });
    m.assert(all(kept), `read slot ${index}: it knows which others are older, and of another class`);
  }
};

/** What is said of a slot that one of these one-hot or numbered signals names. */
export const ofSlot = (place: Bits, flags: readonly Bits<1>[]): Bits<1> => select(place, flags) as Bits<1>;

/** For each slot: whether an older valid one has its memory identifier. */
export const behindOthers = (slots: readonly ReadSlotSeen[]): readonly Bits<1>[] =>
  slots.map((slot, index) =>
    any(
      slots.map((other, at) => (at === index ? lit(1, 0) : all([other.valid, slot.after(at), other.id.eq(slot.id)]))),
    ),
  );

export interface BeatsToCome {
  /** Beats less one that the processor is still to be given from a slot's next on up to the end of its burst. */
  readonly left: readonly Bits[];
  /** Whether the slot's request was exclusive. */
  readonly lock: readonly Bits<1>[];
  /** A plain beat that memory gives ends its access, and is EXOKAY, as AXI4 has it. */
  readonly good: Bits<1>;
}

/** Follows the beats of bursts, which the path itself does not count where they are plain, and counts by pieces where they are not. */
export const beatsToCome = (p: Geometry, { m, seen }: Pick<ProvenPath, 'm' | 'seen'>): BeatsToCome => {
  const wins = seen('read_slots.wins');
  const beats = range(p.reads).map((slot) => {
    const declared = m.regs({
      [`to_come_${slot}`]: { type: bits<number>(8), reset: 0 },
      [`locked_${slot}`]: { type: bits<number>(1), reset: 0 },
    } as Readonly<Record<string, { readonly type: ReturnType<typeof bits<number>>; readonly reset: 0 }>>);
    const [left, lock] = Object.values(declared);
    if (left === undefined || lock === undefined) throw new Error('the registers were just declared');
    const given = any([
      all([wins.bit(0), seen('read_slots.match').bit(slot)]),
      all([wins.bit(1), seen('read_slots.aes_tag_slot').eq(slot)]),
      all([wins.bit(2), seen('read_slots.prince_tag_slot').eq(slot)]),
      all([wins.bit(3), seen('read_slots.refusing').bit(slot)]),
    ]);
    m.when(given, () => left.set(left.subtract(1)));
    m.when(all([seen('read_slots.launches').bit(0), seen('read_slots.read_tail').eq(slot)]), () => {
      left.set(mux(seen('read_requests.wins').bit(1), seen('read_requests.burst_len'), seen('read_slots.fill_left')));
      lock.set(seen('read_requests.launched_lock'));
    });
    return { left: left as Bits, lock: lock.bit(0) };
  });
  const matched = (of: (slot: number) => Bits<1>): Bits<1> =>
    any(range(p.reads).map((slot) => all([seen('read_slots.match').bit(slot), of(slot)])));
  const last = seen('read_slots.of_memory_last').bit(0);
  const exclusive = seen('read_slots.of_memory_resp').eq(1);
  return {
    left: beats.map(({ left }) => left),
    lock: beats.map(({ lock }) => lock),
    good: seen('read_slots.offers')
      .bit(0)
      .implies(
        all([
          last.eq(matched((slot) => beats[slot]?.left.isZero() ?? lit(1, 0))),
          exclusive.implies(matched((slot) => beats[slot]?.lock ?? lit(1, 0))),
        ]),
      ),
  };
};

/**
 * What is taken of the decryption's queues: the head of each is for a slot that is there, of its cipher, and before which none with its identifier waits; it is a slot's last only
 * when memory has given all beats; and its response is one of AXI4's to what is not exclusive.
 */
export const headsInOrder = (slots: readonly ReadSlotSeen[], { seen }: Pick<ProvenPath, 'seen'>): Bits<1> => {
  const behind = behindOthers(slots);
  return all(
    (['aes', 'prince'] as const).map((cipher) => {
      const of = (field: string): Bits => seen(`read_slots.${cipher}_${field}`);
      const good = slots.map((slot, index) =>
        all([
          slot.valid,
          slot.encrypted,
          slot.prince.eq(cipher === 'prince' ? 1 : 0),
          behind[index]?.not() ?? lit(1, 0),
          of('tag_response').ne(1),
          any([of('tag_last').bit(0), all([isProcessors(slot), slot.left.isZero()])]).implies(slot.expected.isZero()),
        ]),
      );
      return of('valid')
        .bit(0)
        .implies(ofSlot(of('tag_slot'), good));
    }),
  );
};

/** The heads of the queues, among the signals that are seen. */
export const headPaths: readonly string[] = ['aes', 'prince'].flatMap((cipher) =>
  ['valid', 'tag_slot', 'tag_place', 'tag_response', 'tag_last'].map((field) => `read_slots.${cipher}_${field}`),
);

/** What is taken of merges: whole pieces of an encrypted channel, with attributes that AXI4 allows. */
export const mergesAreWhole = ({ given }: Pick<ProvenPath, 'given'>): Bits<1> => {
  const of = (field: string): Bits => given(`write_pieces.merge_${field}`);
  return of('valid')
    .bit(0)
    .implies(
      all([
        of('channel').isNonZero(),
        of('first').le(of('last')),
        of('attributes_cache').bit(1).or(of('attributes_cache').slice<number, number>(3, 2).isZero()),
      ]),
    );
};

export const isProcessors = (slot: ReadSlotSeen): Bits<1> => slot.isFor(purposes.processor);
