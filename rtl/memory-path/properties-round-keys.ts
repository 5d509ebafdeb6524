import { all, any, type Bits, bit, bits, concat, input, log2Ceil, module } from '../hdl/index.ts';
import { aesRounds } from '../parts/cipher/aes.ts';
import { roundKeyShape } from '../parts/cipher/aes-key-expansion.ts';
import type { AesDirection } from '../parts/cipher/aes-round.ts';
import { roundKeyStore } from '../parts/cipher/aes-round-keys.ts';
import { isBelow, range, seenInstance } from '../parts/seen.ts';
import { clearingCycles } from './interface.ts';

/**
 * That an engine's round keys are all 0 when keys have been cleared, until one is written. Whichever slot, and whichever pass of a round, are chosen. That none is
 * written meanwhile is asserted of the key slots.
 */
export const checkedRoundKeys = (p: {
  readonly direction: AesDirection;
  readonly slots: number;
  readonly unrolled: number;
}) => {
  const definition = roundKeyStore({ ...p, rounds: aesRounds });
  const shape = roundKeyShape(p);
  const passes = aesRounds / p.unrolled;
  const passWidth = log2Ceil(passes);
  return module(
    'round_keys',
    { write: input(bit), written: input(shape), clear: input(bit) },
    (io, m) => {
      const { instance, seen } = seenInstance(m, 'store', definition, ['address']);
      const cycles = clearingCycles({ keySlots: p.slots });
      const r = m.regs({
        slot: { type: shape.fields.slot, reset: 'none' },
        pass: { type: bits(passWidth), reset: 'none' },
        /** Cycles of clearing that are to come. */
        left: { type: bits(8), reset: cycles },
        some: { type: bit, reset: 0 },
      });
      r.slot.set(r.slot);
      r.pass.set(r.pass);
      m.assume(
        all([isBelow(r.slot, p.slots), isBelow(r.pass, passes)]),
        'the slot and the pass are some that there are',
      );
      instance.write.set(io.write);
      instance.written.set(io.written);
      instance.clear.set(io.clear);
      instance.first_slot.set(r.slot);
      for (const round of range(p.unrolled)) {
        instance.slots.get(round).set(r.slot);
        instance.passes.get(round).set(r.pass);
      }
      m.when(r.left.isNonZero(), () => r.left.set(r.left.subtract(1)));
      m.when(io.write, () => r.some.set(1));
      m.when(io.clear, () => {
        r.left.set(cycles);
        r.some.set(0);
      });
      m.assume(
        r.left.isNonZero().implies(io.write.not()),
        'key slots: no round key is written while keys are being cleared',
      );
      const address = seen('address');
      const { clearing } = instance;
      m.assert(
        clearing.implies(r.left.add(address.resize<number>(8)).eq(cycles)),
        'the engine clears a word in each cycle of the clearing',
      );
      const place: Bits = passes === 1 ? r.slot : concat(r.slot, r.pass);
      const cleared = all([r.some.not(), any([clearing.not(), address.gt(place)])]);
      for (const [index, key] of [instance.first_key, ...instance.keys.elements].entries())
        m.assert(cleared.implies(key.isZero()), `round key ${index}: it is 0 when its word has been cleared`);
      m.assert(r.left.isZero().implies(clearing.not()), 'the engine is done when the clearing is');
    },
    { documentation: 'Round keys with properties.', parameters: { ...p } },
  );
};
