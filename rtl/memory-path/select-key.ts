import { type Bits, select } from '../hdl/index.ts';

interface PrinceKey {
  readonly k0: Bits<64>;
  readonly k1: Bits<64>;
}

/** The key of PRINCE of a key slot, of those of all slots. */
export const selectKey = (slot: Bits, keys: readonly PrinceKey[]): PrinceKey => {
  const index = slot.slice<number, number>(Math.max(1, Math.ceil(Math.log2(keys.length))) - 1, 0);
  const of = (part: (key: PrinceKey) => Bits<64>): Bits<64> =>
    keys.length === 1 ? part(keys[0] as PrinceKey) : (select(index, keys.map(part)) as Bits<64>);
  return { k0: of((key) => key.k0), k1: of((key) => key.k1) };
};
