/** Mistakes planted in the hardware of a small machine, each of which exploring has to find. */
import type { Expression, Module } from '../../rtl/hdl/ir.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { constantLike, isReference } from '../mutation/places.ts';
import { changeAnywhere, changeValues } from '../mutation/values.ts';

export interface Mistake {
  readonly name: string;
  /** The kind of machine that shows it. */
  readonly machine: 'reads' | 'writes' | 'overlaps' | 'deadlocks';
  /** What is found: the property, or that nothing goes on. */
  readonly breaks: string;
  change(top: Module): Module;
}

const ones = (node: Expression): Expression => constantLike(node, (1n << BigInt(node.width)) - 1n);
const zero = (node: Expression): Expression => constantLike(node, 0n);

/** A signal that is read as another value. */
const readAs =
  (path: string, name: string, value: (node: Expression) => Expression) =>
  (top: Module): Module =>
    editInstance(top, path.split('.'), (module) => changeAnywhere(module, (node) => isReference(node, name), value));

const withoutHighestBit = (operand: Expression): Expression => ({
  ...{ kind: 'slice', operand, low: 0, width: operand.width - 1, signed: false, location: operand.location },
});

const staleBeat = 'unit_0: no beat comes from a frame after it was taken back';
const lateWrite = 'unit_0: no write to a frame is under way after it was taken back';
const staleWrite = 'unit_0: nothing is written to a frame after it was taken back';

export const mistakes: readonly Mistake[] = [
  {
    name: 'cookies are not compared',
    machine: 'reads',
    breaks: staleBeat,
    change: (top) => editInstance(top, ['unit_0', 'lookup', 'checks'], (checks) => changeValues(checks, 'same', ones)),
  },
  {
    name: 'cookies are compared at the start only: a read under way takes no notice of a bump',
    machine: 'reads',
    breaks: staleBeat,
    change: readAs('unit_0.reads', 'bump_now', zero),
  },
  {
    name: 'cookies that wrap around meet those of an earlier round',
    machine: 'reads',
    breaks: staleBeat,
    change: (top) => editInstance(top, ['keeper', 'cookies'], (cookies) => changeValues(cookies, 'bump_flush', zero)),
  },
  {
    name: 'cookies that differ in their highest bit are taken as equal',
    machine: 'reads',
    breaks: staleBeat,
    change: (top) =>
      editInstance(top, ['unit_0', 'lookup', 'checks'], (checks) =>
        changeValues(checks, 'same', (value) => {
          if (value.kind !== 'binary') throw new Error('it is no comparison');
          return { ...value, left: withoutHighestBit(value.left), right: withoutHighestBit(value.right) };
        }),
      ),
  },
  {
    name: 'a walk takes no notice of bumps since it began',
    machine: 'reads',
    breaks: staleBeat,
    change: readAs('unit_0.walker', 'marks', zero),
  },
  {
    name: 'a bump is answered before the writes under way are',
    machine: 'writes',
    breaks: lateWrite,
    change: readAs('keeper.cookies', 'busy', zero),
  },
  {
    name: 'a write that has not left takes no notice of a bump',
    machine: 'writes',
    breaks: staleWrite,
    change: readAs('unit_0.writes', 'bump_now', zero),
  },
  {
    name: 'the turn is given on before what began is answered',
    machine: 'overlaps',
    breaks: 'one unit at a time has writes under way to both memories',
    change: readAs('unit_0.turns', 'writes_open', zero),
  },
  {
    name: 'nobody asks whose turn it is',
    machine: 'deadlocks',
    breaks: 'nothing goes on',
    change: (top) =>
      ['unit_0', 'unit_1'].reduce(
        (module, unit) => editInstance(module, [unit, 'turns'], (turns) => changeValues(turns, 'writes_allowed', ones)),
        top,
      ),
  },
];
