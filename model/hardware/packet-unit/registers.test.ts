import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  defaultKey,
  packetUnitParameters,
  packetUnitPortList,
  packetUnitRegisters,
} from '../../../rtl/packet-unit/interface.ts';
import { layPorts, wordOf } from '../primitives/ports.ts';
import { RegisterPort, wordKind } from '../primitives/register-port.ts';
import { createPacketUnitModel, PacketUnitDriver, registerAddress } from './index.ts';
import { Registers } from './registers.ts';

const everyClients = [2, 4, 8, 16] as const;

test.each(everyClients)('the words are those of the declared register map, with %i clients', (clients) => {
  const parameters = packetUnitParameters({ clients, dataWidth: 256, hashWidth: 288 });
  const registers = new Registers(parameters);
  registers.powerUp();
  const expected = new Map<number, readonly [kind: number, mask: number, value: number]>();
  for (const register of packetUnitRegisters(parameters).placed) {
    for (let element = 0; element < register.count; element += 1) {
      const word = (register.address + element * register.stride) / 4;
      if (register.kind === 'counter') {
        if (register.words === 2) {
          expected.set(word, [wordKind.wideLow, 0, 0]).set(word + 1, [wordKind.wideHigh, 0, 0]);
        } else {
          expected.set(word, [wordKind.readOnly, 0, 0]);
        }
        continue;
      }
      let [mask, value] = [0, 0];
      for (const field of register.fields) {
        if (register.writable) mask += (2 ** field.width - 1) * 2 ** field.low;
        value += (field.value + (field.resets[element] ?? 0)) * 2 ** field.low;
      }
      if (register.kind === 'window') expected.set(word, [wordKind.window, mask, element % clients]);
      else expected.set(word, [register.writable ? wordKind.readWrite : wordKind.readOnly, mask, value]);
    }
  }
  const seen = new Map<number, readonly [number, number, number]>();
  registers.kinds.forEach((kind, word) => {
    if (kind !== wordKind.unmapped) seen.set(word, [kind, registers.writable[word]!, registers.words[word]!]);
  });
  expect(new Map([...seen].sort(([a], [b]) => a - b))).toEqual(new Map([...expected].sort(([a], [b]) => a - b)));
});

test('the constants', () => {
  const unit = new PacketUnitDriver(createPacketUnitModel({ dataWidth: 512, clients: 16, hashWidth: 288 }));
  expect(unit.read('identification')).toBe(0x504b5531);
  expect(unit.read('geometry')).toBe(512 + 16 * 2 ** 16 + 18 * 2 ** 24);
  expect(defaultKey.map((_, word) => unit.read('key', word))).toEqual(defaultKey);
});

