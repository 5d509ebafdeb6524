import { bit, bits, concat, input, module, mux, output, pack, record, unpack } from '../hdl/index.ts';
import { dataEngines } from './data-engines.ts';
import { blockToTake, type Geometry, keyFeed, widthsOf, writeTag } from './shapes.ts';

/** Encryption, and the encrypted blocks of all write pieces: `docs/systems/memory-path.md`, "Engines". */
export const encryption = (p: Geometry) => {
  const w = widthsOf(p);
  const finished = record({ valid: bit, piece: bits<number>(w.write) });
  return module(
    'encryption',
    {
      keys: input(keyFeed(p)),
      from: input(blockToTake(p)),
      tag: input(writeTag(p)),
      aes_free: output(bit),
      /** The last block of a piece gets into memory at the edge. */
      aes_finished: output(finished),
      prince_finished: output(finished),
      /** Which block is shown. */
      piece: input(bits<number>(w.write)),
      place: input(bits(2)),
      prince: input(bit),
      block: output(bits(128)),
    },
    (io, m) => {
      const tag = pack(io.tag);
      const { engines } = m.instances({ engines: dataEngines(p, 'encrypt', tag.width) });
      engines.keys.set(io.keys);
      engines.from.set(io.from);
      engines.tag.set(tag);
      io.aes_free.set(engines.ready);
      const given = record({ valid: bit, tag: writeTag(p), block: bits(128) });
      const r = m.regs({ aes_given: { type: given, reset: 0 }, prince_given: { type: given, reset: 0 } });
      // A memory of each cipher's blocks: both may give one in a cycle.
      const { aes_sealed, prince_sealed } = m.memories({
        aes_sealed: { type: bits(128), depth: 4 * p.writes },
        prince_sealed: { type: bits(128), depth: 4 * p.writes },
      });
      for (const [held, engine, memory, told] of [
        [r.aes_given, engines.aes, aes_sealed, io.aes_finished],
        [r.prince_given, engines.prince, prince_sealed, io.prince_finished],
      ] as const) {
        held.set({ valid: engine.valid, tag: unpack(writeTag(p), engine.tag), block: engine.block });
        m.when(held.valid, () => memory.write(concat(held.tag.piece, held.tag.place), held.block));
        told.set({ valid: held.valid.and(held.tag.last), piece: held.tag.piece });
      }
      const address = concat(io.piece, io.place);
      io.block.set(mux(io.prince, prince_sealed.read(address), aes_sealed.read(address)));
    },
    { documentation: 'Encryption, and what it has made.', parameters: { ...p } },
  );
};
