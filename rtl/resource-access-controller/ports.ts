import { type Bits, bit, bits, type Inside, input, type OutputPort, output, record, vector } from '../hdl/index.ts';
import { type Axi4, axi4, axiLite } from '../parts/axi/bundles.ts';
import { logged } from './fault-log.ts';
import { cycleWidth, errorWidth, fakedWidth, managerPrefix, registerAddressWidth } from './interface.ts';
import { type Geometry, plan, requestSignals } from './shapes.ts';

type Bus = Axi4<{ readonly addressWidth: number; readonly dataWidth: 32 | 64 | 128; readonly idWidth: number }>;

const bus = (p: Geometry): Bus =>
  axi4({
    addressWidth: p.addressWidth as number,
    dataWidth: p.dataWidth as 32 | 64 | 128,
    idWidth: p.idWidth as number,
  }) as Bus;

export const dataPorts = (p: Geometry) => ({
  s_axi: input(bus(p)),
  // The record's keys are of the parameters, which the type cannot follow: `managersOf` reads them.
  ...(Object.fromEntries(
    Array.from({ length: p.ports }, (_, port) => [managerPrefix(port), output(bus(p))]),
  ) as unknown as { readonly m0_axi: OutputPort<Bus> }),
});

export type ProcessorSide = Inside<ReturnType<typeof dataPorts>>['s_axi'];
export type DeviceSide = Inside<ReturnType<typeof dataPorts>>['m0_axi'];

export const managersOf = (p: Geometry, io: object): readonly DeviceSide[] =>
  Array.from({ length: p.ports }, (_, port) => Reflect.get(io, managerPrefix(port)) as DeviceSide);

export const sidePorts = (p: Geometry) => ({
  device_interrupt: input(bits<number>(p.resources)),
  resource_interrupt: output.reg(bits<number>(p.resources), { reset: 0 }),
  reset_request: output(bits<number>(p.ports)),
  reset_acknowledge: input(bits<number>(p.ports)),
});

/** The ports of the controller, in the specified order. */
export const controllerPorts = (p: Geometry) => ({
  ...dataPorts(p),
  ...sidePorts(p),
  // The register is the path's.
  resource_interrupt: output(bits<number>(p.resources)),
  irq: output.reg(bit, { reset: 0 }),
  s_axil: input(axiLite({ addressWidth: registerAddressWidth as number })),
});

/** A decoded request beside its channel. */
export const verdict = (p: Geometry) =>
  record({ plan: plan(p), device_address: bits<number>(p.addressWidth), target: bits<number>(p.ports) });

/** What software has set of the path, and its pulses. */
export const pathSettings = (p: Geometry) =>
  record({
    port_reset: bits<number>(p.ports),
    port_readmit: bits<number>(p.ports),
    port_isolate: bits<number>(p.ports),
    resource_readmit: bits<number>(p.resources),
    log_clear: bit,
    fake_word: vector(bits(32), p.ports),
    timeout: vector(bits<number>(p.timerWidth), p.resources),
    error_limit: vector(bits(errorWidth), p.resources),
  });

/** What the path tells. */
export const pathStatus = (p: Geometry) =>
  record({
    fault: bit,
    ready: bit,
    isolated: bits<number>(p.ports),
    drained: bits<number>(p.ports),
    faulted: bits<number>(p.resources),
    busy: bits<number>(p.resources),
    log: logged(p),
    log_address: bits<number>(p.addressWidth),
    log_cycle: bits(cycleWidth),
    cycle: bits(cycleWidth),
    errors: vector(bits(errorWidth), p.resources),
    faked: vector(bits(fakedWidth), p.resources),
  });

type Channel = 'aw' | 'ar';
type RequestValue = { readonly [Name in keyof ReturnType<typeof requestSignals>['fields']]: Bits };

/** The payload of an address channel as a record. */
export const requestOf = (from: ProcessorSide, channel: Channel, p: Geometry): RequestValue =>
  Object.fromEntries(
    Object.keys(requestSignals(p).fields).map((name) => [name, Reflect.get(from, `${channel}${name}`)]),
  ) as RequestValue;

/** Drives an address channel of a device's side from a record. */
export const driveRequest = (to: DeviceSide, channel: Channel, data: object, p: Geometry): void => {
  for (const name of Object.keys(requestSignals(p).fields)) {
    const signal = Reflect.get(to, `${channel}${name}`) as { set(value: unknown): void };
    signal.set(Reflect.get(data, name));
  }
};
