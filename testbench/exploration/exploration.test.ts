import { afterAll, describe, expect, test } from 'vitest';
import { bit, bits, elaborate, input, module, output } from '../../rtl/hdl/index.ts';
import { table } from '../commands/table.ts';
import { Random } from '../simulator/index.ts';
import { clearDeadState } from './dead-state.ts';
import { explore, type SmallMachine, startMachine } from './explore.ts';
import { exploredMachines } from './machines.ts';
import { mistakes } from './mistakes.ts';
import { pageMachine } from './page-machine.ts';
import { turnMachine } from './turn-machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** All states of the largest machine take a quarter of an hour. */
const timeout = thorough ? 7_200_000 : 300_000;

/** A counter that goes on or stays, and stops for ever at 5 where it is told to. */
const counter = (stops: boolean): SmallMachine => ({
  name: 'counter',
  module: elaborate(
    module('counter', { choices: input(bits(2)), matters: output(bits(2)), waits: output(bit) }, (io, m) => {
      const r = m.regs({ count: { type: bits(4), reset: 0 }, noise: { type: bit, reset: 0 } });
      r.noise.set(r.noise.not());
      const ends = stops ? r.count.eq(5) : r.count.eq(15);
      m.when(io.choices.bit(0).and(ends.not()), () => r.count.set(r.count.add(1)));
      m.when(io.choices.bit(1), () => r.count.set(0));
      io.matters.set(stops ? 1 : 3);
      io.waits.set(1);
      m.assert(r.count.ne(14).or(io.choices.bit(1).not()), 'it does not begin anew at fourteen');
      m.cover(r.count.eq(5), 'five');
    }),
  ),
  dead: [{ when: [], dead: ['noise'] }],
  prepare(simulator) {
    simulator.in.aresetn = 1;
  },
});

describe('explore', () => {
  test('finds the shortest way to a fault', () => {
    const { fault, complete, reached } = explore(counter(false));
    expect(fault?.what).toBe('it does not begin anew at fourteen');
    expect(fault?.choices).toEqual([...Array.from({ length: 14 }, () => 1), 2]);
    expect(complete).toBe(false);
    expect([...reached]).toEqual(['five']);
  });

  test('finds where nothing goes on, and takes what differs in dead registers for one', () => {
    const { fault, states } = explore(counter(true));
    expect(fault).toEqual({ what: 'nothing goes on', choices: [1, 1, 1, 1, 1] });
    expect(states).toBe(6);
  });

  test('ends at a limit, and says so', () => {
    expect(explore(counter(false), { limit: 3 })).toMatchObject({ states: 3, complete: false, fault: null });
  });
});

const rows: (readonly string[])[] = [];
afterAll(() => {
  if (rows.length === 0) return;
  const head = ['machine', 'states', 'transitions', 'cycles', 'all', 'transitions/s'];
  process.stdout.write(`${table([head, ...rows], 1)}\n`);
});

describe('small machines of the hardware hold', () => {
  const chosen = exploredMachines.filter(({ quick }) => thorough || quick !== null);
  test.each(chosen.map((each) => [each.name, each] as const))(
    '%s',
    (name, each) => {
      const limit = thorough ? (each.thorough ?? Number.POSITIVE_INFINITY) : (each.quick ?? 0);
      const machine = each.machine();
      const found = explore(machine, { limit });
      const { states, transitions, depth, complete, seconds } = found;
      rows.push([
        name,
        ...[states, transitions, depth].map(String),
        complete ? 'yes' : 'no',
        (transitions / seconds).toFixed(0),
      ]);
      expect(found.fault).toBeNull();
      expect(complete).toBe(limit === Number.POSITIVE_INFINITY);
      if (!complete) return;
      const covers = startMachine(machine)
        .propertyCounts()
        .filter(({ flavour }) => flavour === 'cover');
      expect([...found.reached].sort()).toEqual(covers.map(({ path }) => path).sort());
    },
    timeout,
  );
});

const page = {
  name: 'page',
  units: 1,
  reads: 0,
  writes: 0,
  beats: 1,
  stalls: false,
  alias: false,
  cookieWidth: 3,
} as const;
const machineOf = {
  reads: () => pageMachine({ ...page, reads: 1 }),
  writes: () => pageMachine({ ...page, writes: 1 }),
  overlaps: () => turnMachine({ name: 'turns', writes: 1, beats: 1, overlapIsFault: true }),
  deadlocks: () => turnMachine({ name: 'turns', writes: 1, beats: 2, overlapIsFault: false }),
} as const;
const made = new Map<string, SmallMachine>();
const machine = (kind: keyof typeof machineOf): SmallMachine => {
  const found = made.get(kind) ?? machineOf[kind]();
  made.set(kind, found);
  return found;
};

describe('exploring finds that', () => {
  test.each(mistakes.map((mistake) => [mistake.name, mistake] as const))(
    '%s',
    (_name, { machine: kind, breaks, change }) => {
      const whole = machine(kind);
      const { fault } = explore({ ...whole, module: change(whole.module) });
      expect(fault?.what).toBe(breaks);
    },
  );
});

describe('what is dead changes nothing', () => {
  test.each([
    ['reads and writes', pageMachine({ ...page, reads: 2, writes: 2, beats: 2, stalls: true })],
    ['turns', turnMachine({ name: 'turns', writes: 2, beats: 2, overlapIsFault: true })],
  ] as const)('%s', (_name, whole) => {
    const [cleared, untouched] = [startMachine(whole), startMachine(whole)];
    const clears = clearDeadState(cleared, whole.dead);
    const compares = clearDeadState(untouched, whole.dead);
    const random = new Random(1);
    const cycles = thorough ? 100_000 : 4_000;
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const choices = Number(random.bits(20) & random.bits(20));
      for (const simulator of [cleared, untouched]) simulator.in.choices = choices;
      cleared.step();
      clears();
      untouched.step();
      const kept = untouched.state.slice();
      compares();
      const same = untouched.state.every((word, index) => word === cleared.state[index]);
      untouched.state.set(kept);
      expect(same, `cycle ${cycle}`).toBe(true);
    }
  });
});
