import {
  any,
  type Bits,
  bit,
  bits,
  concat,
  type Inside,
  input,
  type ModuleBody,
  module,
  output,
} from '../hdl/index.ts';
import { burstCodes } from '../parts/axi/beat.ts';
import { axi4, axiLite } from '../parts/axi/bundles.ts';
import { registerPort } from '../parts/register-map/port.ts';
import { word } from '../parts/rings.ts';
import { cookieBuffer } from './cookie-buffer.ts';
import { copyEngine } from './copy-engine.ts';
import { copyPort } from './copy-port.ts';
import { failureLog } from './failure-log.ts';
import { frameWidth, memoryKeeperRegisters, physicalWidth, registerAddressWidth } from './interface.ts';
import { type KeeperGeometry, lineBeats } from './keeper-shapes.ts';
import { memoryStatus } from './memory-status.ts';
import { turnHolder } from './turn-holder.ts';

const unitPorts = (p: KeeperGeometry) => ({
  cookie_index: input(bits<number>(p.cookieIndexWidth)),
  cookie_value: output(bits<number>(p.cookieWidth)),
  bump_busy: input(bit),
  turn_request: input(bit),
  turn: output(bit),
  turn_contended: output(bit),
  event_error: input(bits(2)),
  event_failure: input(bits(2)),
  event_timeout: input(bits(2)),
  claim_busy: input(bit),
});
type UnitPorts = ReturnType<typeof unitPorts>;
type UnitSide = Inside<UnitPorts>;

const memoryBus = (p: KeeperGeometry) =>
  axi4({ addressWidth: physicalWidth(p), idWidth: 1, dataWidth: p.dataWidth as 64 | 128 });

/** The ports of the keeper, in the specified order. */
const keeperPorts = (p: KeeperGeometry) => ({
  // Those of the units follow from their number, which the type cannot follow: `sideOf` reads them.
  ...(Object.fromEntries(
    Array.from({ length: p.units }, (_, unit) =>
      Object.entries(unitPorts(p)).map(([name, port]) => [`u${unit}_${name}`, port] as const),
    ).flat(),
  ) as object),
  bump: output(bit),
  bump_index: output(bits<number>(p.cookieIndexWidth)),
  bump_flush: output(bit),
  failed: output(bits(2)),
  restoring: output(bits(2)),
  port_clear: output(bits(2)),
  claim: output(bit),
  claim_memory: output(bit),
  claim_frame: output(bits<number>(frameWidth(p))),
  reset_request: output(bits(2)),
  reset_acknowledge: input(bits(2)),
  m0_axi: output(memoryBus(p)),
  m1_axi: output(memoryBus(p)),
  irq: output.reg(bit, { reset: 0 }),
  s_axil: input(axiLite({ addressWidth: registerAddressWidth as number })),
});
type Sides = Inside<ReturnType<typeof keeperPorts>>;

const sideOf = (io: Sides, p: KeeperGeometry, unit: number): UnitSide =>
  Object.fromEntries(
    Object.keys(unitPorts(p)).map((name) => [name, Reflect.get(io, `u${unit}_${name}`)]),
  ) as unknown as UnitSide;

const instances = (m: ModuleBody, p: KeeperGeometry) =>
  m.instances({
    registers: registerPort(memoryKeeperRegisters(p)),
    cookies: cookieBuffer(p),
    turns: turnHolder(p),
    memory_0: memoryStatus(p),
    memory_1: memoryStatus(p),
    log: failureLog,
    engine: copyEngine(p),
    port_0: copyPort(p),
    port_1: copyPort(p),
  });
type Parts = ReturnType<typeof instances>;

/** A memory's bus: the engine's registers. */
const connectBus = (io: Sides, u: Parts, p: KeeperGeometry, memory: 0 | 1): void => {
  const [axi, port] = [io[`m${memory}_axi`], u[`port_${memory}`]];
  for (const channel of ['aw', 'ar'] as const) {
    const from = port[channel];
    axi[`${channel}addr`].set(from.data);
    axi[`${channel}valid`].set(from.valid);
    from.ready.set(axi[`${channel}ready`]);
    axi[`${channel}id`].set(0);
    axi[`${channel}len`].set(lineBeats(p) - 1);
    axi[`${channel}size`].set(Math.log2(p.dataWidth / 8));
    axi[`${channel}burst`].set(burstCodes.incrementing);
    axi[`${channel}lock`].set(0);
    axi[`${channel}cache`].set(3);
    axi[`${channel}prot`].set(0);
    axi[`${channel}qos`].set(0);
    axi[`${channel}region`].set(0);
  }
};

