import { all, any, type Bits, bit, bits, concat, lit, type ModuleBody, mux } from '../hdl/index.ts';
import { type Geometry, laneShape } from './geometry.ts';
import { extensionHeaderLimit } from './interface.ts';
import { muxOfFour } from './mux-of-four.ts';
import * as network from './network-header.ts';
import type { StageTwo } from './parser-stages.ts';

/** One of a power of two of words. */
const wordAt = (words: readonly Bits<32>[], index: Bits): Bits<32> => {
  const [a, b, c, d] = words as [Bits<32>, Bits<32>, Bits<32>, Bits<32>];
  if (words.length === 2) return mux(index.bit(0), b, a);
  if (words.length === 4) return muxOfFour(index.slice(1, 0), [a, b, c, d]);
  if (words.length === 8) return mux(index.bit(2), wordAt(words.slice(4), index), wordAt(words.slice(0, 4), index));
  const quarters = [0, 4, 8, 12].map((first) => wordAt(words.slice(first, first + 4), index));
  return wordAt(quarters, index.slice(3, 2));
};

/** Number of the beat that holds a word. */
const beatNumber = (g: Geometry, word: Bits<5>): Bits => word.slice(4, g.laneWidth).extend(g.indexWidth);

/** Whether a word of the beat has arrived whole. */
const arrivedLane = (lane: Bits, full: Bits<1>, count: Bits): Bits<1> => full.or(lane.lt(count));

/** A word by where it lies: its lane, and how many beats on its beat is. */
const placeOf = (g: Geometry, words: Bits<5>) => ({
  lane: words.slice(g.laneWidth - 1, 0) as Bits,
  beats: words.slice(4, g.laneWidth) as Bits,
});

/** Words of the shortest network header behind which something is read. */
const shortestHeader = 5;
/** Words of the shortest extension header. */
const shortestExtension = 2;

/**
 * Stage 3 holds a beat while the extension headers in it are read, judges the network header, and finds the ports.
 *
 * @param holds whether the beat in stage 2 has the header's word of that number
 * @returns `reading`: the beat must stay; `decided`: the descriptor is final with this beat; and what the headers say
 */
