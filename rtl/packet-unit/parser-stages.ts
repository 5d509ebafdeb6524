import { all, type Bits, bit, bits, concat, type ModuleBody, mux, record } from '../hdl/index.ts';
import { beatOf, beatView, type Geometry, laneShape } from './geometry.ts';
import * as layerTwo from './layer-two.ts';
import { allOnes, bitsOf, leadingOnes, leadingOnesCount } from './leading-ones.ts';
import { headerKey, shiftedWord } from './network-header.ts';

/** The beat's words, first byte highest, behind the two bytes that the beat before left over. */
const shiftedWords = (g: Geometry, data: Bits, before: Bits): Bits<32>[] => {
  const byte = (index: number): Bits => data.slice(8 * index + 7, 8 * index);
  return Array.from({ length: g.lanes }, (_, lane) => {
    const high = lane === 0 ? before : concat(byte(4 * lane - 2), byte(4 * lane - 1));
    return concat(high, byte(4 * lane), byte(4 * lane + 1)).resize(32);
  });
};

/** Of each word, by `tkeep`, whether the bytes that this beat has of it are there. A word ends two bytes before the next multiple of four. */
const wordFlags = (g: Geometry, keep: Bits): Bits<1>[] =>
  Array.from({ length: g.lanes }, (_, lane) => allOnes(keep, 4 * lane + 1, Math.max(0, 4 * lane - 2)));

/** The same of a word's first three bytes. */
const headFlag = (g: Geometry, keep: Bits, word: number): Bits<1> => {
  const lane = word % g.lanes;
  return allOnes(keep, 4 * lane, Math.max(0, 4 * lane - 2));
};

/** Words of the network header, from 0, that stage 2 looks into; -1 ends with its EtherType. */
const headerWords: readonly number[] = [-1, 0, 1, 2];

interface Beat {
  readonly data: Bits;
  readonly keep: Bits;
  readonly last: Bits<1>;
}

const factsShape = record({ tag: bit, ethertype: bit, network: bits(2), snap: bit, zeroFirst: bit, zeroRest: bit });

/** Stage 1 holds the beat, shifted into words, with what each word that layer 2 looks at says by itself. */
export const stageOne = (g: Geometry, m: ModuleBody, enter: Bits<1>, from: Beat) => {
  const r = m.regs({
    /** Number of the next beat in its frame, up to the first beyond the headers. */
    index: { type: bits(g.indexWidth), reset: 0 },
    words_1: { type: laneShape(g), reset: 'none' },
    index_1: { type: bits(g.indexWidth), reset: 'none' },
    keep_1: { type: bits(g.dataWidth / 8), reset: 'none' },
    last_1: { type: bit, reset: 'none' },
    flags_1: { type: bits(g.lanes), reset: 'none' },
    headed_1: { type: bits(3), reset: 'none' },
    left_over: { type: bits<number>(16), reset: 'none' },
  });
  const { keep } = m.named({ keep: from.keep.or(from.last.not().repeat(g.dataWidth / 8)) });
  const words = shiftedWords(g, from.data, r.left_over);
  const lanes = [...new Set(layerTwo.layerTwoWords.map((word) => word % g.lanes))];
  const facts = new Map(
    lanes.map((lane) => {
      const name = `facts_${lane}`;
      const register = m.regs({ [name]: { type: factsShape, reset: 'none' } })[name];
      if (register === undefined) throw new Error(`no register ${name}`);
      return [lane, register] as const;
    }),
  );
  m.when(enter, () => {
    m.when(from.last, () => r.index.set(0)).elseWhen(r.index.ne(g.lastIndex), () => r.index.set(r.index.add(1)));
    r.words_1.set(words);
    const top = g.dataWidth - 1;
    r.left_over.set(concat(from.data.slice(top - 8, top - 15), from.data.slice(top, top - 7)));
    r.index_1.set(r.index);
    r.keep_1.set(keep);
    r.last_1.set(from.last);
    r.flags_1.set(concat(...wordFlags(g, keep).reverse()) as Bits);
    r.headed_1.set(concat(headFlag(g, keep, 6), headFlag(g, keep, 5), headFlag(g, keep, 4)));
  });
  // Only the first beats hold words of layer 2.
  m.when(enter.and(r.index.le(beatOf(g, layerTwo.lastTypeWord))), () => {
    for (const [lane, register] of facts) register.set(layerTwo.wordFacts(words[lane] as Bits<32>));
  });
  return {
    words: r.words_1,
    facts: (word: number): layerTwo.WordFacts => {
      const found = facts.get(word % g.lanes);
      if (found === undefined) throw new Error(`no facts of word ${word}`);
      return found;
    },
    index: r.index_1,
    keep: r.keep_1,
    last: r.last_1,
    flags: bitsOf(r.flags_1),
    headed: (word: number): Bits<1> => r.headed_1.bit(word - 4),
    inFrame: r.index.isNonZero(),
  };
};