/** What the engine and its ports tell each other. */
const connectEngine = (io: Sides, u: Parts, p: KeeperGeometry): void => {
  const { engine } = u;
  const ports = [u.port_0, u.port_1] as const;
  for (const memory of [0, 1] as const) {
    const [axi, port] = [io[`m${memory}_axi`], ports[memory]];
    connectBus(io, u, p, memory);
    axi.wdata.set(port.w.data.data);
    axi.wstrb.set(2n ** BigInt(p.dataWidth / 8) - 1n);
    axi.wlast.set(port.w.data.last);
    axi.wvalid.set(port.w.valid);
    port.w.ready.set(axi.wready);
    axi.rready.set(1);
    axi.bready.set(1);
    port.r.set({ valid: axi.rvalid, id: axi.rid, data: axi.rdata, resp: axi.rresp, last: axi.rlast });
    port.b.set({ valid: axi.bvalid, id: axi.bid, resp: axi.bresp });
    port.failed.set(u[`memory_${memory}`].failed);
    port.clear.set(u[`memory_${memory}`].port_clear);
    port.ar_load.set(engine.ar_load.bit(memory));
    port.aw_load.set(engine.aw_load.bit(memory));
    port.address.set(engine.address);
    port.w_load.set(engine.w_load.bit(memory));
    port.w_beat.set({ data: engine.w_data, last: engine.w_last });
    port.reading.set(engine.reading.bit(memory));
    port.answering.set(engine.answering.bit(memory));
    port.expects_last.set(engine.expects_last);
  }
  const two = (of: (port: (typeof ports)[0]) => Bits<1>): Bits<2> => concat(of(ports[1]), of(ports[0]));
  engine.w_free.set(two((port) => port.w_free));
  engine.takes.set(two((port) => port.takes));
  engine.refused.set(two((port) => port.refused));
  engine.answered.set(two((port) => port.answered));
  engine.progress.set(two((port) => port.progress));
  engine.data.set([io.m0_axi.rdata, io.m1_axi.rdata]);
};

/** A field that is there only where addresses are wider than 32 bits, above the one that always is. */
const copyFrame = (settings: object, name: 'from' | 'to'): Bits => {
  const frameOf = (part: string): Bits | undefined =>
    (Reflect.get(settings, `copy_${name}_${part}`) as { readonly frame: Bits } | undefined)?.frame;
  const [low, high] = [frameOf('low') as Bits, frameOf('high')];
  return high === undefined ? low : concat(high, low);
};

/** The registers' side of everything. */
const connectRegisters = (u: Parts): void => {
  const { settings, status } = u.registers;
  const { engine, log } = u;
  const memories = [u.memory_0, u.memory_1] as const;
  const two = (of: (memory: (typeof memories)[0]) => Bits<1>): Bits<2> => concat(of(memories[1]), of(memories[0]));
  const command = settings.memory_command;
  for (const [number, memory] of memories.entries()) {
    memory.error_limit.set(settings.error_limit.errors);
    memory.take_out.set(command.take_out.bit(number));
    memory.reset.set(command.reset.bit(number));
    memory.restore.set(command.restore.bit(number));
    memory.on_line.set(command.on_line.bit(number));
    memory.copying.set(engine.copying);
    memory.copy_starts.set(engine.starts);
    memory.line_refused.set(engine.line_refused.bit(number));
    const { fails, cause, unit } = memory;
    (number === 0 ? log.first : log.second).set({ fails, cause, unit });
  }
  log.clear.set(command.log_clear);
  engine.start.set(settings.copy_command.start);
  engine.stop.set(settings.copy_command.stop);
  engine.request.set({
    target: settings.copy_target.memory,
    from: copyFrame(settings, 'from'),
    to: copyFrame(settings, 'to'),
    pages: settings.copy_pages.count,
  });
  engine.forms.set([settings.copy_forms.from, settings.copy_forms.to]);
  engine.pace.set(settings.copy_pace.cycles);
  engine.timeout.set(settings.timeout.cycles);
  engine.failed.set(two((memory) => memory.failed));
  engine.restoring.set(two((memory) => memory.restoring));
  engine.failing.set(two((memory) => memory.fails));
  const stuck = (number: 0 | 1): Bits<1> => u[`port_${number}`].fails.or(engine.late.bit(number));
  u.memory_0.engine_fails.set(stuck(0));
  u.memory_1.engine_fails.set(stuck(1));
  const readable = (memory: (typeof memories)[0]): Bits<1> => memory.failed.or(memory.restoring).not();
  u.memory_0.spared.set(readable(u.memory_1));
  u.memory_1.spared.set(readable(u.memory_0).and(u.memory_0.fails.not()));

  status.memory_status.set({
    failed: two((memory) => memory.failed),
    restoring: two((memory) => memory.restoring),
    was_reset: two((memory) => memory.was_reset),
    degraded: two((memory) => memory.failed.not().and(memory.errors.isNonZero())),
    first_phase: u.memory_0.phase,
    second_phase: u.memory_1.phase,
    ready: u.cookies.ready,
    copying: engine.copying,
    copy_failed: engine.copy_failed,
  });
  status.errors.set(memories.map((memory) => ({ count: memory.errors })));
  status.log.set(log.log);
  status.log_cycle.set({ cycle: log.log_cycle });
  status.cycle.set(log.cycle);
  status.pages_done.set({ count: engine.pages_done });
  status.interrupt_status.set({
    change: any(memories.map((memory) => memory.changes)),
    error: any(memories.map((memory) => memory.counted)),
    copy: engine.ends,
  });
};

