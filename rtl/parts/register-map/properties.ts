import { type Bits, bits, input, module, type Shape, type Value } from '../../hdl/index.ts';
import { axiLite } from '../axi/bundles.ts';
import { streamRule } from '../stream/properties.ts';
import type { RegisterDeclarations, RegisterMap } from './declare.ts';
import { registerPort } from './port.ts';
import { statusShape, windowsOf } from './port-shapes.ts';

/**
 * A map's register port, and what AXI4-Lite asks of it (Arm IHI 0022, "Basic read and write transactions"), whatever
 * the other side does: a response stays until it is taken; there is one for each request and none without; it says OKAY
 * or SLVERR.
 */
export const checkedRegisterPort = <R extends RegisterDeclarations>(map: RegisterMap<R>) => {
  const status = statusShape(map);
  const windows = windowsOf(map);
  const reads = Object.fromEntries(windows.map((window) => [`${window.name}_data`, input(bits<number>(window.width))]));
  return module(
    `checked_${map.name}_registers`,
    {
      s_axil: input(axiLite({ addressWidth: map.addressWidth })),
      ...(status !== undefined && { status: input(status) }),
      ...reads,
    },
    (io, m) => {
      const { port } = m.instances({ port: registerPort(map as RegisterMap) });
      const bus = io.s_axil;
      bus.connect(port.s_axil);
      // What else the port has depends on the map, so these are found by name.
      const more = port as unknown as Record<
        string,
        { set(value: unknown): void } & Record<string, Record<string, { set(value: unknown): void }>>
      >;
      const given = io as unknown as Record<string, Value>;
      if (status !== undefined) more.status?.set(given.status);
      for (const window of windows) more.windows?.[window.name]?.read_data?.set(given[`${window.name}_data`]);

      const channel = (name: string, valid: Bits<1>, ready: Bits<1>, data: Value, type: Shape): void =>
        streamRule(m, 'assert', name, type, { valid, ready, data });
      channel('write_response', bus.bvalid, bus.bready, bus.bresp, bits(2));
      channel('read_response', bus.rvalid, bus.rready, bus.rdata, bits(32));
      m.assert(bus.bresp.bit(0).or(bus.rresp.bit(0)).not(), 'a response is OKAY or SLVERR');

      const { addresses, words, reading } = m.regs({
        addresses: { type: bits(3), reset: 0 },
        words: { type: bits(3), reset: 0 },
        reading: { type: bits(3), reset: 0 },
      });
      const count = (name: string, counter: typeof addresses, begins: Bits<1>, ends: Bits<1>): void => {
        m.when(begins.and(ends.not()), () => counter.set(counter.add(1)));
        m.when(ends.and(begins.not()), () => counter.set(counter.subtract(1)));
        m.assert(counter.le(2), `${name}: two at most are under way`);
      };
      const answered = bus.bvalid.and(bus.bready);
      count('write addresses', addresses, bus.awvalid.and(bus.awready), answered);
      count('write data', words, bus.wvalid.and(bus.wready), answered);
      count('reads', reading, bus.arvalid.and(bus.arready), bus.rvalid.and(bus.rready));
      m.assert(
        bus.bvalid.implies(addresses.isNonZero().and(words.isNonZero())),
        'a write response follows an address and data',
      );
      m.assert(bus.rvalid.implies(reading.isNonZero()), 'a read response follows an address');
    },
  );
};
