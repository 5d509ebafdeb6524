import { type Bits, type BitsSignal, bits, type ModuleBody, mux, vector } from '../hdl/index.ts';
import type { BeatView } from './geometry.ts';
import { addressIndexes, firstAddressWord } from './network-header.ts';
import type { StageTwo } from './parser-stages.ts';
import { addressWords } from './shapes.ts';

/**
 * The fields of the descriptor that are copied out of the frame, taken as the beat that holds them enters stage 3. Fields whose step is
 * not complete are 0, except the addresses, which mean nothing then.
 */
export const declareFields = (
  m: ModuleBody,
  enter: Bits<1>,
  two: StageTwo,
  view: BeatView,
  holds: (headerWord: number) => Bits<1>,
) => {
  const { destination, source, outer, inner, sap } = m.regs({
    destination: { type: bits(48), reset: 'none' },
    source: { type: bits(48), reset: 'none' },
    outer: { type: bits(12), reset: 'none' },
    inner: { type: bits(12), reset: 'none' },
    sap: { type: bits(16), reset: 'none' },
  });

  const takes = (word: number): Bits<1> => enter.and(view.holds(word));
  const { short_frame } = m.named({ short_frame: enter.and(two.last).and(two.addressed.not()) });
  const take = <W extends number>(target: BitsSignal<W>, word: number, value: Bits<W>) =>
    m.when(short_frame, () => target.set(0)).elseWhen(takes(word), () => target.set(value));
  take(destination.slice(47, 32), 0, view.word(0).slice(15, 0));
  take(destination.slice(31, 0), 1, view.word(1));
  take(source.slice(47, 16), 2, view.word(2));
  take(source.slice(15, 0), 3, view.word(3).slice(31, 16));

  m.when(enter.and(two.tagged.not()), () => outer.set(0)).elseWhen(takes(4), () =>
    outer.set(view.word(4).slice(27, 16)),
  );
  m.when(enter.and(two.stacked.not()), () => inner.set(0)).elseWhen(takes(5), () =>
    inner.set(view.word(5).slice(27, 16)),
  );

  // An LLC header names its access points in its first two bytes; everything else has a type right before the network header.
  const { holds_sap } = m.named({ holds_sap: mux(two.plain, holds(0), holds(-1)) });
  m.when(enter.and(two.complete.not()), () => sap.set(0)).elseWhen(enter.and(holds_sap), () =>
    sap.set(mux(two.plain, two.header(0).slice(31, 16), two.header(-1).slice(15, 0))),
  );
  return { destination, source, outer, inner, sap };
};

/** The addresses, source first, from their first header word on. */
export const declareAddresses = (
  m: ModuleBody,
  enter: Bits<1>,
  two: StageTwo,
  holds: (headerWord: number) => Bits<1>,
) => {
  const { addresses } = m.regs({ addresses: { type: vector(bits(32), addressWords), reset: 'none' } });
  for (const index of addressIndexes)
    m.when(enter.and(holds(firstAddressWord + index)), () =>
      addresses.get(index).set(two.header(firstAddressWord + index)),
    );
  return addresses;
};
