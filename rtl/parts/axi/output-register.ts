import {
  type AnyOperand,
  type Assignable,
  type Bits,
  bit,
  type ModuleBody,
  type OperandOf,
  type Shape,
  type StreamOut,
  type ValueOf,
} from '../../hdl/index.ts';
import { register } from '../rings.ts';

/**
 * The output register of a channel: its full bit is valid, and its payload, which changes only when it is loaded, the other signals. `free`: it is not
 * full, or its handshake is in this cycle. Load it in a cycle in which it is free. The registers are `full` and `payload`, after the prefix.
 */
export const outputRegister = <S extends Shape>(m: ModuleBody, type: S, channel: StreamOut<S>, prefix = '') => {
  const full = register(m, `${prefix}full`, bit);
  const payload = register(m, `${prefix}payload`, type) as Assignable;
  channel.valid.set(full);
  (channel.data as Assignable).set(payload as AnyOperand);
  const free = full.not().or(channel.ready);
  return {
    free,
    load: (condition: Bits<1>, data: OperandOf<ValueOf<S>>): void => {
      full.set(condition.or(free.not()));
      m.when(condition, () => payload.set(data as AnyOperand));
    },
  };
};
