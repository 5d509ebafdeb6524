import { all, any, type Bits, bit, bits, concat, type Inside, input, lit, module, output } from '../hdl/index.ts';
import { axi4, axiLite } from '../parts/axi/bundles.ts';
import { secretRegisterPort } from '../parts/register-map/port.ts';
import { register } from '../parts/rings.ts';
import { decryption } from './decryption.ts';
import { encryption } from './encryption.ts';
import { memoryIdWidth, memoryPathRegisters, processorAddressWidth, registerAddressWidth } from './interface.ts';
import { keyStore } from './key-store.ts';
import { readRequests } from './read-requests.ts';
import { readSlots } from './read-slots.ts';
import { scanner } from './scanner.ts';
import { type Geometry, requestSignals } from './shapes.ts';
import { tweakEngines } from './tweaks.ts';
import { writeBursts } from './write-bursts.ts';
import { writeLaunch } from './write-launch.ts';
import { writePieces } from './write-pieces.ts';

const bus = (p: Geometry, addressWidth: number, idWidth: number) =>
  axi4({ addressWidth, idWidth, dataWidth: p.dataWidth as 64 | 128 });

/** The ports of the path, in the specified order. */
const pathPorts = (p: Geometry) => ({
  s_axi: input(bus(p, processorAddressWidth(p), p.idWidth)),
  // Whether they are there follows from the parameters, which the type cannot follow: `formOf` reads them.
  ...(p.sideband ? { s_axi_awuser: input(bits<number>(p.select)), s_axi_aruser: input(bits<number>(p.select)) } : {}),
  m_axi: output(bus(p, p.addressWidth, memoryIdWidth(p))),
  tamper: input(bit),
  irq: output.reg(bit, { reset: 0 }),
  s_axil: input(axiLite({ addressWidth: registerAddressWidth as number })),
});
type Sides = Inside<ReturnType<typeof pathPorts>>;
type Channel = 'aw' | 'ar';

const requestNames = (p: Geometry): readonly string[] =>
  Object.keys(requestSignals({ idWidth: p.idWidth, addressWidth: p.addressWidth }).fields);

/** A request of the processor, its form beside it. */
const processorRequestOf = (io: Sides, channel: Channel, p: Geometry) => {
  const address = io.s_axi[`${channel}addr`];
  const signals = Object.fromEntries(
    requestNames(p).map((name) => [name, Reflect.get(io.s_axi, `${channel}${name}`) as Bits]),
  );
  return {
    form: p.sideband
      ? (Reflect.get(io, `s_axi_${channel}user`) as Bits)
      : address.slice<number, number>(address.width - 1, p.addressWidth),
    signals: { ...signals, addr: address.slice<number, number>(p.addressWidth - 1, 0) },
  };
};

/** Drives an address channel of memory. */
const driveRequest = (io: Sides, channel: Channel, data: object, p: Geometry): void => {
  for (const name of requestNames(p))
    (Reflect.get(io.m_axi, `${channel}${name}`) as { set(value: unknown): void }).set(Reflect.get(data, name));
};

/** A register that exists only where addresses are wider than 32 bits. */
const optional = <T>(side: object, name: string): T | undefined => Reflect.get(side, name) as T | undefined;

/**
 * A path to memory on which some address bits choose how data is encrypted. To the cycle: `docs/systems/memory-path.md`. Source: US 7,171,566.
 */
