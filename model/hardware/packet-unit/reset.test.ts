import { fc, test } from '@fast-check/vitest';
import { expect, test as plainTest } from 'vitest';
import { hardFrames } from '../../../testbench/captures/hard-frames.ts';
import { createPacketUnitModel, PacketUnitDriver, registerAddress } from './index.ts';

/** What a run shows, from its present state on: all outputs of each cycle. */
const trace = (unit: PacketUnitDriver, cycles: number): number[][] => {
  const rows: number[][] = [];
  unit.send(...hardFrames.map(({ frame }) => frame));
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    unit.step();
    rows.push([...unit.outputs]);
  }
  return rows;
};

test.prop([fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(64, 512)])(
  'a reset at any time in traffic leaves what power-up leaves',
  (after, cycles, dataWidth) => {
    const unit = new PacketUnitDriver(createPacketUnitModel({ dataWidth }));
    unit.write('packet_limit', 1);
    unit.write('key', 0, 3);
    unit.write('default_client', 3);
    unit.takesFrames = (cycle) => cycle % 5 !== 0;
    unit.send(...hardFrames.map(({ frame }) => frame));
    unit.run(after);
    const fresh = new PacketUnitDriver(createPacketUnitModel({ dataWidth }));
    for (const each of [unit, fresh]) {
      each.reset(cycles);
      each.forgetWaiting();
      each.takesFrames = () => true;
    }
    expect(trace(unit, 250)).toEqual(trace(fresh, 250));
    for (const name of ['frames', 'chains', 'hashes', 'packet_limit', 'default_client'] as const) {
      expect(unit.read(name)).toBe(fresh.read(name));
    }
  },
);

plainTest('outputs are those of the state while reset is low, and the table outlives it', () => {
  const unit = new PacketUnitDriver();
  unit.write('table', 6, 77);
  unit.write('byte_limit', 5);
  unit.reset(2);
  expect([unit.read('table', 77), unit.read('table', 78), unit.read('byte_limit')]).toEqual([6, 78 % 8, 65536]);
});

plainTest('a table write that executes in the first cycle of a reset is made, any other is not', () => {
  for (const [address, made] of [
    [registerAddress.table + 4, true],
    [registerAddress.idle_limit, false],
  ] as const) {
    const model = createPacketUnitModel();
    const word = (name: string) => model.layout.inputs.find((slot) => slot.name === name)!.word;
    const inputs = new Uint32Array(model.layout.inputWords);
    const outputs = new Uint32Array(model.layout.outputWords);
    inputs[word('aresetn')] = 1;
    inputs[word('s_axil_awvalid')] = 1;
    inputs[word('s_axil_wvalid')] = 1;
    inputs[word('s_axil_awaddr')] = address;
    inputs[word('s_axil_wdata')] = 5;
    inputs[word('s_axil_wstrb')] = 15;
    model.step(inputs, outputs);
    inputs[word('aresetn')] = 0;
    model.step(inputs, outputs);
    model.step(inputs, outputs);
    const unit = new PacketUnitDriver(model);
    expect(outputs[model.layout.outputs.find(({ name }) => name === 's_axil_bvalid')!.word]).toBe(0);
    expect(unit.read(address)).toBe(made ? 5 : 1024);
  }
});

plainTest('power-up brings the table back', () => {
  const model = createPacketUnitModel();
  new PacketUnitDriver(model).write('table', 6, 77);
  model.reset();
  expect(new PacketUnitDriver(model).read('table', 77)).toBe(77 % 8);
});
