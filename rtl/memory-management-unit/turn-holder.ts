import { any, type Bits, bits, input, lit, module, mux, output } from '../hdl/index.ts';
import { lowestOne } from '../parts/arbiter/one-hot.ts';
import { word } from '../parts/rings.ts';

/**
 * Which unit may begin on both memories. To the cycle: `docs/systems/memory-management-unit.md`, "Keeper: cookies, turns, status".
 */
export const turnHolder = (p: { readonly units: number }) =>
  module(
    'turn_holder',
    {
      requests: input(bits<number>(p.units)),
      turn: output.reg(bits<number>(p.units), { reset: 1 }),
      contended: output.reg(bits<number>(p.units), { reset: 0 }),
    },
    (io, m) => {
      const { requests, turn } = io;
      // The holder does not ask: those above it go first.
      const above = requests.and(turn.or(turn.subtract(1)).not());
      m.when(requests.and(turn).isZero().and(requests.isNonZero()), () =>
        turn.set(mux(above.isNonZero(), lowestOne(above), lowestOne(requests))),
      );
      const others = Array.from({ length: p.units }, (_, unit) => {
        const rest = Array.from({ length: p.units }, (_other, other) => other).filter((other) => other !== unit);
        return rest.length === 0 ? (lit(1, 0) as Bits<1>) : any(rest.map((other) => requests.bit(other)));
      });
      io.contended.set(word(others));
      m.assert(turn.and(turn.subtract(1)).isZero().and(turn.isNonZero()), 'one unit has the turn');
    },
    { documentation: 'Which unit may begin on both memories.', parameters: { units: p.units } },
  );
