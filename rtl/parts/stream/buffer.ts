import { bits, input, module, output, type Shape, stream, vector } from '../../hdl/index.ts';
import { checkParameters, parameters } from '../parameters.ts';

export const bufferParameters = parameters({
  entries: { kind: 'integer', minimum: 1, maximum: 64, default: 2, description: 'Entries, each in registers.' },
});

/**
 * A first-in first-out of `entries` registers. With c entries held: `push.ready` = (c is not `entries`), `pop.valid` =
 * (c is not 0). Nothing passes in the same cycle: what is pushed at the edge of cycle t is at the head, at the
 * earliest, in t+1. The head is a register; when it becomes empty it keeps its data, and after reset it is 0. Both
 * ready and valid depend on registers only.
 *
 * Latency 1 cycle; one item a cycle from 2 entries on, one every second cycle with 1.
 *
 * @throws ParameterError
 */
export const buffer = <S extends Shape>(p: { readonly type: S; readonly entries?: number }) => {
  const { entries } = checkParameters(bufferParameters, { entries: p.entries }, 'the stream buffer');
  return module('stream_buffer', { push: input(stream(p.type)), pop: output(stream(p.type)) }, (io, m) => {
    // The lowest c bits are 1, so that ready and valid are single register bits.
    const { occupied, head } = m.regs({
      occupied: { type: bits(entries), reset: 0 },
      head: { type: p.type, reset: 0 },
    });
    const { push, pop } = m.named({ push: io.push.fire(), pop: io.pop.fire() });
    io.push.ready.set(occupied.bit(entries - 1).not());
    io.pop.valid.set(occupied.bit(0));
    io.pop.data.set(head);

    m.when(push.and(pop.not()), () => occupied.set(occupied.shiftLeft(1).or(1)));
    m.when(pop.and(push.not()), () => occupied.set(occupied.shiftRight(1)));

    if (entries === 1) {
      m.when(push, () => head.set(io.push.data));
      return;
    }
    const { waiting } = m.regs({ waiting: { type: vector(p.type, entries - 1), reset: 'none' } });
    const slot = (index: number) => (index === 0 ? head : waiting.get(index - 1));
    for (let index = 0; index < entries; index += 1) {
      const last = index === entries - 1;
      const followed = last ? undefined : occupied.bit(index + 1);
      const free = occupied.bit(index).not();
      const opens = followed === undefined ? free.or(pop) : free.or(pop.and(followed.not()));
      const chain = m.when(push.and(opens), () => slot(index).set(io.push.data));
      if (followed !== undefined) chain.elseWhen(pop.and(followed), () => slot(index).set(slot(index + 1)));
    }
    for (let index = 1; index < entries; index += 1)
      m.assert(
        occupied.bit(index).implies(occupied.bit(index - 1)),
        `entry ${index} is held only above entry ${index - 1}`,
      );
  });
};

/** A buffer of two: cuts every path between its sides and still passes one item a cycle. Latency 1 cycle. */
export const skidBuffer = <S extends Shape>(p: { readonly type: S }) => buffer({ type: p.type, entries: 2 });
