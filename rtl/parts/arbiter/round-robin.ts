import { type Bits, bit, bits, input, log2Ceil, type ModuleBody, module, mux, output } from '../../hdl/index.ts';
import { checkParameters, parameters } from '../parameters.ts';
import { encodeOneHot, isOneHotOrZero, lowestOne, upToLowestOne } from './one-hot.ts';

export const roundRobinParameters = parameters({
  requesters: { kind: 'integer', minimum: 2, maximum: 256, description: 'How many ask.' },
  registered: { kind: 'flag', default: false, description: 'Whether the grant comes from a register.' },
});

/**
 * The choice of a round robin, for use in a module: of the requests, the first after the one that was last taken, in
 * the order 0, 1, 2 and round again. The registers it needs are declared as `<name>_after`. Where `take` is 1 the
 * choice counts as taken.
 */
export const roundRobinChoice = (
  m: ModuleBody,
  name: string,
  requests: Bits,
  take: (choice: Bits) => Bits<1>,
): Bits => {
  const width = requests.width;
  // Ones above the requester that was last taken: those that go first.
  const { [`${name}_after`]: after } = m.regs({ [`${name}_after`]: { type: bits<number>(width), reset: 0 } });
  if (after === undefined) throw new Error('the register was just declared');
  const first = requests.and(after);
  const choice = mux(first.isNonZero(), lowestOne(first), lowestOne(requests));
  m.when(take(choice), () => after.set(upToLowestOne(choice).not()));
  return choice;
};

/**
 * A fair arbiter. `grant` has at most one bit, of a requester that asks; `index` is its number and `valid` whether
 * there is one. In a cycle with `take` the grant is used up and the next choice begins after it, so a requester that
 * goes on asking is granted after at most `requesters` - 1 others.
 *
 * As it is, the grant answers requests in the same cycle (latency 0), may change until it is taken, and can be taken
 * every cycle. With `registered` it comes from a register one cycle after the requests, stays until it is taken, and
 * goes to the same requester at most every second cycle, because the request that is seen while it is taken is the one
 * being served.
 *
 * @throws ParameterError
 */
export const roundRobinArbiter = (p: { readonly requesters: number; readonly registered?: boolean }) => {
  const { requesters, registered } = checkParameters(roundRobinParameters, p, 'the round robin');
  return module(
    'round_robin_arbiter',
    {
      requests: input(bits<number>(requesters)),
      take: input(bit),
      valid: output(bit),
      grant: output(bits<number>(requesters)),
      index: output(bits<number>(log2Ceil(requesters))),
    },
    (io, m) => {
      const show = (grant: Bits): void => {
        io.grant.set(grant);
        io.valid.set(grant.isNonZero());
        io.index.set(encodeOneHot(grant));
        m.assert(isOneHotOrZero(grant), 'at most one requester is granted');
      };
      if (!registered) {
        const choice = roundRobinChoice(m, 'granted', io.requests, (found) => io.take.and(found.isNonZero()));
        show(choice);
        m.assert(choice.and(io.requests.not()).isZero(), 'only a requester that asks is granted');
        m.assert(io.requests.isNonZero().implies(choice.isNonZero()), 'where one asks one is granted');
        return;
      }
      const { held } = m.regs({ held: { type: bits<number>(requesters), reset: 0 } });
      const { free } = m.named({ free: held.isZero().or(io.take) });
      const choice = roundRobinChoice(m, 'granted', io.requests.and(held.not()), (found) =>
        free.and(found.isNonZero()),
      );
      m.when(free, () => held.set(choice));
      show(held);
    },
    {
      documentation: `A fair arbiter of ${requesters} requesters.`,
      parameters: { requesters, registered },
    },
  );
};
