import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import { bit, bits, elaborate, input, type ModuleBody, module, output, type Ports } from '../../hdl/index.ts';
import { axiLite } from '../axi/bundles.ts';
import { registerMap } from './declare.ts';
import { createDriver } from './driver.ts';
import { exampleMap } from './example.ts';
import { registerPort, secretRegisterPort } from './port.ts';
import { PortReference, type Signals } from './port-reference.ts';
import { settingsShape, statusShape } from './port-shapes.ts';

const settings = settingsShape(exampleMap)!;
const status = statusShape(exampleMap)!;

type Registers = ReturnType<typeof portOf>;
const portOf = (m: ModuleBody) => m.instances({ registers: registerPort(exampleMap) }).registers;

/** The memories of the windows: two words of delay between a window's read and its data would show at once. */
const serveWindows = (m: ModuleBody, windows: Registers['windows']): void => {
  const { table_words, map_words } = m.memories({
    table_words: { type: bits<number>(12), depth: 12 },
    map_words: { type: bits<number>(48), depth: 4 },
  });
  for (const [memory, window] of [
    [table_words, windows.table],
    [map_words, windows.map],
  ] as const) {
    window.read_data.set(memory.fetch(window.read_address, window.read));
    m.when(window.write, () => memory.write(window.write_address, window.write_data, window.write_mask));
  }
};

const ports = {
  s_axil: input(axiLite({ addressWidth: exampleMap.addressWidth })),
  settings: output(settings),
  status: input(status),
};

/** The example's port with the memories of its windows. */
const block = module('example_block', ports, (io, m) => {
  const registers = portOf(m);
  io.s_axil.connect(registers.s_axil);
  io.settings.set(registers.settings);
  registers.status.set(io.status as never);
  serveWindows(m, registers.windows);
});

const secretPorts = { ...ports, erase: input(bit), hold: input(bit), stored: output(bits(2)) };
const secretBlock = module('secret_block', secretPorts, (io, m) => {
  const { registers } = m.instances({ registers: secretRegisterPort(exampleMap) });
  io.s_axil.connect(registers.s_axil);
  io.settings.set(registers.settings);
  registers.status.set(io.status as never);
  registers.erase.set(io.erase);
  registers.hold.set(io.hold);
  io.stored.set(registers.stored.resize(2));
  serveWindows(m, registers.windows);
});

const simulator = compile<Ports>(elaborate(block));
const randomised = compile(elaborate(block), { initial: { randomSeed: 3 }, backend: 'javascript' });
const secret = compile(elaborate(secretBlock));
const inputSlots = simulator.layout.inputs.filter((slot) => slot.name !== 'aresetn');

/** Addresses that hit: every word of the map, the words beside, and some anywhere. */
const interesting = exampleMap.placed.flatMap((register) =>
  Array.from({ length: register.count }, (_, element) => register.address + element * register.stride).flatMap(
    (start) => Array.from({ length: register.words + 1 }, (_, word) => start + 4 * word),
  ),
);
const address = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...interesting) },
  { weight: 1, arbitrary: fc.nat(4095) },
);

/**
 * Random values of every input of a cycle from one seed, with addresses and strobes that matter; responses are taken
 * most of the time.
 */
const cycles = fc.array(
  fc.record({
    awaddr: address,
    araddr: address,
    wstrb: fc.oneof(fc.constant(15), fc.nat(15)),
    valids: fc.nat(7),
    readies: fc.nat(15),
    seed: fc.nat(),
  }),
  { minLength: 20, maxLength: 200 },
);

const spread = (seed: number, index: number, width: number): bigint => {
  const mixed = BigInt(Math.imul(seed ^ (index * 0x9e3779b1), 0x85ebca6b) >>> 0) * 0x9e37_79b9_7f4a_7c15n;
  // Sparse, so that bits which hardware sets are also seen to be cleared.
  return BigInt.asUintN(width, (mixed >> 7n) & (mixed >> 31n));
};

