import { all, any, bit, bits, concat, input, lit, module, mux, output, record } from '../hdl/index.ts';
import { priorityEncode } from '../parts/arbiter/one-hot.ts';
import { word } from '../parts/rings.ts';
import { formState, type Geometry, keySlotWidth, scanRequest, seenData, widthsOf } from './shapes.ts';
import { verdictOf } from './verdict.ts';

export const scanSettings = (p: Geometry) =>
  record({
    line: bits<number>(p.addressWidth - 6),
    lines: bits<number>(widthsOf(p).lines),
    form: bits<number>(p.select),
    pattern: bits(64),
    start: bit,
    stop: bit,
  });
export const scanStatus = record({ active: bit, done: bit, match: bit, error: bit, refused: bit, stopped: bit });

/** The pattern scanner: `docs/systems/memory-path.md`, "Scanner". */
export const scanner = (p: Geometry) =>
  module(
    'scanner',
    {
      settings: input(scanSettings(p)),
      state: input(formState(p)),
      tamper: input(bit),
      /** A read slot is for a scan. */
      scanning: input(bit),
      valid: output(bit),
      request: output(scanRequest(p)),
      wins: input(bit),
      seen: input(seenData),
      status: output(scanStatus),
      result: output(bits<number>(p.addressWidth)),
      /** It is done from the next cycle on. */
      ends: output(bit),
      in_use: output(bits<number>(p.keySlots)),
    },
    (io, m) => {
      const w = widthsOf(p);
      const r = m.regs({
        flags: { type: scanStatus, reset: 0 },
        over: { type: bit, reset: 0 },
        next: { type: bits<number>(p.addressWidth - 6), reset: 0 },
        lines: { type: bits<number>(w.lines), reset: 0 },
        position: { type: bits<number>(p.addressWidth), reset: 0 },
        found: { type: bits<number>(p.addressWidth), reset: 0 },
        channel: { type: bits(2), reset: 0 },
        key: { type: bits(keySlotWidth), reset: 0 },
      });
      const { settings, seen } = io;
      const { active } = r.flags;
      const verdict = verdictOf(settings.form, io.state);
      const encrypted = r.channel.isNonZero();

      // What it sees: words of 8 bytes, all of a block, as many as there are of a plain beat.
      const plainWords = w.bytes / 8;
      const differing = word(
        [0, 1].map((index) => {
          const differs = seen.data.slice<number, number>(64 * index + 63, 64 * index).ne(settings.pattern);
          return index < plainWords ? differs : all([differs, seen.plain.not()]);
        }),
      );
      const { number } = priorityEncode(differing);
      const { looks } = m.named({ looks: all([seen.valid, r.over.not()]) });
      const { stops } = m.named({ stops: all([looks, any([seen.failed, differing.isNonZero()])]) });
      const wordOffset = concat(number, lit(3, 0)).resize<number>(p.addressWidth);
      const seenBytes = mux(seen.plain, lit<number>(p.addressWidth, w.bytes), 16);
      const { reached } = m.named({ reached: r.position.add(mux(seen.valid, seenBytes, 0)) });
      r.position.set(reached);
      m.when(io.wins, () => {
        r.next.set(r.next.add(1));
        r.lines.set(r.lines.subtract(1));
      });
      m.when(stops, () => {
        r.over.set(1);
        r.found.set(mux(seen.failed, r.position, r.position.add(wordOffset)));
        m.when(seen.failed, () => r.flags.error.set(1));
      });
      const { finishes } = m.named({
        finishes: all([active, io.scanning.not(), any([r.over, r.lines.isZero()])]),
      });
      m.when(finishes, () => {
        active.set(0);
        r.flags.done.set(1);
        r.flags.match.set(r.over.not());
      });
      const { told } = m.named({
        told: all([
          active,
          any([settings.stop, all([encrypted, io.state.committing, io.state.commit_slot.eq(r.key)])]),
        ]),
      });
      const { goes_on } = m.named({ goes_on: all([r.over.not(), stops.not()]) });
      m.when(all([told, goes_on, finishes.not()]), () => {
        r.over.set(1);
        r.flags.stopped.set(1);
        r.found.set(reached);
      });
      const { starts } = m.named({ starts: all([settings.start, active.not()]) });
      const { unusable, nothing } = m.named({
        unusable: any([verdict.refused, verdict.waits]),
        nothing: settings.lines.isZero(),
      });
      m.when(starts, () => {
        const begins = all([unusable.not(), nothing.not()]);
        r.flags.set({
          active: begins,
          done: begins.not(),
          match: all([unusable.not(), nothing]),
          error: 0,
          refused: unusable,
          stopped: 0,
        });
        m.when(begins, () => {
          r.over.set(0);
          r.next.set(settings.line);
          r.lines.set(settings.lines);
          r.position.set(concat(settings.line, lit(6, 0)));
          r.channel.set(verdict.class.slice(1, 0));
          r.key.set(verdict.key);
        });
      });
      // Also one that begins in this cycle, and one that ends in it.
      const { spoils, spoils_new } = m.named({
        spoils: all([io.tamper, active, encrypted]),
        spoils_new: all([io.tamper, starts, verdict.encrypted, nothing.not()]),
      });
      m.when(spoils.or(spoils_new), () => {
        r.flags.error.set(1);
        r.flags.match.set(0);
        r.over.set(1);
      });
      m.when(all([spoils, goes_on]), () => r.found.set(reached));
      m.when(spoils_new, () => r.found.set(concat(settings.line, lit(6, 0))));

      io.valid.set(all([active, r.lines.isNonZero(), r.over.not()]));
      io.request.set({ line: r.next, channel: r.channel, key: r.key });
      io.status.set(r.flags);
      io.result.set(r.found);
      io.ends.set(any([finishes, all([starts, any([unusable, nothing])])]));
      io.in_use.set(word(Array.from({ length: p.keySlots }, (_, key) => all([active, encrypted, r.key.eq(key)]))));
    },
    { documentation: 'Pattern scanner.', parameters: { ...p } },
  );