/** Stage 1 as layer 2 sees it. */
const layerTwoView = (g: Geometry, one: ReturnType<typeof stageOne>): layerTwo.LayerTwoView => {
  const { holds } = beatView(g, one.words, one.index);
  return {
    facts: one.facts,
    holds,
    arrived: (word) => {
      const here = holds(word).and(all(one.flags.slice(0, (word % g.lanes) + 1)));
      return one.index.gt(beatOf(g, word)).or(here);
    },
    headed: one.headed,
  };
};

/** Stage 2 knows the layer-2 facts of the frame so far, and where its network header lies. */
export const stageTwo = (g: Geometry, m: ModuleBody, enter: Bits<1>, one: ReturnType<typeof stageOne>) => {
  const r = m.regs({
    words_2: { type: laneShape(g), reset: 'none' },
    index_2: { type: bits(g.indexWidth), reset: 'none' },
    bytes_2: { type: bits(Math.log2(g.dataWidth / 8) + 1), reset: 'none' },
    last_2: { type: bit, reset: 'none' },
    /** All words of the beat have arrived whole; else how many from the first on. */
    full_2: { type: bit, reset: 'none' },
    count_2: { type: bits(g.laneWidth), reset: 'none' },
    shift_2: { type: bits(4), reset: 'none' },
    place_2: { type: bits(2), reset: 'none' },
    snap_2: { type: bit, reset: 'none' },
    zero_first_2: { type: bit, reset: 'none' },
    plain_2: { type: bit, reset: 'none' },
    addressed_2: { type: bit, reset: 'none' },
    tagged_2: { type: bit, reset: 'none' },
    stacked_2: { type: bit, reset: 'none' },
    network_2: { type: bits(2), reset: 'none' },
    foreign_2: { type: bit, reset: 'none' },
    complete_2: { type: bit, reset: 'none' },
  });
  const view = layerTwoView(g, one);
  const first = firstType(g, m, enter, view);
  const found = layerTwo.findPlace(view, first);
  const kept: layerTwo.Place = {
    ...found,
    shift: [r.shift_2.bit(0), r.shift_2.bit(1), r.shift_2.bit(2), r.shift_2.bit(3)],
    number: r.place_2,
    snap: r.snap_2,
    zeroFirst: r.zero_first_2,
    plain: r.plain_2,
  };
  const { placing } = m.named({ placing: one.index.le(beatOf(g, layerTwo.lastTagWord)) });
  const place = layerTwo.placeIsEarlier(g) ? chosenPlace(placing, found, kept) : found;
  const type = layerTwo.findType(view, place);
  const arrived = leadingOnes(one.flags);
  // The words by which the network header is judged, and the one before it, go through their multiplexers here.
  const header = new Map(
    headerWords.map((n) => {
      const name = `header_2_${headerKey(g, n)}`;
      return [headerKey(g, n), { n, name }] as const;
    }),
  );
  const headerRegisters = m.regs(
    Object.fromEntries([...header.values()].map(({ name }) => [name, { type: bits(32), reset: 'none' as const }])),
  );

  m.when(enter, () => {
    r.words_2.set(one.words);
    for (const { n, name } of header.values()) headerRegisters[name]?.set(shiftedWord(g, one.words, place.number, n));
    r.index_2.set(one.index);
    r.bytes_2.set(leadingOnesCount(bitsOf(one.keep)));
    r.last_2.set(one.last);
    r.full_2.set(arrived.full);
    r.count_2.set(arrived.count);
    // Once its last word has passed, all that layer 2 says is known and stays.
    m.when(placing, () => {
      r.shift_2.set(concat(found.shift[3], found.shift[2], found.shift[1], found.shift[0]));
      r.place_2.set(found.number);
      r.snap_2.set(found.snap);
      r.zero_first_2.set(found.zeroFirst);
      r.plain_2.set(found.plain);
      r.addressed_2.set(found.addressed);
      r.tagged_2.set(found.tagged);
      r.stacked_2.set(found.stacked);
    });
    m.when(one.index.le(beatOf(g, layerTwo.lastTypeWord)), () => r.complete_2.set(type.complete));
  });
  m.when(enter.and(type.here), () => {
    r.network_2.set(type.network);
    r.foreign_2.set(type.foreign);
  });
  return {
    words: r.words_2,
    /** The header's word `n`: those of `headerWords` from registers. */
    header: (n: number): Bits<32> => {
      const early = header.get(headerKey(g, n));
      const register = early === undefined ? undefined : headerRegisters[early.name];
      return register ?? shiftedWord(g, r.words_2, r.place_2, n);
    },
    index: r.index_2,
    bytes: r.bytes_2,
    last: r.last_2,
    full: r.full_2,
    count: r.count_2,
    shift: kept.shift,
    place: r.place_2,
    addressed: r.addressed_2,
    complete: r.complete_2,
    tagged: r.tagged_2,
    stacked: r.stacked_2,
    plain: r.plain_2,
    llc: r.plain_2.or(r.snap_2.and(r.foreign_2)),
    /** Where not plain: 1 ARP, 2 IPv4, 3 IPv6, 0 anything else. */
    network: r.network_2,
  };
};

