import { any, bit, bits, concat, input, module, output, stream } from '../hdl/index.ts';
import { beatView, geometry } from './geometry.ts';
import { frameLengthWidth } from './interface.ts';
import { headerWordFinder } from './network-header.ts';
import { declareAddresses, declareFields } from './parser-fields.ts';
import { declareReads } from './parser-reads.ts';
import { stageOne, stageTwo } from './parser-stages.ts';
import { beat, event } from './shapes.ts';

/**
 * Takes frames at one beat a cycle and tells what their headers say. Every beat taken from `beats` is passed to `frames` in the same
 * cycle. Three stages: the beat and its layer-2 facts; the network header; extension headers and ports.
 * To the cycle: `docs/systems/packet-unit.md`, "Parser".
 */
export const parser = (p: { readonly dataWidth: number }) => {
  const g = geometry(p);
  return module(
    'packet_parser',
    {
      beats: input(stream(beat(p))),
      frames: output(stream(beat(p))),
      events: output(stream(event)),
      /** The frame of the beat that may leave next has been described. */
      described: output(bit),
      /** A frame is in the parser, or has entered it in part. */
      busy: output(bit),
    },
    (io, m) => {
      const { valid_1, valid_2, valid_3, begun, beats_left } = m.regs({
        valid_1: { type: bit, reset: 0 },
        valid_2: { type: bit, reset: 0 },
        valid_3: { type: bit, reset: 0 },
        /** The frame in stage 3 has been described; beats of it that have left. */
        begun: { type: bit, reset: 0 },
        beats_left: { type: bits(frameLengthWidth - Math.log2(p.dataWidth / 8)), reset: 0 },
      });
      const { leave } = m.wires({ leave: { type: bit } });
      const { free_3 } = m.named({ free_3: valid_3.not().or(leave) });
      const { free_2 } = m.named({ free_2: valid_2.not().or(free_3) });
      const { free_1 } = m.named({ free_1: valid_1.not().or(free_2) });
      const { enter_1, enter_2, enter_3 } = m.named({
        enter_1: io.beats.valid.and(io.frames.ready).and(free_1),
        enter_2: valid_1.and(free_2),
        enter_3: valid_2.and(free_3),
      });
      m.when(free_1, () => valid_1.set(enter_1));
      m.when(free_2, () => valid_2.set(enter_2));
      m.when(free_3, () => valid_3.set(enter_3));
      io.beats.ready.set(io.frames.ready.and(free_1));
      io.frames.valid.set(io.beats.valid.and(free_1));
      io.frames.data.set(io.beats.data);

      const one = stageOne(g, m, enter_1, io.beats.data);
      const two = stageTwo(g, m, enter_2, one);
      const view = beatView(g, two.words, two.index);
      const holds = headerWordFinder(g, m, view, two.shift);
      const fields = declareFields(m, enter_3, two, view, holds);
      const addresses = declareAddresses(m, enter_3, two, holds);
      const three = declareReads(g, m, enter_3, valid_3, two, holds);
      io.busy.set(any([valid_1, valid_2, valid_3, one.inFrame]));

      const { begins, stays } = m.named({
        begins: begun.not().and(three.decided.or(three.last)),
        stays: three.reading,
      });
      const { speaks } = m.named({ speaks: begins.or(three.last) });
      // Whether there is an event is known late; that there may be one, from registers.
      const { may_speak } = m.named({ may_speak: three.last.or(begun.not().and(three.headed)) });
      leave.set(valid_3.and(stays.not()).and(may_speak.not().or(io.events.ready)));
      io.described.set(begun);
      m.when(leave, () => {
        begun.set(begun.or(three.decided).and(three.last.not()));
        m.when(three.last, () => beats_left.set(0)).otherwise(() => beats_left.set(beats_left.add(1)));
      });

      io.events.valid.set(valid_3.and(stays.not()).and(speaks));
      const { bytes } = three;
      const whole = bytes.bit(bytes.width - 1);
      io.events.data.set({
        begin: begins,
        end: three.last,
        length: concat(beats_left.add(whole.extend(beats_left.width)), bytes.slice(bytes.width - 2, 0)).resize(
          frameLengthWidth,
        ),
        descriptor: { ...fields, addresses, ...three.facts, truncated: three.decided.not() },
      });

      m.assert(leave.and(three.last).implies(begun.or(begins)), 'no frame ends before it has begun');
      m.assert(speaks.implies(may_speak), 'only a beat that waits for room has an event');
      m.assert(valid_3.and(three.facts.tcp).implies(three.facts.udp.not()), 'a frame has one transport protocol');
      m.assert(valid_3.and(three.decided).implies(three.complete), 'nothing is decided before layer 2');
    },
    { documentation: 'Frames in, descriptors and lengths out.', parameters: { dataWidth: p.dataWidth } },
  );
};
