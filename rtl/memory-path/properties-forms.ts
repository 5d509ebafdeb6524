import { all, type Bits, bit, bits, lit, type ModuleBody, mux, select } from '../hdl/index.ts';
import { range } from '../parts/seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import { type Geometry, keySlotWidth, refusedClass } from './shapes.ts';

/** A form that is spoken of: any one, which stays. */
export interface ChosenForm {
  readonly form: Bits;
  readonly plain: Bits<1>;
  readonly encrypted: Bits<1>;
  readonly refused: Bits<1>;
  /** The channel of an encrypted one. */
  readonly channel: Bits<2>;
  /** The key slot of an encrypted one. */
  readonly key: Bits;
  /** Whether a request is for it, by its address on the processor's side. */
  isIn(address: Bits): Bits<1>;
  /** Whether an access is for it, by an address on the memory's side, or by a line or another upper part of one. */
  marks(address: Bits): Bits<1>;
}

/** The signals inside the path that `chosenForm` speaks of. */
export const formPaths: readonly string[] = ['active', 'class', 'key'].map((name) => `write_bursts.current_${name}`);

/** What a form asks for in this cycle, in the words of the page. */
const verdict = (p: Geometry, { given, seen }: ProvenPath, form: Bits) => {
  const of = (field: 'valid' | 'channel' | 'slot'): Bits =>
    select(
      form,
      range(2 ** p.select).map((number) => given(`registers.settings_form_${number}_${field}`)),
    );
  const [channel, slot] = [of('channel').resize(2), of('slot')];
  const named = all([of('valid').bit(0), form.isNonZero(), slot.lt(p.keySlots)]);
  const waits = all([named, given('keys.committing').bit(0), given('keys.commit_slot').eq(slot)]);
  const holds = range(p.keySlots)
    .map((key) =>
      all([slot.eq(key), given('keys.loaded').bit(key), given(`keys.kinds_${key}`).eq(channel), channel.isNonZero()]),
    )
    .reduce((left, right) => left.or(right));
  const currentClass = seen('write_bursts.current_class');
  /** A write has the slot, and its data are coming. */
  const current = all([
    seen('write_bursts.current_active').bit(0),
    currentClass.isNonZero(),
    currentClass.ne(refusedClass),
    seen('write_bursts.current_key').eq(slot),
  ]);
  return { waits: waits.and(current.not()), usable: named.and(holds), channel, slot };
};

/**
 * Chooses a form, and keeps what it asks for the same, but for the cycles in which its requests wait: whether it is plain, is encrypted by one channel with one key slot, or cannot be
 * used. All other forms, and the key slots, do what they like. Its accesses are told from all others by the highest bit of their addresses, which nothing
 * between the two edges looks at.
 */
export const chosenForm = (p: Geometry, path: ProvenPath): ChosenForm => {
  const { m, io, given } = path;
  const r = m.regs({
    form: { type: bits<number>(p.select), reset: 'none' },
    usable: { type: bit, reset: 'none' },
    channel: { type: bits(2), reset: 'none' },
    key: { type: bits(keySlotWidth), reset: 'none' },
  });
  for (const register of [r.form, r.usable, r.channel, r.key] as { set(value: unknown): void }[])
    register.set(register);
  const committed = select(
    given('keys.commit_slot'),
    range(8).map((slot) => lit<number>(p.keySlots, 2 ** slot % 2 ** p.keySlots)),
  );
  m.assume(
    given('keys.busy').eq(mux(given('keys.committing').bit(0), committed, 0)),
    'keys: busy is the slot that the commit is active for',
  );
  const now = verdict(p, path, r.form);
  const plain = r.form.isZero();
  const asChosen = all([now.usable, now.channel.eq(r.channel), now.slot.eq(r.key)]);
  m.assume(
    plain.or(now.waits).or(r.usable.and(asChosen)).or(r.usable.not().and(now.usable.not())),
    'the chosen form asks for the same whenever none of its requests waits',
  );
  m.assume(r.channel.isNonZero(), 'the channel of a form that is encrypted is none of the plain ones');
  const isIn = (address: Bits): Bits<1> => address.slice<number, number>(address.width - 1, p.addressWidth).eq(r.form);
  const marks = (address: Bits): Bits<1> => address.bit(address.width - 1);
  for (const channel of ['aw', 'ar'] as const) {
    const address = io.s_axi[`${channel}addr`];
    m.assume(
      marks(address.slice<number, number>(p.addressWidth - 1, 0)).eq(isIn(address)),
      `${channel}: the highest address bit tells whether the form is the chosen one`,
    );
  }
  return {
    form: r.form,
    plain,
    encrypted: plain.not().and(r.usable),
    refused: plain.not().and(r.usable.not()),
    channel: r.channel,
    key: r.key,
    isIn,
    marks,
  };
};

/** Whether something is of the class of the chosen form's accesses. What has two bits, for a channel, is encrypted. */
const isOfClass = (chosen: ChosenForm, accessClass: Bits): Bits<1> => {
  const encrypted = accessClass.eq(chosen.channel.resize<number>(accessClass.width));
  if (accessClass.width < 3) return chosen.encrypted.and(encrypted);
  return all([
    chosen.plain.implies(accessClass.isZero()),
    chosen.encrypted.implies(encrypted),
    chosen.refused.implies(accessClass.eq(refusedClass)),
  ]);
};

/** Asserts that what has the chosen form's mark is of its class, and, if encrypted, under its key. */
export const assertChosen = (
  m: ModuleBody,
  chosen: ChosenForm,
  of: { readonly what: string; readonly when: Bits<1>; readonly class: Bits; readonly key: Bits },
): void => {
  m.assert(of.when.implies(isOfClass(chosen, of.class)), `${of.what}: of the class of its form`);
  m.assert(of.when.and(chosen.encrypted).implies(of.key.eq(chosen.key)), `${of.what}: under the key of its form`);
};
