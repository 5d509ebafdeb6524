import {
  type AnyOperand,
  type Assignable,
  type Bits,
  bit,
  bits,
  type ModuleBody,
  type Shape,
  type StreamOut,
  type ValueOf,
} from '../hdl/index.ts';
import { register } from '../parts/rings.ts';

/** An output register (the page's "Words") that remembers whose its payload is, and can be cleared. */
export const outputRegister = <S extends Shape>(
  m: ModuleBody,
  name: string,
  type: S,
  channel: StreamOut<S>,
  p: { readonly owners: number; readonly clear: Bits<1> },
) => {
  const full = register(m, `${name}_full`, bit);
  const payload = register(m, `${name}_payload`, type) as Assignable;
  const owner = register(m, `${name}_owner`, bits<number>(p.owners));
  channel.valid.set(full);
  (channel.data as Assignable).set(payload as AnyOperand);
  return {
    state: { free: full.not().or(channel.ready), full, waits: full.and(channel.ready.not()), owner },
    taken: full.and(channel.ready),
    load: (condition: Bits<1>, data: ValueOf<S>, whose: Bits): void => {
      m.when(full.and(channel.ready), () => full.set(0));
      m.when(condition, () => {
        full.set(1);
        payload.set(data as AnyOperand);
        owner.set(whose);
      });
      m.when(p.clear, () => full.set(0));
    },
  };
};
