/** Directed tests of the page's "Reset handshake": when a reset is asked for, and when the request is withdrawn. */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import type { RegisterName } from './registers.ts';

/** Port 0 is isolated; its device owes the read of one beat by identifier 5, which has been faked. */
const isolated = (): Bench => {
  const bench = new Bench({ outstanding: 2, dataWidth: 32 }).map({});
  bench.ask('ar', 5, 0x1000_0000).tick();
  bench.driver.isolatePort(0);
  bench.driver.run(10);
  return bench;
};

/** A pulse, and the cycle after it. */
const pulse = (bench: Bench, register: RegisterName): Bench => {
  bench.driver.write(register, 1);
  return bench.tick();
};

const requested = (): Bench => pulse(isolated(), 'port_reset');

/** The port comes back when the device gives what it owed before, and not sooner. */
const owesStill = (bench: Bench): void => {
  expect([bench.driver.read('port_drained'), bench.driver.readmitPort(0)]).toEqual([0, false]);
  bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5, m0_axi_rlast: 1 }).tick({ m0_axi_rvalid: 0 });
  expect([bench.driver.read('port_drained'), bench.driver.readmitPort(0)]).toEqual([1, true]);
};

describe('a pulse of port_reset', () => {
  test('does nothing while the device acknowledges, also not later', () => {
    const bench = pulse(isolated().set({ reset_acknowledge: 1 }), 'port_reset');
    expect(bench.get('reset_request')).toBe(0);
    bench.tick({ reset_acknowledge: 0 }).tick();
    expect(bench.get('reset_request')).toBe(0);
    owesStill(bench);
  });

  test('asks where the acknowledgement is 0 in its very cycle', () => {
    const asks = (acknowledge: number, cycles: number): number =>
      isolated()
        .set({ reset_acknowledge: 1 - acknowledge })
        .pulseAmid('port_reset', 'reset_acknowledge', acknowledge, cycles)
        .tick({ reset_acknowledge: 0 })
        .get('reset_request');
    expect([-1, 0].map((cycles) => asks(0, cycles))).toEqual([0, 1]);
    expect([-1, 0].map((cycles) => asks(1, cycles))).toEqual([1, 0]);
  });

  test('asks anew once the acknowledgement has fallen', () => {
    const bench = pulse(isolated().set({ reset_acknowledge: 1 }), 'port_reset').set({ reset_acknowledge: 0 });
    expect(pulse(bench, 'port_reset').get('reset_request')).toBe(1);
    bench.tick({ reset_acknowledge: 1 }).tick({ reset_acknowledge: 0 }).tick();
    expect([bench.get('reset_request'), bench.driver.readmitPort(0)]).toEqual([0, true]);
  });
});

describe('a pulse of port_isolate', () => {
  test('withdraws the request, and nothing is forgotten', () => {
    const bench = requested();
    expect(bench.get('reset_request')).toBe(1);
    expect(pulse(bench, 'port_isolate').get('reset_request')).toBe(0);
    bench.tick({ reset_acknowledge: 1 }).tick({ reset_acknowledge: 0 });
    owesStill(bench);
  });

  test('withdraws it for its own port only', () => {
    const bench = requested();
    bench.driver.write('port_isolate', 2);
    bench.driver.write('port_reset', 2);
    expect(bench.tick().get('reset_request')).toBe(3);
    bench.driver.write('port_isolate', 2);
    expect(bench.tick().get('reset_request')).toBe(1);
  });

  test('comes too late in the cycle of the acknowledgement: the port is cleared', () => {
    const bench = requested().pulseAmid('port_isolate', 'reset_acknowledge', 1, 0).tick();
    expect([bench.get('reset_request'), bench.driver.readmitPort(0)]).toEqual([0, true]);
  });

  test('does nothing while the reset is released, which ends when the acknowledgement falls', () => {
    const bench = requested().tick({ reset_acknowledge: 1 });
    expect(pulse(bench, 'port_isolate').get('reset_request')).toBe(0);
    expect([bench.driver.read('port_drained'), bench.driver.readmitPort(0)]).toEqual([0, false]);
    bench.tick({ reset_acknowledge: 0 }).tick();
    expect([bench.driver.read('port_drained'), bench.driver.readmitPort(0)]).toEqual([1, true]);
  });

  test('leaves a port as it is of which no reset is requested; it is asked for as before', () => {
    const bench = pulse(isolated(), 'port_isolate');
    expect([bench.get('reset_request'), bench.driver.isIsolated(0)]).toEqual([0, true]);
    expect(pulse(bench, 'port_reset').get('reset_request')).toBe(1);
  });
});
