import { all, any, type Bits, lit, type ModuleBody } from '../hdl/index.ts';
import { readEdge } from '../parts/axi/edge-properties.ts';
import { range } from '../parts/seen.ts';
import {
  agesAreKept,
  beatsToCome,
  behindOthers,
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
 * The rules of AXI4 on the read channels of `s_axi`, and what ties the checker's reads to the path's: each is a burst that is held, is being cut, is in slots, or is the beat in the
 * R register. A burst's slots are those of its identifier that as many ends of bursts are before.
 */

/** The signals inside the path that `processorReads` speaks of. */
export const processorReadPaths = (p: Geometry): readonly string[] => [
  ...readSlotPaths(p),
  ...headPaths,
  ...['active', 'channel', 'burst_id', 'ar_full'].map((name) => `read_requests.${name}`),
  ...['id', 'len', 'lock'].map((field) => `read_requests.ar_held_signals_${field}`),
];

/** What is taken of the parts that are not there: each is proved elsewhere. */
const trusted = (p: Geometry, path: ProvenPath) => {
  const { m } = path;
  const slots = readSlotsSeen(p, path.seen);
  agesAreKept(slots, path);
  const toCome = beatsToCome(p, path);
  m.assume(toCome.good, 'memory: a plain beat that it gives is the last, and EXOKAY, as AXI4 has it');
  m.assume(headsInOrder(slots, path), 'decryption: the heads of its queues are in the order of identifiers');
  m.assume(mergesAreWhole(path), 'write pieces: a merge is of whole blocks of an encrypted channel');
  return { slots, toCome };
};

/** Slots whose last beat ends a burst. */
const endsBurst = (slot: ReadSlotSeen): Bits<1> => any([slot.plain, slot.refused, slot.final.bit(0)]);

export const processorReads = (p: Geometry, path: ProvenPath): void => {
  const { m, io, seen } = path;
  const { s_axi } = io;
  const { slots, toCome } = trusted(p, path);
  // In slots, in the R register, being cut, held.
  const most = p.reads + 3;
  const { entries } = readEdge(
    m,
    s_axi,
    { busBytes: widthsOf(p).bytes, most },
    { edge: 's_axi', proves: 'subordinate', trusts: false },
  );
  const flag = (path: string): Bits<1> => seen(`read_requests.${path}`).bit(0);
  const cutting = flag('active');
  const cutterId = seen('read_requests.burst_id');
  const held = flag('ar_full');
  const heldId = seen('read_requests.ar_held_signals_id');
  const shown = s_axi.rvalid;
  const shownEnds = all([shown, s_axi.rlast]);
  const ours = slots.map((slot) => all([slot.valid, isProcessors(slot)]));
  const ends = slots.map((slot, index) => all([ours[index] ?? shown, endsBurst(slot)]));
  const idOf = (slot: ReadSlotSeen): Bits => slot.id.truncate<number>(p.idWidth);
  const left = (index: number): Bits => toCome.left[index] ?? shown;
  // The ends of bursts of its identifier before a slot, and whether it has the first beats of its burst that are in slots.
  const ranks = slots.map((slot, index) =>
    count(
      slots.map((other, at) =>
        at === index ? lit(1, 0) : all([ends[at] ?? shown, other.id.eq(slot.id), slot.after(at)]),
      ),
    ),
  );
  const leads = slots.map((slot, index) =>
    any(
      slots.map((other, at) =>
        at === index
          ? lit(1, 0)
          : all([ours[at] ?? shown, other.id.eq(slot.id), slot.after(at), ranks[at]?.eq(ranks[index] ?? 0) ?? shown]),
      ),
    ).not(),
  );

  m.assert(
    count(entries.map(({ present }) => present)).eq(count([shownEnds, ...ends, cutting, held])),
    'reads: the checker counts what is in flight',
  );
  for (const [index, entry] of entries.entries()) {
    if (index > 0)
      m.assert(entry.present.implies(entries[index - 1]?.present ?? shown), `reads: entry ${index} follows another`);
    const mine = (id: Bits): Bits<1> => id.eq(entry.id);
    const before = count(entries.slice(0, index).map((other) => all([other.present, mine(other.id)])));
    const first = before.isZero();
    const isShown = all([shown, mine(s_axi.rid)]);
    const isEnding = all([isShown, s_axi.rlast]);
    const place = before.subtract(isEnding.resize<number>(before.width));
    // A beat in the R register that is not the last.
    const rest = all([isShown, s_axi.rlast.not(), first]);
    const follows = (value: Bits): Bits<1> =>
      all([entry.left.eq(value.add(rest.resize<number>(8))), rest.implies(value.reduceAnd().not())]);
    const inSlots = slots.map((slot, at) =>
      all([ours[at] ?? shown, mine(idOf(slot)), ranks[at]?.eq(place) ?? shown, leads[at] ?? shown]),
    );
    const bursts = count(slots.map((slot, at) => all([ends[at] ?? shown, mine(idOf(slot))])));
    const isCut = all([cutting, mine(cutterId), bursts.eq(place), any(inSlots).not()]);
    const withCutter = bursts.add(all([cutting, mine(cutterId)]).resize<number>(bursts.width));
    const isHeld = all([held, mine(heldId), withCutter.eq(place), rest.not()]);
    const isDone = all([first, isEnding]);
    m.assert(
      entry.present.implies(
        any([
          all([isDone, entry.left.isZero()]),
          ...inSlots.map((is, at) => all([isDone.not(), is, follows(left(at))])),
          all([isDone.not(), isCut, follows(seen('read_requests.burst_len'))]),
          all([isDone.not(), isHeld, entry.left.eq(seen('read_requests.ar_held_signals_len'))]),
        ]),
      ),
      `reads: entry ${index} has the beats that are left in the path`,
    );
    const lock = entry.lock.bit(0);
    m.assert(
      all([entry.present, isDone.not()]).implies(
        all([
          isHeld.implies(lock.eq(flag('ar_held_signals_lock'))),
          ...slots.map((slot, number) =>
            all([inSlots[number] ?? shown, slot.plain]).implies(lock.eq(toCome.lock[number] ?? lock)),
          ),
        ]),
      ),
      `reads: entry ${index} is as exclusive as it is in the path`,
    );
    m.assert(
      all([entry.present, first, isShown, s_axi.rresp.eq(1)]).implies(lock),
      `reads: entry ${index} is exclusive if its beat says so`,
    );
  }
  // What is left of a burst comes behind.
  m.assert(cutting.implies(seen('read_requests.channel').isNonZero()), 'what is cut is encrypted');
  const isFollowed = (id: Bits, more: readonly Bits<1>[]): Bits<1> => any([all([cutting, cutterId.eq(id)]), ...more]);
  m.assert(
    all([shown, s_axi.rlast.not()]).implies(
      isFollowed(
        s_axi.rid,
        slots.map((slot, number) => all([ours[number] ?? shown, idOf(slot).eq(s_axi.rid)])),
      ),
    ),
    'what follows a beat that is not the last is in the path',
  );
  for (const [index, slot] of slots.entries()) {
    const own = ours[index] ?? shown;
    const younger = slots.map((other, at) =>
      at === index ? lit(1, 0) : all([ours[at] ?? shown, other.after(index), other.id.eq(slot.id)]),
    );
    m.assert(
      all([own, endsBurst(slot).not()]).implies(isFollowed(idOf(slot), younger)),
      `read slot ${index}: the rest of its burst comes behind it`,
    );
    const own_left = slot.left.resize<number>(9).add(1);
    const rest = left(index).resize<number>(9).subtract(own_left);
    m.assert(
      all([own, slot.plain.not(), endsBurst(slot)]).implies(left(index).eq(slot.left)),
      `read slot ${index}: the last of its burst`,
    );
    m.assert(
      all([own, endsBurst(slot).not(), any(younger).not()]).implies(rest.eq(seen('read_requests.burst_len').extend(9))),
      `read slot ${index}: the rest of its burst is to be cut`,
    );
    for (const [at, other] of slots.entries()) {
      if (at === index) continue;
      const between = slots.map((third, number) =>
        number === at || number === index
          ? lit(1, 0)
          : all([younger[number] ?? shown, other.after(number), third.valid]),
      );
      m.assert(
        all([own, endsBurst(slot).not(), younger[at] ?? shown, any(between).not()]).implies(
          all([other.encrypted, rest.eq(left(at).extend(9))]),
        ),
        `read slot ${index}: the rest of its burst is in slot ${at}, where that follows`,
      );
    }
    m.assert(slot.valid.implies(slot.class.le(4)), `read slot ${index}: of a class that there is`);
    m.assert(
      slot.valid.implies(slot.id.bit(slot.id.width - 1).eq(isProcessors(slot).not())),
      `read slot ${index}: under an identifier of its purpose`,
    );
    m.assert(
      slot.valid.implies(
        any([slot.encrypted, all([isProcessors(slot)]), all([slot.plain, slot.isFor(purposes.scan)])]),
      ),
      `read slot ${index}: what is merged is encrypted`,
    );
    m.assert(
      all([own, slot.plain]).implies(slot.expected.eq(1)),
      `read slot ${index}: of a plain access memory has a beat to give`,
    );
  }
  inOrder(m, path, slots);
};

/** Each beat that gets into the R register is of the oldest access with its identifier, whatever channel that goes through. */
const inOrder = (m: ModuleBody, { seen }: ProvenPath, slots: readonly ReadSlotSeen[]): void => {
  const wins = (source: number): Bits<1> => seen('read_slots.wins').bit(source);
  const behind = behindOthers(slots);
  const oneOf = (oneHot: Bits): Bits<1> =>
    any(range(slots.length).map((at) => all([oneHot.bit(at), behind[at] ?? wins(0)])));
  for (const [source, what, waits] of [
    [0, 'memory', oneOf(seen('read_slots.match'))],
    [1, 'AES', ofSlot(seen('read_slots.aes_tag_slot'), behind)],
    [2, 'PRINCE', ofSlot(seen('read_slots.prince_tag_slot'), behind)],
    [3, 'the refuser', oneOf(seen('read_slots.refusing'))],
  ] as const)
    m.assert(all([wins(source), waits]).not(), `a beat from ${what} is of the oldest access of its identifier`);
};
