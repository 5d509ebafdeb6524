import {
  type AnyOperand,
  type Assignable,
  all,
  type Bits,
  type BitsSignal,
  bit,
  bits,
  input,
  lit,
  log2Ceil,
  type ModuleBody,
  module,
  mux,
  output,
  record,
} from '../hdl/index.ts';
import { axi4, axiLite } from '../parts/axi/bundles.ts';
import { axi4Payloads, type ChannelName } from '../parts/axi/register-slice.ts';
import { registerPort } from '../parts/register-map/port.ts';
import { masked, register } from '../parts/rings.ts';
import { buffer } from '../parts/stream/buffer.ts';
import { offsetWidth, registerAddressWidth, type WriteGateParameters, writeGateRegisters } from './interface.ts';

type Side = Readonly<Record<string, BitsSignal>>;
type Words = Readonly<Record<string, Bits>>;

const options = (p: WriteGateParameters) => ({
  addressWidth: p.addressWidth as number,
  dataWidth: p.dataWidth as 64 | 128,
  idWidth: p.idWidth as number,
});

const gatePorts = (p: WriteGateParameters) => ({
  s_axi: input(axi4(options(p))),
  m_axi: output(axi4(options(p))),
  irq: output.reg(bit, { reset: 0 }),
  s_axil: input(axiLite({ addressWidth: registerAddressWidth as number })),
});

const counter = (m: ModuleBody, name: string, up: Bits<1>): Bits => {
  const count = register(m, name, bits(32));
  m.when(up, () => count.set(count.add(1)));
  return count;
};

/** A number of things that are there: one more with `up`, one fewer with `down`. */
const level = (m: ModuleBody, count: BitsSignal, up: Bits<1>, down: Bits<1>): void => {
  m.when(up.and(down.not()), () => count.set(count.add(1))).elseWhen(down.and(up.not()), () =>
    count.set(count.subtract(1)),
  );
};

/** The payload of a channel, by the names of its signals without the channel's. */
const payloadOf = (side: Side, channel: ChannelName, names: readonly string[]): Words =>
  Object.fromEntries(names.map((name) => [name, side[`${channel}${name}`] as Bits]));
const drivePayload = (side: Side, channel: ChannelName, names: readonly string[], payload: Words): void => {
  for (const name of names) (side[`${channel}${name}`] as BitsSignal).set(payload[name] as Bits);
};

