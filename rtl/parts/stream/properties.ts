import {
  type Bits,
  bit,
  bits,
  type InputPort,
  input,
  log2Ceil,
  type ModuleBody,
  type ModuleDefinition,
  module,
  type OutputPort,
  output,
  pack,
  type Shape,
  type Stream,
  stream,
  type Value,
  widthOf,
} from '../../hdl/index.ts';

/** Either side of a stream. */
interface StreamSide {
  readonly valid: Bits<1>;
  readonly ready: Bits<1>;
  readonly data: Value;
}

/**
 * The rule of every stream, to assert or to assume: an item that is offered and not taken is offered again in the next
 * cycle, unchanged (as AXI has it: Arm IHI 0022, "Handshake process"). It needs registers that no part should carry
 * along, so it belongs in a module around the part.
 */
export const streamRule = (
  m: ModuleBody,
  flavour: 'assert' | 'assume',
  name: string,
  type: Shape,
  side: StreamSide,
): void => {
  const r = m.regs({
    [`${name}_waiting`]: { type: bit, reset: 0 },
    [`${name}_offered`]: { type: bits<number>(widthOf(type)), reset: 0 },
  });
  const [waiting, offered] = Object.values(r);
  if (waiting === undefined || offered === undefined) throw new Error('both registers were just declared');
  const data = pack(side.data);
  waiting.set(side.valid.and(side.ready.not()));
  offered.set(data);
  const was = waiting.bit(0);
  m[flavour](was.implies(side.valid), `${name}: an item that was offered stays offered`);
  m[flavour](was.implies(data.eq(offered)), `${name}: an item that was offered stays the same`);
};

type Ends<S extends Shape> = { readonly push: InputPort<Stream<S>>; readonly pop: OutputPort<Stream<S>> };

/**
 * A part with the streams `push` and `pop`, and what must hold of it: given a source that keeps the rule of streams,
 * the part keeps it too; it holds no more than `capacity` items; and every item comes out as it went in, in order, none
 * lost, none twice. For the last, `watch` picks any one item, whose place in the queue is counted down to its turn: a
 * proof over all values of `watch` is a proof for every item.
 */
export const checkedStream = <S extends Shape>(p: {
  readonly part: ModuleDefinition<Ends<S>>;
  readonly type: S;
  readonly capacity: number;
}) =>
  module(
    `checked_${p.part.name}`,
    { push: input(stream(p.type)), pop: output(stream(p.type)), watch: input(bit) },
    (io, m) => {
      const { part } = m.instances({ part: p.part as ModuleDefinition<Ends<Shape>> });
      io.push.connect(part.push as never);
      io.pop.connect(part.pop as never);
      streamRule(m, 'assume', 'push', p.type, io.push as unknown as StreamSide);
      streamRule(m, 'assert', 'pop', p.type, io.pop as unknown as StreamSide);

      const countWidth = log2Ceil(p.capacity + 2);
      const { count, watching, ahead, watched } = m.regs({
        count: { type: bits<number>(countWidth), reset: 0 },
        watching: { type: bit, reset: 0 },
        ahead: { type: bits<number>(countWidth), reset: 0 },
        watched: { type: bits<number>(widthOf(p.type)), reset: 0 },
      });
      const given = pack(io.push.data as unknown as Value);
      const shown = pack(io.pop.data as unknown as Value);
      const { pushed, popped } = m.named({ pushed: io.push.fire(), popped: io.pop.fire() });
      m.when(pushed.and(popped.not()), () => count.set(count.add(1)));
      m.when(popped.and(pushed.not()), () => count.set(count.subtract(1)));
      m.assert(count.le(p.capacity), 'it holds no more than its capacity');

      // Where nothing is held, what is popped is what is pushed in this very cycle.
      const { starts } = m.named({ starts: watching.not().and(io.watch).and(pushed) });
      m.when(starts, () => {
        watched.set(given);
        ahead.set(count.subtract(popped.extend<number>(countWidth)));
        watching.set(popped.implies(count.isNonZero()));
      });
      m.when(starts.and(popped).and(count.isZero()), () =>
        m.assert(shown.eq(given), 'what passes at once is what was pushed'),
      );
      m.when(watching.and(popped), () => {
        m.when(ahead.isZero(), () => {
          watching.set(0);
          m.assert(shown.eq(watched), 'the watched item comes out as it went in, in its turn');
        }).otherwise(() => ahead.set(ahead.subtract(1)));
      });
      m.assert(popped.implies(count.isNonZero().or(pushed)), 'nothing comes out that did not go in');
      m.assert(watching.implies(ahead.lt(count)), 'the watched item is one of those held');
      m.cover(watching.and(ahead.eq(p.capacity - 1)), 'the last place is reached');
    },
  );
