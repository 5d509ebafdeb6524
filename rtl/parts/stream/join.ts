import {
  all,
  type InputPort,
  input,
  type ModuleDefinition,
  module,
  type OutputPort,
  output,
  type RecordFields,
  type RecordShape,
  record,
  type Shape,
  type Stream,
  type StreamIn,
  type StreamOut,
  stream,
} from '../../hdl/index.ts';
import { ParameterError } from '../parameters.ts';

type JoinPorts<F extends RecordFields> = { readonly [Name in keyof F]: InputPort<Stream<F[Name]>> } & {
  readonly pop: OutputPort<Stream<RecordShape<F>>>;
};

/**
 * Joins one item of every branch into one record, all in the same cycle: `join({ branches: { hash: bits(32), length:
 * bits(24) } })` has the input streams `hash` and `length` and the output stream `pop` of records with these fields.
 * Without state; a branch's ready waits for every valid. Latency 0 cycles, one item a cycle.
 *
 * @throws ParameterError
 */
export const join = <const F extends RecordFields>(p: { readonly branches: F }) => {
  const names = Object.keys(p.branches);
  if (names.length < 2 || names.includes('pop')) {
    const allowed = "two or more streams, none of them named 'pop'";
    throw new ParameterError(
      `parameter 'branches' of the join has the streams [${names.join(', ')}], but it must be ${allowed}`,
      { owner: 'the join', parameter: 'branches', value: names, allowed, nearest: undefined },
    );
  }
  const inputs = Object.entries(p.branches).map(([name, type]) => [name, input(stream(type))] as const);
  // The keys of the ports are those of `branches`, which building them from a list hides from the compiler.
  const ports = {
    ...Object.fromEntries(inputs),
    pop: output(stream(record(p.branches))),
  } as unknown as JoinPorts<RecordFields>;
  const definition = module('stream_join', ports, (io) => {
    const branches = names.map((name) => [name, io[name] as StreamIn<Shape>] as const);
    const valid = all(branches.map(([, branch]) => branch.valid));
    const pop = io.pop as StreamOut<RecordShape<RecordFields>>;
    pop.valid.set(valid);
    pop.data.set(Object.fromEntries(branches.map(([name, branch]) => [name, branch.data])));
    for (const [, branch] of branches) branch.ready.set(pop.ready.and(valid));
  });
  return definition as unknown as ModuleDefinition<JoinPorts<F>>;
};
