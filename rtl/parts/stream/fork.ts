import { all, bits, input, module, type OutputPort, output, type Shape, type Stream, stream } from '../../hdl/index.ts';
import { ParameterError } from '../parameters.ts';

export interface ForkOptions<S extends Shape, Name extends string> {
  readonly type: S;
  /** Names of the branches, each an output stream: at least two. */
  readonly branches: readonly Name[];
}

const branchPorts = <S extends Shape, Name extends string>(owner: string, p: ForkOptions<S, Name>) => {
  const allowed = "two or more different names, none of them 'push'";
  const names: readonly string[] = p.branches;
  if (names.length < 2 || new Set(names).size !== names.length || names.includes('push'))
    throw new ParameterError(`parameter 'branches' of ${owner} is [${names.join(', ')}], but it must be ${allowed}`, {
      owner,
      parameter: 'branches',
      value: names,
      allowed,
      nearest: undefined,
    });
  return Object.fromEntries(p.branches.map((name) => [name, output(stream(p.type))])) as {
    readonly [B in Name]: OutputPort<Stream<S>>;
  };
};

/**
 * Copies a stream to every branch. Eager: each branch takes its copy as soon as it is ready, the slowest decides when
 * the item is done. No branch's valid depends on a ready. Latency 0 cycles, one item a cycle; one register bit a
 * branch.
 *
 * @throws ParameterError
 */
export const eagerFork = <S extends Shape, const Name extends string>(p: ForkOptions<S, Name>) =>
  module('stream_eager_fork', { push: input(stream(p.type)), ...branchPorts('the eager fork', p) }, (io, m) => {
    const { taken } = m.regs({ taken: { type: bits(p.branches.length), reset: 0 } });
    const branches = p.branches.map((name) => io[name]);
    const satisfied = branches.map((branch, index) => taken.bit(index).or(branch.ready));
    const { done } = m.named({ done: all(satisfied) });
    io.push.ready.set(done);
    for (const [index, branch] of branches.entries()) {
      branch.valid.set(io.push.valid.and(taken.bit(index).not()));
      branch.data.set(io.push.data);
      m.when(io.push.valid, () => taken.bit(index).set(branch.ready.or(taken.bit(index)).and(done.not())));
    }
    m.assert(taken.isNonZero().implies(io.push.valid), 'a branch has taken a copy only of an item that still waits');
    m.assert(taken.reduceAnd().not(), 'an item that all branches have taken is done');
  });

/**
 * Copies a stream to every branch, all in the same cycle: a branch's valid waits for the others' ready. Without state.
 * Latency 0 cycles, one item a cycle.
 *
 * @throws ParameterError
 */
export const lazyFork = <S extends Shape, const Name extends string>(p: ForkOptions<S, Name>) =>
  module('stream_lazy_fork', { push: input(stream(p.type)), ...branchPorts('the lazy fork', p) }, (io) => {
    const branches = p.branches.map((name) => io[name]);
    io.push.ready.set(all(branches.map((branch) => branch.ready)));
    for (const branch of branches) {
      const others = branches.filter((other) => other !== branch).map((other) => other.ready);
      branch.valid.set(all([io.push.valid, ...others]));
      branch.data.set(io.push.data);
    }
  });
