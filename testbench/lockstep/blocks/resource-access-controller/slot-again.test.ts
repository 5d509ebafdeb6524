/** A slot is used again while a port that was isolated still holds the last beat of the write that had the slot before. */
import { expect, test } from 'vitest';
import { Bench } from '../../../../model/hardware/resource-access-controller/bench.ts';
import {
  createResourceAccessControllerModel,
  type SteppedController,
} from '../../../../model/hardware/resource-access-controller/index.ts';
import { elaborate } from '../../../../rtl/hdl/index.ts';
import { resourceAccessController } from '../../../../rtl/resource-access-controller/controller.ts';
import { resourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { rtlWay } from '../../ways.ts';

const parameters = resourceAccessControllerParameters({ dataWidth: 32, outstanding: 2 });
const units: Readonly<Record<string, () => SteppedController>> = {
  model: () => createResourceAccessControllerModel(parameters),
  hardware: () => ({ ...rtlWay(elaborate(resourceAccessController(parameters))), parameters }),
};
const base = 0x1000_0000;

const askWrite = (bench: Bench, id: number, address: number): void => {
  bench.set({ s_axi_wvalid: 1, s_axi_wstrb: 15, s_axi_wlast: 1 }).ask('aw', id, address).set({ s_axi_wvalid: 0 });
};

/** Port 0 has been isolated with its last beat not taken, and the slot is that of a write at port 1, whose device has the address and not the data. */
const slotUsedAgain = (unit: SteppedController): Bench => {
  const bench = new Bench(parameters, unit).map({}, { port: 1 }).set({ m0_axi_wready: 0, m1_axi_wready: 0 });
  bench.driver.write('timeout', 8, 0);
  askWrite(bench, 1, base);
  bench.until('s_axi_bvalid');
  expect(bench.driver.readLog()).toMatchObject({ cause: 'data_timeout', port: 0 });
  bench.driver.clearLog();
  askWrite(bench, 2, base + 0x1_0000);
  bench.tick().tick();
  expect(bench.see('', 'm0_axi_wvalid', 'm1_axi_awvalid', 'm1_axi_wvalid')).toEqual([1, 0, 1]);
  return bench;
};

test.each(Object.keys(units))('the last beat of an isolated port says nothing about it: %s', (name) => {
  const bench = slotUsedAgain(units[name]!());
  bench.tick({ m0_axi_wready: 1 }).tick();
  expect(bench.get('m0_axi_wvalid')).toBe(0);
  // The data of the write at port 1 have not been taken: a response for it comes too early.
  bench.tick({ m1_axi_bvalid: 1, m1_axi_bid: 2 }).set({ m1_axi_bvalid: 0 });
  for (let cycle = 0; cycle < 4; cycle += 1) bench.tick();
  expect(bench.driver.readLog()).toMatchObject({ cause: 'unexpected', write: true, port: 1, identifier: 2 });
});

test.each(Object.keys(units))('its own last beat does: %s', (name) => {
  const bench = slotUsedAgain(units[name]!());
  bench.tick({ m0_axi_wready: 1, m1_axi_wready: 1 });
  bench.tick({ m1_axi_bvalid: 1, m1_axi_bid: 2 }).tick({ m1_axi_bvalid: 0 });
  expect(bench.see('s_axi_b', 'valid', 'id', 'resp')).toEqual([1, 2, 0]);
  expect(bench.driver.readLog()).toBeUndefined();
});
