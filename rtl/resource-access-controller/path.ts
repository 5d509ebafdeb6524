import { any, type Bits, input, lit, module, oneHotSelect, output } from '../hdl/index.ts';
import { encodeOneHot } from '../parts/arbiter/one-hot.ts';
import { devicePort } from './device-port.ts';
import { fakedCounters, resourceFaults } from './errors.ts';
import { readFaker, writeFaker } from './faker.ts';
import { faultLog } from './fault-log.ts';
import { slotWidth } from './interface.ts';
import {
  dataPorts,
  driveRequest,
  managersOf,
  pathSettings,
  pathStatus,
  requestOf,
  sidePorts,
  verdict,
} from './ports.ts';
import { requestPath } from './request-path.ts';
import { readChoice, writeChoice } from './response-choice.ts';
import type { Geometry } from './shapes.ts';
import { readProgress, writeProgress } from './slot-progress.ts';
import { transactionSlots, word } from './slots.ts';
import { transactionAges } from './transaction-ages.ts';
import { writeData } from './write-data.ts';

/**
 * The controller without its table of entries and its registers: all transactions, ports and faults. `read` and `write` tell, in the cycle
 * of the handshake, what the table says of the request on the channel; the other settings and the status are those of the registers. It can be generated and
 * measured alone.
 */
