/** Directed tests of the page's "Errors", of the log, of re-admission, and of the driver that brings a device back. */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';

const base = 0x1000_0000;

const rest = (bench: Bench, cycles = 40): Bench => {
  for (let cycle = 0; cycle < cycles; cycle += 1) bench.tick();
  return bench;
};

/** A read of one beat at port 0, answered with this response and data; what the processor gets. */
const answered = (bench: Bench, response: number, address = base): number[] => {
  bench.ask('ar', 5, address).tick();
  bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5, m0_axi_rdata: 7, m0_axi_rresp: response, m0_axi_rlast: 1 });
  bench.tick({ m0_axi_rvalid: 0 });
  const seen = bench.see('s_axi_r', 'valid', 'data', 'resp');
  rest(bench);
  return seen;
};

/** A read that the device at port 0 answers with the wrong identifier. */
const breaks = (bench: Bench, id = 5, address = base): Bench => {
  bench.ask('ar', id, address).tick();
  bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: id ^ 8, m0_axi_rlast: 1 }).set({ m0_axi_rvalid: 0 });
  return rest(bench);
};

/** A read that the device at port 0 never answers, until it times out. */
const hangs = (bench: Bench, id = 5, address = base): Bench => {
  bench.driver.write('timeout', 10, 0);
  bench.ask('ar', id, address).until('s_axi_rvalid');
  return rest(bench);
};

const lateAnswer = (bench: Bench, id = 5): Bench =>
  bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: id, m0_axi_rlast: 1 }).set({ m0_axi_rvalid: 0 });

