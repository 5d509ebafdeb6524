import { expect, test } from 'vitest';
import { compile } from '../../testbench/simulator/index.ts';
import { elaborate, type Ports } from '../hdl/index.ts';
import { memoryManagementUnitParameters, responses } from './interface.ts';
import { memoryManagementUnit } from './unit.ts';

const hardware = elaborate(memoryManagementUnit(memoryManagementUnitParameters({ entries: 4, reads: 2, writes: 2 })));

/** A unit that maps every page to both memories, which take everything at once, and its keeper by hand. */
const start = () => {
  const unit = compile<Ports>(hardware);
  unit.in.aresetn = 0;
  unit.step(2);
  unit.in.aresetn = 1;
  unit.poke('registers.settings_control_direct', 1n);
  unit.in.turn = 1;
  unit.in.s_axi_bready = 1;
  for (const memory of ['m0_axi', 'm1_axi'])
    for (const signal of ['awready', 'wready']) unit.in[`${memory}_${signal}`] = 1;
  /** Offers something at the processor's side until it is taken. */
  const offer = (channel: string, signals: Readonly<Record<string, number>>): void => {
    for (const [name, value] of Object.entries(signals)) unit.in[`s_axi_${channel}${name}`] = value;
    unit.in[`s_axi_${channel}valid`] = 1;
    while (unit.out[`s_axi_${channel}ready`] === 0) unit.step();
    unit.step();
    unit.in[`s_axi_${channel}valid`] = 0;
  };
  /** Out of use, through a reset, and back to be restored. */
  const replace = (memory: number): void => {
    unit.in.failed = (unit.in.failed as number) | (1 << memory);
    unit.step(4);
    unit.in.port_clear = 1 << memory;
    unit.step();
    unit.in.port_clear = 0;
    unit.step(4);
    unit.in.failed = (unit.in.failed as number) & ~(1 << memory);
    unit.in.restoring = (unit.in.restoring as number) | (1 << memory);
    unit.step(4);
  };
  const beats = [0, 0];
  const run = (cycles: number): void => {
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      for (const memory of [0, 1])
        beats[memory] = (beats[memory] as number) + Number(unit.out[`m${memory}_axi_wvalid`]);
      unit.step();
    }
  };
  return { unit, offer, replace, run, beats };
};

test('a memory that comes back in the middle of a write gets no beat more of it', () => {
  const { offer, replace, run, beats } = start();
  offer('aw', { len: 1, size: 3, burst: 1 });
  offer('w', { data: 1, strb: 255, last: 0 });
  run(20);
  expect(beats).toEqual([1, 1]);
  replace(0);
  offer('w', { data: 2, strb: 255, last: 1 });
  run(20);
  expect(beats).toEqual([1, 2]);
});

test('a write of which both memories missed beats is not answered with OKAY, though both are back', () => {
  const { unit, offer, replace, run } = start();
  offer('aw', { len: 1, size: 3, burst: 1 });
  offer('w', { data: 1, strb: 255, last: 0 });
  run(20);
  replace(0);
  replace(1);
  offer('w', { data: 2, strb: 255, last: 1 });
  let answer: unknown = null;
  for (let cycle = 0; cycle < 20; cycle += 1) {
    if (unit.out.s_axi_bvalid === 1) answer = unit.out.s_axi_bresp;
    unit.step();
  }
  expect(answer).toBe(responses.subordinate_error);
});
