import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';

const base = 0x1000_0000;

/** Reads of four beats, those of identifiers 1 and 2 at port 0 and of 3 and 4 at port 1, which the devices have taken. */
const fourReads = (): Bench => {
  const bench = new Bench().map({}, { port: 1 });
  for (const id of [1, 2, 3, 4]) bench.ask('ar', id, base + (id > 2 ? 0x1_0000 : 0), 3);
  return bench.tick().tick();
};

/**
 * The identifiers of the beats that the processor gets, in order.
 * @param given for each port: the identifiers of the beats that its device gives, one after the other; 0: nothing in a cycle
 */
const identifiersOf = (bench: Bench, ...given: number[][]): number[] => {
  const left = new Map([1, 2, 3, 4].map((id) => [id, 3]));
  const seen: number[] = [];
  for (let cycle = 0; cycle < 24; cycle += 1) {
    const offered = given.map((ids) => ids[0] ?? 0);
    offered.forEach((id, port) => {
      const name = `m${port}_axi_r`;
      bench.set({ [`${name}valid`]: Number(id !== 0), [`${name}id`]: id, [`${name}last`]: Number(left.get(id) === 0) });
    });
    bench.tick();
    offered.forEach((id, port) => {
      if (id !== 0 && bench.get(`m${port}_axi_rready`) === 0) return;
      given[port]!.shift();
      left.set(id, (left.get(id) ?? 0) - 1);
    });
    if (bench.get('s_axi_rvalid')) seen.push(bench.get('s_axi_rid'));
  }
  expect(bench.driver.readLog()).toBeUndefined();
  return seen;
};

describe('a turn', () => {
  test('is of one beat, also within bursts', () => {
    const seen = identifiersOf(fourReads(), [1, 1, 1, 1, 2, 2, 2, 2], [0, 3, 3, 3, 3, 4, 4, 4, 4]);
    expect(seen).toEqual([1, 3, 1, 3, 1, 3, 1, 3, 2, 4, 2, 4, 2, 4, 2, 4]);
  });

  test('is of one beat where a source interleaves bursts', () => {
    const seen = identifiersOf(fourReads(), [1, 2, 1, 2, 1, 1, 2, 2], [0, 3, 3, 3, 3]);
    expect(seen).toEqual([1, 3, 2, 3, 1, 3, 2, 3, 1, 1, 2, 2]);
  });

  test('follows another of the same source while no other has anything', () => {
    const seen = identifiersOf(fourReads(), [1, 2, 1, 1, 1, 2, 2, 2], [0, 0, 0, 3, 3, 3, 3]);
    expect(seen).toEqual([1, 2, 1, 3, 1, 3, 1, 3, 2, 3, 2, 2]);
  });

  test('is of the controller itself as well, once among those of the ports', () => {
    const bench = fourReads();
    bench.driver.setEntry(2, { base: base + 0x2_0000, size: 0x1_0000, device: 0, resource: 2, port: 0, fake: true });
    const seen = identifiersOf(bench.ask('ar', 5, base + 0x2_0000, 3), [1, 1, 1, 1], [3, 3, 3, 3]);
    expect(seen).toEqual([3, 5, 1, 3, 5, 1, 3, 5, 1, 3, 5, 1]);
  });
});

