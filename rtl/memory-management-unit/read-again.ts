import { all, type Bits, type ModuleBody } from '../hdl/index.ts';
import { masked, word } from '../parts/rings.ts';
import type { ReadBeats } from './read-beats.ts';
import type { ReadDelivery } from './read-delivery.ts';
import type { ReadEntering } from './read-entering.ts';
import type { ReadRing } from './read-ring.ts';
import { meets } from './slot-order.ts';

interface Causes {
  readonly failed: Bits<2>;
  /** Slots whose index is bumped in this cycle. */
  readonly bumped: Bits;
  /** Slots whose cookies are found different in this cycle. */
  readonly different: Bits;
  /** The processor has stopped taking answers. */
  readonly stopped: Bits<1>;
}

/** Which read slots are sent again at the edge: the page's "Sent again", and what comes to it. */
export const readAgain = (
  m: ModuleBody,
  ring: ReadRing,
  parts: { readonly entering: ReadEntering; readonly beats: ReadBeats; readonly delivery: ReadDelivery },
  causes: Causes,
) => {
  const { entering, beats, delivery } = parts;
  const { valid, route } = ring;
  const width = valid.width;
  const spread = (of: Bits<1>): Bits => of.repeat<number>(width);
  const lost = route.map((own, memory) => own.and(spread(causes.failed.bit(memory)))) as [Bits, Bits];
  const rest = route.map((own, memory) => own.and(spread(causes.failed.bit(memory).not()))) as [Bits, Bits];
  const [first, second] = beats.ports;
  const { flying } = m.named({ flying: valid.and(ring.again.not()).and(delivery.ending.not()) });
  const { first_again } = m.named({
    first_again: flying.and(
      anyOf([
        causes.bumped.or(spread(causes.stopped)).and(ring.local.not()),
        causes.different,
        masked(first.match, first.failsOver),
        masked(second.match, second.failsOver),
        anyOf(lost).and(anyOf(rest).not()),
      ]),
    ),
  });
  const followers = word(
    ring.slots.map((_, slot) => meets(first_again, (ring.same[slot] as Bits).and(ring.older[slot] as Bits))),
  );
  const { sent_again } = m.named({ sent_again: first_again.or(flying.and(ring.local.not()).and(followers)) });
  const entersAgain = all([entering.enters, entering.local.not(), meets(first_again, entering.olderSame)]);
  return { sentAgain: sent_again, entersAgain };
};

const anyOf = (words: readonly Bits[]): Bits => words.reduce((sum, one) => sum.or(one));