property.prop([
  fc.array(
    fc.record({
      word: fc.oneof(
        fc.integer({ min: 0, max: 1023 }),
        fc.integer({ min: 4, max: 48 }),
        fc.integer({ min: 128, max: 255 }),
      ),
      data: fc.integer({ min: 0, max: 0xffff_ffff }),
      strobes: fc.integer({ min: 0, max: 15 }),
      stray: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 60 },
  ),
])('any access is answered as its word asks', (accesses) => {
  const parameters = packetUnitParameters();
  const map = packetUnitRegisters(parameters);
  const unit = new PacketUnitDriver(createPacketUnitModel());
  unit.accepting = 0xa5;
  const mapped = new Set<number>();
  const writable = new Map<number, number>();
  for (const register of map.placed) {
    for (let element = 0; element < register.count; element += 1) {
      const word = (register.address + element * register.stride) / 4;
      for (let part = 0; part < register.words; part += 1) mapped.add(word + part);
      if (!register.writable) continue;
      writable.set(
        word,
        register.fields.reduce((mask, { low, width }) => mask + (2 ** width - 1) * 2 ** low, 0),
      );
    }
  }
  for (const { word, data, strobes, stray } of accesses) {
    const address = 4 * word + stray;
    const read = () => unit.access({ write: false, address, value: 0, strobes: 0 });
    const before = read();
    const mask = writable.get(word);
    expect(before.response).toBe(mapped.has(word) ? 0 : 2);
    expect(before.cycles).toBe(word >= 128 && word < 256 ? 4 : 3);
    const written = unit.access({ write: true, address, value: data, strobes });
    expect([written.response, written.cycles]).toEqual([mask === undefined ? 2 : 0, 3]);
    let changed = 0;
    for (let byte = 0; byte < 4; byte += 1) if ((strobes >>> byte) & 1) changed |= 0xff << (8 * byte);
    changed &= mask ?? 0;
    expect(read().value).toBe(((before.value & ~changed) | (data & changed)) >>> 0);
    if (mask === undefined && !mapped.has(word)) expect(before.value).toBe(0);
  }
});

describe('the port, cycle by cycle', () => {
  const port = () => {
    const model = createPacketUnitModel();
    const { inputs: inSlots, outputs: outSlots } = model.layout;
    const inputs = new Uint32Array(model.layout.inputWords);
    const outputs = new Uint32Array(model.layout.outputWords);
    inputs[0] = 1;
    const at = (slots: typeof inSlots, name: string) => slots.find((slot) => slot.name === `s_axil_${name}`)!.word;
    return (set: Readonly<Record<string, number>>, ...shown: string[]): number[] => {
      for (const [name, value] of Object.entries(set)) inputs[at(inSlots, name)] = value;
      model.step(inputs, outputs);
      return shown.map((name) => outputs[at(outSlots, name)]!);
    };
  };

  test('address and data of a write may come in any order and wait for each other', () => {
    const step = port();
    expect(step({ wvalid: 1, wdata: 7, wstrb: 15 }, 'wready', 'awready', 'bvalid')).toEqual([1, 1, 0]);
    expect(step({ wdata: 8 }, 'wready', 'awready', 'bvalid')).toEqual([0, 1, 0]);
    expect(step({ awvalid: 1, awaddr: registerAddress.packet_limit }, 'wready', 'awready', 'bvalid')).toEqual([
      0, 1, 0,
    ]);
    expect(step({ awvalid: 0, wvalid: 0 }, 'wready', 'awready', 'bvalid')).toEqual([0, 0, 0]);
    expect(step({ arvalid: 1, araddr: registerAddress.packet_limit }, 'wready', 'awready', 'bvalid')).toEqual([
      1, 1, 1,
    ]);
    step({ arvalid: 0 });
    expect(step({}, 'rvalid', 'rdata', 'bvalid')).toEqual([1, 7, 1]);
  });

  test('a response that is not taken holds up the next access, and keeps its values', () => {
    const step = port();
    const { identification, table, frames } = registerAddress;
    step({ arvalid: 1, araddr: identification });
    step({ araddr: 0xffc });
    expect(step({}, 'rvalid', 'rdata', 'arready')).toEqual([1, 0x504b5531, 1]);
    expect(step({ araddr: table + 12 }, 'rvalid', 'rdata', 'arready')).toEqual([1, 0x504b5531, 0]);
    expect(step({ rready: 1 }, 'rvalid', 'rdata', 'arready')).toEqual([1, 0x504b5531, 0]);
    expect(step({}, 'rvalid', 'rdata', 'rresp', 'arready')).toEqual([1, 0, 2, 1]);
    expect(step({ arvalid: 0 }, 'rvalid', 'rdata', 'rresp', 'arready')).toEqual([0, 0, 2, 0]);
    expect(step({}, 'rvalid', 'rdata', 'rresp', 'arready')).toEqual([0, 0, 2, 1]);
    expect(step({ arvalid: 1, araddr: frames }, 'rvalid', 'rdata', 'rresp', 'arready')).toEqual([1, 3, 0, 1]);
    expect(step({ arvalid: 0 }, 'rvalid', 'rdata')).toEqual([0, 3]);
    expect(step({}, 'rvalid', 'rdata')).toEqual([1, 0]);
  });

  test('a write and a read of one word in one cycle: the read sees the value from before', () => {
    const step = port();
    for (const address of [registerAddress.idle_limit, registerAddress.table]) {
      step({
        awvalid: 1,
        awaddr: address,
        wvalid: 1,
        wdata: 5,
        wstrb: 15,
        arvalid: 1,
        araddr: address,
        bready: 1,
        rready: 1,
      });
      step({ awvalid: 0, wvalid: 0, arvalid: 0 });
      const window = address === registerAddress.table;
      if (window) step({});
      expect(step({}, 'rvalid', 'rdata')).toEqual([1, window ? 0 : 1024]);
    }
  });
});

test('a wide counter is read low word first, and its high word is that of the low word read last', () => {
  const parameters = packetUnitParameters();
  const registers = new Registers(parameters);
  const layout = layPorts(packetUnitPortList(parameters));
  const port = new RegisterPort(registers, layout, 's_axil');
  const inputs = new Uint32Array(layout.inputWords);
  const outputs = new Uint32Array(layout.outputWords);
  const read = (address: number): number => {
    inputs[wordOf(layout.inputs, 's_axil_araddr')] = address;
    inputs[wordOf(layout.inputs, 's_axil_rready')] = 1;
    for (const valid of [1, 0]) {
      inputs[wordOf(layout.inputs, 's_axil_arvalid')] = valid;
      port.stepRead(inputs);
    }
    port.drive(outputs);
    expect(outputs[wordOf(layout.outputs, 's_axil_rvalid')]).toBe(1);
    return outputs[wordOf(layout.outputs, 's_axil_rdata')]!;
  };
  const { client_bytes: bytes } = registerAddress;
  const longest = 2 ** 24 - 1;
  for (let count = 0; count < 600; count += 1) registers.addWide(bytes / 4, longest);
  for (let count = 0; count < 300; count += 1) registers.addWide(bytes / 4 + 2, longest);
  const total = 600 * longest;
  expect(read(bytes + 4)).toBe(0);
  expect([read(bytes), read(bytes + 4)]).toEqual([total % 2 ** 32, Math.floor(total / 2 ** 32)]);
  registers.addWide(bytes / 4, 2 ** 24 * 256);
  expect(read(bytes + 4)).toBe(Math.floor(total / 2 ** 32));
  expect([read(bytes + 8), read(bytes + 4)]).toEqual([(300 * longest) % 2 ** 32, 1]);
  registers.words[bytes / 4 + 1] = 0xffff;
  registers.words[bytes / 4] = 0xffff_ffff;
  registers.addWide(bytes / 4, 2);
  expect([read(bytes), read(bytes + 4)]).toEqual([1, 0]);
});
