/** Exclusive accesses whose page is taken back, or whose processor stops, in their middle: all is written and EXOKAY, or nothing and OKAY. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Answer } from '../../../../../model/hardware/memory-management-unit/bench/bursts.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { indexOf, type Mapping } from '../../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;
  const timeout = 200;
  const length = 7;
  const beats = Array.from({ length: length + 1 }, (_, beat) => beat);
  const exclusive = { lock: 1, length };

  const ready = (mapping: Mapping = { first: 5 }): Machine => {
    const machine = machineOf(kind, { entries: 4, reads: 2, writes: 2, formWidth: 0 });
    machine.tables.map(0, 3, mapping);
    machine.start();
    machine.write('timeout', timeout);
    return machine;
  };
  const read = (machine: Machine): Answer => {
    const answer = machine.ask(readOf(3 * pageBytes, exclusive));
    machine.settle();
    return answer;
  };
  const frame = (machine: Machine, number: number, memory: 0 | 1 = 0): number[] =>
    beats.map((beat) => machine.memories[memory].read(number * pageBytes + 8 * beat));
  const written = beats.map((beat) => 10 + beat);
  const untouched = beats.map(() => 0);

  /** An exclusive write that stops after some of its beats. */
  const stopped = (machine: Machine, after: number): Answer => {
    const answer = machine.ask(writeOf(3 * pageBytes, 10, exclusive));
    let seen = 0;
    machine.runUntil(() => {
      seen += Number(machine.units[0]!.passes('m0_axi_w'));
      return seen === after;
    }, 'a beat');
    machine.processors[0]!.stall = 1;
    machine.run(2);
    return answer;
  };
  const goesOn = (machine: Machine): void => {
    machine.processors[0]!.stall = 0;
    machine.settle();
  };
  /** Gives the page another frame and takes it back; the processor goes on meanwhile. */
  const move = (machine: Machine, goes = true): void => {
    machine.tables.map(0, 3, { first: 6 });
    if (goes) machine.processors[0]!.stall = 0.8;
    machine.bump(indexOf(machine.parameters, { first: 5 }));
    machine.processors[0]!.stall = 0;
  };

  it('one whose page is taken back in its middle is written whole before the bump is answered', () => {
    const machine = ready();
    expect(read(machine).responses).toEqual(beats.map(() => 1));
    const answer = stopped(machine, 3);
    move(machine);
    expect(frame(machine, 5)).toEqual(written);
    machine.settle();
    expect(answer.responses).toEqual([1]);
    expect(frame(machine, 6)).toEqual(untouched);
  });

  it('one that memory refuses, and whose page is taken back in its middle, is not written at all', () => {
    const machine = ready();
    read(machine);
    machine.memories[0].write(5 * pageBytes + 60, 0);
    const answer = stopped(machine, 3);
    move(machine);
    machine.settle();
    expect(answer.responses).toEqual([0]);
    expect([frame(machine, 5), frame(machine, 6)]).toEqual([untouched, untouched]);
  });

  it('one whose page is taken back before its first beat fails', () => {
    const machine = ready();
    read(machine);
    const answer = machine.ask(writeOf(3 * pageBytes, 10, exclusive));
    machine.watch = () => machine.units[0]!.set('s_axi_wvalid', 0);
    machine.runUntil(() => machine.units[0]!.passes('m0_axi_aw'), 'the request');
    move(machine, false);
    machine.watch = undefined;
    machine.settle();
    expect(answer.responses).toEqual([0]);
    expect([frame(machine, 5), frame(machine, 6)]).toEqual([untouched, untouched]);
  });

  it.each([
    [2, 'granted', false],
    [0, 'refused', true],
  ] as const)(
    'one that stops in its data is answered with %i if memory has %s it, and holds no bump',
    (response, _, refused) => {
      const machine = ready();
      read(machine);
      if (refused) machine.memories[0].write(5 * pageBytes, 0);
      const answer = stopped(machine, 3);
      move(machine, false);
      machine.processors[0]!.stall = 1;
      machine.run(timeout);
      expect(answer.done).toBe(false);
      const next = machine.ask(writeOf(3 * pageBytes + 64, 50));
      goesOn(machine);
      expect([answer.responses, next.responses]).toEqual([[response], [0]]);
      const part = beats.map((beat) => (beat < 3 ? 10 + beat : 0));
      expect(frame(machine, 5)).toEqual(refused ? untouched : part);
      expect(frame(machine, 6)).toEqual(untouched);
      expect(machine.memories[0].read(6 * pageBytes + 64)).toBe(50);
    },
  );

  it('one to a page in both memories fails and is not written, though it was read when one had it', () => {
    const machine = ready();
    read(machine);
    machine.tables.map(0, 3, { first: 5, second: 7 });
    machine.bump(indexOf(machine.parameters, { first: 5 }));
    const answer = machine.ask(writeOf(3 * pageBytes, 10, exclusive));
    machine.settle();
    expect(answer.responses).toEqual([0]);
    expect([frame(machine, 5), frame(machine, 7, 1)]).toEqual([untouched, untouched]);
    expect(read(machine).responses).toEqual(beats.map(() => 0));
  });

  it('a read that is sent again in its middle keeps its first reservation, and answers all beats alike', () => {
    const machine = ready();
    read(machine);
    const answer = machine.ask(readOf(3 * pageBytes, exclusive));
    machine.runUntil(() => answer.data.length === 3, 'a beat');
    machine.processors[0]!.stall = 1;
    machine.bump(indexOf(machine.parameters, { first: 5 }));
    // What it has read is not so any more.
    machine.memories[0].write(5 * pageBytes, 99);
    goesOn(machine);
    expect(answer.responses).toEqual(beats.map(() => 1));
    const write = machine.ask(writeOf(3 * pageBytes, 10, exclusive));
    machine.settle();
    expect(write.responses).toEqual([0]);
    expect(frame(machine, 5)[1]).toBe(0);
  });
});
