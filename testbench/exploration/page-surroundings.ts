/** What is around one unit of a machine of pages. */
import { all, type Bits, bit, bits, concat, lit, type ModuleBody, mux } from '../../rtl/hdl/index.ts';
import { register } from '../../rtl/parts/rings.ts';
import { framesOf, leafTo, type PageMachineOptions, pointerTo, tableFrames } from './page-geometry.ts';
import type { Hypervisor } from './page-hypervisor.ts';
import {
  anyOf,
  type Choices,
  justLoaded,
  lastBeat,
  leaveIdle,
  managerSignals,
  portOf,
  queueOfTwo,
  subordinateSignals,
} from './small-bench.ts';

/** A processor and its memory, for one unit. */
export const processorAndMemory = (
  m: ModuleBody,
  name: string,
  unit: { readonly s_axi: object; readonly m0_axi: object },
  choices: Choices,
  options: PageMachineOptions,
  software: Hypervisor,
): Bits<1> => {
  const [above, below] = [portOf(unit.s_axi), portOf(unit.m0_axi)];
  const isOne = (bus: ReturnType<typeof portOf>, signal: string): Bits<1> => bus(signal).bit(0);
  const count = (what: string, comes: Bits<1>, goes: Bits<1>, width = 2): Bits => {
    const counted = register(m, `${name}_${what}`, bits<number>(width));
    counted.set(counted.add(comes.extend<number>(width)).subtract(goes.extend<number>(width)));
    return counted;
  };
  const stalls = (present: Bits<1>): Bits<1> => (options.stalls ? choices.when(present) : (lit(1, 1) as Bits<1>));
  const frame = (signal: string): Bits<1> => below(signal).slice<number, number>(23, 12).eq(framesOf(options.alias)[1]);

  // The processor.
  leaveIdle(
    unit.s_axi,
    managerSignals.filter((signal) => !/valid|ready|^wstrb|^awlen|^wlast/.test(signal)),
  );
  const begins = (direction: 'r' | 'w', most: number): Bits<1> => {
    const channel = direction === 'r' ? 'ar' : 'aw';
    const fires = m.wires({ [`${name}_${channel}_fires`]: { type: bit } })[`${name}_${channel}_fires`] as Bits<1> & {
      set(value: Bits<1>): void;
    };
    const [ended, last] = direction === 'r' ? ['r', isOne(above, 'rlast')] : ['b', lit(1, 1) as Bits<1>];
    const open = count(
      `${direction}_open`,
      fires,
      all([isOne(above, `${ended}valid`), isOne(above, `${ended}ready`), last]),
    );
    fires.set(choices.when(all([isOne(above, `${channel}ready`), open.lt(most)])));
    above(`${channel}valid`).set(fires);
    return open.isNonZero();
  };
  const reading = begins('r', options.reads);
  const writing = begins('w', options.writes);
  above('rready').set(stalls(isOne(above, 'rvalid')));
  above('bready').set(1);
  above('awlen').set(options.beats - 1);
  above('wstrb').set(0xffff);

  // Reads at the memory: of the walker, and of the processor.
  const isWalker = below('arid').bit(1);
  const arFires = all([isOne(below, 'arvalid'), isOne(below, 'arready')]);
  const asked = queueOfTwo(m, `${name}_asked`, 2);
  const walks = register(m, `${name}_walks`, bit);
  const table = register(m, `${name}_table`, bits(2));
  const leaf = register(m, `${name}_leaf`, bit);
  const ready = isOne(below, 'rready');
  // The leaf is read when its request is taken, and may come much later.
  const walked = all([walks, ready, table.isNonZero().or(choices.when(all([walks, ready, table.isZero()])))]);
  const answers = choices.when(all([asked.isEmpty.not(), ready, walked.not()]));
  below('arready').set(all([stalls(isOne(below, 'arvalid')), mux(isWalker, lit(1, 1), asked.free)]));
  m.when(walked, () => {
    walks.set(0);
    table.set(0);
    leaf.set(0);
  });
  const at = (level: number): Bits<1> =>
    below('araddr')
      .slice<number, number>(23, 13)
      .eq((tableFrames[level] as number) >> 1);
  m.when(all([arFires, isWalker]), () => {
    walks.set(1);
    table.set(mux(at(3), lit(2, 3), mux(at(2), lit(2, 2), mux(at(1), lit(2, 1), lit(2, 0)))));
    leaf.set(all([at(0), software.mapped]));
  });
  asked.moves(all([arFires, isWalker.not()]), software.tagOf(frame('araddr')), answers);
  const entries = [...tableFrames.slice(0, 3).map(pointerTo)];
  const [leafOfFirst, leafOfSecond] = framesOf(options.alias).map(leafTo) as [bigint, bigint];
  const entry = mux(
    table.isZero(),
    mux(leaf, lit(128, leafOfSecond), lit(128, leafOfFirst)),
    mux(
      table.eq(1),
      lit(128, entries[0] as bigint),
      mux(table.eq(2), lit(128, entries[1] as bigint), lit(128, entries[2] as bigint)),
    ),
  );
  below('rvalid').set(walked.or(answers));
  below('rid').set(mux(walked, lit(2, 2), lit(2, 0)));
  below('rdata').set(mux(walked, entry, asked.first.extend<number>(128)));
  below('rresp').set(0);
  below('rlast').set(1);

  const fresh = justLoaded(m, `${name}_r_empty`, isOne(above, 'rvalid'), isOne(above, 'rready'));
  const tag = above('rdata').slice<number, number>(1, 0);
  m.assert(fresh.implies(software.holds(tag)), `${name}: no beat comes from a frame after it was taken back`);
  if (options.reads > 0) {
    m.cover(fresh, `${name}: a read ends`);
    m.cover(
      all([answers, software.holds(asked.first).not()]),
      `${name}: memory answers a read of a frame that was taken back`,
    );
  }

  // Writes.
  if (options.writes === 0) {
    above('wvalid').set(0);
    above('wlast').set(0);
    leaveIdle(
      unit.m0_axi,
      subordinateSignals.filter((signal) => /^aw|^w|^b/.test(signal)),
    );
    return reading;
  }
  const awFires = all([isOne(above, 'awvalid'), isOne(above, 'awready')]);
  const wFires = all([isOne(above, 'wvalid'), isOne(above, 'wready')]);
  const isLast = lastBeat(m, `${name}_half`, options.beats, wFires);
  const unsent = count('unsent', awFires, all([wFires, isLast]));
  above('wvalid').set(choices.when(all([isOne(above, 'wready'), unsent.isNonZero()])));
  above('wlast').set(isLast);
  const bursts = queueOfTwo(m, `${name}_bursts`, 2);
  const unanswered = queueOfTwo(m, `${name}_unanswered`, 3);
  below('awready').set(all([stalls(isOne(below, 'awvalid')), bursts.free]));
  below('wready').set(all([stalls(isOne(below, 'wvalid')), bursts.isEmpty.not(), unanswered.free]));
  const taken = all([isOne(below, 'wvalid'), isOne(below, 'wready')]);
  const whole = all([taken, isOne(below, 'wlast')]);
  bursts.moves(all([isOne(below, 'awvalid'), isOne(below, 'awready')]), software.tagOf(frame('awaddr')), whole);
  const settles = choices.when(unanswered.isEmpty.not());
  // Bursts that were filled with empty beats alone do nothing.
  const writes = all([taken, below('wstrb').isNonZero()]);
  const wrote = register(m, `${name}_wrote`, bit);
  wrote.set(all([wrote.or(writes), whole.not()]));
  unanswered.moves(whole, concat(wrote.or(writes), bursts.first), settles);
  below('bvalid').set(settles);
  below('bid').set(0);
  below('bresp').set(0);
  m.assert(
    writes.implies(software.holds(bursts.first)),
    `${name}: nothing is written to a frame after it was taken back`,
  );
  // A memory may do at any time before its answer what it was asked for.
  m.assert(
    all([settles, unanswered.first.bit(2)]).implies(software.holds(unanswered.first)),
    `${name}: no write to a frame is under way after it was taken back`,
  );
  m.cover(writes, `${name}: a write is at memory`);
  m.cover(all([isOne(above, 'bvalid'), isOne(above, 'bready')]), `${name}: a write ends`);
  m.cover(all([taken, below('wstrb').isZero()]), `${name}: a write is filled with empty beats`);
  return anyOf([reading, writing]);
};
