import { all, any, type Bits, bits, lit, type ModuleBody } from '../hdl/index.ts';
import { type AgedList, agedList } from '../parts/axi/outstanding.ts';
import { range, type Seen } from '../parts/seen.ts';
import {
  agesAreKept,
  count,
  headPaths,
  headsInOrder,
  isProcessors,
  mergesAreWhole,
  ofSlot,
  type ReadSlotSeen,
  readSlotPaths,
  readSlotsSeen,
} from './properties-read-slots.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import { type Geometry, purposes, widthsOf } from './shapes.ts';

/**
 * The blocks of encrypted reads between memory and where they go. The decryption is a queue for each cipher that gives back in their order the tags that went in, whenever it likes; then
 * the heads are of slots that are there and are the oldest of their identifier, each slot's blocks come in their order, and a slot is used up with its last
 * block.
 */

/** The signals inside the path that `readBlocks` speaks of. */
export const readBlockPaths = (p: Geometry): readonly string[] => [
  ...readSlotPaths(p),
  ...headPaths,
  ...['tag_slot', 'tag_place', 'tag_response', 'tag_last', 'take_channel', 'aes_pop', 'prince_pop'].map(
    (name) => `read_slots.${name}`,
  ),
  ...['valid', 'piece', 'place', 'last', 'response'].map((field) => `read_slots.fetched_${field}`),
  ...['merge_wins', 'active', 'channel', 'burst_size', 'ar_full', 'ar_held_signals_size'].map(
    (name) => `read_requests.${name}`,
  ),
];

const tagFields = ['slot', 'place', 'response', 'last'] as const;
type Tags = AgedList<(typeof tagFields)[number]>;

/** The tags that are in the decryption of one cipher, as a queue that gives them back in order has them. */
const tagsIn = (m: ModuleBody, p: Geometry, seen: Seen, cipher: 'aes' | 'prince'): Tags => {
  const widths = { slot: widthsOf(p).read, place: 2, response: 2, last: 1 };
  const tags = agedList(m, `${cipher}_tags`, widths, 4 * p.reads);
  const taken = all([
    seen('read_slots.takes').bit(0),
    seen('read_slots.take_channel')
      .eq(3)
      .eq(cipher === 'prince' ? 1 : 0),
  ]);
  const [oldest] = tags.entries;
  if (oldest === undefined) throw new Error('a list has an entry');
  const of = (field: string): Bits => seen(`read_slots.${cipher}_${field}`);
  m.assume(
    of('valid')
      .bit(0)
      .implies(all([oldest.present, ...tagFields.map((field) => of(`tag_${field}`).eq(oldest[field]))])),
    `decryption: ${cipher} gives back in order the tags that went in`,
  );
  tags.update({
    remove: [seen(`read_slots.${cipher}_pop`).bit(0)],
    insert: taken,
    value: Object.fromEntries(tagFields.map((field) => [field, seen(`read_slots.tag_${field}`)])) as Record<
      (typeof tagFields)[number],
      Bits
    >,
  });
  return tags;
};

/** For the end of a slot, in bytes: 64 beats of 16. */
const numberWidth = 11;
const number = (value: Bits): Bits => value.resize<number>(numberWidth);

/** What ties the tags of one cipher to the slots. */
const tagsOfSlots = (m: ModuleBody, slots: readonly ReadSlotSeen[], cipher: string, tags: Tags): void => {
  const { entries } = tags;
  const is = (entry: (typeof entries)[number], slot: number): Bits<1> => all([entry.present, entry.slot.eq(slot)]);
  for (const [at, entry] of entries.entries()) {
    if (at > 0)
      m.assert(entry.present.implies(entries[at - 1]?.present ?? entry.present), `${cipher}: tag ${at} follows`);
    const right = slots.map((slot, index) => {
      const later = entries.slice(at + 1).map((other) => is(other, index));
      return all([
        slot.valid,
        slot.encrypted,
        slot.prince.eq(cipher === 'prince' ? 1 : 0),
        entry.place.eq(slot.block.truncate<number>(2).subtract(count([entry.present, ...later]).truncate<number>(2))),
        entry.last.bit(0).eq(all([slot.expected.isZero(), any([lit(1, 0), ...later]).not()])),
        // What is older and of its identifier goes the same way, and all of it is in.
        ...slots.map((other, old) =>
          old === index
            ? lit(1, 1)
            : all([other.valid, slot.after(old), other.id.eq(slot.id)]).implies(
                all([
                  other.class.eq(slot.class),
                  other.expected.isZero(),
                  any([lit(1, 0), ...entries.slice(at + 1).map((tag) => is(tag, old))]).not(),
                ]),
              ),
        ),
      ]);
    });
    m.assert(entry.present.implies(ofSlot(entry.slot, right)), `${cipher}: tag ${at} is a slot's, in order`);
    m.assert(entry.present.implies(entry.response.ne(1)), `${cipher}: tag ${at} is not EXOKAY`);
  }
};

