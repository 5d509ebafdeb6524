import { all, bit, input, module, output, pack, unpack } from '../hdl/index.ts';
import { blockQueue } from './block-queue.ts';
import { dataEngines } from './data-engines.ts';
import { channels, queueDepth } from './interface.ts';
import { blockToTake, type Geometry, keyFeed, queueHead, readTag } from './shapes.ts';

/** Decryption and its two queues: `docs/systems/memory-path.md`, "Engines" and "Queues". */
export const decryption = (p: Geometry) =>
  module(
    'decryption',
    {
      keys: input(keyFeed(p)),
      from: input(blockToTake(p)),
      tag: input(readTag(p)),
      /** Whether a block of the cipher can be taken. */
      aes_free: output(bit),
      prince_free: output(bit),
      aes: output(queueHead(p)),
      aes_pop: input(bit),
      prince: output(queueHead(p)),
      prince_pop: input(bit),
    },
    (io, m) => {
      const tag = pack(io.tag);
      const u = m.instances({
        engines: dataEngines(p, 'decrypt', tag.width),
        aes_queue: blockQueue(p, queueDepth.aes),
        prince_queue: blockQueue(p, queueDepth.prince),
      });
      u.engines.keys.set(io.keys);
      u.engines.from.set(io.from);
      u.engines.tag.set(tag);
      const isPrince = io.from.channel.eq(channels.prince);
      u.aes_queue.taken.set(all([io.from.valid, isPrince.not()]));
      u.prince_queue.taken.set(all([io.from.valid, isPrince]));
      u.aes_queue.pop.set(io.aes_pop);
      u.prince_queue.pop.set(io.prince_pop);
      for (const [queue, given, head] of [
        [u.aes_queue, u.engines.aes, io.aes],
        [u.prince_queue, u.engines.prince, io.prince],
      ] as const) {
        queue.push.set(given.valid);
        queue.pushed.set({ tag: unpack(readTag(p), given.tag), block: given.block });
        head.set({ valid: queue.valid, tag: queue.head.tag, block: queue.head.block });
      }
      io.aes_free.set(u.engines.ready.and(u.aes_queue.room));
      io.prince_free.set(u.prince_queue.room);
    },
    { documentation: 'Decryption and its queues.', parameters: { ...p } },
  );
