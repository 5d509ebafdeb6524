import { any, type Bits, bit, bits, lit, log2Ceil, type ModuleBody, mux } from '../../hdl/index.ts';
import { type BurstSignals, beatAddressOf, beatLanes } from './beat.ts';
import { type AgedList, agedList } from './outstanding.ts';

export interface WriteSignals {
  readonly aw: BurstSignals & {
    readonly valid: Bits<1>;
    readonly id: Bits;
    readonly lock: Bits<1>;
    readonly fire: Bits<1>;
  };
  readonly w: { readonly valid: Bits<1>; readonly strb: Bits; readonly last: Bits<1>; readonly fire: Bits<1> };
  readonly b: { readonly valid: Bits<1>; readonly id: Bits; readonly resp: Bits; readonly fire: Bits<1> };
}

type WriteRule =
  | 'w_last_early'
  | 'w_last_missing'
  | 'w_strobes'
  | 'b_identifier'
  | 'b_after_data'
  | 'b_exclusive'
  | 'capacity_writes'
  | 'capacity_data';

/** What the rules of writes keep. */
export interface WriteLists {
  /** Without a response. */
  readonly writes: AgedList<'id' | 'lock'>;
  /** Whose data have not all been looked at. */
  readonly bursts: AgedList<'addr' | 'len' | 'size' | 'burst'>;
  /** Data that came before their address. */
  readonly early: AgedList<'strb' | 'last'>;
  /** The oldest writes, so many, have had their last data. */
  readonly delivered: Bits;
  /** The burst that AWVALID shows has had all its data. */
  readonly aheadDone: Bits<1>;
  /** Beats that the oldest of the bursts, or the one that AWVALID shows, has had. */
  readonly beat: Bits;
}

/**
 * The rules between the write channels. A beat of data is held against its burst as soon as AWVALID shows the burst; beats that come before that wait in
 * order in a queue of `dataAhead`, from which one a cycle is looked at.
 *
 * @returns what is under way
 */
export const writeRules = (
  m: ModuleBody,
  { aw, w, b }: WriteSignals,
  p: { readonly maxOutstanding: number; readonly dataAhead: number; readonly busBytes: number },
  never: (name: WriteRule, broken: Bits<1>) => void,
): WriteLists => {
  const lowWidth = Math.max(1, Math.log2(p.busBytes));
  const writes = agedList(m, 'write', { id: aw.id.width, lock: 1 }, p.maxOutstanding);
  // Bursts whose data have not all been looked at: some of these may have their response already.
  const bursts = agedList(m, 'burst', { addr: lowWidth, len: 8, size: 3, burst: 2 }, p.maxOutstanding + p.dataAhead);
  const early = agedList(m, 'early', { strb: p.busBytes, last: 1 }, Math.max(1, p.dataAhead));
  const { delivered, ahead_done, beat } = m.regs({
    // The oldest writes, so many, have had their last data; data that come first make it more than there are.
    delivered: { type: bits<number>(log2Ceil(p.maxOutstanding + p.dataAhead + 2)), reset: 0 },
    // The burst that AWVALID shows has had all its data.
    ahead_done: { type: bit, reset: 0 },
    beat: { type: bits<number>(8), reset: 0 },
  });
  const [head] = bursts.entries;
  const [front] = early.entries;
  if (head === undefined || front === undefined) throw new Error('a list has an entry');

  const { some_waits, queued } = m.named({ some_waits: head.present, queued: front.present });
  const { addr, len, size, burst, w_known } = m.named({
    addr: mux(some_waits, head.addr, aw.addr.resize<number>(lowWidth)),
    len: mux(some_waits, head.len, aw.len),
    size: mux(some_waits, head.size, aw.size),
    burst: mux(some_waits, head.burst, aw.burst),
    w_known: some_waits.or(aw.valid.and(ahead_done.not())),
  });
  const { strb, last, looked_at, passes, is_last } = m.named({
    strb: mux(queued, front.strb, w.strb),
    last: mux(queued, front.last.bit(0), w.last),
    looked_at: queued.or(w.valid).and(w_known),
    passes: queued.or(w.fire).and(w_known),
    is_last: beat.eq(len),
  });
  const lanes = beatLanes(beatAddressOf({ addr, len, size, burst }, beat, lowWidth), size, p.busBytes);
  never('w_last_early', looked_at.and(last).and(is_last.not()));
  never('w_last_missing', looked_at.and(is_last).and(last.not()));
  never('w_strobes', looked_at.and(strb.and(lanes.not()).isNonZero()));

  const { completes } = m.named({ completes: passes.and(is_last.or(last)) });
  m.when(passes, () => beat.set(beat.add(1)));
  m.when(completes, () => beat.set(0));
  const { hold } = m.named({ hold: w.fire.and(queued.or(w_known.not())) });
  const room = p.dataAhead > 0;
  early.update({
    remove: [queued.and(w_known)],
    insert: room ? hold : lit(1, 0),
    value: { strb: w.strb, last: w.last },
  });
  never('capacity_data', room ? hold.and(early.full).and(w_known.not()) : hold);

  const match = writes.oldest(({ id }) => id.eq(b.id));
  const at = (condition: (index: number) => Bits<1>): Bits<1> =>
    any(match.map((one, index) => one.and(condition(index))));
  const { b_known, b_delivered, b_locked } = m.named({
    b_known: any(match),
    b_delivered: at((index) => delivered.gt(index)),
    b_locked: at((index) => writes.entries[index]?.lock.bit(0) ?? lit(1, 0)),
  });
  const { b_answers } = m.named({ b_answers: b.fire.and(b_known) });
  never('b_identifier', b.valid.and(b_known.not()));
  never('b_after_data', b.valid.and(b_known).and(b_delivered.not()));
  never('b_exclusive', b.valid.and(b_known).and(b.resp.eq(1)).and(b_locked.not()));
  const gains = w.fire.and(w.last).and(delivered.reduceAnd().not());
  const loses = b_answers.and(b_delivered);
  m.when(gains.and(loses.not()), () => delivered.set(delivered.add(1)));
  m.when(loses.and(gains.not()), () => delivered.set(delivered.subtract(1)));

  const { shown_done } = m.named({ shown_done: ahead_done.or(completes.and(some_waits.not())) });
  ahead_done.set(shown_done.and(aw.fire.not()));
  const { next_burst, burst_leaves } = m.named({
    next_burst: aw.fire.and(shown_done.not()),
    burst_leaves: completes.and(some_waits),
  });
  never(
    'capacity_writes',
    aw.fire.and(writes.full).and(b_answers.not()).or(next_burst.and(bursts.full).and(burst_leaves.not())),
  );
  writes.update({
    remove: match.map((one) => one.and(b_answers)),
    insert: aw.fire,
    value: { id: aw.id, lock: aw.lock },
  });
  bursts.update({
    remove: [burst_leaves],
    insert: next_burst,
    value: { addr: aw.addr.resize<number>(lowWidth), len: aw.len, size: aw.size, burst: aw.burst },
  });
  return { writes, bursts, early, delivered, aheadDone: ahead_done, beat };
};
