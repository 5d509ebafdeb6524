/** Bugs for the resource access controller: faults found and logged, ports isolated and put back into service. */
import { assigns, changeConditions, changeInValues, isReference, mentions } from './places.ts';
import type { PlantedBug } from './planted-bugs.ts';
import {
  isConstant,
  isNot,
  late,
  less,
  named,
  one,
  path,
  readSide,
  soon,
  writeSide,
  zero,
} from './resource-access-controller-places.ts';
import { changeAnywhere, changeValues, mentionOf } from './values.ts';

export const faultBugs: readonly PlantedBug[] = [
  {
    name: 'watch_never_moves',
    imitates: 'a pointer that is never advanced',
    planted: 'ages of reads: only slot 0 is looked at',
    path: path('read_ages'),
    within: soon,
    plant: (module) => changeValues(module, 'watch', () => mentionOf(module, 'watch')),
  },
  {
    name: 'age_goes_on',
    imitates: 'a timer that is not cleared by progress',
    planted: 'ages of reads: what is in the memory counts though the transaction moved',
    path: path('read_ages'),
    within: soon,
    plant: (module) => changeInValues(module, 'moved', named('moves'), zero),
  },
  {
    name: 'excuse_ignored',
    imitates: 'a device blamed for what it did not do',
    planted: 'write side of port 0: the device is charged for data that it was not given',
    path: writeSide(),
    within: late,
    plant: (module) =>
      changeInValues(
        module,
        'charged',
        (node) => node.kind === 'binary' && node.operator === 'or' && mentions(node, 'delivered'),
        one,
      ),
  },
  {
    name: 'timeout_one_late',
    imitates: 'an off-by-one in the compare with a limit',
    planted: 'ages of reads: a timeout is over one cycle late',
    path: path('read_ages'),
    within: soon,
    plant: (module) =>
      changeInValues(
        module,
        'late',
        isNot((node) => node.kind === 'binary' && node.operator === 'less'),
        (node) => {
          if (node.kind !== 'unary' || node.operand.kind !== 'binary') return node;
          return { ...node.operand, left: node.operand.right, right: node.operand.left };
        },
      ),
  },
  {
    name: 'burst_owed_as_one',
    imitates: 'bursts counted where beats are meant',
    planted: 'read side of port 0: a burst counts as one beat that is owed',
    path: readSide(),
    within: soon,
    plant: (module) => changeValues(module, 'owed_length', zero),
  },
  {
    name: 'taken_down_late',
    imitates: 'a response that is dropped in the cycle of a change of state',
    planted: 'read side of port 0: what comes in the first cycle of an isolation is swallowed unseen',
    path: readSide(),
    within: soon,
    plant: (module) => changeInValues(module, 'intake_keep', named('isolates'), zero),
  },
  {
    name: 'software_isolates_nothing',
    imitates: 'a pulse that is not wired',
    planted: 'port 0: the pulse that takes it out of service does nothing',
    path: path('port_0'),
    within: soon,
    plant: (module) => changeInValues(module, 'isolate', named('withdraw'), zero),
  },
  {
    name: 'filling_stops_early',
    imitates: 'an off-by-one in a count of beats',
    planted: 'write data of port 0: filling sends one beat less than was promised',
    path: writeSide('data_register'),
    within: soon,
    plant: (module) => changeValues(module, 'left', less, 1, named('fill_left')),
  },
  {
    name: 'filling_writes',
    imitates: 'strobes left on',
    planted: 'write data of port 0: filling has its strobes on',
    path: writeSide('data_register'),
    within: soon,
    plant: (module) => changeValues(module, 'held_beat_strb', one, 1, isConstant(0n)),
  },
  {
    name: 'held_beat_kept',
    imitates: 'a register that is not emptied',
    planted: 'read data of port 0: the held beat is not swallowed when the port is isolated',
    path: readSide('intake'),
    within: soon,
    plant: (module) =>
      changeInValues(module, 'full', named('keep'), (node) => ({
        kind: 'binary',
        operator: 'or',
        left: node,
        right: mentionOf(module, 'isolated'),
        width: 1,
        signed: false,
        location: node.location,
      })),
  },
  {
    name: 'readmitted_while_owed',
    imitates: 'a condition left out of a list',
    planted: 'port 0 is ready for re-admission though responses are owed',
    path: path('port_0', 'control'),
    within: soon,
    plant: (module) => changeInValues(module, 'empty', named('quiet'), one),
  },
  {
    name: 'spoiled_forgotten',
    imitates: 'a state that is not kept',
    planted: 'port 0 is ready for re-admission though its device said what nobody asked',
    path: path('port_0', 'control'),
    within: soon,
    plant: (module) => changeInValues(module, 'empty', isNot(named('spoiled')), one),
  },
  {
    name: 'error_passes_the_limit',
    imitates: 'a mask that comes one beat too late',
    planted: 'port 0: the error that is one too many reaches the processor',
    path: readSide(),
    within: late,
    plant: (module) =>
      changeInValues(
        module,
        'masked',
        (node) =>
          node.kind === 'binary' &&
          node.operator === 'and' &&
          mentions(node.left, 'intake_data_resp') &&
          mentions(node.right, 'brink'),
        zero,
      ),
  },
  {
    name: 'exclusive_unchecked',
    imitates: 'a response that is not looked at',
    planted: 'port 0: EXOKAY answers a normal read',
    path: readSide(),
    within: late,
    plant: (module) =>
      changeAnywhere(
        module,
        (node) =>
          node.kind === 'binary' && node.operator === 'equal' && node.left.width === 2 && isConstant(1n)(node.right),
        zero,
      ),
  },
  {
    name: 'interrupt_unmasked',
    imitates: 'a mask left out',
    planted: "a faulted resource's interrupt is passed on",
    path: path(),
    within: soon,
    plant: (module) =>
      changeInValues(
        module,
        'resource_interrupt',
        isNot(() => true),
        one,
      ),
  },
  {
    name: 'log_overwritten',
    imitates: 'the last kept in place of the first',
    planted: 'the log holds the second fault',
    path: path('log'),
    within: soon,
    plant: (module) => changeInValues(module, 'logs', isNot(named('is_logged')), one),
  },
  {
    name: 'reset_leaves_owed',
    imitates: 'a register that reset forgets',
    planted: 'port 0: the reset handshake does not clear the count of owed reads',
    path: readSide('owed'),
    within: late,
    plant: (module) => changeInValues(module, 'still_owed', named('clear'), zero),
  },
  {
    name: 'busy_ignored',
    imitates: 'a condition left out of a list',
    planted: 'a resource is re-admitted while its transactions are in flight',
    path: path('faults'),
    within: late,
    plant: (module) =>
      changeAnywhere(
        module,
        isNot((node) => node.kind === 'slice' && isReference(node.operand, 'busy')),
        one,
      ),
  },
  {
    name: 'change_unnoticed',
    imitates: 'a check of valid alone',
    planted: 'port 0: read data may change while they wait',
    path: readSide('intake'),
    within: late,
    plant: (module) =>
      changeInValues(module, 'changed', (node) => node.kind === 'binary' && node.operator === 'equal', one, 4),
  },
  {
    name: 'suspect_of_reads_alone',
    imitates: 'one of two sources forgotten',
    planted: 'port 0: a beat that nobody asked for is never blamed on the resource of a write',
    path: path('port_0', 'control'),
    within: late,
    plant: (module) =>
      changeConditions(
        module,
        (statement) => isReference(statement.condition, 'write_enters') && assigns(statement.then, 'suspect'),
        zero,
      ),
  },
];
