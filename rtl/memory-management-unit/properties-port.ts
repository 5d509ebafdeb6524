/** The rules of AXI4 that one memory's port keeps by itself: what it offers stays offered, as it is, until it is taken or the port is cleared (IHI 0022, A3.2.1). */
import { all, type Bits, bit, bits, module } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { memoryPort } from './memory-port.ts';
import type { Geometry } from './shapes.ts';

type Named = Readonly<Record<string, Bits>>;

/** All payload signals of a channel, side by side. */
const payloads = {
  ar: ['id', 'addr', 'len', 'size', 'burst', 'lock', 'cache', 'prot', 'qos', 'region'],
  aw: ['id', 'addr', 'len', 'size', 'burst', 'lock', 'cache', 'prot', 'qos', 'region'],
  w: ['data', 'strb', 'last'],
} as const;

/** A port whose surroundings load its registers only when there is room, as the unit is proved to, and else do anything. */
export const checkedPort = (p: Geometry) => {
  const port = memoryPort(p);
  return module(
    'checked_port',
    port.ports,
    (io, m) => {
      const { port: inside } = m.instances({ port });
      const outer = io as unknown as Readonly<Record<string, object>>;
      for (const name of Object.keys(port.ports)) {
        const [own, its] = [outer[name], Reflect.get(inside, name)] as { set(value: unknown): void }[];
        const { flow } = port.ports[name as keyof typeof port.ports];
        if (own === undefined || its === undefined) throw new Error(`the port has '${name}'`);
        if (['ar', 'aw', 'w'].includes(name)) continue;
        if (name === 'r' || name === 'b') continue;
        if (flow === 'in') its.set(own);
        else own.set(its);
      }
      for (const channel of ['ar', 'aw', 'w'] as const) {
        const bus = inside[channel];
        const out = io[channel];
        out.valid.set(bus.valid);
        (out.data as { set(value: unknown): void }).set(bus.data);
        bus.ready.set(out.ready);
        m.assume(
          io[`${channel}_load`].implies(inside[`${channel}_state`].free),
          `${channel}: it is loaded when there is room`,
        );
        const waits = register(m, `${channel}_waits`, bit);
        waits.set(all([out.valid, out.ready.not(), io.clear.not()]));
        m.assert(waits.implies(out.valid), `${channel}: what is offered stays offered`);
        for (const name of payloads[channel]) {
          const value = (bus.data as unknown as Named)[name] as Bits;
          const before = register(m, `${channel}_${name}_before`, bits<number>(value.width));
          before.set(value);
          m.assert(waits.implies(value.eq(before)), `${channel}: its ${name} stays as it is offered`);
        }
        m.cover(all([waits, out.ready]), `${channel}: what waited is taken`);
      }
      for (const channel of ['r', 'b'] as const) {
        const [own, its] = [io[channel], inside[channel]];
        its.valid.set(own.valid);
        (its.data as { set(value: unknown): void }).set(own.data);
        own.ready.set(its.ready);
      }
      m.assert(io.b.ready, 'an answer is always taken');
    },
    { documentation: "One memory's port with properties.", parameters: { ...p } },
  );
};
