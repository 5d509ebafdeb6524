import { all, any, type Bits, mux } from '../hdl/index.ts';
import { type BeatView, beatOf, type Geometry } from './geometry.ts';

/** Word that holds the type field behind n tags in its lower half. */
const typeWord = (n: number): number => 3 + n;
/** Word behind that type: a tag's control information, or the LLC header. */
const nextWord = (n: number): number => 4 + n;
/** The last word that layer 2 is decided by: the type behind a SNAP header behind one tag. */
export const lastLayerTwoWord = 6;

const lowHalf = (word: Bits<32>): Bits<16> => word.slice(15, 0);

/** Facts of single words; what they mean together is `layerTwo`'s business. */
const facts = (view: BeatView): readonly (readonly [name: string, word: number, value: () => Bits<1>])[] => {
  const type = (n: number) => lowHalf(view.word(typeWord(n)));
  const next = (n: number) => view.word(nextWord(n));
  const perTag = (count: number, name: string, word: (n: number) => number, value: (n: number) => Bits<1>) =>
    Array.from({ length: count }, (_, n) => [`${name}_${n}`, word(n), () => value(n)] as const);
  return [
    ...perTag(2, 'tag', typeWord, (n) => type(n).eq(0x8100).or(type(n).eq(0x88a8))),
    ...perTag(3, 'ethertype', typeWord, (n) => type(n).ge(0x0600)),
    ...perTag(4, 'arp', typeWord, (n) => type(n).eq(0x0806)),
    ...perTag(4, 'ipv4', typeWord, (n) => type(n).eq(0x0800)),
    ...perTag(4, 'ipv6', typeWord, (n) => type(n).eq(0x86dd)),
    ...perTag(2, 'snap', nextWord, (n) => next(n).slice(31, 8).eq(0xaaaa03)),
    // The organisation code's first byte ends the first LLC word, the other two begin the second.
    ...perTag(2, 'ethernet_high', nextWord, (n) => next(n).slice(7, 0).isZero()),
    ...perTag(
      2,
      'ethernet_low',
      (n) => nextWord(n + 1),
      (n) =>
        next(n + 1)
          .slice(31, 16)
          .isZero(),
    ),
  ];
};

/** The facts that a later beat than their own still needs, and so must be kept. */
export const keptFacts = (g: Geometry, view: BeatView) =>
  facts(view).filter(([, word]) => beatOf(g, word) < beatOf(g, lastLayerTwoWord));

export interface LayerTwo {
  /** Bit s: the network header begins s words after that of an untagged Ethernet II frame. */
  readonly shift: readonly [Bits<1>, Bits<1>, Bits<1>, Bits<1>];
  /** All that layer 2 needs has arrived; unless it has, only `addressed`, `tagged` and `stacked` mean anything. */
  readonly complete: Bits<1>;
  /** Addresses and first type have arrived. */
  readonly addressed: Bits<1>;
  readonly tagged: Bits<1>;
  readonly stacked: Bits<1>;
  /** An LLC header, with or without SNAP, behind which nothing is known. */
  readonly llc: Bits<1>;
  /** An LLC header without SNAP. */
  readonly plain: Bits<1>;
  readonly arp: Bits<1>;
  readonly ipv4: Bits<1>;
  readonly ipv6: Bits<1>;
}

/**
 * Layer 2 of the frame as far as this beat shows it.
 *
 * @param available words of the frame that have arrived, this beat included
 * @param headed whether the first three bytes of word 4, 5 or 6 have arrived when the word itself has not
 * @param kept the facts of earlier beats
 */
export const layerTwo = (
  g: Geometry,
  view: BeatView,
  available: Bits,
  headed: (word: number) => Bits<1>,
  kept: (name: string) => Bits<1>,
): LayerTwo => {
  const values = new Map(
    facts(view).map(([name, word, value]) => [
      name,
      beatOf(g, word) < beatOf(g, lastLayerTwoWord) ? mux(view.holds(word), value(), kept(name)) : value(),
    ]),
  );
  const fact = (name: string, n: number): Bits<1> => values.get(`${name}_${n}`) as Bits<1>;
  const has = (words: number): Bits<1> => available.ge(words);

  const none = fact('tag', 0).not();
  const one = fact('tag', 0).and(fact('tag', 1).not());
  const two = fact('tag', 0).and(fact('tag', 1));
  const counts = [none, one, two] as const;
  const ethertype = any(counts.map((count, n) => count.and(fact('ethertype', n))));
  const byCount = (name: string) => none.and(fact(name, 0)).or(one.and(fact(name, 1)));
  const snap = ethertype.not().and(byCount('snap'));
  const plain = ethertype.not().and(snap.not());
  const ethernet = byCount('ethernet_high').and(byCount('ethernet_low'));
  const llc = plain.or(snap.and(ethernet.not()));
  const shift = [none.and(snap.not()), one.and(snap.not()), two.or(none.and(snap)), one.and(snap)] as const;
  const network = (name: string) => llc.not().and(any(shift.map((s, n) => s.and(fact(name, n)))));

  // Behind Ethernet II and SNAP the last byte needed is the type's, before the network header.
  const typed = any(shift.map((s, n) => s.and(has(4 + n))));
  const headerOf = (n: number) => has(5 + n).or(all([view.holds(4 + n), available.eq(4 + n), headed(4 + n)]));
  const complete = mux(plain, any(counts.map((count, n) => count.and(headerOf(n)))), typed);
  return {
    shift,
    complete,
    addressed: has(4),
    tagged: fact('tag', 0).and(has(5)),
    stacked: two.and(has(6)),
    llc,
    plain,
    arp: network('arp'),
    ipv4: network('ipv4'),
    ipv6: network('ipv6'),
  };
};
