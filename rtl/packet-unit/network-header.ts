import { any, type Bits, concat, lit, type ModuleBody, mux } from '../hdl/index.ts';
import { type BeatView, beatOf, type Geometry } from './geometry.ts';
import { muxOfFour } from './mux-of-four.ts';
import { addressWords } from './shapes.ts';

/** Word of the network header's first four bytes where neither tags nor SNAP come before it. */
export const firstHeaderWord = 4;

/** Lane that would hold the header's word `n` (-1 is the word before it, whose lower half is its EtherType) without any shift. */
const laneOf = (g: Geometry, n: number): number => (firstHeaderWord + n + g.lanes) % g.lanes;

/**
 * The header's word `n`, wherever the shift puts it in the beat that holds it.
 *
 * @param place the shift in words, as a number
 */
export const shiftedWord = (
  g: Geometry,
  lanes: { get(lane: number): Bits<32> },
  place: Bits<2>,
  n: number,
): Bits<32> => {
  const word = (shift: number): Bits<32> => lanes.get((laneOf(g, n) + shift) % g.lanes);
  if (g.lanes === 2) return mux(place.bit(0), word(1), word(0));
  return muxOfFour(place, [word(0), word(1), word(2), word(3)]);
};

/** Words as many lanes apart as a beat has come from one multiplexer: of each, one number of a word that stands for them. */
export const headerKey = (g: Geometry, n: number): number => (n + g.lanes) % g.lanes;

/** Whether the beat holds the header's word `n`. */
const holdsHeaderWord = (g: Geometry, view: BeatView, shift: readonly Bits<1>[], n: number): Bits<1> => {
  const beats = new Map<number, Bits<1>[]>();
  for (const [amount, s] of shift.entries()) {
    const beat = beatOf(g, firstHeaderWord + n + amount);
    beats.set(beat, [...(beats.get(beat) ?? []), s]);
  }
  const holds = (beat: number): Bits<1> => view.holds(beat * g.lanes);
  const [only] = [...beats.keys()];
  if (beats.size === 1 && only !== undefined) return holds(only);
  return any([...beats].map(([beat, shifts]) => holds(beat).and(any(shifts))));
};

/** Tells whether the beat holds the header's word of a number, by one named signal each. */
export const headerWordFinder = (
  g: Geometry,
  m: ModuleBody,
  view: BeatView,
  shift: readonly Bits<1>[],
): ((n: number) => Bits<1>) => {
  const known = new Map<number, Bits<1>>();
  return (n) => {
    const name = n < 0 ? 'holds_type' : `holds_header_${n}`;
    const found = known.get(n) ?? (m.named({ [name]: holdsHeaderWord(g, view, shift, n) })[name] as Bits<1>);
    known.set(n, found);
    return found;
  };
};

/** Header words (from 0) that each protocol needs before it is judged. */
const headerWords = { ipv4: 5, arp: 7, ipv6: 10 } as const;

/** Header word of the first address word; words 1 and 2 from there are IPv4's addresses (RFC 791), all eight IPv6's (RFC 8200). */
export const firstAddressWord = 2;
export const addressIndexes: readonly number[] = Array.from({ length: addressWords }, (_, n) => n);
/** Words of the frame that can hold an address word, whatever the shift. */
export const areaWords: readonly number[] = Array.from(
  { length: addressWords + 3 },
  (_, n) => firstHeaderWord + firstAddressWord + n,
);

/**
 * Last word of the network header, as far as it is judged before anything else is read.
 *
 * @param place the shift in words, as a number
 * @param protocol 1 ARP, 2 IPv4, 3 IPv6
 */
export const lastHeaderWord = (place: Bits<2>, protocol: Bits<2>): Bits<5> => {
  const after = (words: number): Bits<5> => place.extend(5).add(firstHeaderWord + words - 1);
  return mux(
    protocol.eq(2),
    after(headerWords.ipv4),
    mux(protocol.bit(1), after(headerWords.ipv6), after(headerWords.arp)),
  );
};

export interface Ipv4Facts {
  /** Version 4 and a header of at least five words. */
  readonly sound: Bits<1>;
  /** The total length ends before the header does; exactly with its last word. */
  readonly short: Bits<1>;
  readonly bare: Bits<1>;
  readonly headerLength: Bits<4>;
}

/** Of IPv4's first word: version, header length, type of service, total length. */
export const ipv4Facts = (first: Bits<32>): Ipv4Facts => {
  const headerLength = first.slice(27, 24);
  const lengthWords = first.slice(15, 2);
  const low = lengthWords.slice(3, 0);
  const small = lengthWords.slice(13, 4).isZero();
  return {
    sound: first.slice(31, 28).eq(4).and(headerLength.ge(5)),
    short: small.and(low.lt(headerLength)),
    bare: small.and(low.eq(headerLength)),
    headerLength,
  };
};

/** More fragments, or an offset: of IPv4's second word. */
export const isFragment = (second: Bits<32>): Bits<1> => second.slice(13, 0).isNonZero();

/** ARP for Ethernet and IPv4 (RFC 826): hardware type 1, protocol type 0x0800, lengths 6 and 4. */
export const arpFirstWord = 0x00010800;
export const arpSecondHalf = 0x0604;

export interface Protocol {
  readonly tcp: Bits<1>;
  readonly udp: Bits<1>;
  readonly fragment: Bits<1>;
  readonly authentication: Bits<1>;
  /** TCP or UDP; any of the extension headers. */
  readonly transport: Bits<1>;
  readonly extension: Bits<1>;
}

/** By the protocol numbers that IPv4 and IPv6 share. */
export const protocolOf = (number: Bits<8>): Protocol => {
  const [tcp, udp] = [number.eq(6), number.eq(17)];
  const [fragment, authentication] = [number.eq(44), number.eq(51)];
  const options = any([number.eq(0), number.eq(43), number.eq(60)]);
  return {
    tcp,
    udp,
    fragment,
    authentication,
    transport: tcp.or(udp),
    extension: any([fragment, authentication, options]),
  };
};

/** Words of an extension header; `beyond` where they are more than headers are looked for in. */
export const extensionLength = (
  word: Bits<32>,
  fragment: Bits<1>,
  authentication: Bits<1>,
): { readonly words: Bits<7>; readonly beyond: Bits<1> } => {
  const units = word.slice(23, 16);
  // Fragment: 2 words. Authentication (RFC 4302): units + 2. Others: 2 * (units + 1).
  const long = mux(authentication, units.slice(7, 5).isNonZero(), units.slice(7, 4).isNonZero());
  const counted = mux(authentication, units.slice(4, 0), concat(units.slice(3, 0), lit(1, 0)));
  return { words: counted.and(fragment.not().repeat(5)).extend(7).add(2), beyond: long.and(fragment.not()) };
};

/** A fragment header with an offset or with fragments after it: bits 1 and 2 are reserved (RFC 8200, section 4.5). */
export const isPartOfPacket = (word: Bits<32>): Bits<1> => concat(word.slice(15, 3), word.bit(0)).isNonZero();
