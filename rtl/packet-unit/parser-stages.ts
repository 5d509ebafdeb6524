import { type Bits, bit, bits, concat, lit, type ModuleBody, mux } from '../hdl/index.ts';
import { beatOf, beatView, type Geometry, laneShape } from './geometry.ts';
import { keptFacts, lastLayerTwoWord, layerTwo } from './layer-two.ts';
import { allOnes, bitsOf, leadingOnes, leadingOnesCount } from './leading-ones.ts';
import { shiftNumber } from './network-header.ts';

/** What has arrived of a beat's words, by `tkeep`: a word is complete with the beat's byte two below the next multiple of four. */
const wordFlags = (g: Geometry, keep: Bits): Bits<1>[] =>
  Array.from({ length: g.lanes }, (_, lane) => allOnes(keep, 4 * lane + 1, Math.max(0, 4 * lane - 2)));

/** The beat's words, first byte highest, behind the two bytes that the beat before left over. */
const shiftedWords = (g: Geometry, data: Bits, before: Bits): Bits<32>[] => {
  const byte = (index: number): Bits => data.slice(8 * index + 7, 8 * index);
  return Array.from({ length: g.lanes }, (_, lane) => {
    const high = lane === 0 ? before : concat(byte(4 * lane - 2), byte(4 * lane - 1));
    return concat(high, byte(4 * lane), byte(4 * lane + 1)).resize(32);
  });
};

interface Beat {
  readonly data: Bits;
  readonly keep: Bits;
  readonly last: Bits<1>;
}

/** Stage 1 holds the beat, shifted into words, and counts what has arrived. */
export const stageOne = (g: Geometry, m: ModuleBody, enter: Bits<1>, from: Beat) => {
  const { index, words_1, index_1, keep_1, last_1, available_1, headed_1, left_over } = m.regs({
    /** Number of the next beat in its frame, up to the first beyond the headers. */
    index: { type: bits(g.indexWidth), reset: 0 },
    words_1: { type: laneShape(g), reset: 'none' },
    index_1: { type: bits(g.indexWidth), reset: 'none' },
    keep_1: { type: bits(g.dataWidth / 8), reset: 'none' },
    last_1: { type: bit, reset: 'none' },
    available_1: { type: bits(g.countWidth), reset: 'none' },
    headed_1: { type: bits(3), reset: 'none' },
    left_over: { type: bits<number>(16), reset: 'none' },
  });
  const { keep } = m.named({ keep: from.keep.or(from.last.not().repeat(g.dataWidth / 8)) });
  const { next_index } = m.named({ next_index: index.add(1) });
  const arrived = leadingOnes(wordFlags(g, keep));
  // Of words 4, 5 and 6 the first three bytes can decide: an LLC header ends with them.
  const headed = (word: number): Bits<1> => {
    const lane = word % g.lanes;
    return allOnes(keep, 4 * lane, Math.max(0, 4 * lane - 2));
  };
  m.when(enter, () => {
    m.when(from.last, () => index.set(0)).elseWhen(index.ne(g.lastIndex), () => index.set(next_index));
    words_1.set(shiftedWords(g, from.data, left_over));
    const top = g.dataWidth - 1;
    left_over.set(concat(from.data.slice(top - 8, top - 15), from.data.slice(top, top - 7)));
    index_1.set(index);
    keep_1.set(keep);
    last_1.set(from.last);
    available_1.set(mux(arrived.full, concat(next_index, lit(g.laneWidth, 0)), concat(index, arrived.count)));
    headed_1.set(concat(headed(6), headed(5), headed(4)));
  });
  return {
    words: words_1,
    index: index_1,
    keep: keep_1,
    last: last_1,
    available: available_1,
    headed: (word: number): Bits<1> => headed_1.bit(word - 4),
    inFrame: index.isNonZero(),
  };
};

/** Stage 2 knows the layer-2 facts of the frame so far, and where its network header lies. */
export const stageTwo = (g: Geometry, m: ModuleBody, enter: Bits<1>, one: ReturnType<typeof stageOne>) => {
  const view = beatView(g, one.words, one.index);
  const kept = keptFacts(g, view).map(([name, word, value]) => {
    const { [`kept_${name}`]: register } = m.regs({ [`kept_${name}`]: { type: bit, reset: 'none' } });
    if (register === undefined) throw new Error(`no register for ${name}`);
    return { name, word, value, register };
  });
  const registerOf = new Map(kept.map(({ name, register }) => [name, register]));
  const found = layerTwo(g, view, one.available, one.headed, (name) => registerOf.get(name) as Bits<1>);
  const r = m.regs({
    words_2: { type: laneShape(g), reset: 'none' },
    index_2: { type: bits(g.indexWidth), reset: 'none' },
    bytes_2: { type: bits(Math.log2(g.dataWidth / 8) + 1), reset: 'none' },
    last_2: { type: bit, reset: 'none' },
    available_2: { type: bits(g.countWidth), reset: 'none' },
    shift_2: { type: bits(4), reset: 'none' },
    place_2: { type: bits(2), reset: 'none' },
    addressed_2: { type: bit, reset: 'none' },
    complete_2: { type: bit, reset: 'none' },
    tagged_2: { type: bit, reset: 'none' },
    stacked_2: { type: bit, reset: 'none' },
    llc_2: { type: bit, reset: 'none' },
    plain_2: { type: bit, reset: 'none' },
    arp_2: { type: bit, reset: 'none' },
    ipv4_2: { type: bit, reset: 'none' },
    ipv6_2: { type: bit, reset: 'none' },
  });
  m.when(enter, () => {
    r.words_2.set(one.words);
    r.index_2.set(one.index);
    r.bytes_2.set(leadingOnesCount(bitsOf(one.keep)));
    r.last_2.set(one.last);
    r.available_2.set(one.available);
    // Once the last word of layer 2 has passed, all of it is known and stays.
    m.when(one.index.le(beatOf(g, lastLayerTwoWord)), () => {
      r.shift_2.set(concat(found.shift[3], found.shift[2], found.shift[1], found.shift[0]));
      r.place_2.set(shiftNumber(found.shift));
      r.addressed_2.set(found.addressed);
      r.complete_2.set(found.complete);
      r.tagged_2.set(found.tagged);
      r.stacked_2.set(found.stacked);
      r.llc_2.set(found.llc);
      r.plain_2.set(found.plain);
      r.arp_2.set(found.arp);
      r.ipv4_2.set(found.ipv4);
      r.ipv6_2.set(found.ipv6);
    });
  });
  for (const { word, value, register } of kept) m.when(enter.and(view.holds(word)), () => register.set(value()));
  return {
    words: r.words_2,
    index: r.index_2,
    bytes: r.bytes_2,
    last: r.last_2,
    available: r.available_2,
    shift: [0, 1, 2, 3].map((amount) => r.shift_2.bit(amount)),
    place: r.place_2,
    addressed: r.addressed_2,
    complete: r.complete_2,
    tagged: r.tagged_2,
    stacked: r.stacked_2,
    llc: r.llc_2,
    plain: r.plain_2,
    arp: r.arp_2,
    ipv4: r.ipv4_2,
    ipv6: r.ipv6_2,
  };
};

export type StageTwo = ReturnType<typeof stageTwo>;
