/** Bugs for the write gate. */
import type { Expression } from '../../rtl/hdl/ir.ts';
import { changeInValues, constantLike, isReference } from './places.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { changeValues } from './values.ts';

const one = (node: Expression): Expression => constantLike(node, (1n << BigInt(node.width)) - 1n);
const zero = (node: Expression): Expression => constantLike(node, 0n);

const soon = 60_000;

export const writeGateBugs: readonly PlantedBug[] = [
  {
    name: 'high_bits_forgotten',
    imitates: 'an address that is cut before it is compared',
    planted: 'a page above those that can be marked is taken for one of them',
    path: [],
    within: soon,
    plant: (module) => changeValues(module, 'watched', one),
  },
  {
    name: 'stale_look',
    imitates: 'a decision by what was looked up before it changed',
    planted: 'a request that was looked up passes although a mark has changed since',
    path: [],
    within: soon,
    plant: (module) => changeInValues(module, 'looked', (node) => isReference(node, 'changes'), zero),
  },
  {
    name: 'data_overtake',
    imitates: 'data that come before the address that they belong to',
    planted: 'data do not wait for their request',
    path: [],
    within: soon,
    plant: (module) => changeValues(module, 'owed', one),
  },
  {
    name: 'limit_forgotten',
    imitates: 'a counter that runs over',
    planted: 'more writes are let through than can be counted',
    path: [],
    within: soon,
    plant: (module) => changeValues(module, 'has_room', one),
  },
  {
    name: 'stop_ignored',
    imitates: 'a setting that is not wired',
    planted: 'writes pass while the gate is stopped',
    path: [],
    within: soon,
    plant: (module) => changeValues(module, 'stopped', zero),
  },
  {
    name: 'held_counted_again',
    imitates: 'a level that is counted as an edge',
    planted: 'a held write is counted in every cycle',
    path: [],
    within: soon,
    plant: (module) => changeInValues(module, 'told', (node) => isReference(node, 'held'), zero),
  },
  {
    name: 'answers_uncounted',
    imitates: 'a number of things under way that only grows',
    planted: 'a write that was answered counts as under way for ever',
    path: [],
    within: soon,
    plant: (module) => changeValues(module, 'answered', zero),
  },
];
