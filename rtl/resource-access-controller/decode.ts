import {
  all,
  any,
  type Bits,
  bits,
  concat,
  input,
  lit,
  module,
  mux,
  oneHotSelect,
  output,
  vector,
} from '../hdl/index.ts';
import { fakePolicies, pageBits } from './interface.ts';
import { entry, type Geometry, plan } from './shapes.ts';

/** Whether a number names one of `count` things. */
const isBelow = (number: Bits, count: number): Bits<1> => (count >= 2 ** number.width ? lit(1, 1) : number.lt(count));

/**
 * Looks a request up in the table of entries: what is to be done with it, the device's address and, by what is known of faults in this
 * cycle, the port that it goes to (`target`, a bit for each port; none: the controller answers). To the cycle:
 * `docs/systems/resource-access-controller.md`, "Requests".
 */
export const requestDecoder = (p: Geometry, direction: 'read' | 'write') =>
  module(
    `${direction}_decoder`,
    {
      entries: input(vector(entry(p), p.entries)),
      faulted: input(bits<number>(p.resources)),
      isolated: input(bits<number>(p.ports)),
      address: input(bits<number>(p.addressWidth)),
      plan: output(plan(p)),
      device_address: output(bits<number>(p.addressWidth)),
      target: output(bits<number>(p.ports)),
    },
    (io, m) => {
      const entries = io.entries.elements;
      const page = io.address.slice<number, number>(p.addressWidth - 1, pageBits);
      const { hits } = m.named({
        hits: concat(
          ...entries
            .map((one) =>
              all([
                one.valid,
                isBelow(one.port, p.ports),
                isBelow(one.resource, p.resources),
                page.xor(one.base).and(one.size.not()).isZero(),
              ]),
            )
            .reverse(),
        ) as Bits,
      });
      // The first hit by position: every entry waits for an OR of those before it, not for a chain.
      const { chosen } = m.named({
        chosen: concat(
          ...entries
            .map((_, place) =>
              place === 0 ? hits.bit(0) : hits.bit(place).and(hits.slice<number, number>(place - 1, 0).isZero()),
            )
            .reverse(),
        ) as Bits,
      });
      const pick = (of: (one: (typeof entries)[number]) => Bits): Bits =>
        oneHotSelect(entries.map((one, place) => [chosen.bit(place), of(one)] as const));
      const allowed = (one: (typeof entries)[number]): Bits<1> => one[direction];
      const forwards = (one: (typeof entries)[number]): Bits<1> => allowed(one).and(one.fake.not());
      const open = entries.map((one) => all([forwards(one), io.faulted.at(one.resource).not()]));

      io.plan.forward.set(pick(forwards));
      io.plan.refused.set(pick(allowed).not());
      const policyOf = (one: (typeof entries)[number]): Bits => mux(allowed(one), one.policy, fakePolicies.zeros);
      io.plan.policy.set(mux(hits.isZero(), fakePolicies.zeros, pick(policyOf)));
      // EXOKAY is no answer to give: it acts as OKAY. Without permission SLVERR, without a hit DECERR.
      const codeOf = (one: (typeof entries)[number]): Bits =>
        mux(allowed(one), concat(one.code.bit(1), one.code.reduceAnd()), 2);
      io.plan.code.set(pick(codeOf).or(hits.isZero().repeat<number>(2)));
      io.plan.resource.set(pick((one) => one.resource));
      io.plan.port.set(p.ports === 1 ? 0 : pick((one) => one.port));
      const { difference } = m.named({ difference: pick((one) => one.base.xor(one.device).and(one.size.not())) });
      io.device_address.set(
        concat(page.xor(difference), io.address.slice(pageBits - 1, 0)).resize<number>(p.addressWidth),
      );
      io.target.set(
        concat(
          ...Array.from({ length: p.ports }, (_, port) =>
            any(
              entries.map((one, place) =>
                all([chosen.bit(place), open[place] ?? lit(1, 0), one.port.eq(port), io.isolated.bit(port).not()]),
              ),
            ),
          ).reverse(),
        ),
      );
      m.assert(chosen.and(chosen.subtract(1)).isZero(), 'at most one entry counts');
    },
    { documentation: `Decodes the address of a ${direction}.`, parameters: { ...p } },
  );
