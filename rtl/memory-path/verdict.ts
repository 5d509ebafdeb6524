import { all, any, type Bits, mux, type ValueOf } from '../hdl/index.ts';
import { type accessClass, type formState, refusedClass } from './shapes.ts';

/** What a form asks for in this cycle: `docs/systems/memory-path.md`, "Forms". */
export const verdictOf = (form: Bits, state: ValueOf<ReturnType<typeof formState>>) => {
  const own = state.forms.at(form);
  const slots = state.loaded.width;
  const exists = all([own.valid, form.isNonZero(), ...(slots === 8 ? [] : [own.slot.lt(slots)])]);
  const waits = all([exists, state.committing, state.commit_slot.eq(own.slot)]);
  const fits = any(
    state.kinds.elements.map((kind, slot) =>
      all([own.slot.eq(slot), state.loaded.bit(slot), kind.eq(own.channel), own.channel.isNonZero()]),
    ),
  );
  const encrypted = all([exists, waits.not(), fits]);
  const plain = form.isZero();
  return {
    waits,
    plain,
    encrypted,
    refused: any([plain, encrypted, waits]).not(),
    class: mux(plain, 0, mux(encrypted, own.channel.resize(3), refusedClass)) as Bits<3>,
    key: own.slot,
  };
};
export type AccessClass = typeof accessClass;
