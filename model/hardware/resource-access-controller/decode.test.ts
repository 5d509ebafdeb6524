/** Directed tests of the page's "Requests", "Faked" and "Interrupts". */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';

const base = 0x1000_0000;

/** What a read of two beats gets, from the first beat on. */
const answerTo = (bench: Bench, address: number) => {
  bench.ask('ar', 5, address, 1).until('s_axi_rvalid');
  const first = bench.see('s_axi_r', 'id', 'data', 'resp', 'last');
  bench.tick();
  expect(bench.see('s_axi_r', 'valid', 'id', 'data', 'resp', 'last')).toEqual([1, ...first.slice(0, 3), 1]);
  expect(bench.tick().get('s_axi_rvalid')).toBe(0);
  return { data: first[1], response: first[2] };
};

/** What a write of one beat gets. */
const responseTo = (bench: Bench, address: number): number => {
  bench.set({ s_axi_wvalid: 1, s_axi_wstrb: 15, s_axi_wlast: 1 }).ask('aw', 5, address).set({ s_axi_wvalid: 0 });
  bench.until('s_axi_bvalid');
  return bench.get('s_axi_bresp');
};

describe('decode', () => {
  test('the lowest entry that hits counts, also where a later one is smaller', () => {
    const bench = new Bench().map(
      { base, size: 0x1_0000, device: 0x40_0000 },
      { base, size: 0x1000, device: 0x80_0000, port: 1 },
    );
    bench.ask('ar', 1, base + 0x18).tick();
    expect(bench.see('', 'm0_axi_arvalid', 'm0_axi_araddr', 'm1_axi_arvalid')).toEqual([1, 0x40_0018, 0]);
    bench.driver.removeEntry(0);
    bench.ask('ar', 2, base + 0x18).tick();
    expect(bench.see('', 'm0_axi_arvalid', 'm1_axi_arvalid', 'm1_axi_araddr')).toEqual([0, 1, 0x80_0018]);
  });

  test.each([0x1000, 0x2000, 0x10_0000, 0x8000_0000])('an entry of 0x%s bytes ends where it should', (size) => {
    const start = 0x8000_0000;
    const bench = new Bench().map({ base: start, size, device: 0 });
    const last = start + size - 4;
    bench.ask('ar', 1, last >>> 0).tick();
    expect(bench.see('m0_axi_ar', 'valid', 'addr')).toEqual([1, size - 4]);
    for (const outside of [(last + 4) % 2 ** 32, start - 4]) {
      expect(answerTo(bench, outside)).toEqual({ data: 0, response: 3 });
    }
  });

  test.each([
    [{ read: false }, 2, undefined],
    [{ write: false }, undefined, 2],
  ])('without permission %o: SLVERR, and nothing at the device', (change, readResponse, writeResponse) => {
    const bench = new Bench().map({ fake: false, ...change });
    if (readResponse !== undefined) expect(answerTo(bench, base)).toEqual({ data: 0, response: readResponse });
    if (writeResponse !== undefined) expect(responseTo(bench, base)).toBe(writeResponse);
    expect(bench.see('', 'm0_axi_arvalid', 'm0_axi_awvalid', 'm0_axi_wvalid')).toEqual([0, 0, 0]);
    // Refused accesses are not counted as faked.
    expect(bench.driver.read('faked', 0)).toBe(0);
    bench.ask(readResponse === undefined ? 'ar' : 'aw', 6, base).tick();
    expect(bench.get(readResponse === undefined ? 'm0_axi_arvalid' : 'm0_axi_awvalid')).toBe(1);
  });

  test('a refused access is refused though the entry is faked', () => {
    const bench = new Bench().map({ read: false, fake: true, policy: 'ones', code: 0 });
    expect(answerTo(bench, base)).toEqual({ data: 0, response: 2 });
    expect(bench.driver.read('faked', 0)).toBe(0);
  });

  test('addresses over 32 bits are compared and translated whole', () => {
    const high = 0xab_1000_0000;
    const bench = new Bench({ addressWidth: 40 }).map({ base: high, size: 0x1_0000, device: 0xcd_0000_0000 });
    const ask = (id: number, above: number): Bench =>
      bench.setWord('s_axi_araddr', 1, above).ask('ar', id, 0x1000_0120);
    ask(1, 0xab).tick();
    expect([bench.get('m0_axi_arvalid'), bench.get('m0_axi_araddr'), bench.getWord('m0_axi_araddr', 1)]).toEqual([
      1, 0x120, 0xcd,
    ]);
    ask(2, 0xaa).until('s_axi_rvalid');
    expect(bench.see('s_axi_r', 'id', 'resp')).toEqual([2, 3]);
  });

  test('a transaction keeps what its entry said when it was asked', () => {
    const bench = new Bench().map({ device: 0x40_0000 }).set({ m0_axi_arready: 0 });
    bench.ask('ar', 1, base).ask('ar', 2, base + 8);
    bench.driver.removeEntry(0);
    bench.tick({ m0_axi_arready: 1 }).tick();
    expect(bench.see('m0_axi_ar', 'valid', 'id', 'addr')).toEqual([1, 2, 0x40_0008]);
  });
});

