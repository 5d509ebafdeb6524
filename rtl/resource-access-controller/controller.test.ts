import { beforeEach, describe, expect, test } from 'vitest';
import { compile } from '../../testbench/simulator/index.ts';
import { elaborate } from '../hdl/index.ts';
import { resourceAccessController } from './controller.ts';
import { faultCauses, resourceAccessControllerParameters } from './interface.ts';

const parameters = resourceAccessControllerParameters({
  dataWidth: 32,
  ports: 1,
  entries: 2,
  resources: 2,
  outstanding: 4,
  timerWidth: 8,
});
const simulator = compile(elaborate(resourceAccessController(parameters)), { trace: 'all' });
const { in: inputs, out: outputs } = simulator;

const set = (values: Readonly<Record<string, number>>): void => {
  Object.assign(inputs, values);
  simulator.settle();
};
const step = (cycles = 1): void => simulator.step(cycles);
const setting = (name: string, value: number): void => simulator.poke(`registers.settings_${name}`, BigInt(value));
const told = (name: string): number => Number(simulator.peek(name));

/** Entry 0: the page at 0x5000 is the device's page at 0x8000, of resource 1. */
const programme = (control: Readonly<Record<string, number>> = {}): void => {
  const fields = { valid: 1, read: 1, write: 1, fake: 0, policy: 1, code: 0, resource: 1, port: 0, ...control };
  for (const [name, value] of Object.entries(fields)) setting(`entry_control_0_${name}`, value);
  setting('entry_base_low_0_page', 5);
  setting('entry_device_low_0_page', 8);
};

/** Sends a read request; in the next cycle it is at the device or a slot. */
const read = (address = 0x5010, len = 0, id = 3, lock = 0): void => {
  set({ s_axi_arvalid: 1, s_axi_araddr: address, s_axi_arlen: len, s_axi_arid: id, s_axi_arlock: lock });
  step();
  set({ s_axi_arvalid: 0 });
};
const write = (address = 0x5010, id = 3): void => {
  set({ s_axi_awvalid: 1, s_axi_awaddr: address, s_axi_awid: id, s_axi_wvalid: 1, s_axi_wdata: 7, s_axi_wlast: 1 });
  step();
  set({ s_axi_awvalid: 0, s_axi_wvalid: 0 });
};
const readData = (id: number, resp: number, last: number, data = 0x1234): void =>
  set({ m0_axi_rvalid: 1, m0_axi_rid: id, m0_axi_rresp: resp, m0_axi_rlast: last, m0_axi_rdata: data });
const isolated = (): number => told('path.port_0.control.isolated');
const faulted = (): number => told('path.faults.faulted');
const cause = (): number => told('path.log.log_cause');

beforeEach(() => {
  simulator.reset();
  step(2);
  set({ aresetn: 1, s_axi_rready: 1, s_axi_bready: 1, m0_axi_arready: 1, m0_axi_awready: 1, m0_axi_wready: 1 });
  programme();
});

describe('a healthy device', () => {
  test('is asked in the next cycle, and its data are back in the next', () => {
    read();
    expect(outputs).toMatchObject({ m0_axi_arvalid: 1, m0_axi_araddr: 0x8010, m0_axi_arid: 3 });
    step();
    expect(outputs).toMatchObject({ m0_axi_arvalid: 0, s_axi_rvalid: 0 });
    readData(3, 0, 1);
    step();
    set({ m0_axi_rvalid: 0 });
    expect(outputs).toMatchObject({
      s_axi_rvalid: 1,
      s_axi_rid: 3,
      s_axi_rdata: 0x1234,
      s_axi_rresp: 0,
      s_axi_rlast: 1,
    });
    step();
    expect(outputs.s_axi_rvalid).toBe(0);
  });

  test('is written in the next cycle, and its answer is back in the next', () => {
    write();
    expect(outputs).toMatchObject({
      m0_axi_awvalid: 1,
      m0_axi_awaddr: 0x8010,
      m0_axi_wvalid: 1,
      m0_axi_wdata: 7,
      m0_axi_wlast: 1,
    });
    step();
    set({ m0_axi_bvalid: 1, m0_axi_bid: 3 });
    step();
    set({ m0_axi_bvalid: 0 });
    expect(outputs).toMatchObject({
      s_axi_bvalid: 1,
      s_axi_bid: 3,
      s_axi_bresp: 0,
      m0_axi_awvalid: 0,
      m0_axi_wvalid: 0,
    });
  });
});