describe('a healthy device', () => {
  test('requests, data and responses take one cycle each', () => {
    const bench = new Bench().map({});
    bench.ask('ar', 5, base + 0x120, 1);
    expect(bench.get('m0_axi_arvalid')).toBe(0);
    bench.tick();
    expect(bench.see('m0_axi_ar', 'valid', 'id', 'addr', 'len')).toEqual([1, 5, 0x120, 1]);
    bench.tick({ m0_axi_rvalid: 1, m0_axi_rid: 5, m0_axi_rdata: 77, m0_axi_rlast: 0 });
    expect(bench.see('', 'm0_axi_arvalid', 's_axi_rvalid')).toEqual([0, 0]);
    bench.tick({ m0_axi_rdata: 78, m0_axi_rlast: 1 });
    expect(bench.see('s_axi_r', 'valid', 'id', 'data', 'resp', 'last')).toEqual([1, 5, 77, 0, 0]);
    bench.tick({ m0_axi_rvalid: 0 });
    expect(bench.see('s_axi_r', 'valid', 'id', 'data', 'resp', 'last')).toEqual([1, 5, 78, 0, 1]);
    expect(bench.tick().get('s_axi_rvalid')).toBe(0);
  });

  test('a write of one beat leaves with its address, and its response may come with the last handshake', () => {
    const bench = new Bench().map({});
    bench.set({ s_axi_wvalid: 1, s_axi_wdata: 9, s_axi_wstrb: 3, s_axi_wlast: 1 });
    bench.ask('aw', 2, base + 8).set({ s_axi_wvalid: 0 });
    bench.tick({ m0_axi_bvalid: 1, m0_axi_bid: 2 }).set({ m0_axi_bvalid: 0 });
    expect(bench.see('m0_axi_', 'awvalid', 'awaddr', 'wvalid', 'wdata', 'wstrb', 'wlast')).toEqual([1, 8, 1, 9, 3, 1]);
    bench.tick();
    expect(bench.see('s_axi_b', 'valid', 'id', 'resp')).toEqual([1, 2, 0]);
    expect(bench.driver.readLog()).toBeUndefined();
  });

  test.each([0, 255])('one beat a cycle both ways at once, with bursts of %i + 1 beats', (length) => {
    const bench = new Bench({ outstanding: 8 }).map({});
    let [readsAsked, writesAsked, written, answered, read] = [0, 0, 0, 0, 0];
    const readsOwed: number[] = [];
    const writesOwed: number[] = [];
    let inBurst = 0;
    let sent = 0;
    const cycles = 1024;
    bench.set({ s_axi_arlen: length, s_axi_awlen: length, s_axi_araddr: base, s_axi_awaddr: base });
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      bench.set({
        s_axi_arvalid: 1,
        s_axi_awvalid: 1,
        s_axi_wvalid: 1,
        s_axi_arid: readsAsked & 15,
        s_axi_awid: writesAsked & 15,
      });
      bench.set({ s_axi_wlast: Number(inBurst === length) });
      const next = readsOwed[0];
      bench.set({
        m0_axi_rvalid: Number(next !== undefined),
        m0_axi_rid: next ?? 0,
        m0_axi_rlast: Number(sent === length),
      });
      const done = writesOwed[0];
      bench.set({ m0_axi_bvalid: Number(done !== undefined), m0_axi_bid: done ?? 0 });
      bench.tick();
      if (bench.get('s_axi_arready')) readsAsked += 1;
      if (bench.get('s_axi_awready')) writesAsked += 1;
      if (bench.get('s_axi_wready')) inBurst = inBurst === length ? 0 : inBurst + 1;
      if (next !== undefined && bench.get('m0_axi_rready')) {
        sent = sent === length ? 0 : sent + 1;
        if (sent === 0) readsOwed.shift();
      }
      if (done !== undefined && bench.get('m0_axi_bready')) writesOwed.shift();
      if (bench.get('m0_axi_arvalid')) readsOwed.push(bench.get('m0_axi_arid'));
      if (bench.get('m0_axi_wvalid')) written += 1;
      if (bench.get('m0_axi_wvalid') && bench.get('m0_axi_wlast')) writesOwed.push(answered++ & 15);
      if (bench.get('s_axi_rvalid')) read += 1;
    }
    bench.set({ s_axi_arvalid: 0, s_axi_awvalid: 0, s_axi_wvalid: 0, m0_axi_rvalid: 0, m0_axi_bvalid: 0 });
    expect(read).toBeGreaterThanOrEqual(cycles - 4);
    expect(written).toBeGreaterThanOrEqual(cycles - 2);
    expect(bench.driver.readLog()).toBeUndefined();
  });
});
