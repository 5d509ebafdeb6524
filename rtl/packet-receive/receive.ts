import { all, type Bits, bit, bits, concat, input, lit, type ModuleBody, module, output } from '../hdl/index.ts';
import { axi4, axiLite, axiStream } from '../parts/axi/bundles.ts';
import { registerPort } from '../parts/register-map/port.ts';
import { masked, register, word } from '../parts/rings.ts';
import { buffer } from '../parts/stream/buffer.ts';
import { filling } from './filling.ts';
import {
  beatBytes,
  chainRecordWidth,
  clientWidth,
  frameUserWidth,
  packetReceiveRegisters,
  registerAddressWidth,
} from './interface.ts';
import { moderation } from './interrupts.ts';
import { rings } from './rings.ts';
import { chainRecord, clientMask, frameBeat, type Geometry, job, passing } from './shapes.ts';
import { writer } from './writer.ts';

/** The ports of the engine, in the specified order. */
const receivePorts = (p: Geometry) => ({
  s_axis: input(
    axiStream({
      dataWidth: p.dataWidth as number,
      keep: true,
      destWidth: clientWidth(p),
      userWidth: frameUserWidth(p),
    }),
  ),
  s_axis_chain: input(axiStream({ dataWidth: chainRecordWidth, last: false })),
  accepting: output.reg(clientMask(p), { reset: 0 }),
  m_axi: output(
    axi4({ addressWidth: p.addressWidth as number, dataWidth: p.dataWidth as 64 | 128, idWidth: p.idWidth as number }),
  ),
  client_interrupt: output.reg(clientMask(p), { reset: 0 }),
  irq: output.reg(bit, { reset: 0 }),
  s_axil: input(axiLite({ addressWidth: registerAddressWidth as number })),
});

/** A counter of 32 bits for each client. */
const counters = (m: ModuleBody, name: string, up: Bits): readonly Bits[] =>
  Array.from({ length: up.width }, (_, client) => {
    const count = register(m, `${name}_${client}`, bits(32));
    m.when(up.bit(client), () => count.set(count.add(1)));
    return count as Bits;
  });