describe('registerPort', () => {
  test.prop([cycles], { numRuns: process.env.PORTCULLIS_THOROUGH === '1' ? 500 : 30 })(
    'does in every cycle what its page says',
    (plan) => {
      for (const tested of [simulator, randomised, secret]) {
        tested.reset();
        tested.in.aresetn = 0;
        tested.step();
        tested.in.aresetn = 1;
        for (const window of exampleMap.placed.filter(({ kind }) => kind === 'window'))
          for (let entry = 0; entry < window.count; entry += 1) tested.poke(`${window.name}_words[${entry}]`, 0n);
        const reference = new PortReference(exampleMap);
        for (const cycle of plan) {
          const inputs: Signals = Object.fromEntries(
            inputSlots.map((slot, index) => [
              slot.name,
              slot.width > 32 ? spread(cycle.seed, index, slot.width) : Number(spread(cycle.seed, index, slot.width)),
            ]),
          );
          Object.assign(inputs, {
            s_axil_awaddr: cycle.awaddr,
            s_axil_araddr: cycle.araddr,
            s_axil_wstrb: cycle.wstrb,
            s_axil_awvalid: cycle.valids & 1,
            s_axil_wvalid: (cycle.valids >> 1) & 1,
            s_axil_arvalid: (cycle.valids >> 2) & 1,
            s_axil_bready: (cycle.readies & 3) === 0 ? 0 : 1,
            s_axil_rready: cycle.readies >> 2 === 0 ? 0 : 1,
            ...(tested === secret && { erase: cycle.seed % 4 === 0 ? 1 : 0, hold: cycle.seed % 3 === 0 ? 1 : 0 }),
          });
          Object.assign(tested.in, inputs);
          tested.settle();
          expect({ ...tested.out }).toEqual({
            ...reference.outputs(),
            ...(tested === secret && { stored: reference.stored(inputs) }),
          });
          reference.step(inputs);
          tested.step();
        }
      }
    },
  );

  it('serves the driver of its map', () => {
    simulator.reset();
    const port = simulator.in;
    Object.assign(port, {
      aresetn: 1,
      s_axil_bready: 1,
      s_axil_rready: 1,
      s_axil_wstrb: 15,
      status_control_busy: 1,
      status_bytes_1: 0x1_2345_6789n,
    });
    const until = (flag: string): void => {
      for (let cycle = 0; cycle < 10; cycle += 1) {
        simulator.settle();
        if (simulator.out[flag] === 1) return;
        simulator.step();
        Object.assign(port, { s_axil_awvalid: 0, s_axil_wvalid: 0, s_axil_arvalid: 0 });
      }
      throw new Error(`no ${flag} in 10 cycles`);
    };
    const driver = createDriver(exampleMap, {
      read: (from) => {
        Object.assign(port, { s_axil_araddr: from, s_axil_arvalid: 1 });
        until('s_axil_rvalid');
        expect(simulator.out.s_axil_rresp).toBe(0);
        const data = Number(simulator.out.s_axil_rdata);
        simulator.step();
        return data;
      },
      write: (to, data) => {
        Object.assign(port, { s_axil_awaddr: to, s_axil_wdata: data, s_axil_awvalid: 1, s_axil_wvalid: 1 });
        until('s_axil_bvalid');
        expect(simulator.out.s_axil_bresp).toBe(0);
        simulator.step();
      },
    });
    expect(driver.identification.read()).toEqual({ value: 0x504b5531 });
    expect(driver.control.read()).toEqual({ enable: 1, mode: 5, busy: 1 });
    driver.control.modify({ mode: 10 });
    expect(driver.control.read()).toEqual({ enable: 1, mode: 10, busy: 1 });
    expect(driver.key.at(2).read()).toEqual({ word: 3 });
    for (let index = 0; index < 12; index += 1) driver.table.write(index, { client: index % 8, weight: 511 - index });
    for (let index = 0; index < 12; index += 1)
      expect(driver.table.read(index)).toEqual({ client: index % 8, weight: 511 - index });
    driver.map.write(3, { page: 0xabcde, valid: 1, owner: 0x1234 });
    driver.map.write(2, { page: 1, valid: 0, owner: 2 });
    expect(driver.map.read(3)).toEqual({ page: 0xabcde, valid: 1, owner: 0x1234 });
    expect(driver.bytes.at(1).read()).toBe(0x1_2345_6789n);
  });

  it('leaves out ports that a map has no use for', () => {
    const only = registerMap({
      name: 'plain',
      description: 'One register.',
      registers: { limit: { description: 'A limit.', fields: { value: { width: 8, description: 'It.' } } } },
    });
    const { layout } = compile(elaborate(registerPort(only)));
    expect(layout.inputs.filter((slot) => !slot.name.startsWith('s_axil')).map((slot) => slot.name)).toEqual([
      'aresetn',
    ]);
    expect(layout.outputs.filter((slot) => !slot.name.startsWith('s_axil')).map((slot) => slot.name)).toEqual([
      'settings_limit_value',
    ]);
    // @ts-expect-error there is no status in such a map
    expect(registerPort(only).ports.status).toBeUndefined();
  });
});
