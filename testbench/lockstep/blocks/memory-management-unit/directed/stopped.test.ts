/** Processors that do not go on: memory is no less alive for that, and others go on. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;
  const timeout = 100;

  /** Two units that have used their pages, the first with this timeout. */
  const ready = (own: number, mapping = { first: 5 }): Machine => {
    const machine = machineOf(kind, { units: 2, entries: 4, reads: 4, writes: 4 });
    machine.tables.map(0, 3, mapping);
    machine.tables.map(0, 4, { first: 7 });
    for (let offset = 0; offset < 256; offset += 1)
      for (const memory of machine.memories) memory.write(5 * pageBytes + offset, offset);
    machine.start();
    machine.write('timeout', own, 0);
    machine.write('timeout', timeout, 1);
    for (const unit of [0, 1]) machine.ask(readOf((3 + unit) * pageBytes), unit);
    machine.settle();
    return machine;
  };
  const status = (machine: Machine): number => machine.readKeeper('memory_status') & 15;

  /** The first memory gives data to the units one by one, as one channel would: what the first unit does not take keeps the second waiting. */
  const readsInLine = (machine: Machine): void => {
    const [first, second] = machine.units as [Machine['units'][0], Machine['units'][0]];
    let kept = false;
    machine.watch = () => {
      const blocked = first.is('m0_axi_rvalid') && !first.is('m0_axi_rready');
      if (blocked && second.is('m0_axi_rvalid')) {
        second.set('m0_axi_rvalid', 0);
        kept = true;
      } else if (!blocked && kept) {
        second.set('m0_axi_rvalid', 1);
        kept = false;
      }
    };
  };

  /** The first memory takes data of one burst after the other: what the first unit has begun keeps the second waiting. */
  const writesInLine = (machine: Machine): void => {
    const [first, second] = machine.units as [Machine['units'][0], Machine['units'][0]];
    let open = 0;
    machine.watch = () => {
      if (open > 0) second.set('m0_axi_wready', 0);
      open += Number(first.passes('m0_axi_aw'));
      open -= Number(first.passes('m0_axi_w') && first.is('m0_axi_wlast'));
    };
  };

  const stop = (machine: Machine, channel: string): void => {
    machine.runUntil(() => machine.units[0]!.passes(channel), 'a beat');
    machine.processors[0]!.stall = 1;
    machine.run(3);
  };

  it('a processor that takes no data is given up, keeps nobody waiting, and goes on where it was', () => {
    const machine = ready(timeout);
    readsInLine(machine);
    const answers = [0, 1, 0].map((id) => machine.ask(readOf(3 * pageBytes, { id, length: 31 })));
    stop(machine, 's_axi_r');
    const others = Array.from({ length: 40 }, (_, count) => machine.ask(readOf(4 * pageBytes, { id: count % 4 }), 1));
    machine.runUntil(() => others.every(({ done }) => done), 'the other processor');
    machine.run(10 * timeout);
    expect(answers.some(({ done }) => done)).toBe(false);
    expect(machine.units[0]!.is('m0_axi_rready')).toBe(true);
    machine.processors[0]!.stall = 0;
    machine.settle();
    const expected = Array.from({ length: 32 }, (_, beat) => 8 * beat);
    for (const { data, responses } of answers) {
      expect(data.map((beat) => beat[0])).toEqual(expected);
      expect(responses).toEqual(new Array(32).fill(0));
    }
    expect(status(machine)).toBe(0);
  });

  it('a processor that stops in its data is given up, keeps nobody waiting, and goes on where it was', () => {
    const machine = ready(timeout);
    writesInLine(machine);
    const answer = machine.ask(writeOf(3 * pageBytes, 100, { length: 15 }));
    const next = machine.ask(writeOf(3 * pageBytes + 512, 50, { length: 3 }));
    stop(machine, 's_axi_w');
    const others = Array.from({ length: 8 }, (_, count) => machine.ask(writeOf(4 * pageBytes + 8 * count, count), 1));
    machine.runUntil(() => others.every(({ done }) => done), 'the other processor');
    const asked = machine.memories[0].asked.length;
    machine.run(10 * timeout);
    // It is not begun anew before there are data.
    expect(machine.memories[0].asked).toHaveLength(asked);
    expect(machine.memories[0].read(3 * pageBytes + 15 * 8)).toBe(0);
    machine.processors[0]!.stall = 0;
    machine.settle();
    expect([answer.responses, next.responses]).toEqual([[0], [0]]);
    const written = (from: number, count: number): number[] =>
      Array.from({ length: count }, (_, beat) => machine.memories[0].read(5 * pageBytes + from + 8 * beat));
    expect(written(0, 16)).toEqual(Array.from({ length: 16 }, (_, beat) => 100 + beat));
    expect(written(512, 4)).toEqual([50, 51, 52, 53]);
    expect(status(machine)).toBe(0);
  });

  it.each([
    ['takes no data', readsInLine, () => readOf(3 * pageBytes, { length: 31 }), 's_axi_r', readOf],
    [
      'gives no data',
      writesInLine,
      () => writeOf(3 * pageBytes, 1, { length: 15 }),
      's_axi_w',
      (at: number) => writeOf(at, 1),
    ],
  ] as const)(
    'without a timeout, one that %s holds memory, and another unit takes it for dead',
    (_, line, access, channel, other) => {
      const machine = ready(0);
      line(machine);
      machine.ask(access());
      stop(machine, channel);
      machine.ask(other(4 * pageBytes), 1);
      machine.run(3 * timeout);
      expect(status(machine)).toBe(1);
    },
  );

  it.each([
    ['writes', false],
    ['a compared read', true],
  ] as const)(
    'who waits behind %s on both memories does not take the good one for dead before the bad one is given up',
    (_, reads) => {
      const machine = ready(timeout, { first: 5, second: 5, compare: true } as never);
      machine.tables.map(0, 4, { second: 7 });
      machine.bump(0, true);
      const [first, second] = machine.units as [Machine['units'][0], Machine['units'][0]];
      for (const [unit, page] of [3, 4].entries()) machine.ask(readOf(page * pageBytes), unit);
      machine.settle();
      const answer = machine.ask(
        reads ? readOf(3 * pageBytes, { length: 31 }) : writeOf(3 * pageBytes, 9, { length: 31 }),
      );
      const beat = reads ? 'm1_axi_r' : 'm1_axi_w';
      machine.runUntil(() => first.passes(beat), 'the first beat');
      // The second memory serves one burst after the other: it is at that of the first unit.
      const ended = (): boolean => first.passes(beat) && first.is(reads ? 'm1_axi_rlast' : 'm1_axi_wlast');
      let open = true;
      machine.watch = () => {
        if (open) for (const ready of ['m1_axi_arready', 'm1_axi_wready']) second.set(ready, 0);
        if (ended()) open = false;
      };
      const other = machine.ask(reads ? readOf(4 * pageBytes) : writeOf(4 * pageBytes, 7), 1);
      machine.run(10);
      machine.memories[0].death = 'silent';
      machine.runUntil(() => answer.done && other.done, 'both');
      expect(new Set([...answer.responses, ...other.responses])).toEqual(new Set([0]));
      expect(status(machine)).toBe(1);
    },
  );

  it('nobody keeps the turn for both memories while it is stopped', () => {
    const machine = ready(timeout, { first: 5, second: 5 } as never);
    machine.tables.map(0, 4, { first: 7, second: 7 });
    machine.bump(0, true);
    machine.ask(writeOf(3 * pageBytes, 100, { length: 15 }));
    stop(machine, 's_axi_w');
    const other = machine.ask(writeOf(4 * pageBytes, 1), 1);
    machine.runUntil(() => other.done, 'the other processor');
    machine.processors[0]!.stall = 0;
    machine.settle();
    expect(machine.memories.map((memory) => memory.read(5 * pageBytes + 120))).toEqual([115, 115]);
    expect(status(machine)).toBe(0);
  });
});
