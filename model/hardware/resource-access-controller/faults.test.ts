import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import type { FaultCause } from './driver.ts';

const base = 0x1000_0000;

/** A read of four beats by identifier 5, which the device has taken. */
const readAsked = (lock = 0): Bench => {
  const bench = new Bench({ outstanding: 2, dataWidth: 32 }).map({}, { port: 1 });
  bench.driver.write('timeout', 10, 0);
  return bench.ask('ar', 5, base + 0x40, 3, lock).tick();
};

const seeFault = (bench: Bench) => {
  bench.set({ m0_axi_rvalid: 0, m0_axi_bvalid: 0 });
  return bench.driver.readLog();
};

describe('wrong beats', () => {
  test.each<[FaultCause, Record<string, number>]>([
    ['unknown_identifier', { m0_axi_rid: 6 }],
    ['early_last', { m0_axi_rid: 5, m0_axi_rlast: 1 }],
    ['exclusive', { m0_axi_rid: 5, m0_axi_rresp: 1 }],
  ])('%s: faked from the second cycle on', (cause, beat) => {
    const bench = readAsked();
    const cycle = bench.driver.cycle;
    bench.tick({ m0_axi_rvalid: 1, ...beat }).set({ m0_axi_rvalid: 0 });
    expect(bench.tick().get('s_axi_rvalid')).toBe(0);
    for (const last of [0, 0, 0, 1]) {
      bench.tick();
      expect(bench.see('s_axi_r', 'valid', 'id', 'data', 'resp', 'last')).toEqual([1, 5, 0xffff_ffff, 0, last]);
    }
    expect(bench.tick().get('s_axi_rvalid')).toBe(0);
    const fault = bench.driver.readLog();
    const ofSlot = cause !== 'unknown_identifier';
    expect(fault).toEqual({
      cause,
      write: false,
      port: 0,
      resource: 0,
      identifier: ofSlot ? 5 : 6,
      address: ofSlot ? 0x40 : undefined,
      cycle: cycle + 1,
    });
    expect([bench.driver.read('faked', 0), bench.driver.isIsolated(0), bench.driver.isIsolated(1)]).toEqual([
      1,
      true,
      false,
    ]);
  });

  test('missing_last: three beats pass, the fourth is faked', () => {
    const bench = readAsked();
    bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5, m0_axi_rdata: 8 });
    const seen: number[][] = [];
    for (let cycle = 1; cycle < 8; cycle += 1) {
      bench.tick({ m0_axi_rvalid: Number(cycle < 4) });
      seen.push(bench.see('s_axi_r', 'valid', 'data', 'last'));
    }
    expect(seen.map(([valid]) => valid)).toEqual([1, 1, 1, 0, 1, 0, 0]);
    expect(seen[4]).toEqual([1, 0xffff_ffff, 1]);
    expect(seeFault(bench)?.cause).toBe('missing_last');
  });

  test('an exclusive response to an exclusive read passes', () => {
    const bench = readAsked(1).tick({ m0_axi_rvalid: 1, m0_axi_rid: 5, m0_axi_rresp: 1 });
    bench.tick({ m0_axi_rvalid: 0 });
    expect(bench.see('s_axi_r', 'valid', 'resp')).toEqual([1, 1]);
  });

  test('unexpected: with nothing asked, with the request not yet taken, and before the data', () => {
    const bench = new Bench().map({}, {});
    bench.tick({ m0_axi_bvalid: 1 });
    expect(seeFault(bench)).toMatchObject({ cause: 'unexpected', write: true, address: undefined });
    const early = new Bench().map({}).set({ m0_axi_arready: 0 }).ask('ar', 5, base);
    early.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5, m0_axi_rlast: 1 });
    expect(seeFault(early)).toMatchObject({ cause: 'unexpected', write: false, identifier: 5 });
    const before = new Bench().map({}).ask('aw', 5, base).tick();
    before.tick({ m0_axi_bvalid: 1, m0_axi_bid: 5 });
    expect(seeFault(before)).toMatchObject({ cause: 'unexpected', write: true, identifier: 5 });
  });

  test('changed: a payload changes, or valid is withdrawn, while ready is low', () => {
    for (const change of [{ m0_axi_rdata: 9 }, { m0_axi_rvalid: 0 }]) {
      const bench = readAsked().set({ s_axi_rready: 0 });
      bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5, m0_axi_rdata: 8 }).tick().tick();
      expect(bench.get('m0_axi_rready')).toBe(0);
      const cycle = bench.driver.cycle;
      bench.tick(change).tick();
      expect(seeFault(bench)).toMatchObject({
        cause: 'changed',
        identifier: 0,
        resource: 0,
        address: undefined,
        cycle: cycle + 1,
      });
    }
  });
});

