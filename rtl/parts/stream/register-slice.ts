import { bit, input, module, mux, output, type Shape, stream } from '../../hdl/index.ts';
import { checkParameters, parameters } from '../parameters.ts';
import { buffer } from './buffer.ts';

export const registerSliceParameters = parameters({
  cut: {
    kind: 'choice',
    choices: ['forward', 'backward', 'full'],
    default: 'full',
    description: 'Which paths end in a register: valid and data, ready, or both.',
  },
});

/**
 * `pop.valid` and `pop.data` from registers; `push.ready` follows `pop.ready` in the same cycle. Latency 1 cycle, one
 * item a cycle.
 */
export const forwardSlice = <S extends Shape>(p: { readonly type: S }) =>
  module('stream_forward_slice', { push: input(stream(p.type)), pop: output(stream(p.type)) }, (io, m) => {
    const { valid, data } = m.regs({ valid: { type: bit, reset: 0 }, data: { type: p.type, reset: 0 } });
    const { free } = m.named({ free: valid.not().or(io.pop.ready) });
    io.push.ready.set(free);
    io.pop.valid.set(valid);
    io.pop.data.set(data);
    m.when(free, () => valid.set(io.push.valid));
    m.when(io.push.fire(), () => data.set(io.push.data));
  });

/**
 * `push.ready` from a register; `pop.valid` and `pop.data` follow the push side in the same cycle. Latency 0 cycles,
 * one item a cycle.
 */
export const backwardSlice = <S extends Shape>(p: { readonly type: S }) =>
  module('stream_backward_slice', { push: input(stream(p.type)), pop: output(stream(p.type)) }, (io, m) => {
    const { held, data } = m.regs({ held: { type: bit, reset: 0 }, data: { type: p.type, reset: 'none' } });
    io.push.ready.set(held.not());
    io.pop.valid.set(held.or(io.push.valid));
    io.pop.data.set(mux(held, data, io.push.data));
    m.when(io.pop.ready, () => held.set(0)).elseWhen(io.push.valid, () => held.set(1));
    m.when(io.push.fire(), () => data.set(io.push.data));
  });

/**
 * A stage of registers in a stream: `forward` cuts valid and data, `backward` cuts ready, `full` (a buffer of two) cuts
 * both.
 *
 * @throws ParameterError
 */
export const registerSlice = <S extends Shape>(p: {
  readonly type: S;
  readonly cut?: 'forward' | 'backward' | 'full';
}) => {
  const { cut } = checkParameters(registerSliceParameters, { cut: p.cut }, 'the register slice');
  if (cut === 'forward') return forwardSlice(p);
  return cut === 'backward' ? backwardSlice(p) : buffer({ type: p.type, entries: 2 });
};
