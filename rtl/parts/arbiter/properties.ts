import { bit, bits, input, log2Ceil, module, output } from '../../hdl/index.ts';
import { roundRobinArbiter } from './round-robin.ts';

/**
 * A round robin, and what must hold of it, given requesters that go on asking until they are served: no one is served
 * who does not ask, and none sees more than the others served once each before it (a registered arbiter: one more,
 * whose grant was in the register already).
 */
export const checkedRoundRobin = (p: { readonly requesters: number; readonly registered?: boolean }) => {
  const { requesters, registered = false } = p;
  const patience = requesters - 1 + (registered ? 1 : 0);
  return module(
    'checked_round_robin',
    { requests: input(bits<number>(requesters)), take: input(bit), grant: output(bits<number>(requesters)) },
    (io, m) => {
      const { arbiter } = m.instances({ arbiter: roundRobinArbiter(p) });
      arbiter.requests.set(io.requests);
      arbiter.take.set(io.take);
      io.grant.set(arbiter.grant);
      const { served } = m.named({ served: arbiter.valid.and(io.take) });
      for (let index = 0; index < requesters; index += 1) {
        const asks = io.requests.bit(index);
        const granted = arbiter.grant.bit(index);
        const waits = `waits_${index}`;
        const asked = `asked_${index}`;
        const r = m.regs({
          [waits]: { type: bits<number>(log2Ceil(patience + 2)), reset: 0 },
          [asked]: { type: bits<number>(1), reset: 0 },
        });
        const [waited, before] = Object.values(r);
        if (waited === undefined || before === undefined) throw new Error('both registers were just declared');
        before.set(asks.and(served.and(granted).not()));
        m.assume(before.bit(0).implies(asks), `requester ${index} asks until it is served`);
        m.assert(granted.implies(asks), `requester ${index} is granted only while it asks`);
        m.assert(
          arbiter.valid.implies(arbiter.index.eq(index).eq(granted)),
          `the index is ${index} where the grant is`,
        );
        m.assert(waited.le(patience), `requester ${index} waits for no more than ${patience} others`);
        m.when(asks.not().or(served.and(granted)), () => waited.set(0)).elseWhen(served, () =>
          waited.set(waited.add(1)),
        );
      }
      if (!registered) m.assert(io.requests.isNonZero().eq(arbiter.valid), 'where one asks, one is granted');
    },
  );
};
