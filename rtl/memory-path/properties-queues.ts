import { all, type Bits, bit, bits, input, module, type Ports, pack, select, unpack } from '../hdl/index.ts';
import { cutModule } from '../parts/cut-instance.ts';
import { range } from '../parts/seen.ts';
import { decryption } from './decryption.ts';
import { channels, queueDepth } from './interface.ts';
import { type Geometry, readBlock } from './shapes.ts';

/** Of each engine the one whose tag counts. */
const engineOf = { aes: 'aes_engine', prince: 'prince_low' } as const;
const engines = ['aes_engine', 'prince_low', 'prince_high'].map((name) => `engines.${name}`);
const width = 7;

/**
 * That the decryption of one cipher is a queue, if the cipher gives back, whenever it likes, the tags that went in, in their order: what the proofs of the path take it for. Whichever block is
 * chosen, the tag at the head is its own when those before it have been popped.
 */
export const checkedDecryption = (p: Geometry, cipher: keyof typeof engineOf) => {
  const whole = decryption(p);
  const left = cutModule(whole, engines);
  const { keys, from, tag, aes_pop, prince_pop } = whole.ports;
  const depth = queueDepth[cipher];
  const queue = `${cipher}_queue`;
  const paths = [
    ...(['aes', 'prince'] as const).flatMap((by) =>
      ['from', 'to', 'waiting', 'held'].map((name) => `${by}_queue.${name}`),
    ),
    ...range(depth).map((at) => `${queue}.blocks[${at}]`),
  ];
  const ports = { keys, from, tag, aes_pop, prince_pop, chooses: input(bit) };
  return module(
    'queues',
    { ...ports, ...left.ports } as typeof ports & Ports,
    (io, m) => {
      const { instance, seen, given: givenAt } = left.within(m, 'decryption', io, paths);
      for (const name of ['keys', 'from', 'tag', 'aes_pop', 'prince_pop'] as const)
        (instance[name] as { set(value: unknown): void }).set(io[name]);
      const givenBy = (by: keyof typeof engineOf, name: string): Bits => givenAt(`engines.${engineOf[by]}.${name}`);
      const given = (name: string): Bits => givenBy(cipher, name);
      const isPrince = io.from.channel.eq(channels.prince);
      m.assume(
        io.from.valid.implies(isPrince.and(instance.prince_free).or(isPrince.not().and(instance.aes_free))),
        'a block is given to a cipher that takes one',
      );
      m.assume(io.aes_pop.implies(instance.aes.valid), 'AES gives a block that it has');
      m.assume(io.prince_pop.implies(instance.prince.valid), 'PRINCE gives a block that it has');
      const [head, pops] = cipher === 'prince' ? [instance.prince, io.prince_pop] : [instance.aes, io.aes_pop];
      const takes = { aes: all([io.from.valid, isPrince.not()]), prince: all([io.from.valid, isPrince]) };
      const taken = takes[cipher];
      const comes = given('to_valid').bit(0);
      const one = (flag: Bits<1>): Bits => flag.extend<number>(width);
      const { in_aes, in_prince } = m.regs({
        in_aes: { type: bits<number>(width), reset: 0 },
        in_prince: { type: bits<number>(width), reset: 0 },
      });
      const inside = { aes: in_aes, prince: in_prince };
      for (const by of ['aes', 'prince'] as const) {
        const gives = givenBy(by, 'to_valid').bit(0);
        inside[by].set(inside[by].add(one(takes[by])).subtract(one(gives)));
        m.assume(gives.implies(inside[by].isNonZero()), `${by} gives what it was given`);
        const [held, waits] = ['held', 'waiting'].map((name) => seen(`${by}_queue.${name}`).resize<number>(width));
        if (held === undefined || waits === undefined) throw new Error('there are two');
        const most = queueDepth[by];
        m.assert(
          all([held.eq(inside[by].add(waits)), waits.le(most), inside[by].le(most)]),
          `${by}: what is in the engine and in the queue is counted`,
        );
      }
      const itsTag = pack(io.tag);
      const of = (name: string): Bits => seen(`${queue}.${name}`);
      const waiting = of('waiting').resize<number>(width);
      const r = m.regs({
        follows: { type: bit, reset: 0 },
        ahead: { type: bits<number>(width), reset: 0 },
        kept: { type: bits<number>(itsTag.width), reset: 0 },
      });
      m.assume(
        all([comes, r.follows, r.ahead.eq(waiting)]).implies(given('to_tag').truncate<number>(itsTag.width).eq(r.kept)),
        'a cipher gives back tags in their order',
      );
      m.when(pops, () => {
        r.ahead.set(r.ahead.subtract(1));
        m.when(r.ahead.isZero(), () => r.follows.set(0));
      });
      m.when(all([io.chooses, taken, r.follows.not()]), () => {
        r.follows.set(1);
        r.ahead.set(inside[cipher].add(waiting).subtract(one(pops)));
        r.kept.set(itsTag);
      });
      m.assert(
        all([r.follows, r.ahead.isZero(), head.valid]).implies(pack(head.tag).eq(r.kept)),
        'tags come out in their order',
      );
      m.assert(of('to').eq(of('from').add(of('waiting').truncate<number>(of('to').width))), 'the queue is where it is');
      m.assert(r.follows.implies(r.ahead.lt(inside[cipher].add(waiting))), 'the block that is followed is inside');
      const words = range(depth).map((at) => pack(unpack(readBlock(p), of(`blocks[${at}]`)).tag));
      m.assert(
        all([r.follows, r.ahead.lt(waiting)]).implies(
          select(of('from').add(r.ahead.truncate<number>(of('from').width)), words).eq(r.kept),
        ),
        'the block that is followed is in the queue with its tag',
      );
      m.cover(all([r.follows, r.ahead.isZero(), head.valid, pops]), 'the block that is followed comes out');
    },
    { documentation: 'The queues of decryption with properties.', parameters: { ...p } },
  );
};