describe('errors', () => {
  test('without a limit they pass, and are counted', () => {
    const bench = new Bench().map({});
    for (const response of [2, 3, 2]) expect(answered(bench, response)).toEqual([1, 7, response]);
    expect([bench.driver.read('errors', 0), bench.driver.isFaulted(0)]).toEqual([3, false]);
    expect(bench.driver.readLog()).toBeUndefined();
  });

  test('the one that reaches the limit is masked, and the resource is faked from then on; its port is not isolated', () => {
    const bench = new Bench().map({ policy: 'zeros' }, {});
    bench.driver.write('error_limit', 3, 0);
    expect(answered(bench, 2)).toEqual([1, 7, 2]);
    expect(answered(bench, 0)).toEqual([1, 7, 0]);
    expect(answered(bench, 3)).toEqual([1, 7, 3]);
    expect([bench.driver.isFaulted(0), bench.driver.read('faked', 0)]).toEqual([false, 0]);
    expect(answered(bench, 2)).toEqual([1, 0, 0]);
    expect([bench.driver.isFaulted(0), bench.driver.isIsolated(0), bench.driver.isFaulted(1)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(bench.driver.readLog()).toMatchObject({ cause: 'limit', write: false, port: 0, resource: 0, address: 0 });
    expect([bench.driver.read('errors', 0), bench.driver.read('faked', 0)]).toEqual([3, 1]);
    // The other resource of the port is asked as before.
    expect(answered(bench, 0, base + 0x1_0000)).toEqual([1, 7, 0]);
    bench.driver.bringBack(0, 0);
    expect([bench.driver.isFaulted(0), bench.driver.read('errors', 0)]).toEqual([false, 0]);
  });

  test('a beat that is not an error passes on the brink', () => {
    const bench = new Bench().map({});
    bench.driver.write('error_limit', 1, 0);
    expect(answered(bench, 0)).toEqual([1, 7, 0]);
    expect(answered(bench, 2)).toEqual([1, 0xffff_ffff, 0]);
  });
});

describe('the log', () => {
  test('keeps the first fault until it is cleared, and is then free for the next', () => {
    const bench = new Bench().map({}, { port: 1 });
    bench.driver.write('timeout', 10, 1);
    const cycle = bench.driver.cycle + 2;
    breaks(bench);
    const first = bench.driver.readLog();
    expect(first).toMatchObject({ cause: 'unknown_identifier', port: 0, identifier: 13 });
    expect(first!.cycle).toBeGreaterThanOrEqual(cycle);
    expect(first!.cycle).toBeLessThanOrEqual(cycle + 1);
    rest(bench.ask('ar', 7, base + 0x1_0020));
    expect(bench.driver.isIsolated(1)).toBe(true);
    expect(bench.driver.readLog()).toEqual(first);
    bench.driver.clearLog();
    expect(bench.driver.readLog()).toBeUndefined();
    rest(bench);
    expect(bench.driver.readLog()).toBeUndefined();
  });

  test('holds the whole of a wide device address', () => {
    const bench = new Bench({ addressWidth: 48 }).map({ device: 0xabcd_0000_0000 });
    hangs(bench, 3, base + 0x28);
    expect(bench.driver.readLog()).toMatchObject({
      cause: 'response_timeout',
      identifier: 3,
      address: 0xabcd_0000_0028,
    });
  });
});

describe('re-admission', () => {
  test('a port that owes an answer stays isolated; a late answer is swallowed, and drains it', () => {
    const bench = hangs(new Bench().map({}));
    expect([bench.driver.read('port_drained'), bench.driver.readmitPort(0)]).toEqual([0, false]);
    lateAnswer(bench);
    for (let cycle = 0; cycle < 6; cycle += 1) expect(bench.tick().get('s_axi_rvalid')).toBe(0);
    expect(bench.driver.read('interrupt_status')).toBe(3);
    expect([bench.driver.read('port_drained'), bench.driver.readmitPort(0)]).toEqual([1, true]);
    // Each of the two is brought back by itself.
    expect(bench.driver.isFaulted(0)).toBe(true);
    rest(bench.ask('ar', 4, base), 3);
    expect([bench.driver.readmitResource(0), bench.driver.isFaulted(0)]).toEqual([true, false]);
  });

  test('not while the device sends', () => {
    const bench = lateAnswer(hangs(new Bench().map({})));
    rest(bench, 4);
    bench.driver.write('port_reset', 1);
    bench.tick({ reset_acknowledge: 1 }).tick().tick({ reset_acknowledge: 0 }).tick();
    bench.set({ m0_axi_bvalid: 1 });
    expect(bench.driver.readmitPort(0)).toBe(false);
  });

  test('a resource stays faulted while a transaction of it is open', () => {
    const bench = new Bench().map({}, { resource: 0, port: 1 });
    expect(answered(bench, 0)).toEqual([1, 7, 0]);
    expect(bench.driver.read('resource_busy')).toBe(0);
    bench.ask('ar', 6, base + 0x1_0000);
    expect(bench.driver.read('resource_busy')).toBe(1);
    // The device at port 0 says what nobody asked; the read at port 1 goes on.
    rest(bench.tick({ m0_axi_bvalid: 1 }).set({ m0_axi_bvalid: 0 }));
    expect([bench.driver.isFaulted(0), bench.driver.read('port_isolated')]).toEqual([true, 1]);
    expect(bench.driver.read('resource_busy')).toBe(1);
    expect(bench.driver.readmitResource(0)).toBe(false);
    bench.tick({ m1_axi_rvalid: 1, m1_axi_rid: 6, m1_axi_rlast: 1 }).tick({ m1_axi_rvalid: 0 });
    expect(bench.see('s_axi_r', 'valid', 'id', 'data')).toEqual([1, 6, 0xffff_ffff]);
    rest(bench);
    expect([bench.driver.read('resource_busy'), bench.driver.readmitResource(0)]).toEqual([0, true]);
  });
});

describe('a request that waits on the processor side', () => {
  /** Of two resources at port 0; the second allows no writes, or is faked, where told so. */
  const two = (second: { write?: boolean; fake?: boolean } = {}): Bench => new Bench().map({}, second);

  test('keeps its resource busy, also when its entry is gone', () => {
    const bench = two()
      .set({ m0_axi_arready: 0 })
      .ask('ar', 1, base)
      .ask('ar', 2, base + 0x1_0000)
      .tick();
    expect(bench.see('', 'm0_axi_arvalid', 's_axi_arready')).toEqual([1, 0]);
    expect(bench.driver.read('resource_busy')).toBe(3);
    bench.driver.removeEntry(1);
    expect(bench.driver.read('resource_busy')).toBe(3);
    bench.tick({ m0_axi_arready: 1 }).tick();
    expect(bench.see('m0_axi_ar', 'valid', 'id', 'addr')).toEqual([1, 2, 0x1_0000]);
    for (const id of [1, 2]) lateAnswer(bench, id);
    expect(rest(bench).driver.read('resource_busy')).toBe(0);
  });

  test.each([
    ['', {}, 3],
    [', but not when it is refused', { write: false }, 1],
    [', but not when its entry has it faked', { fake: true }, 1],
  ])('does so as a write%s', (_, second, busy) => {
    const bench = two(second)
      .ask('aw', 1, base)
      .ask('aw', 2, base + 0x1_0000)
      .tick();
    expect(bench.get('s_axi_awready')).toBe(0);
    expect(bench.driver.read('resource_busy')).toBe(busy);
  });

  test('keeps its resource busy, but not faulted', () => {
    const bench = new Bench().map({}, { port: 1 });
    bench.driver.write('timeout', 10, 1);
    rest(bench.ask('ar', 4, base + 0x1_0000));
    expect(bench.driver.read('resource_faulted')).toBe(2);
    // It is to be faked, and waits for the read of its identifier at the other port.
    bench
      .ask('ar', 5, base)
      .ask('ar', 5, base + 0x1_0000)
      .tick();
    expect(bench.get('s_axi_arready')).toBe(0);
    expect([bench.driver.read('resource_busy'), bench.driver.readmitResource(1)]).toEqual([3, true]);
    rest(lateAnswer(bench));
    expect(bench.driver.read('resource_busy')).toBe(0);
  });
});

describe('the driver', () => {
  /** A device that acknowledges its reset a few cycles after it is requested, and leaves it as late. */
  const acknowledges = (bench: Bench, delay = 3): Bench => {
    const seen: number[] = Array.from({ length: delay }, () => 0);
    bench.driver.surroundings = {
      drive: () => void bench.set({ reset_acknowledge: seen.shift() ?? 0 }),
      observe: () => void seen.push(bench.get('reset_request')),
    };
    return bench;
  };

  test('resetPort ends when the port is drained, and leaves it isolated', () => {
    const bench = acknowledges(hangs(new Bench().map({})));
    bench.driver.resetPort(0);
    expect([bench.driver.read('port_drained'), bench.driver.isIsolated(0), bench.get('reset_request')]).toEqual([
      1,
      true,
      0,
    ]);
  });

  test('bringBack: the device is asked again, and an answer of before the reset is not expected any more', () => {
    const bench = acknowledges(breaks(hangs(new Bench().map({}))));
    bench.driver.bringBack(0, 0);
    expect(answered(bench, 0)).toEqual([1, 7, 0]);
    bench.driver.clearLog();
    lateAnswer(bench);
    rest(bench, 4);
    expect(bench.driver.readLog()?.cause).toBe('unexpected');
  });

  test('a device that dies again is brought back again', () => {
    const bench = acknowledges(new Bench().map({}));
    for (const [fail, cause] of [
      [hangs, 'response_timeout'],
      [breaks, 'unknown_identifier'],
      [hangs, 'response_timeout'],
    ] as const) {
      fail(bench);
      expect(bench.driver.readLog()?.cause).toBe(cause);
      expect(bench.driver.isIsolated(0)).toBe(true);
      bench.driver.bringBack(0, 0);
      bench.driver.clearLog();
      expect(answered(bench, 0)).toEqual([1, 7, 0]);
    }
  });

  test('says that a device does not acknowledge its reset', () => {
    const bench = hangs(new Bench().map({}));
    expect(() => bench.driver.bringBack(0, 0)).toThrow('the end of the reset of port 0 has not come');
  });

  test('says that a device sends before it is asked', () => {
    const bench = acknowledges(hangs(new Bench().map({})));
    bench.driver.resetPort(0);
    bench.set({ m0_axi_rvalid: 1 });
    const { driver } = bench;
    expect(driver.readmitPort(0)).toBe(false);
  });
});
