import {
  any,
  type Bits,
  bit,
  bits,
  concat,
  input,
  lit,
  log2Ceil,
  module,
  mux,
  output,
  select,
  vector,
} from '../../hdl/index.ts';
import { roundKeyShape } from './aes-key-expansion.ts';
import { type AesDirection, inverseMixColumns } from './aes-round.ts';

export interface RoundKeyStoreParameters {
  readonly direction: AesDirection;
  readonly slots: number;
  /** Rounds in hardware, each of which reads round keys of its own: round n + pass x `unrolled`. */
  readonly unrolled: number;
  readonly rounds: number;
}

/**
 * Round keys of some key slots: a memory for each round in hardware, read in the cycle, and one for the key that is added first. So every stage
 * of a pipeline can be at a block of another key. Decryption keeps them in the order in which it needs them, and all but the first and the last
 * after InvMixColumns (FIPS 197, 5.3.5).
 */
export const roundKeyStore = (p: RoundKeyStoreParameters) => {
  const passes = p.rounds / p.unrolled;
  const passWidth = log2Ceil(passes);
  const key = roundKeyShape(p);
  const slotWidth = Math.max(1, Math.ceil(Math.log2(p.slots)));
  const addressWidth = passes === 1 ? slotWidth : slotWidth + passWidth;
  return module(
    'aes_round_keys',
    {
      write: input(bit),
      written: input(key),
      clear: input(bit),
      clearing: output.reg(bit, { reset: 1 }),
      first_slot: input(key.fields.slot),
      first_key: output(bits(128)),
      slots: input(vector(key.fields.slot, p.unrolled)),
      passes: input(vector(bits(passWidth), p.unrolled)),
      keys: output(vector(bits(128), p.unrolled)),
    },
    (io, m) => {
      const { clearing } = io;
      const { address } = m.regs({ address: { type: bits(addressWidth), reset: 0 } });
      m.when(clearing, () => {
        address.set(address.add(1));
        m.when(address.eq(p.slots * 2 ** (addressWidth - slotWidth) - 1), () => clearing.set(0));
      });
      m.when(io.clear, () => {
        clearing.set(1);
        address.set(0);
      });
      const { round, slot } = io.written;
      const place = p.direction === 'encrypt' ? round : round.not().subtract(1);
      const { at } = m.named({ at: place });
      const turned = at.isZero().or(at.eq(p.rounds));
      const { kept } = m.named({
        kept:
          p.direction === 'encrypt'
            ? io.written.key
            : mux(turned, io.written.key, inverseMixColumns(io.written.key).resize(128)),
      });
      const addressOf = (of: Bits, pass: Bits): Bits => (passes === 1 ? of : (concat(of, pass) as Bits));
      const passOf = select(
        at,
        Array.from({ length: p.rounds + 1 }, (_, number) =>
          lit(passWidth, number === 0 ? 0 : Math.floor((number - 1) / p.unrolled)),
        ),
      );
      const { write_pass, data } = m.named({ write_pass: passOf, data: mux(clearing, 0, kept) });
      const { first } = m.memories({ first: { type: bits(128), depth: 2 ** slotWidth } });
      m.when(clearing.or(io.write.and(at.isZero())), () =>
        first.write(
          mux(clearing, address.slice(addressWidth - 1, addressWidth - slotWidth).resize(slotWidth), slot),
          data,
        ),
      );
      io.first_key.set(first.read(io.first_slot));
      const numbers = Array.from({ length: p.unrolled }, (_, index) => index);
      const memories = m.memories(
        Object.fromEntries(numbers.map((n) => [`round_${n + 1}`, { type: bits(128), depth: 2 ** addressWidth }])),
      );
      for (const n of numbers) {
        const memory = memories[`round_${n + 1}`] as (typeof memories)[string];
        const own = any(Array.from({ length: passes }, (_, pass) => at.eq(pass * p.unrolled + n + 1)));
        m.when(clearing.or(io.write.and(own)), () =>
          memory.write(mux(clearing, address, addressOf(slot, write_pass).resize(addressWidth)), data),
        );
        io.keys.get(n).set(memory.read(addressOf(io.slots.get(n), io.passes.get(n))).resize(128));
      }
      m.assert(clearing.and(io.write).not(), 'no round key is written while they are being cleared');
    },
    { documentation: 'Round keys of several key slots.', parameters: { ...p } },
  );
};