export type StageTwo = ReturnType<typeof stageTwo>;

/** The first type's facts, kept where later beats need them. */
const firstType = (
  g: Geometry,
  m: ModuleBody,
  enter: Bits<1>,
  view: layerTwo.LayerTwoView,
): Pick<layerTwo.WordFacts, 'tag' | 'ethertype'> => {
  const word = layerTwo.typeWord(0);
  const { tag, ethertype } = view.facts(word);
  if (!layerTwo.firstTypeIsEarlier(g)) return { tag, ethertype };
  const { first_tag, first_ethertype } = m.regs({
    first_tag: { type: bit, reset: 'none' },
    first_ethertype: { type: bit, reset: 'none' },
  });
  const here = view.holds(word);
  m.when(enter.and(here), () => {
    first_tag.set(tag);
    first_ethertype.set(ethertype);
  });
  return { tag: mux(here, tag, first_tag), ethertype: mux(here, ethertype, first_ethertype) };
};

const chosenPlace = (placing: Bits<1>, found: layerTwo.Place, kept: layerTwo.Place): layerTwo.Place => {
  const choose = (now: Bits<1>, before: Bits<1>): Bits<1> => mux(placing, now, before);
  const [a, b, c, d] = found.shift;
  return {
    ...found,
    number: mux(placing, found.number, kept.number),
    shift: [choose(a, kept.shift[0]), choose(b, kept.shift[1]), choose(c, kept.shift[2]), choose(d, kept.shift[3])],
    snap: choose(found.snap, kept.snap),
    zeroFirst: choose(found.zeroFirst, kept.zeroFirst),
    plain: choose(found.plain, kept.plain),
  };
};