describe('faked answers', () => {
  test.each([
    ['ones', 0xffff_ffff],
    ['zeros', 0],
    ['word', 0xfeed_f00d],
  ] as const)('policy %s', (policy, data) => {
    const bench = new Bench().map({ fake: true, policy, port: 1 });
    bench.driver.write('fake_word', 0xfeed_f00d, 1);
    bench.driver.write('fake_word', 0x1111_1111, 0);
    expect(answerTo(bench, base)).toEqual({ data, response: 0 });
    expect(bench.driver.read('faked', 0)).toBe(1);
  });

  test.each([
    [0, 0],
    [1, 0],
    [2, 2],
    [3, 3],
  ])('code %i answers reads and writes with %i', (code, response) => {
    const bench = new Bench().map({ fake: true, code });
    expect(answerTo(bench, base).response).toBe(response);
    expect(responseTo(bench, base)).toBe(response);
    expect(bench.driver.read('faked', 0)).toBe(2);
  });
});

describe('order', () => {
  test('a read that is answered here waits for one of its identifier at a port, and not for others', () => {
    const bench = new Bench().map({}, { fake: true });
    bench.ask('ar', 5, base).tick();
    bench.ask('ar', 5, base + 0x1_0000);
    for (let cycle = 0; cycle < 20; cycle += 1) expect(bench.tick().get('s_axi_rvalid')).toBe(0);
    bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5, m0_axi_rdata: 7, m0_axi_rlast: 1 }).set({ m0_axi_rvalid: 0 });
    bench.tick();
    expect(bench.see('s_axi_r', 'valid', 'id', 'data')).toEqual([1, 5, 7]);
    bench.until('s_axi_rvalid');
    expect(bench.see('s_axi_r', 'id', 'data')).toEqual([5, 0xffff_ffff]);
    const other = new Bench()
      .map({}, { fake: true })
      .ask('ar', 5, base)
      .tick()
      .ask('ar', 6, base + 0x1_0000);
    other.until('s_axi_rvalid');
    expect(other.see('s_axi_r', 'id', 'data')).toEqual([6, 0xffff_ffff]);
  });

  test('a read for another port waits for one of its identifier at the first', () => {
    const bench = new Bench()
      .map({}, { port: 1 })
      .ask('ar', 5, base)
      .tick()
      .ask('ar', 5, base + 0x1_0000);
    for (let cycle = 0; cycle < 20; cycle += 1) expect(bench.tick().get('m1_axi_arvalid')).toBe(0);
    bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5, m0_axi_rlast: 1 }).set({ m0_axi_rvalid: 0 });
    expect(bench.until('m1_axi_arvalid')).toBeLessThan(4);
  });
});

describe('exclusive accesses', () => {
  test('pass with their lock', () => {
    const bench = new Bench().map({}).ask('ar', 5, base, 0, 1).tick();
    expect(bench.see('m0_axi_ar', 'valid', 'lock')).toEqual([1, 1]);
  });

  test.each([
    [1, undefined],
    [0, 'exclusive'],
  ] as const)('EXOKAY for a write whose lock is %i', (lock, cause) => {
    const bench = new Bench().map({}).set({ s_axi_wvalid: 1, s_axi_wlast: 1 }).ask('aw', 5, base, 0, lock);
    bench.set({ s_axi_wvalid: 0 }).tick();
    bench.tick({ m0_axi_bvalid: 1, m0_axi_bid: 5, m0_axi_bresp: 1 }).set({ m0_axi_bvalid: 0 });
    bench.until('s_axi_bvalid');
    expect(bench.see('s_axi_b', 'id', 'resp')).toEqual([5, lock]);
    expect(bench.driver.readLog()?.cause).toBe(cause);
  });
});

describe('interrupts', () => {
  test('irq follows status and enable, a cycle later; a one written clears', () => {
    const bench = new Bench().map({});
    bench.tick({ m0_axi_bvalid: 1 }).set({ m0_axi_bvalid: 0 });
    for (let cycle = 0; cycle < 5; cycle += 1) bench.tick();
    expect([bench.driver.read('interrupt_status'), bench.get('irq')]).toEqual([1, 0]);
    bench.driver.write('interrupt_enable', 2);
    expect(bench.tick().tick().get('irq')).toBe(0);
    bench.driver.write('interrupt_enable', 1);
    expect(bench.tick().tick().get('irq')).toBe(1);
    bench.driver.write('interrupt_status', 2);
    expect(bench.tick().tick().get('irq')).toBe(1);
    bench.driver.write('interrupt_status', 1);
    expect(bench.tick().tick().get('irq')).toBe(0);
    expect(bench.driver.read('interrupt_status')).toBe(0);
  });

  test('the interrupt of a faulted resource is masked, and of no other', () => {
    const bench = new Bench().map({}, {}).set({ device_interrupt: 3 });
    expect(bench.tick().tick().get('resource_interrupt')).toBe(3);
    bench.ask('ar', 5, base + 0x1_0000).tick();
    bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 6, m0_axi_rlast: 1 }).set({ m0_axi_rvalid: 0 });
    for (let cycle = 0; cycle < 5; cycle += 1) bench.tick();
    expect(bench.get('resource_interrupt')).toBe(1);
  });
});
