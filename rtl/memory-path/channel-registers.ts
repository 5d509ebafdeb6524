import {
  type AnyOperand,
  type Assignable,
  type Bits,
  bit,
  type ModuleBody,
  mux,
  type Shape,
  type StreamIn,
  type StreamOut,
  type Value,
  type ValueOf,
  zero,
} from '../hdl/index.ts';
import { register } from './rings.ts';

/** The candidate of an input channel (the page's "Words"): the held one, or what comes. */
export const candidateOf = <S extends Shape>(m: ModuleBody, name: string, type: S, channel: StreamIn<S>) => {
  const full = register(m, `${name}_full`, bit);
  const held = register(m, `${name}_held`, type);
  channel.ready.set(full.not());
  m.when(full.not(), () => (held as Assignable).set(channel.data as AnyOperand));
  const present = full.or(channel.valid);
  return {
    present,
    data: mux(full, held as Value, channel.data as Value) as ValueOf<S>,
    moves: (condition: Bits<1>): void => full.set(present.and(condition.not())),
  };
};

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