/** Writes of a device to memory, of which those to marked pages wait. To the cycle: `docs/systems/write-gate.md`. Source: US 7,100,006. */
export const writeGate = (p: WriteGateParameters) =>
  module(
    'write_gate',
    gatePorts(p),
    (io, m) => {
      const payloads = axi4Payloads(options(p));
      const buffered = (channel: ChannelName) => buffer({ type: record(payloads[channel]), entries: 2 });
      const u = m.instances({
        registers: registerPort(writeGateRegisters(p)),
        reads: buffered('ar'),
        read_data: buffered('r'),
        answers: buffered('b'),
        data: buffered('w'),
      });
      u.registers.s_axil.connect(io.s_axil);
      const { settings, status } = u.registers;
      const device = io.s_axi as unknown as Side;
      const memory = io.m_axi as unknown as Side;
      const at = (side: Side, name: string): BitsSignal => side[name] as BitsSignal;
      const counts = bits<number>(log2Ceil(p.outstanding + 1));
      const due = register(m, 'due', counts) as BitsSignal;
      const unanswered = register(m, 'unanswered', counts) as BitsSignal;

      const { owed } = m.named({ owed: due.isNonZero() });

      // Reads, data and answers. Which signals a channel has depends on the options, so they are found by name.
      for (const [channel, part] of Object.entries({ ar: u.reads, r: u.read_data, b: u.answers, w: u.data }) as [
        ChannelName,
        typeof u.reads,
      ][]) {
        const [from, to] = channel === 'b' || channel === 'r' ? [memory, device] : [device, memory];
        const names = Object.keys(payloads[channel]);
        const open = channel === 'w' ? owed : lit(1, 1);
        part.push.valid.set(at(from, `${channel}valid`) as Bits<1>);
        at(from, `${channel}ready`).set(part.push.ready);
        (part.push.data as unknown as Assignable).set(payloadOf(from, channel, names) as unknown as AnyOperand);
        at(to, `${channel}valid`).set(part.pop.valid.and(open));
        part.pop.ready.set((at(to, `${channel}ready`) as Bits<1>).and(open));
        drivePayload(to, channel, names, part.pop.data as unknown as Words);
      }

      // Requests to write.
      const requestType = record(payloads.aw);
      const names = Object.keys(payloads.aw);
      const request = register(m, 'request', requestType) as unknown as Words & Assignable;
      const out = register(m, 'passed', requestType) as unknown as Words & Assignable;
      const r = m.regs({
        request_full: { type: bit, reset: 0 },
        passed_full: { type: bit, reset: 0 },
        looked: { type: bit, reset: 0 },
        told: { type: bit, reset: 0 },
      });
      const { page, hold, let_go } = settings.mark;
      const { changes } = m.named({ changes: hold.or(let_go) });
      const { marks } = m.memories({ marks: { type: bit, depth: 2 ** p.pageWidth, readDuringWrite: 'old' } });
      m.when(changes, () => marks.write(page, hold));
      const arriving = payloadOf(device, 'aw', names);
      const pageOf = (address: Bits): Bits => address.slice<number, number>(offsetWidth + p.pageWidth - 1, offsetWidth);
      const { asked } = m.named({
        asked: mux(r.request_full, pageOf(request.addr as Bits), pageOf(arriving.addr as Bits)),
      });
      const found = marks.fetch(asked);
      const above = offsetWidth + p.pageWidth;
      const { watched, stopped } = m.named({
        watched:
          above === p.addressWidth
            ? lit(1, 1)
            : (request.addr as Bits).slice<number, number>(p.addressWidth - 1, above).isZero(),
        stopped: settings.control.stop,
      });
      const { held } = m.named({
        held: all([r.request_full, r.looked, watched, found, settings.control.enable]),
      });
      const { taken } = m.named({ taken: all([r.passed_full, at(memory, 'awready') as Bits<1>]) });
      const { has_room } = m.named({ has_room: unanswered.lt(p.outstanding) });
      const { passes } = m.named({
        passes: all([r.request_full, r.looked, held.not(), stopped.not(), has_room, r.passed_full.not().or(taken)]),
      });
      const { candidate } = m.named({ candidate: r.request_full.or(at(device, 'awvalid') as Bits<1>) });
      at(device, 'awready').set(r.request_full.not());
      m.when(r.request_full.not(), () => request.set(arriving as unknown as AnyOperand));
      r.request_full.set(candidate.and(passes.not()));
      r.looked.set(all([candidate, changes.not(), passes.not()]));
      m.when(passes, () => out.set(request as unknown as AnyOperand));
      r.passed_full.set(passes.or(r.passed_full.and(taken.not())));
      at(memory, 'awvalid').set(r.passed_full);
      drivePayload(memory, 'aw', names, out);

      const wire = (name: string): Bits<1> => at(memory, name) as Bits<1>;
      const { data_ends, answered } = m.named({
        data_ends: all([u.data.pop.valid, owed, wire('wready'), (u.data.pop.data as unknown as Words).last as Bits<1>]),
        answered: all([wire('bvalid'), u.answers.push.ready, unanswered.isNonZero()]),
      });
      level(m, due, passes, data_ends);
      level(m, unanswered, passes, answered);

      // What software sees.
      r.told.set(held.or(r.told).and(passes.not()));
      status.interrupt_status.set({ held });
      status.status.set({
        held,
        busy: unanswered.isNonZero(),
        page: masked(pageOf(request.addr as Bits), r.request_full),
      } as never);
      status.holds.set(counter(m, 'holds', held.and(r.told.not())) as never);
      status.held_cycles.set(counter(m, 'held_cycles', held) as never);
      io.irq.set(settings.interrupt_status.held.and(settings.interrupt_enable.held));

      m.assert(due.le(unanswered.extend<number>(due.width)), 'data are owed only for writes that are not answered');
      m.assert(unanswered.le(p.outstanding), 'no more than so many are let through');
      m.assert(held.implies(passes.not()), 'what is held does not pass');
    },
    { documentation: "A device's writes to memory, of which those to marked pages wait.", parameters: { ...p } },
  );
