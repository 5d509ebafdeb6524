import { all, any, type Bits, lit, mux, unpack } from '../hdl/index.ts';
import { addressRules } from '../parts/axi/address-properties.ts';
import { readEdge } from '../parts/axi/edge-properties.ts';
import { range } from '../parts/seen.ts';
import {
  agesAreKept,
  beatsToCome,
  count,
  headPaths,
  headsInOrder,
  isProcessors,
  mergesAreWhole,
  type ReadSlotSeen,
  readSlotPaths,
  readSlotsSeen,
} from './properties-read-slots.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import { type Geometry, purposes, readHalf, widthsOf } from './shapes.ts';

/**
 * The rules of AXI4 on the read channels of `m_axi`, and what ties the checker's reads to the slots: each is the slot of its identifier that as many others are
 * before. So a plain access ends with memory's last beat, and nothing else is EXOKAY.
 */

const requestFields = ['addr', 'len', 'size', 'burst', 'lock', 'cache'] as const;

/** The signals inside the path that `memoryReads` speaks of. */
export const memoryReadPaths = (p: Geometry): readonly string[] => [
  ...readSlotPaths(p),
  ...headPaths,
  ...['r_full', 'r_held_id', 'r_held_last', 'r_held_resp', 'tag_response'].map((name) => `read_slots.${name}`),
  ...(widthsOf(p).beats === 2 ? range(p.reads).map((slot) => `read_slots.halves[${slot}]`) : []),
  ...['active', 'channel', 'burst_cache', 'ar_full'].map((name) => `read_requests.${name}`),
  ...requestFields.map((field) => `read_requests.ar_held_signals_${field}`),
];

/** Of memory's beats one is still to come for the slot. */
const asks = (slot: ReadSlotSeen): Bits<1> => all([slot.valid, slot.refused.not(), slot.expected.isNonZero()]);

