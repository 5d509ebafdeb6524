import { all, any, bit, bits, concat, input, module, mux, output, record, vector } from '../hdl/index.ts';
import { aesKeyExpansion } from '../parts/cipher/aes-key-expansion.ts';
import { word } from '../parts/rings.ts';
import { channels, clearingCycles, commitCycles } from './interface.ts';
import { type Geometry, keyFeed, keySlotWidth } from './shapes.ts';

export const keyCommand = record({ aes128: bit, aes256: bit, prince: bit, clear: bit, lock: bit });

/** Words of a key of AES-128 or PRINCE: 0 to 3 and 8 to 11. */
const shortKeyWords = 0x0f0f;

/**
 * The key slots: commits of the staged key, locks, and the keys on their way to the engines, which keep round keys of AES themselves. To the
 * cycle: `docs/systems/memory-path.md`, "Keys".
 */
export const keyStore = (p: Geometry) =>
  module(
    'key_store',
    {
      commands: input(vector(keyCommand, p.keySlots)),
      stage: input(vector(bits(32), 16)),
      /** Words of it that are written at the edge. */
      stored: input(bits(16)),
      in_use: input(bits<number>(p.keySlots)),
      tamper: input(bit),
      loaded: output.reg(bits<number>(p.keySlots), { reset: 0 }),
      locked: output.reg(bits<number>(p.keySlots), { reset: 0 }),
      kinds: output(vector(bits(2), p.keySlots)),
      staged: output.reg(bits(16), { reset: 0 }),
      committing: output.reg(bit, { reset: 0 }),
      commit_slot: output(bits(keySlotWidth)),
      busy: output(bits<number>(p.keySlots)),
      /** The stage is to be cleared at the edge. */
      erase: output(bit),
      /** A commit ends in this cycle. */
      ends: output(bit),
      /** A command is dropped in this cycle. */
      drops: output(bit),
      feed: output(keyFeed(p)),
    },
    (io, m) => {
      const princeKey = record({ k0: bits(64), k1: bits(64) });
      const r = m.regs({
        slot: { type: bits(keySlotWidth), reset: 0 },
        /** A channel, or 0 to clear the slot. */
        kind: { type: bits(2), reset: 0 },
        /** Cycles of the commit that have been. */
        timer: { type: bits(5), reset: 0 },
        slot_kinds: { type: vector(bits(2), p.keySlots), reset: 0 },
        prince_keys: { type: vector(princeKey, 2 * p.keySlots), reset: 0 },
        clearing: { type: bits(8), reset: clearingCycles(p) },
      });
      const { expansion } = m.instances({ expansion: aesKeyExpansion({ construction: 'gates', slots: p.keySlots }) });
      const slots = Array.from({ length: p.keySlots }, (_, slot) => slot);
      const chosen = word(slots.map((slot) => r.slot.eq(slot)));
      const { starts } = m.named({
        starts: all([io.committing, r.timer.isZero(), chosen.and(io.in_use).isZero(), r.clearing.isZero()]),
      });
      const { second, ending } = m.named({
        second: io.committing.and(r.timer.eq(commitCycles / 2)),
        ending: io.committing.and(r.timer.eq(commitCycles - 1)),
      });
      m.when(r.clearing.isNonZero(), () => r.clearing.set(r.clearing.subtract(1)));
      m.when(starts.or(r.timer.isNonZero()), () => r.timer.set(r.timer.add(1)));

      const words = io.stage.elements;
      const half = (first: number, count: number) =>
        concat(
          ...Array.from({ length: count }, (_, index) =>
            mux(second, words[8 + first + index] as never, words[first + index] as never),
          ).reverse(),
        );
      const isShort = r.kind.eq(channels.aes128);
      const isAes = isShort.or(r.kind.eq(channels.aes256));
      expansion.start.set(starts.or(second));
      expansion.short.set(isShort);
      expansion.slot.set(r.slot.resize<number>(expansion.slot.width));
      // What is not a key of AES puts round keys of zeros' in the place of those that were there.
      expansion.key.set(
        mux(isAes, concat(mux(isShort, 0, half(4, 4).resize(128)), half(0, 4).resize(128)).resize(256), 0),
      );
      expansion.stop.set(io.tamper);
      for (const slot of slots)
        for (const number of [0, 1]) {
          const own = r.prince_keys.get(2 * slot + number);
          const at = number === 0 ? starts : second;
          m.when(all([at, chosen.bit(slot)]), () => {
            own.k0.set(mux(r.kind.eq(channels.prince), half(0, 2).resize(64), 0));
            own.k1.set(mux(r.kind.eq(channels.prince), half(2, 2).resize(64), 0));
          });
        }
      m.when(ending, () => {
        io.committing.set(0);
        r.timer.set(0);
        io.loaded.set(io.loaded.and(chosen.not()).or(mux(r.kind.isNonZero(), chosen, 0)));
        for (const slot of slots)
          m.when(all([chosen.bit(slot), r.kind.isNonZero()]), () => r.slot_kinds.get(slot).set(r.kind));
      });
      io.staged.set(io.staged.or(io.stored));
      const { has_short, has_long } = m.named({
        has_short: io.staged.and(shortKeyWords).eq(shortKeyWords),
        has_long: io.staged.reduceAnd(),
      });
      const dropped = slots.map((slot) => {
        const { aes128, aes256, prince, clear, lock } = io.commands.get(slot);
        const asks = any([aes128, aes256, prince, clear]);
        // Of the lowest operation alone.
        const isStaged = mux(aes128, has_short, mux(aes256, has_long, prince.not().or(has_short)));
        const does = all([asks, io.locked.bit(slot).not(), io.committing.not(), io.tamper.not(), isStaged]);
        m.when(does, () => {
          io.committing.set(1);
          r.slot.set(slot);
          r.kind.set(mux(aes128, channels.aes128, mux(aes256, channels.aes256, concat(prince, prince))));
        });
        m.when(all([lock, asks.not().or(does)]), () => io.locked.bit(slot).set(1));
        return all([asks, does.not()]);
      });
      m.when(io.tamper, () => {
        io.loaded.set(0);
        io.committing.set(0);
        r.timer.set(0);
        for (const key of r.prince_keys.elements) key.set({ k0: 0, k1: 0 });
        r.clearing.set(clearingCycles(p));
      });
      io.kinds.set(r.slot_kinds);
      io.commit_slot.set(r.slot);
      io.busy.set(mux(io.committing, chosen, 0));
      m.when(io.erase, () => io.staged.set(0));
      io.erase.set(ending.or(io.tamper));
      io.ends.set(ending.and(io.tamper.not()));
      io.drops.set(any(dropped));
      io.feed.clear.set(io.tamper);
      io.feed.write.set(expansion.write);
      // The first round key of key 2 is written in the cycle after its start.
      io.feed.second.set(r.timer.gt(commitCycles / 2));
      io.feed.written.set(expansion.written);
      io.feed.prince.set(r.prince_keys);
    },
    { documentation: 'Key slots and commits.', parameters: { keySlots: p.keySlots } },
  );
