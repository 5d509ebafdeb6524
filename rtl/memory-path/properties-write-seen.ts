import { all, any, type Bits, bits, lit, mux, vector } from '../hdl/index.ts';
import { word } from '../parts/rings.ts';
import { range, type Seen } from '../parts/seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import { type Geometry, refusedClass } from './shapes.ts';

/** Write bursts and write pieces as properties speak of them, and what the proofs of the write side take of each other. */

/** All of the path that writes have nothing to do with, and the ciphers. */
export const besideWrites: readonly string[] = [
  'registers',
  'keys',
  'tweaks',
  'decryption',
  'encryption',
  'read_requests',
  'read_slots',
  'scanner',
];

const burstFields = ['class', 'id', 'pieces', 'response', 'attributes_cache'] as const;
export const burstPaths = (p: Geometry): readonly string[] => [
  ...['valid', 'closed', 'burst_tail', 'current_active', 'current_index', 'current_class', 'enters', 'moves'].map(
    (name) => `write_bursts.${name}`,
  ),
  ...['aw_full', 'aw_held_signals_id', 'aw_held_signals_lock', 'aw_held_signals_cache', 'own_class', 'own_index'].map(
    (name) => `write_bursts.${name}`,
  ),
  ...range(p.writes).flatMap((index) => burstFields.map((field) => `write_bursts.burst_${index}_${field}`)),
];

export interface BurstSeen extends Readonly<Record<(typeof burstFields)[number], Bits>> {
  readonly valid: Bits<1>;
  readonly closed: Bits<1>;
  readonly plain: Bits<1>;
  readonly encrypted: Bits<1>;
  /** Its data are coming. */
  readonly current: Bits<1>;
  readonly after: (other: number) => Bits<1>;
}

/** Whether of two places in a ring the first is newer. */
const newerIn =
  (width: number, tail: Bits) =>
  (one: number, other: number): Bits<1> => {
    const age = (place: number): Bits => lit<number>(width, place).subtract(tail);
    return age(other).lt(age(one));
  };

export const burstsSeen = (p: Geometry, seen: Seen): readonly BurstSeen[] => {
  const newer = newerIn(Math.log2(p.writes), seen('write_bursts.burst_tail'));
  return range(p.writes).map((index) => {
    const of = (field: string): Bits => seen(`write_bursts.burst_${index}_${field}`);
    const plain = of('class').isZero();
    return {
      ...(Object.fromEntries(burstFields.map((field) => [field, of(field)])) as Record<
        (typeof burstFields)[number],
        Bits
      >),
      valid: seen('write_bursts.valid').bit(index),
      closed: seen('write_bursts.closed').bit(index),
      plain,
      encrypted: plain.or(of('class').eq(refusedClass)).not(),
      current: all([seen('write_bursts.current_active').bit(0), seen('write_bursts.current_index').eq(index)]),
      after: (other: number) => newer(index, other),
    };
  });
};

const flags = ['valid', 'collected', 'filled', 'sealed', 'launched'] as const;
const pieceFields = ['burst', 'line', 'first', 'last', 'channel', 'failed', 'empty'] as const;
export const piecePaths = (p: Geometry): readonly string[] => [
  ...[...flags, 'piece_tail', 'merge_next', 'encrypt_next', 'write_next', 'last_taken', 'place'].map(
    (name) => `write_pieces.${name}`,
  ),
  ...['encrypt_started', 'encrypt_place', 'answered', 'drops', 'passes', 'takes'].map((name) => `write_pieces.${name}`),
  ...['valid', 'begins', 'offset', 'strb'].map((field) => `write_pieces.beat_${field}`),
  ...['into', 'bytes.collected'].map((name) => `write_pieces.${name}`),
  ...range(p.writes).flatMap((index) => pieceFields.map((field) => `write_pieces.piece_${index}_${field}`)),
];

export interface PieceSeen
  extends Readonly<Record<(typeof pieceFields)[number], Bits>>,
    Readonly<Record<(typeof flags)[number], Bits<1>>> {
  readonly merging: Bits<1>;
  readonly encrypting: Bits<1>;
  readonly collecting: Bits<1>;
  /** Blocks that its beats have had a strobe in. */
  readonly touched: Bits;
  readonly after: (other: number) => Bits<1>;
}

/** The pieces, and beside what they say of themselves whether memory is being read for them, and whether the encryption has all of them. */
export const piecesSeen = (p: Geometry, { m, seen, given }: ProvenPath): readonly PieceSeen[] => {
  const newer = newerIn(Math.log2(p.writes), seen('write_pieces.piece_tail'));
  const flag = (signal: Bits): Bits<1> => signal.bit(0);
  const r = m.regs({
    merging: { type: bits<number>(p.writes), reset: 0 },
    encrypting: { type: bits<number>(p.writes), reset: 0 },
    touched: { type: vector(bits(4), p.writes), reset: 0 },
  });
  const beat = (field: string): Bits => seen(`write_pieces.beat_${field}`);
  const blocks = range(4).map((block) =>
    all([beat('offset').slice(5, 4).eq(block), beat('strb').isNonZero(), flag(beat('valid'))]),
  );
  for (const index of range(p.writes))
    m.when(all([flag(beat('valid')), seen('write_pieces.into').eq(index)]), () => {
      const before = mux(flag(beat('begins')), lit(4, 0), r.touched.get(index));
      r.touched.get(index).set(before.or(word(blocks)));
    });
  const fetched = (field: string): Bits => given(`read_slots.fetched_${field}`);
  const finished = (cipher: string, index: number): Bits<1> =>
    all([flag(given(`encryption.${cipher}_finished_valid`)), given(`encryption.${cipher}_finished_piece`).eq(index)]);
  for (const index of range(p.writes)) {
    m.when(all([flag(fetched('valid')), flag(fetched('last')), fetched('piece').eq(index)]), () =>
      r.merging.bit(index).set(0),
    );
    m.when(all([flag(given('read_requests.merge_wins')), seen('write_pieces.merge_next').eq(index)]), () =>
      r.merging.bit(index).set(1),
    );
    m.when(any([finished('aes', index), finished('prince', index)]), () => r.encrypting.bit(index).set(0));
    m.when(all([flag(seen('write_pieces.last_taken')), seen('write_pieces.encrypt_next').eq(index)]), () =>
      r.encrypting.bit(index).set(1),
    );
  }
  m.assume(
    flag(fetched('valid')).implies(r.merging.at(fetched('piece'))),
    'reads: what is fetched is for a piece that is merged',
  );
  for (const cipher of ['aes', 'prince'])
    m.assume(
      flag(given(`encryption.${cipher}_finished_valid`)).implies(
        r.encrypting.at(given(`encryption.${cipher}_finished_piece`)),
      ),
      `encryption: ${cipher} ends pieces that it has all of`,
    );
  return range(p.writes).map((index) => {
    const of = (field: string): Bits => seen(`write_pieces.piece_${index}_${field}`);
    const is = Object.fromEntries(flags.map((name) => [name, seen(`write_pieces.${name}`).bit(index)])) as Record<
      (typeof flags)[number],
      Bits<1>
    >;
    const [merging, encrypting] = [r.merging.bit(index), r.encrypting.bit(index)];
    const further = any([is.collected, merging, is.filled, encrypting, is.sealed, is.launched]);
    return {
      ...(Object.fromEntries(pieceFields.map((field) => [field, of(field)])) as Record<
        (typeof pieceFields)[number],
        Bits
      >),
      ...is,
      merging,
      encrypting,
      collecting: is.valid.and(further.not()),
      touched: r.touched.get(index),
      after: (other: number) => newer(index, other),
    };
  });
};