export const accessPath = (p: Geometry) =>
  module(
    'resource_access_path',
    {
      ...dataPorts(p),
      ...sidePorts(p),
      read: input(verdict(p)),
      write: input(verdict(p)),
      settings: input(pathSettings(p)),
      status: output(pathStatus(p)),
    },
    (io, m) => {
      const managers = managersOf(p, io);
      const u = m.instances({
        read_path: requestPath(p),
        write_path: requestPath(p),
        reads: transactionSlots(p),
        writes: transactionSlots(p),
        read_progress: readProgress(p),
        write_progress: writeProgress(p),
        write_data: writeData(p),
        read_choice: readChoice(p),
        write_choice: writeChoice(p),
        read_ages: transactionAges(p),
        write_ages: transactionAges(p),
        read_faker: readFaker(p),
        write_faker: writeFaker(p),
        faults: resourceFaults(p),
        faked: fakedCounters(p),
        log: faultLog(p),
      });
      const devices = Object.values(
        m.instances(Object.fromEntries(managers.map((_, port) => [`port_${port}`, devicePort(p, port)]))),
      );
      const { isolated } = m.named({ isolated: word(devices.map((device) => device.isolated)) });
      const { settings } = io;

      for (const [channel, path, slots, told] of [
        ['ar', u.read_path, u.reads, io.read],
        ['aw', u.write_path, u.writes, io.write],
      ] as const) {
        path.channel.valid.set(io.s_axi[`${channel}valid`]);
        path.channel.data.set(requestOf(io.s_axi, channel, p) as never);
        io.s_axi[`${channel}ready`].set(path.channel.ready);
        path.plan.set({
          forward: told.plan.forward,
          refused: told.plan.refused,
          policy: told.plan.policy,
          code: told.plan.code,
          resource: told.plan.resource,
          // No register need say which where there is one.
          port: p.ports === 1 ? 0 : told.plan.port,
        });
        path.device_address.set(told.device_address);
        path.channel_target.set(told.target);
        path.faulted.set(u.faults.faulted);
        path.isolated.set(isolated);
        path.enter.set(slots.enter);
        slots.candidate_valid.set(path.candidate_valid);
        slots.candidate.set(path.candidate);
        slots.target.set(path.target);
        slots.isolated.set(isolated);
      }
      u.reads.may_enter.set(1);
      u.reads.port_free.set(word(devices.map((device) => device.read_free)));
      u.writes.may_enter.set(u.write_data.busy.not());
      u.writes.port_free.set(word(devices.map((device) => device.write_free)));
      const slotNumber = (oneHot: Bits): Bits => encodeOneHot(oneHot).resize<number>(slotWidth(p));
      const { read_slot, write_slot } = m.named({
        read_slot: slotNumber(u.reads.entering),
        write_slot: slotNumber(u.writes.entering),
      });
      const into = (enter: Bits<1>, target: Bits, port: number): Bits<1> => enter.and(target.bit(port));

      const data = u.write_data;
      data.channel.valid.set(io.s_axi.wvalid);
      data.channel.data.set({ data: io.s_axi.wdata, strb: io.s_axi.wstrb, last: io.s_axi.wlast });
      io.s_axi.wready.set(data.channel.ready);
      data.enter.set(u.writes.enter);
      data.entering.set(u.writes.entering);
      data.target.set(u.write_path.target);
      data.length.set(u.write_path.candidate.signals.len);
      data.isolated.set(isolated);
      data.port_free.set(word(devices.map((device) => device.data_free)));

      // Who has what for the processor: the ports, and after them the faker.
      const readSources = [...devices.map((device) => device.read_match), u.read_faker.match];
      const writeSources = [...devices.map((device) => device.write_match), u.write_faker.match];
      const taken = (choice: Bits, sources: readonly Bits[]): Bits =>
        oneHotSelect(sources.map((match, source) => [choice.bit(source), match] as const));
      const { read_advances, write_completes } = m.named({
        read_advances: taken(u.read_choice.taken, readSources),
        write_completes: taken(u.write_choice.taken, writeSources),
      });
      u.read_choice.offers.set(word([...devices.map((device) => device.read_offer), u.read_faker.offer]));
      u.read_choice.beats.set(devices.map((device) => device.read_beat));
      u.read_choice.disguises.set(devices.map((device) => device.read_disguise));
      u.read_choice.fake.set(u.read_faker.beat);
      u.read_choice.fake_words.set(settings.fake_word);
      u.write_choice.offers.set(word([...devices.map((device) => device.write_offer), u.write_faker.offer]));
      u.write_choice.responses.set(devices.map((device) => device.write_response));
      u.write_choice.disguises.set(devices.map((device) => device.write_disguise));
      u.write_choice.fake.set(u.write_faker.response);
      const { channel: readBack } = u.read_choice;
      io.s_axi.rvalid.set(readBack.valid);
      io.s_axi.rid.set(readBack.data.id);
      io.s_axi.rdata.set(readBack.data.data);
      io.s_axi.rresp.set(readBack.data.resp);
      io.s_axi.rlast.set(readBack.data.last);
      readBack.ready.set(io.s_axi.rready);
      const { channel: writeBack } = u.write_choice;
      io.s_axi.bvalid.set(writeBack.valid);
      io.s_axi.bid.set(writeBack.data.id);
      io.s_axi.bresp.set(writeBack.data.resp);
      writeBack.ready.set(io.s_axi.bready);

      u.read_progress.entering.set(u.reads.entering);
      u.read_progress.length.set(u.read_path.candidate.signals.len);
      u.read_progress.advances.set(read_advances);
      u.reads.completes.set(u.read_progress.completes);
      u.writes.completes.set(write_completes);
      u.write_progress.entering.set(u.writes.entering);
      u.write_progress.enters_received.set(data.enters_received);
      u.write_progress.receives.set(data.receives);
      const joined = (of: (device: (typeof devices)[number]) => Bits): Bits =>
        devices.map(of).reduce<Bits>((left, right) => left.or(right), lit(p.outstanding, 0) as Bits);
      u.write_progress.delivers.set(joined((device) => device.delivers));
      u.read_ages.moves.set(joined((device) => device.read_moves).or(u.reads.entering));
      u.read_ages.charged.set(joined((device) => device.read_charged));
      u.write_ages.moves.set(joined((device) => device.write_moves).or(u.writes.entering));
      u.write_ages.charged.set(joined((device) => device.write_charged));
      for (const [ages, slots] of [
        [u.read_ages, u.reads.slots],
        [u.write_ages, u.writes.slots],
      ] as const) {
        ages.slots.set(slots);
        ages.timeouts.set(settings.timeout);
      }
      u.read_faker.slots.set(u.reads.slots);
      u.read_faker.last.set(u.read_progress.last);
      u.read_faker.taken.set(u.read_choice.taken.bit(p.ports));
      u.write_faker.slots.set(u.writes.slots);
      u.write_faker.received.set(u.write_progress.received);
      u.write_faker.taken.set(u.write_choice.taken.bit(p.ports));

      for (const [port, device] of devices.entries()) {
        const manager = managers[port] as (typeof managers)[number];
        driveRequest(manager, 'ar', device.ar.data, p);
        manager.arvalid.set(device.ar.valid);
        device.ar.ready.set(manager.arready);
        driveRequest(manager, 'aw', device.aw.data, p);
        manager.awvalid.set(device.aw.valid);
        device.aw.ready.set(manager.awready);
        manager.wdata.set(device.w.data.data);
        manager.wstrb.set(device.w.data.strb);
        manager.wlast.set(device.w.data.last);
        manager.wvalid.set(device.w.valid);
        device.w.ready.set(manager.wready);
        device.r.valid.set(manager.rvalid);
        device.r.data.set({ id: manager.rid, data: manager.rdata, resp: manager.rresp, last: manager.rlast });
        manager.rready.set(device.r.ready);
        device.b.valid.set(manager.bvalid);
        device.b.data.set({ id: manager.bid, resp: manager.bresp });
        manager.bready.set(device.b.ready);
        device.read_load.set(into(u.reads.enter, u.read_path.target, port));
        device.read_request.set(u.read_path.candidate);
        device.read_slot.set(read_slot);
        device.write_load.set(into(u.writes.enter, u.write_path.target, port));
        device.write_request.set(u.write_path.candidate);
        device.write_slot.set(write_slot);
        device.data_load.set(data.load.bit(port));
        device.data_beat.set(data.beat);
        device.data_slot.set(data.slot);
        device.promised.set(data.promised.bit(port));
        device.promised_left.set(data.left);
        device.promised_slot.set(data.slot);
        device.read_slots.set(u.reads.slots);
        device.write_slots.set(u.writes.slots);
        device.read_last.set(u.read_progress.last);
        device.delivered.set(u.write_progress.delivered);
        device.faulted.set(u.faults.faulted);
        device.brink.set(u.faults.brink);
        device.read_overdue.set(u.read_ages.overdue);
        device.write_overdue.set(u.write_ages.overdue);
        device.read_taken.set(u.read_choice.taken.bit(port));
        device.write_taken.set(u.write_choice.taken.bit(port));
        device.reset.set(settings.port_reset.bit(port));
        device.readmit.set(settings.port_readmit.bit(port));
        device.withdraw.set(settings.port_isolate.bit(port));
        device.acknowledge.set(io.reset_acknowledge.bit(port));
      }

      const notes = devices.flatMap((device) => [device.read_note, device.write_note]);
      const resources = Array.from({ length: p.resources }, (_, resource) => resource);
      const inUse = [
        ...[...u.reads.slots.elements, ...u.writes.slots.elements].map(({ valid, local, resource }) => ({
          used: valid.and(local.not()),
          resource,
        })),
      ];
      const waiting = [u.read_path, u.write_path].map(({ waiting: used, waiting_plan: { forward, resource } }) => ({
        used: used.and(forward),
        resource,
      }));
      const ofResources = (those: readonly { readonly used: Bits<1>; readonly resource: Bits }[]): Bits =>
        word(resources.map((resource) => any(those.map((one) => one.used.and(one.resource.eq(resource))))));
      const { in_flight, held_back } = m.named({ in_flight: ofResources(inUse), held_back: ofResources(waiting) });
      u.faults.notes.set(notes);
      u.faults.limits.set(settings.error_limit);
      u.faults.readmit.set(settings.resource_readmit);
      u.faults.busy.set(in_flight);

      // What is counted as faked: by the faker, or in the place of what a port offers.
      const read = u.read_choice.taken;
      const write = u.write_choice.taken;
      const masked = (
        taken: Bits,
        of: (device: (typeof devices)[number]) => (typeof devices)[number]['read_disguise'],
      ) => any(devices.map((device, port) => taken.bit(port).and(of(device).masked)));
      const resourceOf = (
        taken: Bits,
        own: Bits,
        of: (device: (typeof devices)[number]) => (typeof devices)[number]['read_disguise'],
      ): Bits =>
        oneHotSelect([
          ...devices.map((device, port) => [taken.bit(port), of(device).resource] as const),
          [taken.bit(p.ports), own] as const,
        ]);
      u.faked.read.set({
        valid: any([
          read.bit(p.ports).and(u.read_faker.counts),
          masked(read, (device) => device.read_disguise).and(u.read_progress.completes.isNonZero()),
        ]),
        resource: resourceOf(read, u.read_faker.resource, (device) => device.read_disguise),
      });
      u.faked.write.set({
        valid: any([write.bit(p.ports).and(u.write_faker.counts), masked(write, (device) => device.write_disguise)]),
        resource: resourceOf(write, u.write_faker.resource, (device) => device.write_disguise),
      });

      u.log.notes.set(notes);
      u.log.limit.set(u.faults.limit);
      u.log.read_address.set({
        write: u.reads.enter.and(u.read_path.target.isNonZero()),
        slot: read_slot,
        address: u.read_path.candidate.signals.addr,
      });
      u.log.write_address.set({
        write: u.writes.enter.and(u.write_path.target.isNonZero()),
        slot: write_slot,
        address: u.write_path.candidate.signals.addr,
      });
      u.log.clear.set(settings.log_clear);

      io.resource_interrupt.set(io.device_interrupt.and(u.faults.faulted.not()));
      io.reset_request.set(word(devices.map((device) => device.reset_request)));
      io.status.set({
        fault: u.log.any_fault,
        ready: any(devices.map((device) => device.ready)),
        isolated,
        drained: word(devices.map((device) => device.drained)),
        faulted: u.faults.faulted,
        busy: in_flight.or(held_back),
        log: u.log.log,
        log_address: u.log.address,
        log_cycle: u.log.fault_cycle,
        cycle: u.log.cycle,
        errors: u.faults.errors,
        faked: u.faked.counts,
      });
    },
    { documentation: 'The resource access controller without table and registers.', parameters: { ...p } },
  );
