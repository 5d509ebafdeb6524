import { all, any, type Bits, concat, mux } from '../hdl/index.ts';
import { beatOf, type Geometry } from './geometry.ts';

/** Word that holds the type field behind n tags in its lower half; with SNAP, the type is two words later. */
export const typeWord = (n: number): number => 3 + n;
/** Word behind that type: a tag's control information, or the LLC header. */
export const nextWord = (n: number): number => 4 + n;
/** Last of the words by which tags and SNAP are told, and last word that can hold the type before the network header. */
export const lastTagWord = nextWord(1);
export const lastTypeWord = typeWord(3);

/** What can be said of a word alone; what it means follows from its place. */
export interface WordFacts {
  /** Of the lower half, as a type: a VLAN tag follows; it is an EtherType, not a length. */
  readonly tag: Bits<1>;
  readonly ethertype: Bits<1>;
  /** 1 ARP, 2 IPv4, 3 IPv6, 0 anything else. */
  readonly network: Bits<2>;
  /** As the first word of an LLC header: SNAP; its organisation code begins with zero. */
  readonly snap: Bits<1>;
  readonly zeroFirst: Bits<1>;
  /** As the second word of a SNAP header: the organisation code ends with zeros. */
  readonly zeroRest: Bits<1>;
}

/** By IEEE 802.1Q, 802.3, 802.2 and RFC 1042. */
export const wordFacts = (word: Bits<32>): WordFacts => {
  const type = word.slice(15, 0);
  const [arp, ipv4, ipv6] = [type.eq(0x0806), type.eq(0x0800), type.eq(0x86dd)];
  return {
    tag: type.eq(0x8100).or(type.eq(0x88a8)),
    ethertype: type.ge(0x0600),
    network: concat(ipv4.or(ipv6), arp.or(ipv6)),
    snap: word.slice(31, 8).eq(0xaaaa03),
    zeroFirst: word.slice(7, 0).isZero(),
    zeroRest: word.slice(31, 16).isZero(),
  };
};

/** The words whose facts are asked for. */
export const layerTwoWords: readonly number[] = [3, 4, 5, 6];

/** What layer 2 looks at of a beat in stage 1. */
export interface LayerTwoView {
  readonly facts: (word: number) => WordFacts;
  /** Whether the beat is the one that holds the word. */
  readonly holds: (word: number) => Bits<1>;
  /** Whether the word has arrived with this beat or before. */
  readonly arrived: (word: number) => Bits<1>;
  /** Whether the first three bytes of word 4, 5 or 6 have, where the word is this beat's and the one before it has arrived. */
  readonly headed: (word: number) => Bits<1>;
}

/** Where the network header lies, as far as tags and an LLC header tell. */
export interface Place {
  /** Bit s: the header begins s words after that of an untagged Ethernet II frame. */
  readonly shift: readonly [Bits<1>, Bits<1>, Bits<1>, Bits<1>];
  /** The same as a number. */
  readonly number: Bits<2>;
  /** SNAP, its organisation code beginning with zero; LLC without SNAP. */
  readonly snap: Bits<1>;
  readonly zeroFirst: Bits<1>;
  readonly plain: Bits<1>;
  /** Arrived: addresses and first type; one tag; two. */
  readonly addressed: Bits<1>;
  readonly tagged: Bits<1>;
  readonly stacked: Bits<1>;
}

/** @param first tag and ethertype of the first type, which may be an earlier beat's */
export const findPlace = (view: LayerTwoView, first: Pick<WordFacts, 'tag' | 'ethertype'>): Place => {
  const second = view.facts(typeWord(1));
  const none = first.tag.not();
  const one = first.tag.and(second.tag.not());
  const two = first.tag.and(second.tag);
  const third = view.facts(typeWord(2));
  const ethertype = any([none.and(first.ethertype), one.and(second.ethertype), two.and(third.ethertype)]);
  const [outer, inner] = [view.facts(nextWord(0)), view.facts(nextWord(1))];
  const snap = ethertype.not().and(none.and(outer.snap).or(one.and(inner.snap)));
  return {
    shift: [none.and(snap.not()), one.and(snap.not()), two.or(none.and(snap)), one.and(snap)],
    number: concat(two.or(snap), one),
    snap,
    zeroFirst: mux(none, outer.zeroFirst, inner.zeroFirst),
    plain: ethertype.not().and(snap.not()),
    addressed: view.arrived(typeWord(0)),
    tagged: first.tag.and(view.arrived(typeWord(1))),
    stacked: two.and(view.arrived(typeWord(2))),
  };
};

/** What the type before the network header says. It is in the beat where `here` holds. */
export interface Type {
  readonly here: Bits<1>;
  readonly network: Bits<2>;
  /** SNAP of an organisation whose types are not EtherTypes. */
  readonly foreign: Bits<1>;
  /** All that layer 2 needs has arrived. */
  readonly complete: Bits<1>;
}

export const findType = (view: LayerTwoView, place: Place): Type => {
  const { shift, snap, plain } = place;
  const zeroRest = mux(shift[2], view.facts(typeWord(2)).zeroRest, view.facts(typeWord(3)).zeroRest);
  const foreign = snap.and(place.zeroFirst.and(zeroRest).not());
  const network = shift.map((s, n) => view.facts(typeWord(n)).network.and(s.and(view.holds(typeWord(n))).repeat(2)));
  const [a, b, c, d] = network as [Bits<2>, Bits<2>, Bits<2>, Bits<2>];
  const typed = any(shift.map((s, n) => s.and(view.arrived(typeWord(n)))));
  // An LLC header without SNAP is behind the type, and ends with the third byte of its word.
  const headers = shift.slice(0, 3).map((s, n) => {
    const word = nextWord(n);
    return s.and(view.arrived(word).or(all([view.arrived(word - 1), view.holds(word), view.headed(word)])));
  });
  return {
    here: any(shift.map((s, n) => s.and(view.holds(typeWord(n))))),
    network: a.or(b).or(c.or(d)).and(foreign.not().repeat(2)),
    foreign,
    complete: mux(plain, any(headers), typed),
  };
};

/** Whether tags and LLC header can be in an earlier beat than the type. */
export const placeIsEarlier = (g: Geometry): boolean => beatOf(g, lastTagWord) < beatOf(g, lastTypeWord);
/** Whether the first type can be in an earlier beat than what follows it. */
export const firstTypeIsEarlier = (g: Geometry): boolean => beatOf(g, typeWord(0)) < beatOf(g, lastTagWord);
