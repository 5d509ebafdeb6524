/** How many beats a cycle go, by what a page asks of the two memories: bursts of one identifier, as fast as the unit takes them. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Mapping } from '../../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { type Kind, kinds, machineOf } from '../machines.ts';

const pageBytes = 4096;
const beatBytes = 8;
const page = 3;
const thorough = process.env.PORTCULLIS_THOROUGH === '1';

interface Measured {
  readonly kind: Kind;
  readonly mapping: Mapping;
  readonly write: boolean;
  /** Cycles from a request to the first beat, or to the answer of a write. */
  readonly latency: number;
  readonly beats: number;
  readonly units?: number;
}

/** Bursts of each unit, of which the first and last are not counted: there is less under way while they begin and end. */
const bursts = 96;
const edges = 16;

/** Cycles from the end of one burst to that of the next, on the average, for each unit. */
const cyclesOfBurst = ({ kind, mapping, write, latency, beats, units = 1 }: Measured): readonly number[] => {
  const machine = machineOf(kind, { units });
  machine.tables.map(0, page, mapping);
  machine.start();
  for (const unit of machine.units.keys()) machine.ask(readOf(page * pageBytes), unit);
  machine.settle();
  for (const memory of machine.memories) memory.latency = latency;
  const ends: number[][] = machine.units.map(() => []);
  machine.watch = () => {
    for (const [number, unit] of machine.units.entries())
      if (write ? unit.passes('s_axi_b') : unit.passes('s_axi_r') && unit.is('s_axi_rlast'))
        ends[number]!.push(machine.cycle);
  };
  for (const unit of machine.units.keys()) {
    for (let count = 0; count < bursts; count += 1) {
      const address = page * pageBytes + ((count * beats * beatBytes) % pageBytes);
      machine.ask(write ? writeOf(address, 1, { length: beats - 1 }) : readOf(address, { length: beats - 1 }), unit);
    }
  }
  machine.settle();
  return ends.map((cycles) => (cycles[bursts - 1 - edges]! - cycles[edges - 1]!) / (bursts - 2 * edges));
};

const one = { first: 5 };
const mirrored = { first: 5, second: 6 };
const compared = { ...mirrored, compare: true };
/** Slots of each direction, as shipped. */
const slots = 8;

describe.each(kinds)('%s', (kind) => {
  const cases = [2, 10, 50].flatMap((latency) => [1, 8, 16].map((beats) => [latency, beats] as const));
  it.each(thorough ? cases : [cases[0]!, cases[4]!])(
    'with memory that answers after %i cycles, bursts of %i beats',
    (latency, beats) => {
      const cycles = (mapping: Mapping, write: boolean): number =>
        cyclesOfBurst({ kind, mapping, write, latency, beats })[0]!;
      // A slot of a read is in use for two cycles more than memory is at it, that of a write for five.
      const read = Math.max(beats, (latency + beats + 1) / slots);
      const written = Math.max(beats, (latency + beats + 4) / slots);
      const all = [
        cycles(one, false),
        cycles(mirrored, false),
        cycles(compared, false),
        cycles(one, true),
        cycles(mirrored, true),
      ];
      expect(all).toEqual([read, read, latency + beats + 1, written, written]);
    },
  );

  it('two units that write to both memories, or read and compare them, do so in turn', () => {
    const latency = 10;
    for (const { beats, written, read } of [
      { beats: 1, written: [4.359375, 4.71875], read: [25.0625, 25.0625] },
      { beats: 8, written: [19.5, 19.5], read: [39, 39] },
      { beats: 16, written: [39, 39], read: [54.890625, 54.890625] },
    ].slice(thorough ? 0 : 1, thorough ? 3 : 2)) {
      expect(cyclesOfBurst({ kind, mapping: mirrored, write: true, latency, beats, units: 2 })).toEqual(written);
      expect(cyclesOfBurst({ kind, mapping: compared, write: false, latency, beats, units: 2 })).toEqual(read);
    }
  });
});