describe('without a device', () => {
  const answer = () => {
    step();
    return outputs;
  };
  test.each([
    ['no entry', 0x6000, {}, { s_axi_rresp: 3, s_axi_rdata: 0 }],
    ['no permission', 0x5000, { read: 0 }, { s_axi_rresp: 2, s_axi_rdata: 0 }],
    ['faked ones', 0x5000, { fake: 1, policy: 0 }, { s_axi_rresp: 0, s_axi_rdata: 0xffff_ffff }],
    ['faked word', 0x5000, { fake: 1, policy: 2, code: 3 }, { s_axi_rresp: 3, s_axi_rdata: 0xfeed }],
    ['EXOKAY acts as OKAY', 0x5000, { fake: 1, code: 1 }, { s_axi_rresp: 0, s_axi_rdata: 0 }],
  ])('%s', (_, address, control, expected) => {
    programme(control);
    setting('fake_word_0_word', 0xfeed);
    read(address, 1);
    expect(outputs.m0_axi_arvalid).toBe(0);
    expect(answer()).toMatchObject({ s_axi_rvalid: 1, s_axi_rlast: 0, ...expected });
    expect(answer()).toMatchObject({ s_axi_rvalid: 1, s_axi_rlast: 1, ...expected });
    step();
    expect(outputs.s_axi_rvalid).toBe(0);
  });
});

describe('a device that answers wrongly is isolated, and its read is answered by the controller', () => {
  test.each([
    ['unknown_identifier', 0, 0, 4, 0, 1],
    ['early_last', 1, 0, 3, 0, 1],
    ['missing_last', 0, 0, 3, 0, 0],
    ['exclusive', 0, 0, 3, 1, 1],
  ] as const)('%s', (name, len, lock, id, resp, last) => {
    read(0x5010, len, 3, lock);
    step();
    readData(id, resp, last);
    expect(isolated()).toBe(0);
    step();
    set({ m0_axi_rvalid: 0 });
    expect([isolated(), faulted(), cause()]).toEqual([1, 0, 0]);
    step();
    expect([isolated(), faulted(), cause()]).toEqual([1, 2, faultCauses[name]]);
    expect(outputs).toMatchObject({ s_axi_rvalid: 1, s_axi_rid: 3, s_axi_rresp: 0, s_axi_rdata: 0 });
    expect(told('path.log.log_has_address')).toBe(name === 'unknown_identifier' ? 0 : 1);
  });

  test('an exclusive answer to an exclusive read passes', () => {
    read(0x5010, 0, 3, 1);
    step();
    readData(3, 1, 1);
    step();
    expect(outputs).toMatchObject({ s_axi_rvalid: 1, s_axi_rresp: 1 });
    expect(isolated()).toBe(0);
  });

  test('unexpected', () => {
    readData(3, 0, 1);
    step();
    set({ m0_axi_rvalid: 0 });
    expect(isolated()).toBe(1);
    step();
    expect([isolated(), faulted(), cause()]).toEqual([1, 0, faultCauses.unexpected]);
    expect(outputs.s_axi_rvalid).toBe(0);
  });

  test('changed', () => {
    read(0x5010, 3);
    step();
    set({ s_axi_rready: 0 });
    // One beat to the processor's register, one held, one that waits and must stay as it is.
    readData(3, 0, 0);
    step(3);
    expect(outputs.m0_axi_rready).toBe(0);
    expect(isolated()).toBe(0);
    readData(3, 0, 0, 0x1235);
    step();
    expect(isolated()).toBe(1);
    step();
    expect([isolated(), cause()]).toEqual([1, faultCauses.changed]);
  });
});

