import { type Bits, bit, bits, concat, input, lit, module, mux, output, record } from '../../hdl/index.ts';
import { aesSBox, type SBoxConstruction } from './aes-sbox.ts';

/** Round keys of the longest key, the first of them added before the first round. */
export const roundKeys = 15;

/** Round key `round` of key slot `slot`. */
export const roundKeyShape = (p: { readonly slots: number }) =>
  record({ slot: bits(Math.max(1, Math.ceil(Math.log2(p.slots)))), round: bits(4), key: bits(128) });

/** The product with x in GF(2^8), of which the round constants are powers. */
const double = (byte: Bits<8>): Bits<8> =>
  concat(byte.slice(6, 0), lit(1, 0)).resize(8).xor(byte.bit(7).repeat(8).and(0x1b).resize(8));

/** The words of a value, word 0 lowest. */
const wordsOf = (value: Bits): readonly Bits<32>[] =>
  Array.from({ length: value.width / 32 }, (_, index) => value.slice(32 * index + 31, 32 * index).resize(32));

/**
 * The key expansion of AES-128 and AES-256 (FIPS 197, 5.2), one round key a cycle: started in cycle t, round key r is written in cycle t+1+r,
 * 15 of them; `busy` from t+1 to t+15. A short key's are numbered as if it had 14 rounds of which 1 to 4 are skipped: 0, then 5 to 14; 1 to 4
 * are written as zeros. Byte 0 of a key is its lowest byte. `stop` ends it and clears what it holds.
 */
export const aesKeyExpansion = (p: { readonly construction: SBoxConstruction; readonly slots: number }) => {
  const shape = roundKeyShape(p);
  return module(
    'aes_key_expansion',
    {
      start: input(bit),
      /** With `start`: a key of 128 bits, in the lower half of `key`. */
      short: input(bit),
      slot: input(shape.fields.slot),
      key: input(bits(256)),
      stop: input(bit),
      busy: output.reg(bit, { reset: 0 }),
      write: output(bit),
      written: output(shape),
    },
    (io, m) => {
      const r = m.regs({
        is_short: { type: bit, reset: 0 },
        to_slot: { type: shape.fields.slot, reset: 0 },
        round: { type: bits(4), reset: 0 },
        /** This round key in the lower half; of a long key the next in the upper. */
        window: { type: bits(256), reset: 0 },
        constant: { type: bits(8), reset: 0 },
      });
      // The first round key of a short key stands by while rounds 1 to 4 are written as zeros.
      const { skipped, moved } = m.named({
        skipped: r.is_short.and(r.round.isNonZero()).and(r.round.le(4)),
        moved: r.is_short.and(r.round.ge(4)),
      });
      const boxes = m.instances({
        byte_0: aesSBox({ direction: 'forward', construction: p.construction }),
        byte_1: aesSBox({ direction: 'forward', construction: p.construction }),
        byte_2: aesSBox({ direction: 'forward', construction: p.construction }),
        byte_3: aesSBox({ direction: 'forward', construction: p.construction }),
      });
      const words = wordsOf(r.window);
      const word = (index: number): Bits<32> => words[index] as Bits<32>;
      // A long key has the key after the next one to make, from words that stand twice as far apart.
      const { newest, turned } = m.named({
        newest: mux(r.is_short, word(3), word(7)),
        turned: mux(r.is_short, moved, r.round.bit(0).not()),
      });
      const rotated = mux(turned, concat(newest.slice(7, 0), newest.slice(31, 8)).resize(32), newest);
      const lists = [boxes.byte_0, boxes.byte_1, boxes.byte_2, boxes.byte_3];
      for (const [index, box] of lists.entries()) box.value.set(rotated.slice(8 * index + 7, 8 * index).resize(8));
      const constant = mux(turned, r.constant, 0).extend(32);
      const first = concat(...lists.map((box) => box.substitute).reverse())
        .resize(32)
        .xor(constant)
        .xor(word(0));
      const made: Bits<32>[] = [first];
      for (let index = 1; index < 4; index += 1) made.push((made[index - 1] as Bits<32>).xor(word(index)));
      const next = concat(...[...made].reverse()).resize(128);

      io.write.set(io.busy);
      io.written.slot.set(r.to_slot);
      io.written.round.set(r.round);
      io.written.key.set(mux(skipped, 0, r.window.slice(127, 0).resize(128)));

      m.when(io.stop, () => {
        io.busy.set(0);
        r.window.set(0);
      })
        .elseWhen(io.start, () => {
          io.busy.set(1);
          r.is_short.set(io.short);
          r.to_slot.set(io.slot);
          r.round.set(0);
          r.constant.set(1);
          r.window.set(io.key);
        })
        .elseWhen(io.busy, () => {
          r.round.set(r.round.add(1));
          m.when(r.round.eq(roundKeys - 1), () => {
            io.busy.set(0);
            r.window.set(0);
          }).otherwise(() => {
            m.when(moved, () => r.window.set(next.extend(256)));
            m.when(r.is_short.not(), () => r.window.set(concat(next, r.window.slice(255, 128)).resize(256)));
          });
          m.when(turned, () => r.constant.set(double(r.constant)));
        });
      m.assert(io.start.implies(io.busy.not()), 'an expansion is started only when none is under way');
    },
    { documentation: 'The key expansion of AES, one round key a cycle (FIPS 197, 5.2).', parameters: p },
  );
};
