/** Bugs for the packet receive engine. */
import type { Expression } from '../../rtl/hdl/ir.ts';
import { changeInValues, constantLike, isReference } from './places.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { changeValues, mentionOf } from './values.ts';

const one = (node: Expression): Expression => constantLike(node, (1n << BigInt(node.width)) - 1n);
const zero = (node: Expression): Expression => constantLike(node, 0n);

const soon = 60_000;

export const packetReceiveBugs: readonly PlantedBug[] = [
  {
    name: 'strobes_ignored',
    imitates: 'bytes of another packet that leak',
    planted: 'the last beat of an entry is written whole',
    path: ['writer'],
    within: soon,
    plant: (module) => changeInValues(module, 'data_payload_strb', (node) => isReference(node, 'job_strobes'), one),
  },
  {
    name: 'full_ring_written',
    imitates: 'a check of room that is not there',
    planted: 'an entry is begun in a ring that is full',
    path: ['writer'],
    within: soon,
    plant: (module) => changeValues(module, 'has_room', one),
  },
  {
    name: 'published_too_early',
    imitates: 'an index that moves before the data are there',
    planted: 'the producer index moves with the first burst of an entry',
    path: [],
    within: soon,
    plant: (module) => changeInValues(module, 'rings_ends', (node) => isReference(node, 'under_way_pop_end'), one),
  },
  {
    name: 'refusal_forgotten',
    imitates: 'an error in the middle that the end hides',
    planted: 'only the last burst of an entry counts as refused',
    path: [],
    within: soon,
    plant: (module) => changeValues(module, 'failed', zero),
  },
  {
    name: 'index_not_masked',
    imitates: 'a ring that is left at its end',
    planted: 'the index of an entry does not wrap with the ring',
    path: ['rings'],
    within: soon,
    plant: (module) =>
      changeInValues(
        module,
        'entry',
        (node) => node.kind === 'binary' && node.operator === 'and' && isReference(node.left, 'head'),
        () => mentionOf(module, 'head'),
      ),
  },
  {
    name: 'buffer_freed_after_first',
    imitates: 'a buffer that is given back while it is read',
    planted: 'a packet for several clients is gone after the first',
    path: ['writer'],
    within: soon,
    plant: (module) => changeValues(module, 'left', zero),
  },
  {
    name: 'chain_not_closed',
    imitates: 'a count that is compared with the wrong moment',
    planted: 'a record is taken before all packets of its chain are there',
    path: ['filling'],
    within: soon,
    plant: (module) =>
      changeInValues(
        module,
        'closes',
        (node) => node.kind === 'binary' && node.operator === 'equal' && isReference(node.left, 'count'),
        one,
      ),
  },
  {
    name: 'moderation_never_ends',
    imitates: 'an interrupt that is never raised by time',
    planted: 'the age of a chain of client 0 stays 0',
    path: ['moderation'],
    within: soon,
    plant: (module) => changeValues(module, 'age_0', zero, 3),
  },
  {
    name: 'length_not_cleared',
    imitates: 'a sum that goes on over its end',
    planted: 'the length of a packet counts on into the next',
    path: ['filling'],
    within: soon,
    plant: (module) =>
      changeValues(
        module,
        'length',
        () => mentionOf(module, 'packet_length'),
        1,
        (value) => value.kind === 'constant',
      ),
  },
];
