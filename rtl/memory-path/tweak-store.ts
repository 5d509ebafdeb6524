import { all, type Bits, bit, bits, input, module, mux, output } from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { masked } from '../parts/rings.ts';
import { type Geometry, tweaksFound } from './shapes.ts';

/** The tweaks of all read slots, or of all write pieces. One that the engines give in a cycle is known in it. */
export const tweakStore = (p: Geometry, kind: 'read' | 'write') => {
  const entries = kind === 'read' ? p.reads : p.writes;
  const width = Math.log2(entries);
  return module(
    'tweak_store',
    {
      found: input(tweaksFound(p)),
      /** Whose tweaks the engines give. */
      arrived: output(bits<number>(entries)),
      /** Whose tweak is shown, and whether it is PRINCE's. */
      place: input(bits<number>(width)),
      prince: input(bit),
      tweak: output(bits(128)),
    },
    (io, m) => {
      const { aes_tweaks, prince_tweaks } = m.memories({
        aes_tweaks: { type: bits(128), depth: entries },
        prince_tweaks: { type: bits(64), depth: entries },
      });
      const mine = ({ valid, tag }: { readonly valid: Bits<1>; readonly tag: { readonly write: Bits<1> } }): Bits<1> =>
        valid.and(kind === 'write' ? tag.write : tag.write.not());
      const { aes, prince } = io.found;
      const [aesPlace, princePlace] = [aes.tag.place.truncate(width), prince.tag.place.truncate(width)];
      const { aes_mine, prince_mine } = m.named({ aes_mine: mine(aes), prince_mine: mine(prince) });
      m.when(aes_mine, () => aes_tweaks.write(aesPlace, aes.tweak));
      m.when(prince_mine, () => prince_tweaks.write(princePlace, prince.tweak));
      io.arrived.set(
        masked(decodeOneHot(aesPlace, entries), aes_mine).or(masked(decodeOneHot(princePlace, entries), prince_mine)),
      );
      const now = (own: Bits<1>, at: Bits): Bits<1> => all([own, at.eq(io.place)]);
      io.tweak.set(
        mux(
          io.prince,
          mux(now(prince_mine, princePlace), prince.tweak, prince_tweaks.read(io.place)).extend(128),
          mux(now(aes_mine, aesPlace), aes.tweak, aes_tweaks.read(io.place)),
        ),
      );
    },
    { documentation: `Tweaks: ${kind}s.`, parameters: { ...p, kind } },
  );
};