export const memoryPath = (p: Geometry) =>
  module(
    'memory_path',
    pathPorts(p),
    (io, m) => {
      const u = m.instances({
        registers: secretRegisterPort(memoryPathRegisters(p)),
        keys: keyStore(p),
        tweaks: tweakEngines(p),
        read_requests: readRequests(p),
        read_slots: readSlots(p),
        decryption: decryption(p),
        write_bursts: writeBursts(p),
        write_pieces: writePieces(p),
        encryption: encryption(p),
        write_launch: writeLaunch(p),
        scanner: scanner(p),
      });
      const { s_axi, m_axi, tamper } = io;
      const { settings, status } = u.registers;
      const { keys, tweaks, read_requests, read_slots, write_bursts, write_pieces, write_launch } = u;
      u.registers.s_axil.connect(io.s_axil);
      u.registers.erase.set(keys.erase);
      u.registers.hold.set(keys.committing);

      // The buses.
      read_requests.channel.valid.set(s_axi.arvalid);
      read_requests.channel.data.set(processorRequestOf(io, 'ar', p) as never);
      s_axi.arready.set(read_requests.channel.ready);
      write_bursts.channel.valid.set(s_axi.awvalid);
      write_bursts.channel.data.set(processorRequestOf(io, 'aw', p) as never);
      s_axi.awready.set(write_bursts.channel.ready);
      write_bursts.data.valid.set(s_axi.wvalid);
      write_bursts.data.data.set({ data: s_axi.wdata, strb: s_axi.wstrb, last: s_axi.wlast });
      s_axi.wready.set(write_bursts.data.ready);
      const { channel: read } = read_slots;
      s_axi.rvalid.set(read.valid);
      s_axi.rid.set(read.data.id);
      s_axi.rdata.set(read.data.data);
      s_axi.rresp.set(read.data.resp);
      s_axi.rlast.set(read.data.last);
      read.ready.set(s_axi.rready);
      const { answer } = write_bursts;
      s_axi.bvalid.set(answer.valid);
      s_axi.bid.set(answer.data.id);
      s_axi.bresp.set(answer.data.resp);
      answer.ready.set(s_axi.bready);
      driveRequest(io, 'ar', read_requests.memory.data, p);
      m_axi.arvalid.set(read_requests.memory.valid);
      read_requests.memory.ready.set(m_axi.arready);
      driveRequest(io, 'aw', write_launch.aw.data, p);
      m_axi.awvalid.set(write_launch.aw.valid);
      write_launch.aw.ready.set(m_axi.awready);
      m_axi.wdata.set(write_launch.w.data.data);
      m_axi.wstrb.set(write_launch.w.data.strb);
      m_axi.wlast.set(write_launch.w.data.last);
      m_axi.wvalid.set(write_launch.w.valid);
      write_launch.w.ready.set(m_axi.wready);
      read_slots.memory.valid.set(m_axi.rvalid);
      read_slots.memory.data.set({ id: m_axi.rid, data: m_axi.rdata, resp: m_axi.rresp, last: m_axi.rlast });
      m_axi.rready.set(read_slots.memory.ready);
      write_bursts.memory.valid.set(m_axi.bvalid);
      write_bursts.memory.data.set({ id: m_axi.bid, resp: m_axi.bresp });
      m_axi.bready.set(write_bursts.memory.ready);

      // Keys and forms.
      keys.commands.set(settings.key_command);
      keys.stage.set(settings.key.elements.map(({ word }) => word));
      keys.stored.set(u.registers.stored.resize(16));
      keys.tamper.set(tamper);
      const cutting = Array.from({ length: p.keySlots }, (_, slot) =>
        read_requests.cutting.and(read_requests.cutter_key.eq(slot)),
      );
      keys.in_use.set(
        (concat(...cutting.reverse()) as Bits)
          .or(read_slots.in_use)
          .or(write_bursts.in_use)
          .or(write_pieces.in_use)
          .or(u.scanner.in_use),
      );
      const state = {
        forms: settings.form,
        loaded: keys.loaded,
        kinds: keys.kinds,
        committing: keys.committing,
        commit_slot: keys.commit_slot,
      };
      for (const part of [read_requests, write_bursts, u.scanner]) part.state.set(state);
      read_requests.commit_waits_for_data.set(keys.busy.and(write_bursts.in_use).isNonZero());
      for (const part of [read_requests, read_slots, write_bursts, u.scanner]) part.tamper.set(tamper);
      for (const part of [tweaks, u.decryption, u.encryption]) part.keys.set(keys.feed);

      // Reads.
      read_requests.merge_valid.set(write_pieces.merge_valid);
      read_requests.merge.set(write_pieces.merge);
      write_pieces.merge_wins.set(read_requests.merge_wins);
      read_requests.scan_valid.set(u.scanner.valid);
      read_requests.scan.set(u.scanner.request);
      u.scanner.wins.set(read_requests.scan_wins);
      read_requests.slot_free.set(read_slots.slot_free);
      read_slots.launches.set(read_requests.launches);
      read_slots.fill.set(read_requests.fill);
      tweaks.read.set(read_slots.wanted);
      read_slots.asked.set(tweaks.read_asked);
      read_slots.found.set(tweaks.found);
      u.decryption.from.set(read_slots.take);
      u.decryption.tag.set(read_slots.tag);
      read_slots.aes_free.set(u.decryption.aes_free);
      read_slots.prince_free.set(u.decryption.prince_free);
      read_slots.aes.set(u.decryption.aes);
      u.decryption.aes_pop.set(read_slots.aes_pop);
      read_slots.prince.set(u.decryption.prince);
      u.decryption.prince_pop.set(read_slots.prince_pop);
      u.scanner.seen.set(read_slots.seen);
      u.scanner.scanning.set(read_slots.scanning);
      write_pieces.fetched.set(read_slots.fetched);

      // Writes.
      write_launch.plain_asks.set(write_bursts.plain_asks);
      write_launch.plain_request.set(write_bursts.plain_request);
      write_bursts.plain_goes.set(write_launch.plain_goes);
      write_launch.plain_owns.set(write_bursts.plain_owns);
      write_bursts.plain_beat_free.set(write_launch.plain_beat_free);
      write_launch.plain_beat_goes.set(write_bursts.plain_beat_goes);
      write_launch.plain_beat.set(write_bursts.plain_beat);
      write_pieces.beat.set(write_bursts.piece_beat);
      write_bursts.piece_free.set(write_pieces.piece_free);
      tweaks.write.set(write_pieces.wanted);
      write_pieces.asked.set(tweaks.write_asked);
      write_pieces.found.set(tweaks.found);
      write_bursts.merge_burst.set(write_pieces.merge_burst);
      write_pieces.merge_burst_attributes.set(write_bursts.merge_burst_attributes);
      u.encryption.from.set(write_pieces.take);
      u.encryption.tag.set(write_pieces.tag);
      write_pieces.aes_free.set(u.encryption.aes_free);
      write_pieces.aes_finished.set(u.encryption.aes_finished);
      write_pieces.prince_finished.set(u.encryption.prince_finished);
      write_bursts.launch_burst.set(write_pieces.launch_burst);
      write_pieces.launch_burst_attributes.set(write_bursts.launch_burst_attributes);
      write_pieces.launch_poisoned.set(write_bursts.launch_poisoned);
      write_launch.piece.set(write_pieces.launch);
      write_pieces.launch_goes.set(write_launch.piece_goes);
      u.encryption.piece.set(write_launch.block_piece);
      u.encryption.place.set(write_launch.block_place);
      u.encryption.prince.set(write_launch.block_prince);
      write_launch.block.set(u.encryption.block);
      write_bursts.dropped.set(write_pieces.dropped);
      write_pieces.answer.set(write_bursts.piece_answered);
      write_pieces.answer_identifier.set(write_bursts.piece_identifier);
      write_bursts.answered.set(write_pieces.answered);

      // Registers.
      const line = settings.scan_address_low.line;
      const high = optional<{ readonly line: Bits }>(settings, 'scan_address_high')?.line;
      u.scanner.settings.set({
        line: high === undefined ? line : concat(high, line),
        lines: settings.scan_lines.count,
        form: settings.scan_form.form,
        pattern: concat(settings.scan_pattern_high.word, settings.scan_pattern_low.word),
        start: settings.scan_command.start,
        stop: settings.scan_command.stop,
      });
      const happened = { scan: u.scanner.ends, key: keys.ends, tamper, key_dropped: keys.drops };
      status.interrupt_status.set(happened);
      const { interrupt_status: raised, interrupt_enable: enabled } = settings;
      const names = ['scan', 'key', 'tamper', 'key_dropped'] as const;
      io.irq.set(any(names.map((name) => all([raised[name], enabled[name]]))));
      status.key_status.set({ loaded: keys.loaded, locked: keys.locked, busy: keys.busy });
      status.key_staged.words.set(keys.staged);
      status.key_kind.set(keys.kinds.elements.map((kind) => ({ kind })));
      status.scan_status.set(u.scanner.status);
      const { result } = u.scanner;
      status.scan_result_low.address.set(result.slice<number, number>(Math.min(32, p.addressWidth) - 1, 0));
      const upper = optional<{ readonly address: { set(value: Bits): void } }>(status, 'scan_result_high');
      upper?.address.set(result.slice<number, number>(p.addressWidth - 1, 32));
      const counter = (name: string, width: number, up: Bits): Bits => {
        const count = register(m, name, bits<number>(width));
        count.set(count.add(up.resize<number>(width)));
        return count;
      };
      const refusals = concat(lit(1, 0), read_requests.refuses).add(concat(lit(1, 0), write_bursts.refuses));
      status.refused.set(counter('refused', 32, refusals));
      status.merged.set(counter('merged', 32, read_requests.merge_wins));
      status.decrypted.set(counter('decrypted', 48, read_slots.take.valid));
      status.encrypted.set(counter('encrypted', 48, write_pieces.take.valid));
    },
    { documentation: 'Memory path on which address bits choose the encryption.', parameters: { ...p } },
  );
