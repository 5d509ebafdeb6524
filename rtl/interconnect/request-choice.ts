import { type Bits, bit, concat, input, module, oneHotSelect, output, stream, vector } from '../hdl/index.ts';
import { encodeOneHot } from '../parts/arbiter/one-hot.ts';
import { outputRegister } from '../parts/axi/output-register.ts';
import { masked, takeTurns } from '../parts/rings.ts';
import { type Geometry, managers, managerWidth, request, subordinateRequest } from './shapes.ts';

/** Of those that are chosen one-hot; of one, that one. */
export const chosenOf = <T extends Bits>(choice: Bits, values: readonly T[]): Bits =>
  values.length === 1
    ? (values[0] as T)
    : oneHotSelect(values.map((value, index) => [choice.bit(index), value as Bits] as const));

/**
 * A subordinate's AR or AW: the choice among the managers that ask, and the register. To the cycle: `docs/systems/interconnect.md`,
 * "Requests".
 */
export const requestChoice = (p: Geometry) =>
  module(
    'request_choice',
    {
      asks: input(managers(p)),
      candidates: input(vector(request(p), p.managers)),
      /** Nothing but the register keeps the subordinate from taking a request. */
      ready: input(bit),
      granted: output(managers(p)),
      channel: output(stream(subordinateRequest(p))),
    },
    (io, m) => {
      const register = outputRegister(m, subordinateRequest(p), io.channel);
      const { takes } = m.named({ takes: register.free.and(io.ready) });
      const { chosen } = m.named({ chosen: takeTurns(m, 'last', masked(io.asks, takes)) });
      io.granted.set(chosen);
      const fields = Object.keys(request(p).fields) as (keyof ReturnType<typeof request>['fields'])[];
      const of = (name: (typeof fields)[number]): Bits =>
        chosenOf(
          chosen,
          io.candidates.elements.map((candidate) => candidate[name] as Bits),
        );
      const loaded = Object.fromEntries(fields.map((name) => [name, of(name)])) as Record<
        (typeof fields)[number],
        Bits
      >;
      const number = managerWidth(p) === 0 ? null : encodeOneHot(chosen);
      register.load(chosen.isNonZero(), {
        ...loaded,
        id: number === null ? loaded.id : concat(number, loaded.id),
      } as never);
    },
    { documentation: "A subordinate's requests in one direction.", parameters: { ...p } },
  );
