/**
 * That a unit has no read and no write under way on both memories at once: a memory that serves one burst after the other could be at the read where the other
 * is at the write, and each would wait for the other.
 */
import { all, any, type Bits } from '../hdl/index.ts';
import { range } from '../parts/seen.ts';
import { type ProvenUnit, trustLookups } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/** What is looked up, and what the memories say, is anything. */
export const withoutAnswers: readonly string[] = [
  ...['registers', 'lookup', 'walker', 'faults', 'difference'],
  ...['port_0', 'port_1'],
];

const flags = ['valid', 'route_0', 'route_1', 'pending_0', 'pending_1'] as const;

export const turnPaths: readonly string[] = [
  ...[...flags, 'lookup_valid'].map((name) => `reads.${name}`),
  ...[...flags, 'lookup_valid', 'at_memory', 'current_place'].map((name) => `writes.${name}`),
  'turns.both_kind',
];

export const turnProperties = (p: Geometry, unit: ProvenUnit): void => {
  const { m, given, seen } = unit;
  trustLookups(unit, ['read', 'write']);
  // Proved beside the lookup: "nothing by a translation that was taken back".
  m.assume(
    given('lookup.found_fault').bit(0).implies(given('lookup.found_local').bit(0)),
    'what the walker gave up is answered here',
  );
  /** Whether an access of the slot is under way on both memories, and one of them owes an answer. */
  const isOpen = (ring: 'reads' | 'writes', slot: number): Bits<1> => {
    const flag = (name: (typeof flags)[number] | 'at_memory'): Bits<1> => seen(`${ring}.${name}`).bit(slot);
    const there = ring === 'reads' ? flag('valid') : all([flag('valid'), flag('at_memory')]);
    return all([there, flag('route_0'), flag('route_1'), any([flag('pending_0'), flag('pending_1')])]);
  };
  const reads = any(range(p.reads).map((slot) => isOpen('reads', slot)));
  const writes = any(range(p.writes).map((slot) => isOpen('writes', slot)));
  m.assert(all([reads, writes]).not(), 'no read and write are under way on both memories at once');
  const isWrites = seen('turns.both_kind').bit(0);
  m.assert(reads.implies(isWrites.not()), 'reads are under way on both memories in their time');
  m.assert(writes.implies(isWrites), 'writes are under way on both memories in their time');
  m.cover(reads, 'a read is under way on both memories');
  m.cover(writes, 'a write is under way on both memories');
};
