/** Bugs for the resource access controller: requests, data and responses on their way. */
import { changeInValues, constantLike, isReference } from './places.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { late, less, named, one, path, soon, zero } from './resource-access-controller-places.ts';
import { changeValues, mentionOf } from './values.ts';

export const trafficBugs: readonly PlantedBug[] = [
  {
    name: 'route_rule_dropped',
    imitates: 'a rule of order forgotten',
    planted: 'reads: one that is answered here does not wait for one of the same identifier at a port',
    path: path('reads'),
    within: soon,
    plant: (module) => changeValues(module, 'closed_local', zero),
  },
  {
    name: 'rank_not_decremented',
    imitates: 'a count that is not taken back',
    planted: 'writes: slot 0 waits on for what has completed',
    path: path('writes'),
    within: late,
    plant: (module) =>
      changeValues(
        module,
        'waits_for_0',
        () => mentionOf(module, 'waits_for_0'),
        1,
        (value) => value.kind === 'binary' && value.operator === 'and' && isReference(value.left, 'waits_for_0'),
      ),
  },
  {
    name: 'lowest_does_not_win',
    imitates: 'a priority that is not there',
    planted: 'read decoder: all entries that hit are taken together',
    path: ['read_decoder'],
    within: soon,
    plant: (module) => changeValues(module, 'chosen', () => mentionOf(module, 'hits')),
  },
  {
    name: 'device_address_unmasked',
    imitates: 'a mask left out',
    planted: 'write decoder: the bits inside an entry are translated too',
    path: ['write_decoder'],
    within: soon,
    plant: (module) =>
      changeInValues(
        module,
        'difference',
        (node) =>
          node.kind === 'binary' &&
          node.operator === 'and' &&
          node.right.kind === 'unary' &&
          node.left.kind === 'binary',
        (node) => (node.kind === 'binary' ? node.left : node),
        module.signals.filter(({ name }) => /^entries_\d+_size$/.test(name)).length,
      ),
  },
  {
    name: 'read_one_beat_short',
    imitates: 'an off-by-one in a count of beats',
    planted: 'reads: a read in slot 1 ends one beat early',
    path: path('read_progress'),
    within: soon,
    plant: (module) => changeValues(module, 'beats_1', less, 1, named('length')),
  },
  {
    name: 'faked_burst_broken',
    imitates: 'a burst that is not held together',
    planted: 'read faker: a burst is left for another in its middle',
    path: path('read_faker'),
    within: soon,
    plant: (module) => changeValues(module, 'active', zero),
  },
  {
    name: 'response_before_data',
    imitates: 'an answer that does not wait',
    planted: 'write faker: B is sent before the last beat of data has come',
    path: path('write_faker'),
    within: soon,
    plant: (module) =>
      changeInValues(
        module,
        'ready',
        (node) => node.kind === 'slice' && isReference(node.operand, 'received'),
        one,
        module.signals.filter(({ name }) => /^slots_\d+_valid$/.test(name)).length,
      ),
  },
  {
    name: 'wready_not_dropped',
    imitates: 'a ready that does not fall',
    planted: 'write data: wready stays up while a beat is held',
    path: path('write_data'),
    within: soon,
    plant: (module) => changeValues(module, 'channel_ready', one),
  },
  {
    name: 'turn_kept',
    imitates: 'an arbiter that forgets whose turn it was',
    planted: 'read choice: the last source is not remembered',
    path: path('read_choice'),
    within: soon,
    plant: (module) => changeValues(module, 'last_source', (node) => constantLike(node, 1n)),
  },
];
