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
} from '../hdl/index.ts';
import { register } from '../parts/rings.ts';

/** The output register of a channel: the page's "Words". */
export const outputRegister = <S extends Shape>(m: ModuleBody, type: S, channel: StreamOut<S>) => {
  const full = register(m, 'full', bit);
  const payload = register(m, 'payload', type) as Assignable;
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
