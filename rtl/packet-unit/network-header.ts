import { any, type Bits, concat, lit, type ModuleBody, mux, oneHotSelect } from '../hdl/index.ts';
import { type BeatView, beatOf, type Geometry } from './geometry.ts';
import { addressWords } from './shapes.ts';

/** Word of the network header's first four bytes where neither tags nor SNAP come before it. */
export const firstHeaderWord = 4;

/** The network header's words, wherever in the beat the shift puts them. */
export interface HeaderView {
  /** The header's word `n` from 0; -1 is the word before it, whose lower half is its EtherType. */
  readonly word: (n: number) => Bits<32>;
  /** Whether this beat holds that word. */
  readonly holds: (n: number) => Bits<1>;
}

/** Conditions of equal things become one. */
const grouped = <K, V>(pairs: readonly (readonly [key: K, value: V])[]): Map<K, V[]> => {
  const groups = new Map<K, V[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
};

export const headerView = (g: Geometry, m: ModuleBody, view: BeatView, shift: readonly Bits<1>[]): HeaderView => {
  // Words that lie as many lanes apart as a beat has share one multiplexer.
  const words = new Map<number, Bits<32>>();
  const select = (n: number): Bits<32> => {
    const byLane = grouped(shift.map((s, amount) => [(firstHeaderWord + n + amount) % g.lanes, s] as const));
    const value = oneHotSelect([...byLane].map(([lane, conditions]) => [any(conditions), view.word(lane)] as const));
    const name = `header_${(n + g.lanes) % g.lanes}`;
    return m.named({ [name]: value })[name] as Bits<32>;
  };
  return {
    word: (n) => {
      const key = (n + g.lanes) % g.lanes;
      const known = words.get(key) ?? select(n);
      words.set(key, known);
      return known;
    },
    holds: (n) => {
      const places = shift.map((_, amount) => firstHeaderWord + n + amount);
      const byBeat = grouped(places.map((place, amount) => [beatOf(g, place), amount] as const));
      const [only] = [...byBeat];
      if (byBeat.size === 1 && only !== undefined) return view.holds(places[0] as number);
      return any(
        [...byBeat].map(([, amounts]) =>
          view
            .holds(places[amounts[0] as number] as number)
            .and(any(amounts.map((amount) => shift[amount] as Bits<1>))),
        ),
      );
    },
  };
};

/** Header words (from 0) that each protocol needs before it is judged. */
const headerWords = { ipv4: 5, arp: 7, ipv6: 10 } as const;

/** Header word of the first address word; words 1 and 2 from there are IPv4's addresses (RFC 791), all eight IPv6's (RFC 8200). */
export const firstAddressWord = 2;
export const addressWord = (header: HeaderView, n: number): Bits<32> => header.word(firstAddressWord + n);
export const addressIndexes: readonly number[] = Array.from({ length: addressWords }, (_, n) => n);

/** Bits 1 and 0 of the shift as a number. */
export const shiftNumber = (shift: readonly Bits<1>[]): Bits<2> => {
  const [, one, two, three] = shift as readonly [Bits<1>, Bits<1>, Bits<1>, Bits<1>];
  return concat(two.or(three), one.or(three));
};

/**
 * Words of the frame after which the network header has arrived.
 *
 * @param shift as a number
 */
export const headerEnd = (shift: Bits<2>, ipv4: Bits<1>, ipv6: Bits<1>): Bits<5> => {
  const from = (words: number) => shift.extend(5).add(firstHeaderWord + words);
  return mux(ipv4, from(headerWords.ipv4), mux(ipv6, from(headerWords.ipv6), from(headerWords.arp)));
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
  /** Hop-by-hop options, routing, destination options: extension headers whose length counts units of eight bytes. */
  readonly options: Bits<1>;
}

/** By the protocol numbers that IPv4 and IPv6 share. */
export const protocolOf = (number: Bits<8>): Protocol => ({
  tcp: number.eq(6),
  udp: number.eq(17),
  fragment: number.eq(44),
  authentication: number.eq(51),
  options: any([number.eq(0), number.eq(43), number.eq(60)]),
});

/** Where the header after an extension header lies: the first of 32 words, unless it is `beyond` them. */
export const afterExtension = (
  position: Bits<5>,
  word: Bits<32>,
  fragment: Bits<1>,
  authentication: Bits<1>,
): { readonly position: Bits<5>; readonly beyond: Bits<1> } => {
  const units = word.slice(23, 16);
  // Fragment: 2 words. Authentication (RFC 4302): units + 2. Others: 2 * (units + 1).
  const long = mux(authentication, units.slice(7, 5).isNonZero(), units.slice(7, 4).isNonZero());
  const counted = mux(authentication, units.slice(4, 0), concat(units.slice(3, 0), lit(1, 0)));
  const words = counted.and(fragment.not().repeat(5)).extend(7).add(2);
  const sum = position.extend(7).add(words);
  return { position: sum.slice(4, 0), beyond: sum.slice(6, 5).isNonZero().or(long.and(fragment.not())) };
};

/** A fragment header with an offset or with fragments after it: bits 1 and 2 are reserved (RFC 8200, section 4.5). */
export const isPartOfPacket = (word: Bits<32>): Bits<1> => concat(word.slice(15, 3), word.bit(0)).isNonZero();
