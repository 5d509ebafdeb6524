import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { ResourceAccessDriver } from './driver.ts';
import { createResourceAccessControllerModel } from './model.ts';
import { base, timeout, World } from './world.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

interface Shape {
  readonly ports: number;
  readonly outstanding: number;
}

const startWorld = (parameters: Shape, seed: number, patient: boolean, madness: number) => {
  const model = createResourceAccessControllerModel({ ...parameters, resources: 4, dataWidth: 32, addressWidth: 32 });
  const driver = new ResourceAccessDriver(model);
  for (let entry = 0; entry < 8; entry += 1) {
    driver.setEntry(entry, {
      base: base + 0x1_0000 * entry,
      size: 0x1_0000,
      device: 0,
      resource: entry & 3,
      port: entry % parameters.ports,
      write: entry !== 6,
      fake: entry === 7,
      policy: 'word',
    });
  }
  for (let resource = 0; resource < 4; resource += 1) {
    driver.write('timeout', madness === 0 ? 1000 : timeout, resource);
    driver.write('error_limit', 2, resource);
  }
  const world = new World(model, seed, patient, madness);
  driver.surroundings = world;
  return { driver, world };
};

const runWorld = (parameters: Shape, seed: number, patient: boolean, madness: number): World => {
  const { driver, world } = startWorld(parameters, seed, patient, madness);
  for (let round = 0; round < 12; round += 1) {
    driver.run(150);
    if (driver.readLog() !== undefined) world.faults += 1;
    driver.clearLog();
    driver.write('port_reset', 255);
    driver.run(20);
    driver.write('port_readmit', 255);
    driver.write('resource_readmit', 15);
  }
  return world;
};

const shape = fc.record({ ports: fc.integer({ min: 1, max: 3 }), outstanding: fc.integer({ min: 2, max: 9 }) });
const runs = { numRuns: thorough ? 2000 : 25 };

test.prop([shape, fc.integer(), fc.boolean(), fc.constantFrom(1, 2, 10, 100)], runs)(
  'whatever the devices do, the processor sees AXI4, and every transaction completes in time',
  (parameters, seed, patient, madness) => {
    const world = runWorld(parameters, seed, patient, madness);
    expect(world.completed).toBeGreaterThan(100);
    if (madness <= 2) expect(world.faults).toBeGreaterThan(0);
  },
);

test.prop([shape, fc.integer()], { numRuns: 10 })(
  'devices that keep the rules are never blamed',
  (parameters, seed) => {
    expect(runWorld(parameters, seed, true, 0).faults).toBe(0);
  },
);

test.prop([shape, fc.integer(), fc.boolean()], runs)(
  'devices that keep the rules drain their ports, whenever these are taken out of service',
  (parameters, seed, patient) => {
    const { driver } = startWorld(parameters, seed, patient, 0);
    const all = 2 ** parameters.ports - 1;
    for (let round = 0; round < 4; round += 1) {
      driver.run(20 + ((seed >>> (4 * round)) & 15));
      driver.write('port_isolate', all);
      driver.run(400);
      expect(driver.read('port_drained')).toBe(all);
      driver.write('port_readmit', all);
      expect(driver.read('port_isolated')).toBe(0);
    }
    expect(driver.readLog()).toBeUndefined();
  },
);
