import {
  any,
  type Bits,
  bit,
  bits,
  concat,
  input,
  lit,
  type ModuleBody,
  module,
  oneHotSelect,
  output,
  vector,
} from '../hdl/index.ts';
import { type Plan, planHash, type Route } from './hash-plan.ts';
import { keyWords } from './interface.ts';
import { addUp, toeplitzParts, windowSums } from './toeplitz.ts';

export interface HashEngineParameters {
  /** Input bits a step. */
  readonly hashWidth: number;
  /** Names of the halfwords that inputs are made of, in the order of the port `halfwords`. */
  readonly halfwords: readonly string[];
  /** The inputs that can be hashed, in the order of the bits of the port `route`. */
  readonly routes: readonly Route[];
}

interface Entry {
  /** A hash starts in the state. */
  readonly first: Bits<1>;
  /** The step after the present one is in the state, if there is one. */
  readonly next: Bits<1>;
}

const anyOrNone = (conditions: readonly Bits<1>[]): Bits<1> => (conditions.length === 0 ? lit(1, 0) : any(conditions));

/** How each state is entered. `route` is that of the hash to be started, `taken` that of the hash under way. */
const entries = (plan: Plan, states: Bits, route: Bits, taken: Bits): readonly Entry[] => {
  const successor = (visited: readonly number[], state: number): number | undefined =>
    visited.includes(state) ? visited[visited.indexOf(state) + 1] : undefined;
  const successors = (state: number) =>
    new Set(plan.routes.flatMap(({ states: visited }) => successor(visited, state) ?? []));
  return plan.states.map((_, state) => {
    const starting = plan.routes.flatMap(({ states: visited }, index) =>
      visited[0] === state ? [route.bit(index)] : [],
    );
    const following = plan.states.flatMap((_unused, before) => {
      const routes = plan.routes.flatMap(({ states: visited }, index) =>
        successor(visited, before) === state ? [taken.bit(index)] : [],
      );
      if (routes.length === 0) return [];
      return [successors(before).size === 1 ? states.bit(before) : states.bit(before).and(any(routes))];
    });
    return { first: anyOrNone(starting), next: anyOrNone(following) };
  });
};

/**
 * Toeplitz hash (Microsoft, "RSS hashing types") of `hashWidth` input bits a cycle with a 320-bit key. Started in cycle t it steps from t+1
 * on; `finishing` marks the last step, and two cycles later `hash` is the result. The first products of a step are kept in registers, and
 * added up in the cycle after. To the cycle: `docs/systems/packet-unit.md`, "Hash".
 */
export const hashEngine = (p: HashEngineParameters) => {
  const { hashWidth } = p;
  const plan = planHash(hashWidth, p.routes);
  return module(
    'hash_engine',
    {
      start: input(bit),
      /** With `start`: one bit for the input that is hashed, none for an empty input; and whether its ports are hashed. */
      route: input(bits(p.routes.length)),
      with_ports: input(bit),
      /** From the cycle after `start` until the last step. */
      halfwords: input(vector(bits(16), p.halfwords.length)),
      key: input(vector(bits(32), keyWords)),
      /** No step remains after this cycle's. */
      ready: output(bit),
      finishing: output(bit),
      hash: output(bits(32)),
    },
    (io, m) => {
      const { active, remaining, step, last_step, states, taken, takes_ports } = m.regs({
        active: { type: bit, reset: 0 },
        remaining: { type: bit, reset: 0 },
        step: { type: bits(plan.steps), reset: 0 },
        last_step: { type: bits(plan.steps), reset: 'none' },
        states: { type: bits(plan.states.length), reset: 'none' },
        taken: { type: bits(p.routes.length), reset: 'none' },
        takes_ports: { type: bit, reset: 'none' },
      });
      const entered = entries(plan, states, io.route, taken);
      const bitList = (values: readonly Bits<1>[]): Bits => concat(...[...values].reverse()) as Bits;
      const endsAfter = (steps: number): Bits<1> => {
        const ending = plan.routes.flatMap((planned, index) => {
          const chosen = io.route.bit(index);
          if (planned.steps === steps && planned.stepsWithPorts === steps) return [chosen];
          if (planned.steps === steps) return [chosen.and(io.with_ports.not())];
          return planned.stepsWithPorts === steps ? [chosen.and(io.with_ports)] : [];
        });
        if (steps === 1) ending.push(io.route.isZero());
        return anyOrNone(ending);
      };
      const ends = Array.from({ length: plan.steps }, (_, index) => endsAfter(index + 1));

      io.ready.set(remaining.not());
      io.finishing.set(active.and(remaining.not()));
      m.when(io.start, () => {
        active.set(1);
        remaining.set((ends[0] as Bits<1>).not());
        step.set(1);
        last_step.set(bitList(ends));
        states.set(bitList(entered.map(({ first }) => first)));
        taken.set(io.route);
        takes_ports.set(io.with_ports);
      })
        .elseWhen(remaining, () => {
          if (plan.steps > 1) {
            remaining.set(
              step
                .slice(plan.steps - 2, 0)
                .and(last_step.slice(plan.steps - 1, 1))
                .isZero(),
            );
            step.set(step.shiftLeft(1));
          }
          states.set(bitList(entered.map(({ next }) => next)));
        })
        .elseWhen(active, () => {
          active.set(0);
          step.set(0);
        });

      const data = inputOf(p, plan, io.halfwords, states, takes_ports);
      const window = keyWindow(m, hashWidth, plan.steps, io.key, io.start, remaining, step);
      sumUp(m, { active, first: step.bit(0), data, window, hash: io.hash });

      m.assert(io.start.implies(remaining.not()), 'the engine is started only when no step remains');
      m.assert(remaining.implies(active), 'steps remain only of a started hash');
      m.assert(step.and(step.subtract(1)).isZero(), 'one step is made at a time');
    },
    { documentation: 'Toeplitz hash of a few input bits a cycle.', parameters: { hashWidth } },
  );
};

