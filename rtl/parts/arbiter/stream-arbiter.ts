import {
  any,
  type Bits,
  bit,
  bits,
  concat,
  type InputPort,
  input,
  log2Ceil,
  module,
  mux,
  oneHotSelect,
  output,
  type Shape,
  type Stream,
  stream,
  type ValueOf,
} from '../../hdl/index.ts';
import { ParameterError } from '../parameters.ts';
import { encodeOneHot, isOneHotOrZero } from './one-hot.ts';
import { roundRobinChoice } from './round-robin.ts';

export interface StreamArbiterOptions<S extends Shape, Name extends string> {
  readonly type: S;
  /** Names of the input streams: at least two. */
  readonly inputs: readonly Name[];
  /** Whether the input goes on after this item, as in the middle of a packet: such as `(beat) => beat.tlast.not()`. */
  readonly hold?: (item: ValueOf<S>) => Bits<1>;
}

const inputPorts = <S extends Shape, Name extends string>(p: StreamArbiterOptions<S, Name>) => {
  const names: readonly string[] = p.inputs;
  const allowed = "two or more different names, none of them 'pop' or 'source'";
  if (names.length < 2 || new Set(names).size !== names.length || names.includes('pop') || names.includes('source'))
    throw new ParameterError(
      `parameter 'inputs' of the stream arbiter is [${names.join(', ')}], but it must be ${allowed}`,
      { owner: 'the stream arbiter', parameter: 'inputs', value: names, allowed, nearest: undefined },
    );
  return Object.fromEntries(p.inputs.map((name) => [name, input(stream(p.type))])) as {
    readonly [I in Name]: InputPort<Stream<S>>;
  };
};

/**
 * Merges streams into one, fairly (round robin, item by item, or packet by packet with `hold`). An item that has been
 * offered stays offered until it is taken. `source` is the number, in the order of `inputs`, of the input that `pop`
 * shows.
 *
 * Latency 0 cycles, one item a cycle; `pop` follows the inputs and their ready follows `pop_ready` in the same cycle.
 * Put a register slice after it to cut these paths.
 *
 * @throws ParameterError
 */
export const streamArbiter = <S extends Shape, const Name extends string>(p: StreamArbiterOptions<S, Name>) => {
  const count = p.inputs.length;
  return module(
    'stream_arbiter',
    { ...inputPorts(p), pop: output(stream(p.type)), source: output(bits<number>(log2Ceil(count))) },
    (io, m) => {
      const inputs = p.inputs.map((name) => io[name]);
      const { locked, held } = m.regs({
        locked: { type: bit, reset: 0 },
        held: { type: bits<number>(count), reset: 0 },
      });
      const requests: Bits = concat(...inputs.map((one) => one.valid).reverse());
      const choice = roundRobinChoice(m, 'chosen', requests, (found) => locked.not().and(found.isNonZero()));
      const { grant } = m.named({ grant: mux(locked, held, choice) });
      const data = oneHotSelect(
        inputs.map((one, index) => [grant.bit(index), one.data as ValueOf<S>] as const),
      ) as ValueOf<S>;
      const goesOn = p.hold?.(data);

      io.pop.valid.set(any(inputs.map((one, index) => one.valid.and(grant.bit(index)))));
      io.pop.data.set(data);
      io.source.set(encodeOneHot(grant));
      for (const [index, one] of inputs.entries()) one.ready.set(io.pop.ready.and(grant.bit(index)));

      const { passes } = m.named({ passes: io.pop.fire() });
      m.when(grant.isNonZero(), () => {
        held.set(grant);
        locked.set(goesOn === undefined ? passes.not() : passes.not().or(goesOn));
      });
      m.assert(isOneHotOrZero(grant), 'at most one input is granted');
      m.assert(locked.implies(held.isNonZero()), 'what is locked is an input');
    },
    { documentation: `Merges ${count} streams into one, in fair turns.` },
  );
};
