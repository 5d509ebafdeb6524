import {
  all,
  any,
  type Bits,
  bit,
  bits,
  input,
  lit,
  module,
  mux,
  oneHotSelect,
  output,
  type ValueOf,
} from '../hdl/index.ts';
import { encodeOneHot, lowestOne } from '../parts/arbiter/one-hot.ts';
import { incrementModulo } from '../parts/counters.ts';
import { masked, register, word } from '../parts/rings.ts';
import { superPageBits } from './interface.ts';
import { type Geometry, page, tlbEntry, widthsOf } from './shapes.ts';
import { isAllowed } from './verdict.ts';

type Page = ValueOf<ReturnType<typeof page>>;

/**
 * The TLB: fully associative, of pages and super pages. To the cycle: `docs/systems/memory-management-unit.md`, "Unit: TLB and walker".
 */
export const tlb = (p: Geometry) => {
  const w = widthsOf(p);
  return module(
    'tlb',
    {
      of: input(page(p)),
      prot: input(bits(3)),
      is_write: input(bit),
      hit: output(bit),
      entry: output(tlbEntry(p)),
      /** Of the entry that hits: whether it gives the right to the access, and whether that is answered without memory. */
      allowed: output(bit),
      answered_here: output(bit),
      number: output(bits<number>(w.entry)),
      fill: input(bit),
      filled: input(tlbEntry(p)),
      drop: input(bit),
      drop_number: input(bits<number>(w.entry)),
      flush: input(bit),
    },
    (io, m) => {
      const places = Array.from({ length: p.entries }, (_, number) => number);
      const valid = register(m, 'valid', bits<number>(p.entries));
      const entries = places.map((number) => register(m, `entry_${number}`, tlbEntry(p)));
      const high = (of: Page): Bits => of.page.slice<number, number>(w.page - 1, superPageBits);
      const low = (of: Page): Bits => of.page.slice<number, number>(superPageBits - 1, 0);
      const meets = (number: number, of: Page, isSuper: Bits<1>): Bits<1> => {
        const entry = entries[number] as ValueOf<ReturnType<typeof tlbEntry>>;
        const whole = any([isSuper, entry.leaf.super, low(entry.of).eq(low(of))]);
        return all([entry.of.domain.eq(of.domain), high(entry.of).eq(high(of)), whole]);
      };

      const { hits } = m.named({ hits: valid.and(word(places.map((number) => meets(number, io.of, lit(1, 0))))) });
      io.hit.set(hits.isNonZero());
      // Of each entry beside the comparison, and not of the one that is found after it.
      const leaves = entries.map((entry) => (entry as ValueOf<ReturnType<typeof tlbEntry>>).leaf);
      const allowed = word(leaves.map((leaf) => isAllowed(leaf, io.prot, io.is_write)));
      io.allowed.set(hits.and(allowed).isNonZero());
      io.answered_here.set(hits.and(allowed.not().or(word(leaves.map(({ fake }) => fake)))).isNonZero());
      io.number.set(encodeOneHot(hits));
      io.entry.set(oneHotSelect(entries.map((entry, number) => [hits.bit(number), entry] as const)));

      const { victim } = m.regs({ victim: { type: bits<number>(w.entry), reset: 0 } });
      const { full } = m.named({ full: valid.reduceAnd() });
      const atVictim = word(places.map((number) => victim.eq(number)));
      const { target } = m.named({ target: masked(mux(full, atVictim, lowestOne(valid.not())), io.fill) });
      m.when(io.fill.and(full), () => victim.set(incrementModulo(victim, p.entries)));
      const overlaps = word(places.map((number) => meets(number, io.filled.of, io.filled.leaf.super)));
      const dropped = masked(word(places.map((number) => io.drop_number.eq(number))), io.drop);
      const { gone } = m.named({ gone: masked(overlaps, io.fill).or(dropped) });
      valid.set(masked(valid.and(gone.not()), io.flush.not()).or(target));
      for (const [number, entry] of entries.entries()) m.when(target.bit(number), () => entry.set(io.filled));
      m.assert(io.fill.and(io.flush).not(), 'nothing is filled in when everything is dropped');
    },
    { documentation: 'Translations of pages, fully associative.', parameters: { ...p } },
  );
};
