import { type Bits, bit, bits, lit, type ModuleBody, module } from '../hdl/index.ts';
import {
  chainNumberWidth,
  chainRecordLayout,
  frameUserLayout,
  type LayoutField,
  type PacketUnitParameters,
} from './interface.ts';
import { packetUnitPorts } from './ports.ts';
import { packetUnit } from './unit.ts';

const field = (value: Bits, layout: readonly LayoutField[], name: string): Bits => {
  const found = layout.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return value.slice(found.low + found.width - 1, found.low);
};

interface Offered {
  readonly valid: Bits<1>;
  readonly ready: Bits<1>;
  readonly data: Readonly<Record<string, Bits>>;
}

/** AXI4-Stream (Arm IHI 0051, section 2.2): what is offered stays, unchanged, until it is taken. */
const staysUntilTaken = (m: ModuleBody, name: string, side: Offered): void => {
  const { [`${name}_waited`]: waited } = m.regs({ [`${name}_waited`]: { type: bit, reset: 0 } });
  waited?.set(side.valid.and(side.ready.not()));
  const then = (condition: Bits<1>, text: string) => {
    if (waited !== undefined) m.assert(waited.implies(condition), text);
  };
  then(side.valid, `${name}_tvalid stays until tready`);
  for (const [signal, value] of Object.entries(side.data)) {
    const { [`${name}_${signal}_before`]: before } = m.regs({
      [`${name}_${signal}_before`]: { type: bits<number>(value.width), reset: 0 },
    });
    before?.set(value);
    if (before !== undefined) then(value.eq(before), `${name}_${signal} stays until tready`);
  }
};

/**
 * The unit with properties at its edges, for simulation and proofs; the same ports. The properties of its parts are in the parts. What a
 * frame's contents decide is compared with the model instead.
 */
export const checkedPacketUnit = (p: PacketUnitParameters) =>
  module(
    'checked_packet_unit',
    packetUnitPorts(p),
    (io, m) => {
      const { unit } = m.instances({ unit: packetUnit(p) });
      unit.s_axis.connect(io.s_axis);
      io.m_axis.connect(unit.m_axis);
      io.m_axis_chain.connect(unit.m_axis_chain);
      unit.accepting.set(io.accepting);
      unit.s_axil.connect(io.s_axil);

      const out = unit.m_axis;
      staysUntilTaken(m, 'm_axis', {
        valid: out.tvalid,
        ready: io.m_axis.tready,
        data: { tdata: out.tdata, tkeep: out.tkeep, tlast: out.tlast, tdest: out.tdest, tuser: out.tuser },
      });
      const ended = unit.m_axis_chain;
      staysUntilTaken(m, 'm_axis_chain', {
        valid: ended.tvalid,
        ready: io.m_axis_chain.tready,
        data: { tdata: ended.tdata },
      });

      const r = m.regs({
        in_frame: { type: bit, reset: 0 },
        frame_user: { type: bits<number>(out.tuser.width), reset: 0 },
        frame_dest: { type: bits<number>(out.tdest.width), reset: 0 },
        any_record: { type: bit, reset: 0 },
        last_record: { type: bits(chainNumberWidth), reset: 0 },
        beats_inside: { type: bits(48), reset: 0 },
      });
      const user = frameUserLayout(p);
      const sent = out.tvalid.and(io.m_axis.tready);
      m.when(sent, () => {
        r.in_frame.set(out.tlast.not());
        r.frame_user.set(out.tuser);
        r.frame_dest.set(out.tdest);
        m.assert(field(out.tuser, user, 'delivery_mask').isNonZero(), 'a frame that leaves is delivered to somebody');
        m.when(r.in_frame, () => {
          m.assert(out.tuser.eq(r.frame_user), 'all beats of a frame carry the same tuser');
          m.assert(out.tdest.eq(r.frame_dest), 'all beats of a frame carry the same tdest');
        }).otherwise(() => {
          const continues = field(out.tuser, user, 'chain_start').eq(0);
          const sameNumber = field(out.tuser, user, 'chain_number').eq(field(r.frame_user, user, 'chain_number'));
          const sameHash = field(out.tuser, user, 'hash').eq(field(r.frame_user, user, 'hash'));
          m.assert(
            continues.implies(sameNumber.and(sameHash)),
            'a frame that starts no chain goes on with the one before',
          );
          m.assert(continues.implies(out.tdest.eq(r.frame_dest)), 'a chain goes to one client');
        });
      });

      const record = ended.tdata;
      m.when(ended.tvalid.and(io.m_axis_chain.tready), () => {
        const number = field(record, chainRecordLayout, 'chain_number');
        r.any_record.set(1);
        r.last_record.set(number.resize(chainNumberWidth));
        const first = r.any_record.not().and(number.isZero());
        m.assert(
          first.or(r.any_record.and(number.eq(r.last_record.add(1)))),
          'chains end in the order of their numbers',
        );
        m.assert(field(record, chainRecordLayout, 'packets').isNonZero(), 'a chain has a packet');
        m.assert(field(record, chainRecordLayout, 'close_reason').isNonZero(), 'a chain ends for a reason');
      });

      // Beats that left or are held: never more than came in.
      const received = io.s_axis.tvalid.and(unit.s_axis.tready);
      m.when(received.and(sent.not()), () => r.beats_inside.set(r.beats_inside.add(1))).elseWhen(
        sent.and(received.not()),
        () => r.beats_inside.set(r.beats_inside.subtract(1)),
      );
      m.assert(sent.implies(r.beats_inside.ne(0)), 'no beat leaves that did not come in');
      m.cover(sent.and(field(out.tuser, user, 'chain_start').eq(lit(1, 0))), 'a chain of two frames');
    },
    { documentation: 'The packet hash unit with properties at its edges.', parameters: { ...p } },
  );
