/** Bugs for the interconnect. */
import type { Expression } from '../../rtl/hdl/ir.ts';
import { changeInValues, constantLike, isReference } from './places.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { changeValues } from './values.ts';

const one = (node: Expression): Expression => constantLike(node, (1n << BigInt(node.width)) - 1n);
const zero = (node: Expression): Expression => constantLike(node, 0n);
const named =
  (name: string) =>
  (node: Expression): boolean =>
    isReference(node, name);

const soon = 20_000;

export const interconnectBugs: readonly PlantedBug[] = [
  {
    name: 'order_rule_dropped',
    imitates: 'a rule of order forgotten',
    planted: 'reads of manager 0: an identifier may be at two subordinates at once',
    path: ['read_intake_0', 'slots'],
    within: soon,
    plant: (module) =>
      changeInValues(
        module,
        'agrees',
        (node) => node.kind === 'binary' && node.operator === 'equal' && isReference(node.right, 'number'),
        one,
        module.signals.filter(({ name }) => /^target_\d+$/.test(name)).length,
      ),
  },
  {
    name: 'turn_kept',
    imitates: 'an arbiter that forgets whose turn it was',
    planted: 'reads at subordinate 0: the last manager is not remembered',
    path: ['read_choice_0'],
    within: soon,
    plant: (module) => changeValues(module, 'last', (node) => constantLike(node, 1n)),
  },
  {
    name: 'identifier_not_widened',
    imitates: 'two managers that get each other’s answers',
    planted: 'writes at subordinate 1: every request has the number of manager 0',
    path: ['write_choice_1'],
    within: soon,
    plant: (module) =>
      changeValues(
        module,
        'payload_id',
        (node) =>
          node.kind === 'concatenation'
            ? { ...node, parts: [zero(node.parts[0] as Expression), ...node.parts.slice(1)] }
            : node,
        1,
        (node) => node.kind === 'concatenation',
      ),
  },
  {
    name: 'data_side_shared',
    imitates: 'a resource that is not held to the end',
    planted: 'writes enter at a subordinate whose W side another write holds',
    path: [],
    within: soon,
    plant: (module) => changeValues(module, 'data_held', zero),
  },
  {
    name: 'local_read_one_beat_long',
    imitates: 'an off-by-one in a count of beats',
    planted: 'a read of manager 1 that nobody owns has a beat too many',
    path: ['local_read_1'],
    within: soon,
    plant: (module) =>
      changeValues(
        module,
        'left',
        (node) => ({
          kind: 'binary',
          operator: 'add',
          left: node,
          right: constantLike(node, 1n),
          width: node.width,
          signed: node.signed,
          location: node.location,
        }),
        1,
        named('len'),
      ),
  },
  {
    name: 'answer_before_data',
    imitates: 'an answer that does not wait',
    planted: 'a write of manager 0 that nobody owns is answered before its last data',
    path: ['local_write_0'],
    within: soon,
    plant: (module) => changeInValues(module, 'offers', named('done'), one),
  },
  {
    name: 'ready_not_dropped',
    imitates: 'a ready that does not fall',
    planted: 'awready of manager 0 stays up while a request is held',
    path: ['write_intake_0'],
    within: soon,
    plant: (module) => changeValues(module, 'channel_ready', one),
  },
  {
    name: 'slot_free_too_early',
    imitates: 'a burst that counts as over after its first beat',
    planted: 'reads of manager 1: any beat frees the slot',
    path: ['read_output_1'],
    within: soon,
    plant: (module) =>
      changeInValues(
        module,
        'ends',
        (node) => node.kind === 'slice' && isReference(node.operand, 'chosen_content'),
        one,
      ),
  },
  {
    name: 'responses_stay_with_first',
    imitates: 'an unfair choice',
    planted: 'responses of writes to manager 0: a subordinate keeps its turn',
    path: ['write_output_0'],
    within: soon,
    plant: (module) => changeValues(module, 'last', (node) => constantLike(node, 4n)),
  },
  {
    name: 'last_beat_forgotten',
    imitates: 'an end that is not seen',
    planted: 'the last beat of write data of manager 1 does not end its write where no other enters',
    path: ['data_intake_1'],
    within: soon,
    plant: (module) =>
      changeInValues(module, 'active', (node) => node.kind === 'unary' && isReference(node.operand, 'may_enter'), one),
  },
];