describe('a device that hangs', () => {
  const bound = (timeout: number): number => timeout + parameters.outstanding + 1;
  test.each([
    ['address_timeout', { m0_axi_arready: 0 }, read],
    ['response_timeout', {}, read],
    ['address_timeout', { m0_axi_awready: 0 }, write],
    ['data_timeout', { m0_axi_wready: 0 }, write],
    ['response_timeout', {}, write],
  ] as const)('%s with %o', (name, stuck, access) => {
    setting('timeout_1_cycles', 6);
    set(stuck);
    access();
    let cycles = 0;
    while (isolated() === 0 && cycles < 100) {
      step();
      cycles += 1;
    }
    // One cycle to the device's last progress where it takes the request, one to the port's isolation.
    expect(cycles).toBeLessThanOrEqual(bound(6) + 2);
    expect(cycles).toBeGreaterThanOrEqual(6);
    step();
    expect(cause()).toBe(faultCauses[name]);
    expect(access === read ? outputs.s_axi_rvalid : outputs.s_axi_bvalid).toBe(1);
    expect(told('path.log.address')).toBe(0x8010);
    step();
    expect(told('path.faked.counts_1')).toBe(1);
    expect(told('path.faked.counts_0')).toBe(0);
  });

  test('gets the data it was promised, without strobes, and no new request', () => {
    setting('timeout_1_cycles', 4);
    set({ m0_axi_wready: 0, s_axi_awlen: 2 });
    set({ s_axi_awvalid: 1, s_axi_awaddr: 0x5010, s_axi_wvalid: 1, s_axi_wstrb: 15, s_axi_wlast: 0 });
    step();
    set({ s_axi_awvalid: 0, s_axi_awlen: 0, s_axi_wvalid: 0 });
    for (let cycle = 0; cycle < 20; cycle += 1) step();
    expect(isolated()).toBe(1);
    const beats: number[][] = [];
    set({ m0_axi_wready: 1 });
    for (let cycle = 0; cycle < 8; cycle += 1) {
      if (outputs.m0_axi_wvalid === 1) beats.push([Number(outputs.m0_axi_wstrb), Number(outputs.m0_axi_wlast)]);
      step();
    }
    expect(beats).toEqual([
      [15, 0],
      [0, 0],
      [0, 1],
    ]);
    read();
    expect(outputs.m0_axi_arvalid).toBe(0);
    step();
    expect(outputs.s_axi_rvalid).toBe(1);
  });

  test('is back after the reset handshake and both re-admissions', () => {
    setting('timeout_1_cycles', 4);
    read();
    step(20);
    expect([isolated(), faulted()]).toEqual([1, 2]);
    const pulse = (name: string, value: number): void => {
      setting(name, value);
      simulator.settle();
      step();
    };
    pulse('port_readmit_ports', 1);
    expect(isolated()).toBe(1);
    pulse('port_reset_ports', 1);
    expect(outputs.reset_request).toBe(1);
    set({ reset_acknowledge: 1 });
    step();
    expect(outputs.reset_request).toBe(0);
    pulse('port_readmit_ports', 1);
    expect(isolated()).toBe(1);
    set({ reset_acknowledge: 0 });
    step();
    pulse('port_readmit_ports', 1);
    expect(isolated()).toBe(0);
    pulse('resource_readmit_resources', 2);
    expect(faulted()).toBe(0);
    read();
    expect(outputs.m0_axi_arvalid).toBe(1);
  });
});

test('a resource that answers too many errors is faked, and its interrupt is masked', () => {
  setting('error_limit_1_errors', 2);
  set({ device_interrupt: 3 });
  for (const resp of [2, 0]) {
    read();
    step();
    readData(3, 2, 1);
    step();
    set({ m0_axi_rvalid: 0 });
    // The error that is one too many does not reach the processor.
    expect(outputs).toMatchObject({ s_axi_rvalid: 1, s_axi_rresp: resp });
    step();
  }
  expect([faulted(), isolated(), cause()]).toEqual([2, 0, faultCauses.limit]);
  step();
  expect(outputs.resource_interrupt).toBe(1);
});
