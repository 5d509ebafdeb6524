import { all, type Bits, bit, bits, concat, module, mux, type Ports } from '../hdl/index.ts';
import { cutModule } from '../parts/cut-instance.ts';
import { encryption } from './encryption.ts';
import { channels } from './interface.ts';
import { type Geometry, widthsOf } from './shapes.ts';

const ciphers = ['aes_engine', 'prince_low', 'prince_high'].map((name) => `engines.${name}`);

const held = ['valid', 'tag_piece', 'tag_place', 'block'] as const;
const heldPaths = ['aes', 'prince'].flatMap((cipher) => held.map((field) => `${cipher}_given_${field}`));

/**
 * That what the encryption shows for a block of a piece is what a cipher gave for it last, exclusive-or the tweak that went through the cipher beside it. The ciphers are anything: what they
 * give, when, and for which block. Whichever block of whichever piece, and whichever cipher, are chosen.
 */
export const checkedEncryption = (p: Geometry) => {
  const w = widthsOf(p);
  const whole = encryption(p);
  const left = cutModule(whole, ciphers);
  const { keys, from, tag } = whole.ports;
  return module(
    'sealed',
    { keys, from, tag, ...left.ports } as Pick<typeof whole.ports, 'keys' | 'from' | 'tag'> & Ports,
    (io, m) => {
      const { instance, seen, given: givenAt } = left.within(m, 'sealing', io, heldPaths);
      instance.keys.set(io.keys);
      instance.from.set(io.from);
      instance.tag.set(io.tag);
      const isPrince = io.from.channel.eq(channels.prince);
      m.assume(
        all([io.from.valid, isPrince.not()]).implies(instance.aes_free),
        'AES is given a block when it takes one',
      );
      const given = (path: string): Bits => givenAt(`engines.${path}`);
      const r = m.regs({
        piece: { type: bits<number>(w.write), reset: 'none' },
        place: { type: bits(2), reset: 'none' },
        prince: { type: bit, reset: 'none' },
        /** What the cipher gave in the cycle before for the chosen block. */
        came: { type: bit, reset: 0 },
        coming: { type: bits(128), reset: 0 },
        /** What it gave last before that. */
        known: { type: bit, reset: 0 },
        kept: { type: bits(128), reset: 0 },
      });
      r.piece.set(r.piece);
      r.place.set(r.place);
      r.prince.set(r.prince);
      instance.piece.set(r.piece);
      instance.place.set(r.place);
      instance.prince.set(r.prince);

      const tagWidth = w.write + 3;
      /** A word that a cipher gives, and the tweak above its tag. */
      const word = (cipher: string, width: number): Bits => {
        const tag = given(`${cipher}.to_tag`);
        const tweak = tag.slice<number, number>(tag.width - 1, tag.width - width);
        return given(`${cipher}.to_block`).xor(tweak);
      };
      const tagOf = (cipher: string): Bits => given(`${cipher}.to_tag`).truncate<number>(tagWidth);
      const itsTag = mux(r.prince, tagOf('prince_low'), tagOf('aes_engine')) as Bits;
      const valid = mux(r.prince, given('prince_low.to_valid'), given('aes_engine.to_valid')).bit(0);
      const block = mux(
        r.prince,
        concat(word('prince_high', 64), word('prince_low', 64)).resize(128),
        word('aes_engine', 128).resize(128),
      );
      const mine = all([valid, itsTag.slice<number, number>(w.write + 1, 0).eq(concat(r.place, r.piece))]);
      r.came.set(mine);
      r.coming.set(block);
      m.when(r.came, () => {
        r.known.set(1);
        r.kept.set(r.coming);
      });
      m.assert(r.known.implies(instance.block.eq(r.kept)), 'what is shown of a block is what the cipher gave for it');
      const holds = (field: (typeof held)[number]): Bits =>
        mux(r.prince, seen(`prince_given_${field}`), seen(`aes_given_${field}`)) as Bits;
      const isHeld = all([holds('valid').bit(0), holds('tag_piece').eq(r.piece), holds('tag_place').eq(r.place)]);
      m.assert(r.came.eq(isHeld), 'what a cipher gave is held for a cycle');
      m.assert(r.came.implies(holds('block').eq(r.coming)), 'what is held is what the cipher gave');
    },
    { documentation: 'Encryption with properties.', parameters: { ...p } },
  );
};