export const readBlocks = (p: Geometry, path: ProvenPath): void => {
  const { m, seen } = path;
  const w = widthsOf(p);
  const slots = readSlotsSeen(p, seen);
  agesAreKept(slots, path);
  m.assume(mergesAreWhole(path), 'write pieces: a merge is of whole blocks of an encrypted channel');
  const flag = (name: string): Bits<1> => seen(name).bit(0);
  m.assume(
    flag('read_slots.takes').implies(seen('read_slots.tag_response').ne(1)),
    'memory: what is decrypted is not EXOKAY',
  );
  const widest = Math.log2(w.bytes);
  m.assume(path.io.s_axi.arsize.le(widest), 'ar_size: no beat is wider than the bus');
  const tags = (['aes', 'prince'] as const).map((cipher) => {
    const list = tagsIn(m, p, seen, cipher);
    tagsOfSlots(m, slots, cipher, list);
    return list;
  });
  m.assert(
    flag('read_requests.ar_full').implies(seen('read_requests.ar_held_signals_size').le(widest)),
    'the held request is no wider than the bus',
  );
  m.assert(
    flag('read_requests.active').implies(
      all([seen('read_requests.burst_size').le(widest), seen('read_requests.channel').isNonZero()]),
    ),
    'the burst that is cut is encrypted, and no wider than the bus',
  );
  for (const [index, slot] of slots.entries()) {
    const own = all([slot.valid, slot.encrypted]);
    const inside = number(
      count(tags.flatMap(({ entries }) => entries.map((tag) => all([tag.present, tag.slot.eq(index)])))),
    );
    const blocks = w.beats === 1 ? slot.expected : slot.expected.extend<number>(5).add(1).shiftRight(1);
    const total = inside.add(number(blocks));
    m.assert(
      own.implies(all([total.isNonZero(), total.le(4)])),
      `read slot ${index}: it has blocks to come, four at most`,
    );
    const aligned = slot.offset.and(lit<number>(6, 63).shiftLeft(slot.size));
    const end = number(aligned).add(number(slot.left.resize<number>(numberWidth).shiftLeft(slot.size)));
    const next = number(slot.block.truncate<number>(2)).subtract(inside).truncate<number>(2);
    const first = slot.offset.slice<number, number>(5, 4);
    m.assert(
      all([own, isProcessors(slot)]).implies(
        all([
          slot.size.le(widest),
          slot.left.le(63),
          end.le(63),
          first.eq(next),
          end.shiftRight(4).add(1).eq(number(first).add(total)),
        ]),
      ),
      `read slot ${index}: its last beat is in its last block`,
    );
    m.assert(slot.valid.implies(slot.class.le(4)), `read slot ${index}: of a class that there is`);
    m.assert(
      all([slot.valid, slot.isFor(purposes.merge)]).implies(slot.encrypted),
      `read slot ${index}: what is merged is encrypted`,
    );
  }
  m.assert(headsInOrder(slots, path), 'the heads of the queues are in the order of identifiers');
  merges(m, p, seen, path, slots);
};

/** What is fetched is for a piece that is being merged, and ends it with its last block. */
const merges = (
  m: ModuleBody,
  p: Geometry,
  seen: Seen,
  { given }: ProvenPath,
  slots: readonly ReadSlotSeen[],
): void => {
  const { merging } = m.regs({ merging: { type: bits<number>(p.writes), reset: 0 } });
  const piece = given('write_pieces.merge_piece');
  const begins = seen('read_requests.merge_wins').bit(0);
  const fetched = (field: string): Bits => seen(`read_slots.fetched_${field}`);
  const ends = all([fetched('valid').bit(0), fetched('last').bit(0)]);
  for (const index of range(p.writes)) {
    m.when(all([ends, fetched('piece').eq(index)]), () => merging.bit(index).set(0));
    m.when(all([begins, piece.eq(index)]), () => merging.bit(index).set(1));
  }
  m.assert(begins.implies(given('write_pieces.merge_valid').bit(0)), 'a merge wins that is asked for');
  m.assume(
    given('write_pieces.merge_valid').bit(0).implies(merging.at(piece).not()),
    'write pieces: a piece is merged once at a time',
  );
  for (const [index, slot] of slots.entries()) {
    const own = all([slot.valid, slot.isFor(purposes.merge)]);
    m.assert(own.implies(merging.at(slot.piece)), `read slot ${index}: its piece is being merged`);
    for (const [at, other] of slots.entries())
      if (at < index)
        m.assert(
          all([own, other.valid, other.isFor(purposes.merge)]).implies(slot.piece.ne(other.piece)),
          `read slots ${at} and ${index}: for different pieces`,
        );
  }
  m.assert(
    fetched('valid')
      .bit(0)
      .implies(merging.at(fetched('piece'))),
    'what is fetched is for a piece that is merged',
  );
  m.assert(fetched('valid').bit(0).implies(fetched('response').ne(1)), 'what is fetched is not EXOKAY');
};
