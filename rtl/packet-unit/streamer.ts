import { bit, bits, concat, input, module, output, record, stream } from '../hdl/index.ts';
import { clientWidth, frameLengthWidth, frameUserWidth } from './interface.ts';
import { bitsOf, leadingOnesCount } from './leading-ones.ts';
import { beat, departure, tag } from './shapes.ts';

type Parameters = { readonly dataWidth: number; readonly clients: number };

/** A beat as it leaves the unit. */
export const taggedBeat = (p: Parameters) =>
  record({
    data: bits(p.dataWidth),
    keep: bits(p.dataWidth / 8),
    last: bit,
    dest: bits(clientWidth(p)),
    user: bits(frameUserWidth(p)),
  });

/**
 * Passes frames on under their tags, and drops those that nobody accepts. `departed` follows the last beat of a frame by one cycle. To the
 * cycle: `docs/systems/packet-unit.md`, "Streamer".
 */
export const streamer = (p: Parameters) =>
  module(
    'frame_streamer',
    {
      frames: input(stream(beat(p))),
      tags: input(stream(tag(p))),
      sent: output(stream(taggedBeat(p))),
      departed: output(bit),
      departure: output(departure(p)),
    },
    (io, m) => {
      const r = m.regs({
        left: { type: bit, reset: 0 },
        left_frame: { type: departure(p), reset: 'none' },
        beats: { type: bits(frameLengthWidth - Math.log2(p.dataWidth / 8)), reset: 0 },
      });
      const { data: frame, valid } = io.frames;
      const label = io.tags.data;
      const { delivered } = m.named({ delivered: label.mask.isNonZero() });
      const { passes } = m.named({ passes: io.tags.valid.and(delivered.not().or(io.sent.ready)) });
      const { take } = m.named({ take: valid.and(passes) });
      const { ends } = m.named({ ends: take.and(frame.last) });
      io.frames.ready.set(passes);
      io.tags.ready.set(ends);
      io.sent.valid.set(take.and(delivered));
      io.sent.data.set({
        data: frame.data,
        keep: frame.keep,
        last: frame.last,
        dest: label.client,
        user: concat(label.mask, label.start, label.hashType, label.number, label.hash).resize(frameUserWidth(p)),
      });

      io.departed.set(r.left);
      io.departure.set(r.left_frame);
      r.left.set(ends);
      m.when(ends, () => {
        const bytes = leadingOnesCount(bitsOf(frame.keep));
        const whole = bytes.bit(bytes.width - 1);
        r.beats.set(0);
        r.left_frame.set({
          bytes: concat(r.beats.add(whole.extend(r.beats.width)), bytes.slice(bytes.width - 2, 0)).resize(
            frameLengthWidth,
          ),
          start: label.start,
          wanted: label.wanted,
          mask: label.mask,
        });
      }).elseWhen(take, () => r.beats.set(r.beats.add(1)));

      m.assert(io.tags.valid.implies(label.mask.and(label.wanted.not()).isZero()), 'only wanted clients receive');
    },
    { documentation: 'Passes frames on under their tags.', parameters: { dataWidth: p.dataWidth, clients: p.clients } },
  );