export const declareReads = (
  g: Geometry,
  m: ModuleBody,
  enter: Bits<1>,
  occupied: Bits<1>,
  two: StageTwo,
  holds: (headerWord: number) => Bits<1>,
) => {
  const r = m.regs({
    words_3: { type: laneShape(g), reset: 'none' },
    index_3: { type: bits(g.indexWidth), reset: 'none' },
    full_3: { type: bit, reset: 'none' },
    count_3: { type: bits(g.laneWidth), reset: 'none' },
    bytes_3: { type: bits(two.bytes.width), reset: 'none' },
    last_3: { type: bit, reset: 'none' },
    complete_3: { type: bit, reset: 'none' },
    tagged_3: { type: bit, reset: 'none' },
    stacked_3: { type: bit, reset: 'none' },
    llc_3: { type: bit, reset: 'none' },
    /** By protocol: the network header has arrived. No network protocol: layer 2 has. */
    other_3: { type: bit, reset: 'none' },
    arp_3: { type: bit, reset: 'none' },
    ipv4_3: { type: bit, reset: 'none' },
    ipv6_3: { type: bit, reset: 'none' },
    arp_first: { type: bit, reset: 'none' },
    arp_second: { type: bit, reset: 'none' },
    /** Version and lengths are right; an IPv4 packet that ends with its header; a fragment in IPv4. */
    sound: { type: bit, reset: 'none' },
    bare: { type: bit, reset: 'none' },
    ipv4_fragment: { type: bit, reset: 'none' },
    /** What the next header is. */
    transport: { type: bit, reset: 'none' },
    tcp: { type: bit, reset: 'none' },
    udp: { type: bit, reset: 'none' },
    extension: { type: bit, reset: 'none' },
    fragment: { type: bit, reset: 'none' },
    authentication: { type: bit, reset: 'none' },
    /** Lane of its first word, and how many beats on it is; whether none. It may lie beyond the limit of headers. */
    lane: { type: bits(g.laneWidth), reset: 'none' },
    beats_on: { type: bits(5 - g.laneWidth), reset: 'none' },
    here: { type: bit, reset: 'none' },
    beyond: { type: bit, reset: 'none' },
    /** Neither that limit nor the one on their number keeps extension headers from being read. */
    may_extend: { type: bit, reset: 'none' },
    extensions_left: { type: bits(3), reset: 'none' },
    fetched: { type: bits(32), reset: 'none' },
    has_fetched: { type: bit, reset: 0 },
  });

  // Both are among protocols that differ in the low bit of `network`, and meaningless for any other.
  const ipv6 = two.network.bit(0);
  const is = (code: number): Bits<1> => two.plain.not().and(two.network.eq(code));
  const { last_word } = m.named({ last_word: network.lastHeaderWord(two.place, two.network) });
  const last_beat = beatNumber(g, last_word);
  const { header_arrived } = m.named({
    header_arrived: two.complete.and(
      two.index
        .gt(last_beat)
        .or(two.index.eq(last_beat).and(arrivedLane(placeOf(g, last_word).lane, two.full, two.count))),
    ),
  });
  m.when(enter, () => {
    r.beats_on.set(r.beats_on.subtract(1));
    r.here.set(r.beats_on.eq(1));
    r.words_3.set(two.words);
    r.index_3.set(two.index);
    r.full_3.set(two.full);
    r.count_3.set(two.count);
    r.bytes_3.set(two.bytes);
    r.last_3.set(two.last);
    r.complete_3.set(two.complete);
    r.tagged_3.set(two.tagged);
    r.stacked_3.set(two.stacked);
    r.llc_3.set(two.llc.and(two.complete));
    r.other_3.set(two.complete.and(two.plain.or(two.network.isZero())));
    r.arp_3.set(is(1).and(header_arrived));
    r.ipv4_3.set(is(2).and(header_arrived));
    r.ipv6_3.set(is(3).and(header_arrived));
  });

  const [first, second, third] = [two.header(0), two.header(1), two.header(2)];
  const ipv4 = network.ipv4Facts(first);
  m.when(enter.and(holds(0)), () => {
    r.arp_first.set(first.eq(network.arpFirstWord));
    r.sound.set(mux(ipv6, first.slice(31, 28).eq(6), ipv4.sound.and(ipv4.short.not())));
    r.bare.set(ipv6.not().and(ipv4.bare));
    // Ports lie behind IPv4's header; IPv6's first extension header, or ports, behind its ten words.
    const from = concat(lit(1, 1), two.place).resize(g.laneWidth).extend(5);
    const next = placeOf(g, from.add(mux(ipv6, lit(4, 10), ipv4.headerLength).extend(5)));
    r.lane.set(next.lane);
    r.beats_on.set(next.beats);
    r.here.set((network.firstHeaderWord % g.lanes) + shortestHeader < g.lanes ? next.beats.isZero() : lit(1, 0));
    r.beyond.set(0);
    r.may_extend.set(1);
    r.extensions_left.set(extensionHeaderLimit);
  });
  m.when(enter.and(holds(1)), () => {
    r.arp_second.set(second.slice(31, 16).eq(network.arpSecondHalf));
    r.ipv4_fragment.set(ipv6.not().and(network.isFragment(second)));
  });

  // While a fetched word is decoded no beat enters.
  const headerProtocol = mux(ipv6, second.slice(15, 8), third.slice(23, 16));
  const protocol = network.protocolOf(mux(r.has_fetched, r.fetched.slice(31, 24), headerProtocol));
  const setProtocol = (followed: Bits<1>) => {
    for (const name of ['transport', 'tcp', 'udp', 'extension', 'fragment', 'authentication'] as const)
      r[name].set(protocol[name].and(followed));
  };
  m.when(enter.and(mux(ipv6, holds(1), holds(2))), () => setProtocol(lit(1, 1)));

  const { good } = m.named({ good: r.sound.and(r.ipv4_fragment.or(r.bare.and(r.transport).not())) });
  const { wants_ports, wants_extension } = m.named({
    wants_ports: all([
      r.ipv4_3.or(r.ipv6_3),
      r.sound,
      r.ipv4_fragment.not(),
      r.bare.not(),
      r.transport,
      r.beyond.not(),
    ]),
    wants_extension: all([r.ipv6_3, r.sound, r.extension, r.may_extend]),
  });
  // A word that is still to be read lies in this beat or in a later one.
  const { readable } = m.named({
    readable: r.here.and(arrivedLane(r.lane, r.full_3, r.count_3)),
  });
  const { word } = m.named({ word: wordAt(r.words_3.elements, r.lane) });
  const { reading, has_ports } = m.named({
    reading: wants_extension.and(readable),
    has_ports: wants_ports.and(readable),
  });

  m.when(occupied.and(reading), () => {
    r.has_fetched.set(r.has_fetched.not());
    m.when(r.has_fetched.not(), () => r.fetched.set(word)).otherwise(() => {
      const length = network.extensionLength(r.fetched, r.fragment, r.authentication);
      const distance = r.lane.extend(7).add(length.words);
      const next = placeOf(g, distance.slice(4, 0));
      const position = concat(r.index_3, r.lane).slice(4, 0).extend(7).add(length.words);
      const beyond = length.beyond.or(position.slice(6, 5).isNonZero());
      r.lane.set(next.lane);
      r.beats_on.set(next.beats);
      r.here.set(shortestExtension < g.lanes ? next.beats.isZero() : lit(1, 0));
      r.beyond.set(beyond);
      r.may_extend.set(beyond.not().and(r.extensions_left.ne(1)));
      r.extensions_left.set(r.extensions_left.subtract(1));
      setProtocol(r.fragment.and(network.isPartOfPacket(r.fetched)).not());
    });
  });

  // Of an IP packet: nothing is left to read.
  const { settled } = m.named({ settled: wants_ports.or(wants_extension).not().or(has_ports) });
  const { decided } = m.named({
    decided: any([r.other_3, r.arp_3, r.ipv4_3.or(r.ipv6_3).and(settled)]),
  });
  return {
    reading,
    decided,
    /** The network header has arrived, or layer 2 where there is none. */
    headed: any([r.other_3, r.arp_3, r.ipv4_3, r.ipv6_3]),
    last: r.last_3,
    bytes: r.bytes_3,
    complete: r.complete_3,
    facts: {
      malformed: mux(r.arp_3, r.arp_first.and(r.arp_second).not(), r.ipv4_3.or(r.ipv6_3).and(good.not())),
      tagged: r.tagged_3,
      stacked: r.stacked_3,
      llc: r.llc_3,
      ipv4: all([r.ipv4_3, good, settled]),
      ipv6: all([r.ipv6_3, good, settled]),
      tcp: r.tcp.and(has_ports),
      udp: r.udp.and(has_ports),
      ports: word,
    },
  };
};
