import { type Bits, concat, module, type Value } from '../hdl/index.ts';
import { registerPort } from '../parts/register-map/port.ts';
import { requestDecoder } from './decode.ts';
import { managerPrefix, pageBits, resourceAccessControllerRegisters } from './interface.ts';
import { accessPath } from './path.ts';
import { controllerPorts } from './ports.ts';
import type { Geometry } from './shapes.ts';

/** Registers that exist only where addresses are wider than 32 bits. */
const element = (side: object, name: string, index: number): { readonly page: Bits } | undefined => {
  const found = Reflect.get(side, name) as { get(index: number): { readonly page: Bits } } | undefined;
  return found?.get(index);
};

/**
 * A bridge between a processor's bus and its devices that a dead device cannot hang. To the cycle:
 * `docs/systems/resource-access-controller.md`. Source: US 6,795,936 and US 6,795,939.
 */
export const resourceAccessController = (p: Geometry) =>
  module(
    'resource_access_controller',
    controllerPorts(p),
    (io, m) => {
      const u = m.instances({
        path: accessPath(p),
        read_decoder: requestDecoder(p, 'read'),
        write_decoder: requestDecoder(p, 'write'),
        registers: registerPort(resourceAccessControllerRegisters(p)),
      });
      const { settings, status } = u.registers;
      u.registers.s_axil.connect(io.s_axil);
      u.path.s_axi.connect(io.s_axi);
      for (let port = 0; port < p.ports; port += 1) {
        const outside = Reflect.get(io, managerPrefix(port)) as typeof io.m0_axi;
        outside.connect(Reflect.get(u.path, managerPrefix(port)) as typeof u.path.m0_axi);
      }
      u.path.device_interrupt.set(io.device_interrupt);
      io.resource_interrupt.set(u.path.resource_interrupt);
      io.reset_request.set(u.path.reset_request);
      u.path.reset_acknowledge.set(io.reset_acknowledge);
      io.irq.set(
        settings.interrupt_status.fault
          .and(settings.interrupt_enable.fault)
          .or(settings.interrupt_status.ready.and(settings.interrupt_enable.ready)),
      );

      const pages = (kind: 'base' | 'size' | 'device', index: number): Bits => {
        const low = settings[`entry_${kind}_low`].get(index).page;
        const high = element(settings, `entry_${kind}_high`, index);
        return (high === undefined ? low : concat(high.page, low)).resize<number>(p.addressWidth - pageBits);
      };
      const entries = settings.entry_control.elements.map((control, index) => ({
        valid: control.valid,
        read: control.read,
        write: control.write,
        fake: control.fake,
        policy: control.policy,
        code: control.code,
        resource: control.resource,
        port: control.port,
        base: pages('base', index),
        size: pages('size', index),
        device: pages('device', index),
      }));
      for (const [decoder, address, told] of [
        [u.read_decoder, io.s_axi.araddr, u.path.read],
        [u.write_decoder, io.s_axi.awaddr, u.path.write],
      ] as const) {
        decoder.entries.set(entries);
        decoder.faulted.set(u.path.status.faulted);
        decoder.isolated.set(u.path.status.isolated);
        decoder.address.set(address);
        told.plan.set(decoder.plan);
        told.device_address.set(decoder.device_address);
        told.target.set(decoder.target);
      }
      u.path.settings.set({
        port_reset: settings.port_reset.ports,
        port_readmit: settings.port_readmit.ports,
        port_isolate: settings.port_isolate.ports,
        resource_readmit: settings.resource_readmit.resources,
        log_clear: settings.log_clear.clear,
        fake_word: settings.fake_word.elements.map((one) => one.word),
        timeout: settings.timeout.elements.map((one) => one.cycles),
        error_limit: settings.error_limit.elements.map((one) => one.errors),
      });

      const told = u.path.status;
      status.interrupt_status.fault.set(told.fault);
      status.interrupt_status.ready.set(told.ready);
      status.port_isolated.ports.set(told.isolated);
      status.port_drained.ports.set(told.drained);
      status.port_reset_state.requested.set(u.path.reset_request);
      status.port_reset_state.acknowledged.set(io.reset_acknowledge);
      status.resource_faulted.resources.set(told.faulted);
      status.resource_busy.resources.set(told.busy);
      status.log.set(told.log);
      status.log_address_low.address.set(told.log_address.slice(31, 0));
      const high = Reflect.get(status, 'log_address_high') as
        | { readonly address: { set(value: Value): void } }
        | undefined;
      high?.address.set(told.log_address.slice<number, number>(p.addressWidth - 1, 32));
      status.log_cycle.cycle.set(told.log_cycle);
      status.cycle.set(told.cycle);
      status.errors.set(told.errors.elements.map((count) => ({ count })));
      status.faked.set(told.faked);
    },
    { documentation: 'Resource access controller.', parameters: { ...p } },
  );
