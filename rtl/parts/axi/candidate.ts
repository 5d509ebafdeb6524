import {
  type AnyOperand,
  type Assignable,
  type Bits,
  bit,
  type ModuleBody,
  mux,
  type Shape,
  type StreamIn,
  type Value,
  type ValueOf,
} from '../../hdl/index.ts';
import { register } from '../rings.ts';

/** The candidate of an input channel (`docs/systems/memory-path.md`, "Words"): the held one, or what comes. */
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
