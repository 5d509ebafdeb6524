import { all, any, type Bits, lit, mux, type ValueOf } from '../hdl/index.ts';
import { type formState, refusedClass } from './shapes.ts';

/**
 * What a form asks for in this cycle: `docs/systems/memory-path.md`, "Forms".
 * @param passes whether the request need not wait for a commit
 */
export const verdictOf = (form: Bits, state: ValueOf<ReturnType<typeof formState>>, passes: Bits<1> = lit(1, 0)) => {
  const own = state.forms.at(form);
  const slots = state.loaded.width;
  const exists = all([own.valid, form.isNonZero(), ...(slots === 8 ? [] : [own.slot.lt(slots)])]);
  const waits = all([exists, state.committing, state.commit_slot.eq(own.slot), passes.not()]);
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