/** Packets of chains into the rings of their clients. To the cycle: `docs/systems/receive-engine.md`. Source: US 7,457,316. */
export const packetReceive = (p: Geometry) =>
  module(
    'packet_receive',
    receivePorts(p),
    (io, m) => {
      const u = m.instances({
        registers: registerPort(packetReceiveRegisters(p)),
        incoming: buffer({ type: frameBeat(p), entries: 2 }),
        records: buffer({ type: chainRecord(p), entries: 2 }),
        filling: filling(p),
        jobs: buffer({ type: job(p), entries: 4 }),
        writer: writer(p),
        under_way: buffer({ type: passing(p), entries: p.outstanding }),
        rings: rings(p),
        moderation: moderation(p),
      });
      const { settings, status } = u.registers;
      u.registers.s_axil.connect(io.s_axil);

      const { tdata, tkeep, tlast, tdest, tuser, tvalid } = io.s_axis;
      u.incoming.push.valid.set(tvalid);
      u.incoming.push.data.set({ tdata, tkeep, tlast, tdest, tuser } as never);
      io.s_axis.tready.set(u.incoming.push.ready);
      const chain = io.s_axis_chain;
      u.records.push.valid.set(chain.tvalid);
      u.records.push.data.set({
        packets: chain.tdata.slice(79, 64),
        mask: chain.tdata.slice<number, number>(111 + p.clients, 112),
      });
      chain.tready.set(u.records.push.ready);
      u.incoming.pop.connect(u.filling.beat);
      u.records.pop.connect(u.filling.record);
      u.filling.job.connect(u.jobs.push);
      u.jobs.pop.connect(u.writer.job);
      u.writer.passing.connect(u.under_way.push);
      u.filling.freed.set(u.writer.freed);
      u.filling.word_address.set(u.writer.word_address);
      u.writer.word.set(u.filling.word);
      u.writer.room.set(u.rings.room);
      u.writer.entry.set(u.rings.entry);
      u.rings.choice.set(u.writer.choice);
      u.rings.begins.set(u.writer.begins);

      // Towards memory.
      const { m_axi } = io;
      const { aw, w } = u.writer;
      m_axi.awvalid.set(aw.valid);
      aw.ready.set(m_axi.awready);
      m_axi.awaddr.set(aw.data.address);
      m_axi.awlen.set(aw.data.len);
      m_axi.wvalid.set(w.valid);
      w.ready.set(m_axi.wready);
      m_axi.wdata.set(w.data.data);
      m_axi.wstrb.set(w.data.strb);
      m_axi.wlast.set(w.data.last);
      driveConstants(p, m_axi);

      // What memory answers.
      const { valid, data: head, ready } = u.under_way.pop;
      const { failed } = m.regs({ failed: { type: bit, reset: 0 } });
      const answered = all([valid, head.chain.not(), m_axi.bvalid]);
      const { refused } = m.named({ refused: failed.or(m_axi.bresp.bit(1)) });
      m_axi.bready.set(valid.and(head.chain.not()));
      ready.set(head.chain.or(m_axi.bvalid));
      m.when(answered, () => failed.set(refused.and(head.end.not())));
      u.rings.ends.set(masked(head.mask, answered.and(head.end)));
      u.rings.refused.set(refused);
      const enabled = word(settings.ring_control.elements.map(({ enable }) => enable));
      const { done } = m.named({
        done: masked(head.mask, valid.and(head.chain)).and(enabled).and(u.rings.stopped.not()),
      });
      const { idle } = m.named({ idle: u.jobs.pop.valid.or(valid).not() });
      u.rings.restart.set(masked(settings.ring_restart.rings, idle));
      u.rings.settings.set(
        settings.ring_control.elements.map(({ enable, entries }, client) => ({
          enable,
          entries,
          base: baseOf(p, settings, client),
          consumer: settings.consumer.get(client).index,
        })),
      );

      u.moderation.chains.set(settings.moderation.chains);
      u.moderation.cycles.set(settings.moderation.cycles);
      u.moderation.done.set(done);
      const stops = all([answered, head.end, refused]);
      status.interrupt_status.set({ chains: u.moderation.raised, stopped: stops });
      status.ring_stopped.rings.set(u.rings.stopped);
      status.producer.set(u.rings.producers.elements.map((index) => ({ index })));
      status.delivered.set(counters(m, 'delivered', u.rings.delivered) as never);
      status.overflow.set(counters(m, 'overflow', u.writer.overflow) as never);
      const { truncated } = m.regs({ truncated: { type: bits(32), reset: 0 } });
      m.when(u.filling.cuts, () => truncated.set(truncated.add(1)));
      status.truncated.set(truncated);

      const { interrupt_status: happened, interrupt_enable: enables } = settings;
      const active = happened.chains.and(enables.chains);
      io.accepting.set(u.rings.room);
      io.client_interrupt.set(active);
      io.irq.set(active.isNonZero().or(happened.stopped.and(enables.stopped)));
    },
    { documentation: 'Packets of chains into the rings of their clients.', parameters: { ...p } },
  );

/** The base of a ring from the page up. The high register exists only where addresses are wider than 32 bits. */
const baseOf = (p: Geometry, settings: object, client: number): Bits => {
  const field = (name: string): Bits => {
    const registers = Reflect.get(settings, name) as { get(index: number): { readonly base: Bits } };
    return registers.get(client).base;
  };
  return p.addressWidth > 32 ? concat(field('ring_base_high'), field('ring_base_low')) : field('ring_base_low');
};

/** The signals of requests that are always the same, and the read side, which asks for nothing. */
const driveConstants = (p: Geometry, bus: object): void => {
  const set = (name: string, width: number, value: number): void =>
    (Reflect.get(bus, name) as { set(value: Bits): void }).set(lit<number>(width, value));
  const widths = { id: p.idWidth, size: 3, burst: 2, lock: 1, cache: 4, prot: 3, qos: 4, region: 4 };
  const values: Readonly<Record<string, number>> = { size: Math.log2(beatBytes(p)), burst: 1, cache: 3 };
  for (const [name, width] of Object.entries(widths)) {
    set(`aw${name}`, width, values[name] ?? 0);
    set(`ar${name}`, width, 0);
  }
  set('araddr', p.addressWidth, 0);
  set('arlen', 8, 0);
  set('arvalid', 1, 0);
  set('rready', 1, 1);
};