/** The input bits of the present step, first bit highest. */
const inputOf = (
  p: HashEngineParameters,
  plan: Plan,
  halfwords: { get(index: number): Bits<16> },
  states: Bits,
  withPorts: Bits<1>,
): Bits => {
  const ports = new Set(p.routes.flatMap((route) => route.ports));
  const halfwordOf = (name: string): Bits<16> => {
    const value = halfwords.get(p.halfwords.indexOf(name));
    return plan.masksPorts && ports.has(name) ? value.and(withPorts.repeat(16)) : value;
  };
  const lanes = Array.from({ length: plan.lanes }, (_, lane): Bits<16> => {
    const users = new Map<string, Bits<1>[]>();
    for (const [state, step] of plan.states.entries()) {
      const name = step.lanes[lane];
      if (name !== null && name !== undefined) users.set(name, [...(users.get(name) ?? []), states.bit(state)]);
    }
    return users.size === 0
      ? lit(16, 0)
      : oneHotSelect([...users].map(([name, taken]) => [any(taken), halfwordOf(name)] as const));
  });
  return concat(...lanes) as Bits;
};

/** Key bits of the present step, first bit highest. The first 31 are kept from the step before; the others are selected. */
const keyWindow = (
  m: ModuleBody,
  hashWidth: number,
  steps: number,
  key: { get(index: number): Bits<32> },
  start: Bits<1>,
  remaining: Bits<1>,
  step: Bits,
): Bits => {
  const whole = concat(...Array.from({ length: keyWords }, (_, index) => key.get(index))) as Bits;
  const keyBits = (first: number, last: number): Bits =>
    whole.slice(32 * keyWords - 1 - first, 32 * keyWords - 1 - last);
  const { key_before } = m.regs({ key_before: { type: bits(31), reset: 'none' } });
  const { key_next } = m.named({
    key_next: oneHotSelect(
      Array.from(
        { length: steps },
        (_, s) => [step.bit(s), keyBits(s * hashWidth + 31, (s + 1) * hashWidth + 30)] as const,
      ),
    ),
  });
  const window = concat(key_before, key_next);
  m.when(start, () => key_before.set(keyBits(0, 30).resize(31))).elseWhen(remaining, () =>
    key_before.set(window.slice(30, 0)),
  );
  return window;
};

interface Sum {
  readonly active: Bits<1>;
  readonly first: Bits<1>;
  readonly data: Bits;
  readonly window: Bits;
  readonly hash: { set(value: Bits<32>): void };
}

/** Products of a step, in registers, and their sum. */
const sumUp = (m: ModuleBody, { active, first, data, window, hash }: Sum): void => {
  const { window_sums } = m.named({ window_sums: windowSums(window) });
  const parts = toeplitzParts(data, window, window_sums);
  const { adding, adding_first, sum } = m.regs({
    adding: { type: bit, reset: 0 },
    adding_first: { type: bit, reset: 'none' },
    sum: { type: bits(32), reset: 'none' },
  });
  const partRegister = (name: string, values: readonly Bits<16>[]): readonly Bits<16>[] => {
    if (values.length === 0) return [];
    const register = m.regs({ [name]: { type: vector(bits(16), values.length), reset: 'none' } })[name];
    if (register === undefined) throw new Error(`no register ${name}`);
    m.when(active, () => register.set(values));
    return register.elements;
  };
  const kept = {
    both: partRegister('both', parts.both),
    high: partRegister('high', parts.high),
    low: partRegister('low', parts.low),
  };
  adding.set(active);
  m.when(active, () => adding_first.set(first));
  m.when(adding, () => sum.set(addUp(kept, sum.and(adding_first.not().repeat(32)))));
  hash.set(sum);
};
