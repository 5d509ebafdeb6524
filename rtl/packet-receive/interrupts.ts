import { any, bits, input, module, output } from '../hdl/index.ts';
import { saturatingIncrement } from '../parts/counters.ts';
import { register, word } from '../parts/rings.ts';
import { clientMask, type Geometry } from './shapes.ts';

/** Moderation: when ends of chains raise a client's interrupt. To the cycle: `docs/systems/receive-engine.md`, "Interrupts". */
export const moderation = (p: Geometry) =>
  module(
    'interrupt_moderation',
    {
      chains: input(bits(8)),
      cycles: input(bits(16)),
      done: input(clientMask(p)),
      raised: output(clientMask(p)),
    },
    (io, m) => {
      const raised = Array.from({ length: p.clients }, (_, client) => {
        const pending = register(m, `pending_${client}`, bits(8));
        const age = register(m, `age_${client}`, bits(16));
        const done = io.done.bit(client);
        const some = pending.isNonZero();
        const raises = some.and(any([pending.ge(io.chains), age.ge(io.cycles)]));
        m.when(raises, () => {
          pending.set(done.extend(8));
          age.set(0);
        }).otherwise(() => {
          m.when(done, () => pending.set(saturatingIncrement(pending)));
          m.when(some, () => age.set(saturatingIncrement(age))).otherwise(() => age.set(0));
        });
        return raises;
      });
      io.raised.set(word(raised));
    },
    { documentation: 'Moderation of interrupts.', parameters: { clients: p.clients } },
  );