describe('a device that hangs', () => {
  /** Cycles from the last progress to the first faked beat: timeout, event, isolation; the watch already stands there. */
  test('R: the event comes when the timer has reached the timeout, the first faked beat two cycles later', () => {
    const bench = readAsked();
    const taken = bench.driver.cycle - 1;
    const beats = bench.until('s_axi_rvalid');
    bench.tick();
    const { cycle, cause } = bench.driver.readLog()!;
    expect(cause).toBe('response_timeout');
    // The log's cycle is that in which the event acts, one after that of the event.
    expect(taken + beats).toBe(cycle + 1);
    expect(cycle - 1 - taken).toBeGreaterThanOrEqual(11);
    expect(cycle - 1 - taken).toBeLessThanOrEqual(10 + 2 + 1);
  });

  test('a transaction without a timeout hides no other of its port', () => {
    const bench = new Bench({ outstanding: 4 }).map({}, {});
    bench.driver.write('timeout', 0, 0);
    bench.driver.write('timeout', 10, 1);
    bench.ask('ar', 1, base).ask('ar', 2, base + 0x1_0000);
    expect(bench.until('s_axi_rvalid')).toBeLessThanOrEqual(1 + 10 + 4 + 3);
    bench.tick().tick();
    expect(bench.driver.readLog()).toMatchObject({ cause: 'response_timeout', resource: 1, identifier: 2 });
    expect([bench.driver.isFaulted(0), bench.driver.isFaulted(1), bench.driver.isIsolated(0)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('a device is not charged while it cannot answer, nor for data that it was not given', () => {
    const bench = readAsked().set({ s_axi_rready: 0 });
    bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5 }).tick().set({ m0_axi_rvalid: 0 });
    for (let cycle = 0; cycle < 50; cycle += 1) bench.tick();
    bench.ask('aw', 1, base);
    for (let cycle = 0; cycle < 50; cycle += 1) bench.tick();
    expect(bench.driver.readLog()).toBeUndefined();
    bench.set({ s_axi_rready: 1 });
    for (let cycle = 0; cycle < 20; cycle += 1) bench.tick();
    expect(bench.driver.readLog()).toMatchObject({ cause: 'response_timeout', write: false });
  });

  test('software takes a port out of service: what is in flight is faked, and no resource is blamed', () => {
    const bench = readAsked();
    bench.driver.write('timeout', 0, 0);
    for (let cycle = 0; cycle < 50; cycle += 1) bench.tick();
    expect(bench.get('s_axi_rvalid')).toBe(0);
    const beats: number[][] = [];
    bench.driver.isolatePort(0);
    for (let cycle = 0; cycle < 8; cycle += 1) {
      if (bench.get('s_axi_rvalid')) beats.push(bench.see('s_axi_r', 'id', 'last'));
      bench.tick();
    }
    expect(beats.length).toBeGreaterThanOrEqual(3);
    expect(beats.at(-1)).toEqual([5, 1]);
    expect([bench.driver.isIsolated(0), bench.driver.isFaulted(0)]).toEqual([true, false]);
    expect(bench.driver.readLog()).toBeUndefined();
    expect([bench.driver.readmitPort(0), bench.driver.read('port_drained')]).toEqual([false, 0]);
    bench.ask('ar', 7, base).until('s_axi_rvalid');
    expect(bench.see('s_axi_r', 'id', 'data', 'last')).toEqual([7, 0xffff_ffff, 1]);
    bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5 }).tick().tick().tick({ m0_axi_rlast: 1 }).set({ m0_axi_rvalid: 0 });
    expect(bench.driver.readmitPort(0)).toBe(true);
  });

  test('AR', () => {
    const bench = new Bench({ outstanding: 2 }).map({}).set({ m0_axi_arready: 0 });
    bench.driver.write('timeout', 10, 0);
    bench.ask('ar', 1, base).until('s_axi_rvalid');
    expect(bench.get('m0_axi_arvalid')).toBe(1);
    expect(bench.driver.readLog()).toMatchObject({ cause: 'address_timeout', write: false, address: 0 });
    expect(bench.get('m0_axi_arvalid')).toBe(1);
  });

  test.each([
    ['address_timeout', 'm0_axi_awready'],
    ['data_timeout', 'm0_axi_wready'],
    ['response_timeout', undefined],
  ] as const)('%s of a write, and no beat is lost: empty ones follow', (cause, stuck) => {
    const bench = new Bench({ outstanding: 2, dataWidth: 32 }).map({});
    if (stuck !== undefined) bench.set({ [stuck]: 0 });
    bench.driver.write('timeout', 10, 0);
    bench.set({ s_axi_wvalid: 1, s_axi_wstrb: 15, s_axi_wdata: 7 }).ask('aw', 1, base, 3);
    let sent = 1;
    while (sent < 4) {
      bench.tick({ s_axi_wlast: Number(sent === 3) });
      if (bench.get('s_axi_wready')) sent += 1;
    }
    bench.set({ s_axi_wvalid: 0 });
    if (bench.get('s_axi_bvalid') === 0) bench.until('s_axi_bvalid');
    expect(bench.see('s_axi_b', 'id', 'resp')).toEqual([1, 0]);
    expect(bench.driver.readLog()).toMatchObject({ cause, write: true, identifier: 1 });
    if (cause === 'data_timeout') {
      const beats: number[][] = [];
      bench.set({ m0_axi_wready: 1 });
      for (let cycle = 0; cycle < 6; cycle += 1) {
        bench.tick();
        if (bench.get('m0_axi_wvalid')) beats.push(bench.see('m0_axi_w', 'data', 'strb', 'last'));
      }
      expect(beats).toEqual([
        [7, 15, 0],
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 1],
      ]);
    }
  });

  test('the other port answers on', () => {
    const bench = readAsked();
    bench.until('s_axi_rvalid');
    for (let cycle = 0; cycle < 4; cycle += 1) bench.tick();
    bench.ask('ar', 5, base + 0x1_0000).tick();
    expect(bench.see('m1_axi_ar', 'valid', 'id')).toEqual([1, 5]);
  });
});