/**
 * What all memory management units in front of two memories share: which memory is on line, the cookies of pages, and the engine that fills a
 * replaced memory. To the cycle: `docs/systems/memory-management-unit.md`. Sources: US 6,732,250 and US 7,234,038.
 */
export const memoryKeeper = (p: KeeperGeometry) =>
  module(
    'memory_keeper',
    keeperPorts(p),
    (io, m) => {
      const u = instances(m, p);
      const { settings } = u.registers;
      const { cookies, turns, engine } = u;
      const units = Array.from({ length: p.units }, (_, unit) => sideOf(io, p, unit));
      const told = (of: (unit: UnitSide) => Bits<1>): Bits => word(units.map((unit) => of(unit)));
      connectEngine(io, u, p);
      connectRegisters(u);

      cookies.indexes.set(units.map((unit) => unit.cookie_index));
      for (const [number, unit] of units.entries()) {
        unit.cookie_value.set(cookies.values.get(number));
        unit.turn.set(turns.turn.bit(number));
        unit.turn_contended.set(turns.contended.bit(number));
      }
      turns.requests.set(told((unit) => unit.turn_request));
      for (const number of [0, 1] as const) {
        const memory = u[`memory_${number}`];
        memory.events_error.set(told((unit) => unit.event_error.bit(number)));
        memory.events_failure.set(told((unit) => unit.event_failure.bit(number)));
        memory.events_timeout.set(told((unit) => unit.event_timeout.bit(number)));
        memory.reset_acknowledge.set(io.reset_acknowledge.bit(number));
      }
      io.failed.set(concat(u.memory_1.failed, u.memory_0.failed));
      io.restoring.set(concat(u.memory_1.restoring, u.memory_0.restoring));
      io.port_clear.set(concat(u.memory_1.port_clear, u.memory_0.port_clear));
      io.reset_request.set(concat(u.memory_1.reset_request, u.memory_0.reset_request));

      cookies.start.set(settings.bump.start);
      cookies.start_index.set(settings.bump.index);
      cookies.start_all.set(settings.bump.all);
      cookies.busy.set(told((unit) => unit.bump_busy).isNonZero());
      io.bump.set(cookies.bump);
      io.bump_index.set(cookies.bump_index);
      io.bump_flush.set(cookies.bump_flush);
      engine.claim_busy.set(told((unit) => unit.claim_busy).isNonZero());
      io.claim.set(engine.claim);
      io.claim_memory.set(engine.claim_memory);
      io.claim_frame.set(engine.claim_frame);

      // The answer to a bump waits until the page is back.
      const { answers } = m.named({ answers: settings.bump.start.or(cookies.active).not() });
      const bus = u.registers.s_axil;
      connectLite(io.s_axil, bus);
      io.s_axil.bvalid.set(bus.bvalid.and(answers));
      bus.bready.set(io.s_axil.bready.and(answers));
      const { interrupt_status: raised, interrupt_enable: enabled } = settings;
      io.irq.set(
        any([raised.change.and(enabled.change), raised.error.and(enabled.error), raised.copy.and(enabled.copy)]),
      );
    },
    { documentation: 'What memory management units share.', parameters: { ...p } },
  );

/** All of the bus but the handshake of write responses. */
const connectLite = (outer: Sides['s_axil'], inner: Parts['registers']['s_axil']): void => {
  for (const channel of ['aw', 'ar'] as const) {
    inner[`${channel}addr`].set(outer[`${channel}addr`]);
    inner[`${channel}prot`].set(outer[`${channel}prot`]);
    inner[`${channel}valid`].set(outer[`${channel}valid`]);
    outer[`${channel}ready`].set(inner[`${channel}ready`]);
  }
  inner.wdata.set(outer.wdata);
  inner.wstrb.set(outer.wstrb);
  inner.wvalid.set(outer.wvalid);
  outer.wready.set(inner.wready);
  outer.bresp.set(inner.bresp);
  outer.rdata.set(inner.rdata);
  outer.rresp.set(inner.rresp);
  outer.rvalid.set(inner.rvalid);
  inner.rready.set(outer.rready);
};
