/** Directed tests of the page's "What is owed": what drains an isolated port, and what spoils it. */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import type { SteppedController } from './driver.ts';

const base = 0x1000_0000;
export const parameters = { outstanding: 4, dataWidth: 32 } as const;

/** The tests of a controller with these parameters, a new one each time. */
export const owedTests = (unit: () => SteppedController): void => {
  /** One resource at port 0, which software takes out of service. */
  const oneResource = (): Bench => new Bench(parameters, unit()).map({});

  const rest = (bench: Bench, cycles = 20): Bench => {
    for (let cycle = 0; cycle < cycles; cycle += 1) bench.tick();
    return bench;
  };

  /** Takes the port out of service; what was in flight has been faked after that. */
  const isolated = (bench: Bench): Bench => {
    bench.driver.isolatePort(0);
    return rest(bench);
  };

  /** The device gives a beat of read data. */
  const gives = (bench: Bench, id: number, last = 1): Bench => {
    bench.set({ m0_axi_rvalid: 1, m0_axi_rid: id, m0_axi_rlast: last });
    bench.until('m0_axi_rready');
    return bench.set({ m0_axi_rvalid: 0 });
  };

  /** The device answers a write. */
  const answers = (bench: Bench, id: number): Bench => {
    bench.set({ m0_axi_bvalid: 1, m0_axi_bid: id }).until('m0_axi_bready');
    return bench.set({ m0_axi_bvalid: 0 });
  };

  /** A write of one beat, of which the processor gives the data at once. */
  const writes = (bench: Bench, id: number): Bench =>
    bench.set({ s_axi_wvalid: 1, s_axi_wlast: 1 }).ask('aw', id, base).set({ s_axi_wvalid: 0 });

  /** Whether the port is drained, and comes back into service. */
  const comesBack = (bench: Bench): boolean => {
    rest(bench, 4);
    const drained = bench.driver.read('port_drained') !== 0;
    expect(bench.driver.readmitPort(0)).toBe(drained);
    return drained;
  };

  describe('a device that is late, but keeps AXI4', () => {
    test('drains, beat by beat, and is asked again', () => {
      const bench = isolated(gives(oneResource().ask('ar', 5, base, 3).tick(), 5, 0));
      for (const last of [0, 0, 1]) {
        expect(comesBack(bench)).toBe(false);
        gives(bench, 5, last);
        for (let cycle = 0; cycle < 3; cycle += 1) expect(bench.tick().get('s_axi_rvalid')).toBe(0);
      }
      expect(bench.driver.read('interrupt_status')).toBe(2);
      expect(comesBack(bench)).toBe(true);
      gives(bench.ask('ar', 6, base).tick(), 6).tick();
      expect(bench.see('s_axi_r', 'valid', 'id')).toEqual([1, 6]);
      expect(bench.driver.readLog()).toBeUndefined();
    });

    test('drains, having interleaved two reads and mixed up the order of writes, as their identifiers allow', () => {
      const bench = oneResource().ask('ar', 5, base, 1).ask('ar', 6, base, 2).tick();
      writes(writes(bench, 1), 2).tick();
      isolated(bench);
      for (const [id, last] of [
        [6, 0],
        [5, 0],
        [6, 0],
        [5, 1],
        [6, 1],
      ] as const) {
        gives(bench, id, last);
      }
      expect(comesBack(bench)).toBe(false);
      answers(answers(bench, 2), 1);
      expect(comesBack(bench)).toBe(true);
    });

    test('drains, when it took requests and data only after the isolation', () => {
      const bench = oneResource().set({ m0_axi_arready: 0, m0_axi_awready: 0, m0_axi_wready: 0 });
      writes(bench.ask('ar', 5, base), 1);
      isolated(bench);
      expect(comesBack(bench)).toBe(false);
      // It answers the read in the cycle in which it takes it, and the write in that in which it has the last of it.
      gives(bench.set({ m0_axi_arready: 1 }), 5);
      bench.tick({ m0_axi_awready: 1 });
      answers(bench.set({ m0_axi_wready: 1 }), 1);
      expect(comesBack(bench)).toBe(true);
      expect(bench.driver.readLog()).toBeUndefined();
    });

    test('drains, however slots were used meanwhile', () => {
      const bench = isolated(oneResource().ask('ar', 5, base).tick());
      rest(bench.ask('ar', 7, base).ask('ar', 8, base));
      expect(comesBack(gives(bench, 5))).toBe(true);
    });

    test('owes nothing of an earlier isolation, even while the processor still gets what was faked in it', () => {
      const bench = oneResource().set({ s_axi_rready: 0 }).ask('ar', 5, base, 1).tick();
      gives(gives(isolated(bench), 5, 0), 5);
      expect(comesBack(bench)).toBe(true);
      isolated(bench);
      expect([bench.get('s_axi_rvalid'), comesBack(bench)]).toEqual([1, true]);
    });

    /** The device answers this many cycles after software has begun to take the port out of service. */
    const answeredAfter = (bench: Bench, cycles: number, channel: 'r' | 'b'): number => {
      const name = (signal: string): string => `m0_axi_${channel}${signal}`;
      const from = bench.driver.cycle + cycles;
      let [given, held] = [false, 0];
      bench.driver.surroundings = {
        drive: (_, cycle) => void bench.set({ [name('valid')]: Number(cycle >= from && !given), [name('id')]: 5 }),
        observe: (_, __, cycle) => {
          if (bench.get(name('ready')) === 0) held += 1;
          else if (cycle >= from) given = true;
        },
      };
      isolated(bench);
      return held;
    };

    test('drains, in whatever cycle it takes the data', () => {
      for (let cycles = 0; cycles < 8; cycles += 1) {
        const bench = writes(oneResource().set({ m0_axi_wready: 0 }), 1).tick();
        const from = bench.driver.cycle + cycles;
        bench.driver.surroundings = {
          drive: (_, cycle) => void bench.set({ m0_axi_wready: Number(cycle >= from) }),
          observe: () => undefined,
        };
        isolated(bench);
        expect([cycles, comesBack(answers(bench, 1))]).toEqual([cycles, true]);
      }
    });

    test.each(['r', 'b'] as const)('drains, in whatever cycle its answer on %s comes', (channel) => {
      const held: number[] = [];
      for (let cycles = 0; cycles < 8; cycles += 1) {
        const bench = oneResource().set({ m0_axi_rlast: 1 });
        if (channel === 'r') bench.ask('ar', 5, base);
        else writes(bench, 5);
        held.push(answeredAfter(bench.tick().tick(), cycles, channel));
        expect([cycles, comesBack(bench)]).toEqual([cycles, true]);
        expect(bench.driver.readLog()).toBeUndefined();
      }
      // What comes in the first cycle of the isolation waits for one more.
      expect(held.filter((count) => count === 1)).toHaveLength(1);
      expect(held.filter((count) => count > 1)).toEqual([]);
    });
  });

  describe('a port is not ready', () => {
    test('in the first cycle of its isolation, with all registers empty', () => {
      const bench = writes(oneResource(), 1).tick().tick();
      isolated(bench);
      expect([bench.driver.read('interrupt_status'), comesBack(bench)]).toEqual([0, false]);
      expect(comesBack(answers(bench, 1))).toBe(true);
      expect(bench.driver.read('interrupt_status')).toBe(2);
    });

    test('when no burst has ended, with all beats given', () => {
      const bench = isolated(oneResource().ask('ar', 5, base, 1).tick());
      gives(gives(bench, 5, 0), 5, 0);
      expect(comesBack(bench)).toBe(false);
      expect(comesBack(gives(bench, 5, 1))).toBe(false);
    });

    test('when every burst has ended, with beats still owed', () => {
      const bench = isolated(oneResource().ask('ar', 5, base, 3).ask('ar', 6, base, 3).tick());
      gives(gives(bench, 5), 6);
      expect(comesBack(bench)).toBe(false);
      for (const last of [0, 0, 0, 0, 0, 1]) gives(bench, 6, last);
      expect(comesBack(bench)).toBe(false);
    });
  });

  describe('what was not asked for spoils a port:', () => {
    const reset = (bench: Bench): Bench => {
      bench.driver.write('port_reset', 1);
      bench.until('reset_request');
      return rest(rest(bench.set({ reset_acknowledge: 1 }), 4).set({ reset_acknowledge: 0 }), 4);
    };

    /** It is not drained by what the device gives now, but by its reset. */
    const isSpoiled = (bench: Bench, ...later: (() => Bench)[]): void => {
      expect(comesBack(bench)).toBe(false);
      for (const give of later) give();
      expect(comesBack(bench)).toBe(false);
      expect(comesBack(reset(bench))).toBe(true);
    };

    test('as many beats as are owed, of another identifier', () => {
      const bench = isolated(oneResource().ask('ar', 5, base, 1).tick());
      isSpoiled(gives(gives(bench, 6, 0), 6), () => gives(gives(bench, 5, 0), 5));
    });

    test('a response of another identifier', () => {
      const bench = isolated(writes(oneResource(), 1).tick());
      isSpoiled(answers(bench, 2), () => answers(bench, 1));
    });

    test('a second answer, on either side, while others are owed', () => {
      const reads = isolated(oneResource().ask('ar', 5, base).ask('ar', 6, base).tick());
      isSpoiled(gives(gives(reads, 5), 5), () => gives(reads, 6));
      const both = isolated(writes(writes(oneResource(), 1), 2).tick());
      isSpoiled(answers(answers(both, 1), 1), () => answers(both, 2));
    });

    test('beats after those that were asked for together', () => {
      const bench = isolated(oneResource().ask('ar', 5, base, 1).tick());
      for (let beat = 0; beat < 3; beat += 1) gives(bench, 5, 0);
      isSpoiled(bench, () => gives(bench, 5));
    });

    test('beats after those that were asked for, even where as many are asked for later', () => {
      const bench = oneResource().ask('ar', 5, base).tick().set({ m0_axi_arready: 0 }).ask('ar', 6, base, 1);
      isolated(bench.tick());
      gives(gives(bench, 5, 0), 5);
      isSpoiled(bench.set({ m0_axi_arready: 1 }), () => gives(bench, 6));
    });

    test('data before the request is taken, also with another read of the identifier in front', () => {
      const bench = oneResource().ask('ar', 5, base).tick().set({ m0_axi_arready: 0 }).ask('ar', 5, base, 1);
      isolated(bench.tick());
      gives(gives(bench, 5), 5, 0);
      isSpoiled(bench.set({ m0_axi_arready: 1 }), () => gives(gives(bench, 5, 0), 5));
    });

    test('data of a request that is not taken, with beats of others owed', () => {
      const bench = oneResource().ask('ar', 5, base, 1).tick().set({ m0_axi_arready: 0 }).ask('ar', 6, base, 1);
      isolated(bench.tick());
      gives(bench, 6, 0);
      isSpoiled(bench.set({ m0_axi_arready: 1 }), () => gives(gives(gives(bench, 5, 0), 5), 6));
    });

    test.each(['m0_axi_wready', 'm0_axi_awready'])('the response to a write that is not taken: %s', (ready) => {
      // The one before in the same slot was taken and answered.
      const bench = answers(writes(oneResource(), 3).tick().tick(), 3).tick();
      isolated(writes(bench.set({ [ready]: 0 }), 1).tick());
      isSpoiled(answers(bench, 1).set({ [ready]: 1 }));
    });
  });

  describe('a write whose data the processor gives after the isolation', () => {
    /** The first write has its data and waits for its response; of the second, the device has the address. */
    const begun = (): Bench => isolated(writes(oneResource(), 1).tick().ask('aw', 2, base, 1).tick().tick());

    test('has the beats that fill up for its own: its response is owed after them', () => {
      const bench = begun();
      expect(comesBack(answers(answers(bench, 1), 2))).toBe(true);
    });

    test('is not answered before the last of them', () => {
      const bench = writes(oneResource(), 1).tick().ask('aw', 2, base, 1).set({ m0_axi_wready: 0 });
      isolated(bench.tick().tick());
      expect(bench.see('m0_axi_w', 'valid', 'strb', 'last')).toEqual([1, 0, 0]);
      bench.tick({ m0_axi_wready: 1 }).tick({ m0_axi_wready: 0 });
      answers(bench, 2).tick({ m0_axi_wready: 1 });
      expect(bench.see('m0_axi_w', 'valid', 'strb', 'last')).toEqual([1, 0, 1]);
      expect(comesBack(answers(bench, 1))).toBe(false);
    });

    test('is answered in the cycle of the last of them', () => {
      const bench = writes(oneResource(), 1).tick().ask('aw', 2, base, 1).set({ m0_axi_wready: 0 });
      isolated(bench.tick().tick());
      bench.tick({ m0_axi_wready: 1 });
      answers(answers(bench, 2), 1);
      expect(comesBack(bench)).toBe(true);
    });
  });

  test('the reset handshake forgets what is owed, and drops what comes meanwhile', () => {
    const bench = isolated(oneResource().ask('ar', 5, base, 3).tick());
    gives(bench, 9);
    expect(comesBack(bench)).toBe(false);
    bench.driver.write('port_reset', 1);
    expect(bench.until('reset_request')).toBe(1);
    gives(bench, 5, 0).tick({ reset_acknowledge: 1 });
    expect([bench.get('reset_request'), bench.tick().get('reset_request')]).toEqual([1, 0]);
    gives(bench, 5, 0);
    expect(bench.driver.read('port_drained')).toBe(0);
    bench.tick({ reset_acknowledge: 0 });
    expect(comesBack(bench)).toBe(true);
  });

  test('software sees the reset handshake from both sides', () => {
    const bench = isolated(oneResource());
    const state = (): number => bench.driver.read('port_reset_state');
    expect(state()).toBe(0x000);
    bench.driver.write('port_reset', 1);
    expect(state()).toBe(0x001);
    bench.set({ reset_acknowledge: 1 }).tick().tick();
    expect(state()).toBe(0x100);
    bench.set({ reset_acknowledge: 0 }).tick();
    expect(state()).toBe(0x000);
  });
};
