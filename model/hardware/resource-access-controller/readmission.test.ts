/** Directed tests of the page's "Re-admission" of a resource that the processor goes on to ask. */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';

const base = 0x1000_0000;

const rest = (bench: Bench, cycles = 40): Bench => {
  bench.driver.run(cycles);
  return bench;
};

/** The only resource is faulted. Reads of it and a write have entered, and the processor takes none of the answers. */
const polled = (outstanding: number): Bench => {
  const bench = new Bench({ outstanding }).map({});
  bench.driver.write('timeout', 10, 0);
  bench.ask('ar', 5, base).until('s_axi_rvalid');
  rest(bench).set({ s_axi_rready: 0 });
  bench.ask('aw', 3, base);
  return rest(bench.ask('ar', 1, base).ask('ar', 2, base));
};

describe('a resource that is polled while it is faulted', () => {
  test('is neither busy nor kept faulted by what the controller answers itself', () => {
    const bench = polled(4);
    expect([bench.get('s_axi_rvalid'), bench.driver.read('resource_faulted')]).toEqual([1, 1]);
    expect([bench.driver.read('resource_busy'), bench.driver.readmitResource(0)]).toEqual([0, true]);
  });

  test('is brought back, though a request of it waits all the time', () => {
    // One read is in the processor's register, two have the slots, and one waits: by its verdict it is to be forwarded.
    const bench = polled(2).ask('ar', 3, base).ask('ar', 4, base).tick();
    expect([bench.get('s_axi_arready'), bench.driver.read('resource_busy')]).toEqual([0, 1]);
    bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5, m0_axi_rlast: 1 }).tick({ m0_axi_rvalid: 0 });
    expect(bench.driver.readmitPort(0)).toBe(true);
    bench.driver.bringBack(0, 0);
    expect([bench.driver.isFaulted(0), bench.driver.read('resource_busy')]).toEqual([false, 1]);
  });
});

describe('a resource with a transaction at a device', () => {
  /** Resource 0 is faulted by what port 0 does; its transaction at port 1 goes on. */
  const atPort1 = (channel: 'ar' | 'aw'): Bench => {
    const bench = new Bench().map({}, { resource: 0, port: 1 }, { resource: 1, port: 1 });
    bench.ask('ar', 5, base).tick();
    bench.ask(channel, 6, base + 0x1_0000, 3);
    bench.ask(channel, 7, base + 0x2_0000, 3);
    rest(bench.tick({ m0_axi_bvalid: 1 }).set({ m0_axi_bvalid: 0 }));
    expect([bench.driver.read('resource_faulted'), bench.driver.read('port_isolated')]).toEqual([1, 1]);
    return bench;
  };

  test.each(['ar', 'aw'] as const)('is busy and stays faulted, also by %s', (channel) => {
    const bench = atPort1(channel);
    expect([bench.driver.read('resource_busy') & 1, bench.driver.readmitResource(0)]).toEqual([1, false]);
    bench.driver.isolatePort(1);
    expect([bench.tick().driver.read('resource_busy') & 1, bench.driver.readmitResource(0)]).toEqual([0, true]);
  });

  test('stays faulted also in the first cycle of the isolation of that port, but not in the next', () => {
    // The fault, which is of the other resource there, isolates the port in the cycle after it.
    const isBack = (cycles: number): boolean => {
      const bench = atPort1('ar').pulseAmid('resource_readmit', 'm1_axi_bvalid', 1, cycles);
      return !bench.driver.isFaulted(0);
    };
    expect([0, -1, -2].map(isBack)).toEqual([false, false, true]);
  });
});
