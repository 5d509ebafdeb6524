import { bit, bits, input, module, output } from '../hdl/index.ts';
import { type Geometry, readBlock } from './shapes.ts';

/**
 * Decrypted blocks of one cipher, in their order: `docs/systems/memory-path.md`, "Queues". What the engine holds counts as if it were in the
 * queue already, so there is room for all that comes out.
 */
export const blockQueue = (p: Geometry, depth: number) =>
  module(
    'block_queue',
    {
      /** A block is taken by the engine. */
      taken: input(bit),
      push: input(bit),
      pushed: input(readBlock(p)),
      room: output(bit),
      valid: output(bit),
      head: output(readBlock(p)),
      pop: input(bit),
    },
    (io, m) => {
      const width = Math.log2(depth);
      const r = m.regs({
        from: { type: bits<number>(width), reset: 0 },
        to: { type: bits<number>(width), reset: 0 },
        waiting: { type: bits<number>(width + 1), reset: 0 },
        held: { type: bits<number>(width + 1), reset: 0 },
      });
      const { blocks } = m.memories({ blocks: { type: readBlock(p), depth } });
      m.when(io.push, () => {
        blocks.write(r.to, io.pushed);
        r.to.set(r.to.add(1));
      });
      m.when(io.pop, () => r.from.set(r.from.add(1)));
      const count = (of: typeof r.held, up: typeof io.push, down: typeof io.push): void =>
        of.set(of.add(up.resize<number>(width + 1)).subtract(down.resize<number>(width + 1)));
      count(r.waiting, io.push, io.pop);
      count(r.held, io.taken, io.pop);
      io.room.set(r.held.lt(depth));
      io.valid.set(r.waiting.isNonZero());
      io.head.set(blocks.read(r.from));
      m.assert(io.pop.implies(r.waiting.isNonZero()), 'only what is in the queue is taken from it');
      m.assert(r.held.le(depth), 'the queue has room for what is in the engine');
    },
    { documentation: 'Decrypted blocks in their order.', parameters: { ...p, depth } },
  );
