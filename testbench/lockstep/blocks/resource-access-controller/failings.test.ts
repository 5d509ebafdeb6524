/** What fails in other bridges of this kind, one test each: docs/systems/resource-access-controller.md answers for ours. */
import { expect, test } from 'vitest';
import { resourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { plainSubordinate } from '../../../axi/subordinate-behaviour.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { makeWays } from '../../ways.ts';
import { dieFrom } from './device-scripts.ts';
import { plainEntry, programme, readOf, writeOf } from './directed.ts';
import { resourceAccessControllerBlock as block } from './index.ts';
import { entryWrites, write } from './programmes.ts';
import { registers } from './registers.ts';
import { runRac } from './run.ts';
import { type DeviceScript, emptyScenario, healthyDevice } from './scenario.ts';

const p = resourceAccessControllerParameters();
const ways = makeWays(block, block.resolve({}), ['model', 'rtl']);

const device = (death: string, from: number, change: Partial<DeviceScript> = {}): DeviceScript => ({
  ...healthyDevice,
  behaviour: { ...plainSubordinate, faults: dieFrom(death, from) },
  ...change,
});

const timeout = 20;
/** What a device with eight bursts of eight beats in flight may need. */
const unhurried = 100;
const twoPorts = programme(p, [plainEntry(0), plainEntry(1)], [timeout, timeout]);

test('of a write that was given up, no data that come afterwards are executed later', async () => {
  // Once faked, its address stands at the port until the device takes it at last: then no byte may be written.
  const late = { ...healthyDevice, behaviour: plainSubordinate };
  // A read that the device leaves alone has the port isolated before the data of the write have come.
  const faults = (['aw', 'ar'] as const).map((channel) => ({ kind: 'refuse' as const, channel, from: 0, cycles: 400 }));
  const scenario = emptyScenario(p.ports, {
    settings: twoPorts,
    devices: [{ ...late, behaviour: { ...plainSubordinate, faults } }, healthyDevice],
    transactions: [
      writeOf(0x40, { beats: 4, dataWait: 60 }),
      readOf(0x80),
      writeOf(0x1040, { beats: 2, barrier: true }),
    ],
    rest: 500,
  });
  const { difference, driver, ledger } = runRac(scenario, p, await ways);
  expect(difference).toBeNull();
  expect(ledger.transactions.map(({ end }) => end)).toEqual(['faked', 'faked', 'either']);
  const received = driver.devices[0]!.subordinate.received;
  expect(received.find(({ address }) => address === 0x10040)!.strobes).toEqual([0, 0, 0, 0]);
});

test('a request without an entry is not executed when one comes later', async () => {
  const scenario = emptyScenario(p.ports, {
    settings: programme(p, [], []),
    transactions: [writeOf(0x40, { dataWait: 100 }), readOf(0x40)],
    accesses: [...entryWrites(p, 0, plainEntry(0))],
    rest: 100,
  });
  const { difference, driver, ledger } = runRac(scenario, p, await ways);
  expect(difference).toBeNull();
  expect(ledger.transactions.map(({ decision }) => decision.verdict)).toEqual(['refuse', 'refuse']);
  expect(driver.processor.completions.map(({ responses }) => responses[0])).toEqual([3, 3]);
  expect(driver.devices.flatMap(({ subordinate }) => subordinate.received)).toEqual([]);
});

test('a write whose data the device does not take locks nobody out for longer than its timeout', async () => {
  const scenario = emptyScenario(p.ports, {
    settings: programme(p, [plainEntry(0), plainEntry(1)], [timeout, unhurried]),
    devices: [device('takes no write data', 0), healthyDevice],
    transactions: [
      writeOf(0x40, { beats: 8 }),
      ...Array.from({ length: 20 }, (_, index) => writeOf(0x1000 + 64 * index, { beats: 8, id: 1 })),
      ...Array.from({ length: 20 }, (_, index) => readOf(0x1000 + 64 * index, { beats: 8, id: 1 })),
    ],
  });
  const { difference, driver } = runRac(scenario, p, await ways);
  expect(difference).toBeNull();
  const { completions } = driver.processor;
  const [locked, ...others] = completions;
  // Its turn to be looked at comes within `outstanding` cycles; 8 beats and 6 more are the way through the registers.
  expect(locked!.cycle - locked!.addressCycle).toBeLessThan(timeout + p.outstanding + 3 + 8 + 6);
  const end = Math.max(...others.map(({ cycle }) => cycle));
  expect(end - locked!.cycle).toBeLessThan(20 * 8 + 20);
  expect(driver.devices[1]!.subordinate.received).toHaveLength(40);
});

test('a late answer is not taken for that of a later request', async () => {
  // The first read is faked; its answer comes 300 cycles later, when reads of the same identifier are waiting again.
  const faults = [{ kind: 'late' as const, delay: 300, from: 0, cycles: 150 }];
  const readmit = [
    write(registers.portReadmit, 1, 250),
    write(registers.resourceReadmit, 1),
    write(registers.portReadmit, 1, 120),
  ];
  const scenario = emptyScenario(p.ports, {
    settings: twoPorts,
    devices: [{ ...healthyDevice, behaviour: { ...plainSubordinate, faults } }, healthyDevice],
    transactions: [
      readOf(0x40, { beats: 3, wait: 50 }),
      readOf(0x80, { beats: 3, barrier: true, wait: 200 }),
      readOf(0xc0, { beats: 3, barrier: true, wait: 500 }),
    ],
    accesses: [...readmit, write(registers.resourceReadmit, 1)],
    rest: 50,
  });
  const { difference, driver, ledger } = runRac(scenario, p, await ways);
  expect(difference).toBeNull();
  expect(ledger.transactions.map(({ end }) => end)).toEqual(['faked', 'faked', 'real']);
  const last = driver.processor.completions[2]!;
  const { memory } = driver.devices[0]!.subordinate;
  expect([...new Uint8Array(last.data.buffer)]).toEqual(
    Array.from({ length: 24 }, (_, byte) => memory.read(0x100c0 + byte)),
  );
});

test('reset is no clock: a port is given back by a handshake, and nothing of before it comes after', async () => {
  const scenario = emptyScenario(p.ports, {
    settings: [...twoPorts, write(registers.interruptEnable, 3)],
    devices: [device('says nothing', 0, { acknowledge: 5, release: 3 }), healthyDevice],
    recovery: { delay: 4, resets: true, readmits: true, clears: true },
    transactions: [
      readOf(0x40, { beats: 3 }),
      writeOf(0x40, { beats: 3 }),
      readOf(0x80, { beats: 3, barrier: true, wait: 300 }),
      writeOf(0x80, { beats: 3, seed: 9, barrier: true }),
    ],
  });
  const { difference, ledger } = runRac(scenario, p, await ways);
  expect(difference).toBeNull();
  expect(ledger.transactions.map(({ end }) => end)).toEqual(['faked', 'faked', 'real', 'either']);
});

test('what is compared is what ships: model and hardware at the default parameters', async () => {
  const [model, rtl] = await ways;
  expect(rtl!.layout).toEqual(model!.layout);
  expect(inputSlot(rtl!.layout, 's_axi_wdata').width).toBe(p.dataWidth);
  expect(outputSlot(rtl!.layout, 'reset_request').width).toBe(p.ports);
});
