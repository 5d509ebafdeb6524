import {
  all,
  any,
  type Bits,
  bit,
  bits,
  concat,
  enumeration,
  input,
  lit,
  module,
  mux,
  output,
  record,
  select,
  vector,
} from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { burstCodes } from '../parts/axi/beat.ts';
import { masked, word } from '../parts/rings.ts';
import { cookieIndexOf } from './cookie-index.ts';
import { faultCauses, levels, markBits, responses, superPageBits } from './interface.ts';
import {
  bumped,
  type Geometry,
  heldBeat,
  leaf,
  location,
  memoryRequest,
  memoryState,
  page,
  tlbEntry,
  widthsOf,
} from './shapes.ts';
import { tableEntryOf } from './table-entry.ts';

const walkStates = enumeration('IDLE', 'ASK', 'WAIT', 'INDEX', 'VALUE', 'FILL', 'FAULT');

/** A walk that ended in a fault, kept for the request that it was for. */
export const walkerFault = (p: Geometry) => record({ active: bit, write: bit, of: page(p), cause: bits(3) });

/**
 * The walker of page tables: reads that survive the loss of either memory, and the filling of the TLB. To the cycle:
 * `docs/systems/memory-management-unit.md`, "Unit: TLB and walker".
 */
export const walker = (p: Geometry) => {
  const w = widthsOf(p);
  const beats = 128 / p.dataWidth;
  return module(
    'walker',
    {
      direct: input(bit),
      tables_valid: input(bit),
      tables: input(location(p)),
      memory: input(memoryState),
      bump: input(bumped(p)),
      /** A miss starts a walk. */
      start: input(bit),
      start_write: input(bit),
      start_of: input(page(p)),
      /** The request that the fault was for has taken it. */
      fault_taken: input(bit),
      fault: output(walkerFault(p)),
      idle: output(bit),
      /** Nothing may look up, since the index of a cookie or the TLB is in use. */
      busy: output(bit),
      /** The memory that is asked in this cycle, and those whose AR registers are free. */
      asks: output(bits(2)),
      free: input(bits(2)),
      request: output(memoryRequest(p)),
      /** The port that beats are waited for at, whether the next is to be the last, and whether it is taken in this cycle. */
      waits: output(bits(2)),
      last: output(bit),
      takes: input(bits(2)),
      held: input(vector(heldBeat(p), 2)),
      sets_index: output(bit),
      index: output(bits<number>(p.cookieIndexWidth)),
      cookie_value: input(bits<number>(p.cookieWidth)),
      fills: output(bit),
      filled: output(tlbEntry(p)),
      event_error: output(bits(2)),
    },
    (io, m) => {
      const r = m.regs({
        state: { type: walkStates, reset: walkStates.IDLE },
        write: { type: bit, reset: 0 },
        of: { type: page(p), reset: 0 as never },
        level: { type: bits(2), reset: 0 },
        pointer: { type: location(p), reset: 0 as never },
        found: { type: leaf(p), reset: 0 as never },
        tried: { type: bits(2), reset: 0 },
        marks: { type: bits<number>(markBits(p)), reset: 0 },
        dirty: { type: bit, reset: 0 },
        port: { type: bits(2), reset: 0 },
        cause: { type: bits(3), reset: 0 },
      });
      const { spoiled } = m.named({ spoiled: r.dirty.or(io.bump.flush) });
      const fails = (cause: number): void => {
        r.state.set(walkStates.FAULT);
        r.cause.set(cause);
      };
      // One walk of all levels, for a page that is kept already or comes now.
      const starts = (own: { readonly page: Bits }): void => {
        r.level.set(levels - 1);
        r.tried.set(0);
        r.marks.set(0);
        r.dirty.set(0);
        m.when(io.direct, () => {
          const aligned = concat(
            own.page.slice<number, number>(w.page - 1, superPageBits),
            lit<number>(superPageBits, 0),
          ).resize<number>(w.place);
          const frame = aligned.and(lit<number>(w.place, 2n ** BigInt(w.frame) - 1n));
          const beyond = w.page > w.frame ? own.page.slice<number, number>(w.page - 1, w.frame) : lit(1, 0);
          r.found.set({
            super: 1,
            compare: 0,
            read: 1,
            write: 1,
            execute: 1,
            user: 1,
            fake: 0,
            where: { enabled: 3, places: [frame, frame] },
          });
          r.state.set(walkStates.INDEX);
          m.when(beyond.isNonZero(), () => fails(faultCauses.no_translation));
        }).otherwise(() => {
          r.pointer.set(io.tables);
          r.state.set(walkStates.ASK);
          m.when(io.tables_valid.not(), () => fails(faultCauses.no_translation));
        });
      };
      const anew = (): void => starts(r.of);

      m.when(io.bump.now, () => {
        m.when(r.state.ne(walkStates.IDLE), () =>
          r.marks.set(r.marks.or(decodeOneHot(io.bump.index.resize<number>(Math.log2(r.marks.width)), r.marks.width))),
        );
        m.when(io.bump.flush.and(r.state.isAnyOf(walkStates.IDLE, walkStates.FAULT).not()), () => r.dirty.set(1));
      });

      // Which memory is asked.
      const { usable } = m.named({ usable: r.pointer.enabled.and(io.memory.readable).and(r.tried.not()) });
      const choice = concat(usable.bit(1).and(usable.bit(0).not()), usable.bit(0));
      const { asking } = m.named({ asking: masked(choice, r.state.eq(walkStates.ASK).and(spoiled.not())) });
      const { asked } = m.named({ asked: asking.and(io.free).isNonZero() });
      const part = (high: number, low: number): Bits => r.of.page.slice<number, number>(high, low).resize<number>(9);
      const place = mux(choice.bit(0), r.pointer.places.get(0), r.pointer.places.get(1));
      const index = select(r.level, [
        part(8, 0),
        part(17, 9),
        part(w.page - 1, 18),
        r.of.domain.resize<number>(9),
      ] as const);
      io.asks.set(asking);
      io.request.set({
        id: lit<number>(w.memoryId, 2 ** (w.memoryId - 1)),
        addr: concat(place.slice<number, number>(w.place - 1, 1), index, lit(4, 0)),
        len: beats - 1,
        size: Math.log2(w.bytes),
        burst: burstCodes.incrementing,
        lock: 0,
        cache: 3,
        prot: 0,
        qos: 0,
        region: 0,
      });

      // What comes back.
      const { held } = io;
      const { beat } = m.named({ beat: mux(r.port.bit(0), held.get(0).beat, held.get(1).beat) });
      const isError = beat.resp.ge(responses.subordinate_error);
      const takes = io.takes.isNonZero();
      const second = m.regs({ second: { type: bit, reset: 0 } }).second;
      const isLast = beats === 1 ? lit(1, 1) : second;
      const early = m.regs({
        early_data: { type: bits<number>(p.dataWidth), reset: 0 },
        early_error: { type: bit, reset: 0 },
      });
      const { refused } = m.named({ refused: beats === 1 ? isError : isError.or(early.early_error) });
      const entry = tableEntryOf(p, beats === 1 ? beat.data : concat(beat.data, early.early_data));
      io.waits.set(masked(r.port, r.state.eq(walkStates.WAIT)));
      io.last.set(isLast);
      io.event_error.set(masked(r.port, all([r.state.eq(walkStates.WAIT), takes, isLast, spoiled.not(), refused])));
      const malformed = any([
        entry.where.enabled.isZero(),
        entry.leaf.and(r.level.bit(1)),
        entry.leaf.not().and(r.level.isZero()),
      ]);
      const portFailed = r.port.and(io.memory.failed).isNonZero();
      const triesOther = (): void => {
        r.tried.set(r.tried.or(r.port));
        r.state.set(walkStates.ASK);
      };
      const ends = (): void =>
        void m
          .when(spoiled, anew)
          .elseWhen(refused, triesOther)
          .elseWhen(entry.valid.not(), () => fails(faultCauses.no_translation))
          .elseWhen(malformed, () => fails(faultCauses.malformed))
          .elseWhen(entry.leaf, () => {
            r.found.set({ super: r.level.bit(0), ...entry.rights, where: entry.where });
            r.state.set(walkStates.INDEX);
          })
          .otherwise(() => {
            r.pointer.set(entry.where);
            r.level.set(r.level.subtract(1));
            r.tried.set(0);
            r.state.set(walkStates.ASK);
          });

      const { own_index } = m.named({ own_index: cookieIndexOf(p, r.found) });
      // The page that was walked was taken back meanwhile, and its leaf may be another now; where there are no tables, nothing is read.
      const { is_direct } = m.named({ is_direct: r.level.eq(levels - 1) });
      const readsAgain = (): void => {
        r.tried.set(0);
        r.marks.set(0);
        r.state.set(walkStates.ASK);
      };
      const isMarked = r.marks.at(own_index.resize<number>(Math.log2(r.marks.width)));
      m.match(r.state, {
        IDLE: () => undefined,
        ASK: () =>
          void m
            .when(spoiled, anew)
            .elseWhen(usable.isZero(), () => fails(faultCauses.lost))
            .elseWhen(asked, () => {
              r.port.set(choice);
              second.set(0);
              r.state.set(walkStates.WAIT);
            }),
        WAIT: () =>
          void m.when(portFailed, triesOther).elseWhen(takes, () => {
            m.when(isLast, ends).otherwise(() => {
              second.set(1);
              early.early_data.set(beat.data);
              early.early_error.set(isError);
            });
          }),
        INDEX: () => void m.when(spoiled, anew).otherwise(() => r.state.set(walkStates.VALUE)),
        VALUE: () => void m.when(spoiled, anew).otherwise(() => r.state.set(walkStates.FILL)),
        FILL: () =>
          void m
            .when(spoiled.or(all([isMarked, is_direct])), anew)
            .elseWhen(isMarked, readsAgain)
            .otherwise(() => r.state.set(walkStates.IDLE)),
        FAULT: () => void m.when(io.fault_taken.or(io.bump.now.and(io.bump.flush)), () => r.state.set(walkStates.IDLE)),
      });
      m.when(io.start, () => {
        r.write.set(io.start_write);
        r.of.set(io.start_of);
        starts(io.start_of);
      });

      io.idle.set(r.state.eq(walkStates.IDLE));
      io.busy.set(r.state.isAnyOf(walkStates.INDEX, walkStates.FILL));
      io.fault.set({ active: r.state.eq(walkStates.FAULT), write: r.write, of: r.of, cause: r.cause });
      io.sets_index.set(r.state.eq(walkStates.INDEX).and(spoiled.not()));
      io.index.set(own_index);
      io.fills.set(all([r.state.eq(walkStates.FILL), spoiled.not(), isMarked.not()]));
      const aligned = concat(
        r.of.page.slice<number, number>(w.page - 1, superPageBits),
        mux(r.found.super, 0, r.of.page.slice<number, number>(superPageBits - 1, 0)),
      );
      io.filled.set({
        of: { domain: r.of.domain, page: aligned },
        leaf: r.found,
        index: own_index,
        cookie: io.cookie_value,
      });
      m.assert(io.start.implies(r.state.isAnyOf(walkStates.IDLE, walkStates.FAULT)), 'one walk at a time');
      m.assert(word([r.port.bit(0).and(r.port.bit(1))]).isZero(), 'one memory is asked');
    },
    { documentation: 'The walker of page tables.', parameters: { ...p } },
  );
};
