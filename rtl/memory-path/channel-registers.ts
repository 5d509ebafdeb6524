import {
  type AnyOperand,
  type Assignable,
  type Bits,
  bit,
  type ModuleBody,
  type Shape,
  type StreamOut,
  type ValueOf,
  zero,
} from '../hdl/index.ts';
import { register } from '../parts/rings.ts';

/** The output register of a channel (the page's "Words"), empty and zero again when its payload is gone. */
export const outputRegister = <S extends Shape>(m: ModuleBody, name: string, type: S, channel: StreamOut<S>) => {
  const full = register(m, `${name}_full`, bit);
  const payload = register(m, `${name}_payload`, type) as Assignable;
  channel.valid.set(full);
  (channel.data as Assignable).set(payload as AnyOperand);
  m.when(full.and(channel.ready), () => {
    full.set(0);
    payload.set(zero(type) as AnyOperand);
  });
  return {
    free: full.not().or(channel.ready),
    load: (condition: Bits<1>, data: ValueOf<S>): void =>
      void m.when(condition, () => {
        full.set(1);
        payload.set(data as AnyOperand);
      }),
  };
};