export const memoryReads = (p: Geometry, path: ProvenPath): void => {
  const { m, io, seen } = path;
  const { m_axi } = io;
  const busBytes = widthsOf(p).bytes;
  const slots = readSlotsSeen(p, seen);
  agesAreKept(slots, path);
  const toCome = beatsToCome(p, path);
  m.assume(headsInOrder(slots, path), 'decryption: the heads of its queues are in the order of identifiers');
  m.assume(mergesAreWhole(path), 'write pieces: a merge is of whole blocks of an encrypted channel');
  const { entries } = readEdge(
    m,
    m_axi,
    { busBytes, most: p.reads },
    { edge: 'm_axi', proves: 'manager', trusts: true },
  );
  const flag = (name: string): Bits<1> => seen(name).bit(0);
  const asking = slots.map(asks);
  const held = flag('read_slots.r_full');
  const heldId = seen('read_slots.r_held_id');
  const heldEnds = all([held, flag('read_slots.r_held_last')]);
  const ranks = slots.map((slot, index) =>
    count(
      slots.map((other, at) =>
        at === index ? lit(1, 0) : all([asking[at] ?? held, other.id.eq(slot.id), slot.after(at)]),
      ),
    ),
  );
  /** Beats less one that memory is to give. */
  const left = slots.map(
    (slot, index) =>
      mux(
        all([slot.plain, isProcessors(slot)]),
        toCome.left[index] ?? slot.left,
        slot.expected.resize<number>(8).subtract(1),
      ) as Bits,
  );
  const lock = slots.map((slot, index) => all([slot.plain, toCome.lock[index] ?? held]));
  const isSlot = (of: {
    readonly id: Bits;
    readonly rank: Bits;
    readonly left: Bits;
    readonly lock: Bits<1>;
  }): Bits<1> =>
    any(
      slots.map((slot, index) =>
        all([
          asking[index] ?? held,
          slot.id.eq(of.id),
          ranks[index]?.eq(of.rank) ?? held,
          left[index]?.eq(of.left) ?? held,
          lock[index]?.eq(of.lock) ?? held,
        ]),
      ),
    );
  const sameId = (id: Bits, upTo: number): readonly Bits<1>[] =>
    entries.slice(0, upTo).map((entry) => all([entry.present, entry.id.eq(id)]));
  const heldOf = (id: Bits): Bits<1> => all([heldEnds, heldId.eq(id)]);
  m.assert(
    count([...entries.map(({ present }) => present), m_axi.arvalid, heldEnds]).eq(count(asking)),
    'reads: the checker counts what memory owes',
  );
  for (const [index, entry] of entries.entries()) {
    if (index > 0)
      m.assert(entry.present.implies(entries[index - 1]?.present ?? held), `reads: entry ${index} follows another`);
    const before = sameId(entry.id, index);
    const rest = all([held, heldEnds.not(), heldId.eq(entry.id), any([lit(1, 0), ...before]).not()]);
    m.assert(
      entry.present.implies(
        all([
          rest.implies(entry.left.reduceAnd().not()),
          isSlot({
            id: entry.id,
            rank: count([...before, heldOf(entry.id)]),
            left: entry.left.add(rest.resize<number>(8)),
            lock: entry.lock.bit(0),
          }),
        ]),
      ),
      `reads: entry ${index} is a slot that waits for it`,
    );
  }
  m.assert(
    m_axi.arvalid.implies(
      isSlot({
        id: m_axi.arid,
        rank: count([...sameId(m_axi.arid, entries.length), heldOf(m_axi.arid)]),
        left: m_axi.arlen,
        lock: m_axi.arlock,
      }),
    ),
    'the request that is shown to memory is the last of its identifier',
  );
  m.assert(
    all([held, heldEnds.not()]).implies(any(sameId(heldId, entries.length))),
    'a held beat that is not the last is of a request that memory has',
  );
  const exclusive = seen('read_slots.r_held_resp').eq(1);
  m.assert(
    held.implies(
      any(
        slots.map((slot, index) =>
          all([
            asking[index] ?? held,
            slot.id.eq(heldId),
            ranks[index]?.isZero() ?? held,
            left[index]?.isZero().eq(heldEnds) ?? held,
            exclusive.implies(lock[index] ?? held),
          ]),
        ),
      ),
    ),
    'a held beat is for a slot that waits for it',
  );
  for (const [index, slot] of slots.entries()) {
    m.assert(slot.valid.implies(slot.class.le(4)), `read slot ${index}: of a class that there is`);
    m.assert(
      all([slot.valid, slot.plain, isProcessors(slot)]).implies(slot.expected.eq(1)),
      `read slot ${index}: of a plain access memory has a beat to give`,
    );
    m.assert(
      all([slot.valid, slot.plain]).implies(any([isProcessors(slot), slot.isFor(purposes.scan)])),
      `read slot ${index}: what is merged is encrypted`,
    );
    m.assert(
      all([slot.valid, isProcessors(slot).not(), slot.plain]).implies(toCome.lock[index]?.not() ?? held),
      `read slot ${index}: no scan is exclusive`,
    );
    if (widthsOf(p).beats === 1) continue;
    const half = unpack(readHalf(p), seen(`read_slots.halves[${index}]`));
    m.assert(
      all([slot.valid, slot.encrypted, slot.expected.bit(0)]).implies(half.resp.ne(1)),
      `read slot ${index}: half a block is not EXOKAY`,
    );
    m.assert(
      all([slot.valid, slot.encrypted]).implies(slot.expected.le(8)),
      `read slot ${index}: at most the beats of a line are to come`,
    );
  }
  requests(p, path);
  m.assert(toCome.good, 'a plain beat that memory gives is the last, and EXOKAY, as AXI4 has it');
  m.assert(flag('read_slots.takes').implies(seen('read_slots.tag_response').ne(1)), 'what is decrypted is not EXOKAY');
};

/** Requests on their way to memory are such as AXI4 allows, where the processor's are. */
const requests = (p: Geometry, { m, io, seen }: ProvenPath): void => {
  const { s_axi } = io;
  const busBytes = widthsOf(p).bytes;
  const plain = {
    valid: s_axi.arvalid,
    addr: s_axi.araddr,
    len: s_axi.arlen,
    size: s_axi.arsize,
    burst: s_axi.arburst,
    lock: s_axi.arlock,
    cache: s_axi.arcache,
  };
  addressRules('ar', plain, busBytes, (rule, broken) => m.assume(broken.not(), `s_axi: ${rule}`));
  const of = (field: (typeof requestFields)[number]): Bits => seen(`read_requests.ar_held_signals_${field}`);
  const held = {
    valid: seen('read_requests.ar_full').bit(0),
    addr: of('addr'),
    len: of('len'),
    size: of('size'),
    burst: of('burst'),
    lock: of('lock').bit(0),
    cache: of('cache'),
  };
  addressRules('ar', held, busBytes, (rule, broken) => m.assert(broken.not(), `the held read: ${rule}`));
  const cache = seen('read_requests.burst_cache');
  m.assert(
    seen('read_requests.active')
      .bit(0)
      .implies(
        all([seen('read_requests.channel').isNonZero(), cache.bit(1).or(cache.slice<number, number>(3, 2).isZero())]),
      ),
    'the burst that is cut is encrypted, and has attributes that there are',
  );
};
