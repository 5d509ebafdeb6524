/** Bugs for the memory path. */
import { assigns, changeConditions, changeInValues, isReference, mentions, valuesOf } from './places.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { late, named, one, soon, zero } from './resource-access-controller-places.ts';
import { changeAnywhere, changeValues, mentionOf } from './values.ts';

/** Bugs on the way of reads. */
const readBugs: readonly PlantedBug[] = [
  {
    name: 'channel_order_dropped',
    imitates: 'a rule of order forgotten',
    planted: 'read slots: a beat does not wait for an older one of its identifier in another channel',
    path: ['read_slots'],
    within: soon,
    plant: (module) => changeValues(module, 'undisturbed', one),
  },
  {
    name: 'piece_over_the_line',
    imitates: 'a limit that is not kept',
    planted: 'cutter: a burst is not cut at the end of a line',
    path: ['read_requests'],
    within: soon,
    plant: (module) => changeValues(module, 'more', () => mentionOf(module, 'burst_len')),
  },
  {
    name: 'poisoned_data_shown',
    imitates: 'an error that lets the data pass',
    planted: 'read slots: data of AES that failed is shown with its error',
    path: ['read_slots'],
    within: late,
    plant: (module) =>
      changeInValues(
        module,
        'of_aes_data',
        (node) => node.kind === 'multiplex' && node.whenTrue.kind === 'constant' && node.whenTrue.value === 0n,
        (node) => (node.kind === 'multiplex' ? node.whenFalse : node),
      ),
  },
  {
    name: 'beat_stays',
    imitates: 'a register that is not cleared',
    planted: "read slots: data of a beat stays in the processor's R register when it was taken",
    path: ['read_slots'],
    within: soon,
    plant: (module) =>
      changeValues(
        module,
        'r_out_payload_data',
        () => mentionOf(module, 'r_out_payload_data'),
        1,
        (value) => value.kind === 'constant',
      ),
  },
  {
    name: 'queue_overrun',
    imitates: 'a queue that says too late that it is full',
    planted: 'decryption: the queue of PRINCE has room for one block more than it holds',
    path: ['decryption', 'prince_queue'],
    within: late,
    plant: (module) =>
      changeInValues(
        module,
        'room',
        (node) => node.kind === 'constant',
        (node) => (node.kind === 'constant' ? { ...node, value: node.value + 1n } : node),
      ),
  },
  {
    name: 'second_word_as_first',
    imitates: 'one of two equal halves wired twice',
    planted: 'decryption: the second word of a block of PRINCE has the tweak of the first',
    path: ['decryption', 'engines'],
    within: soon,
    plant: (module) => changeValues(module, 'high_tweak', () => mentionOf(module, 'low_tweak')),
  },
  {
    name: 'tweak_of_the_other',
    imitates: 'the arms of a multiplexer swapped',
    planted: 'tweaks: the data unit of the read is taken when a write asks, and the other way about',
    path: ['tweaks'],
    within: soon,
    plant: (module) =>
      changeInValues(
        module,
        'question_unit',
        (node) => node.kind === 'multiplex',
        (node) => (node.kind === 'multiplex' ? { ...node, whenTrue: node.whenFalse, whenFalse: node.whenTrue } : node),
      ),
  },
];

/** Bugs on the way of writes. */
const writeBugs: readonly PlantedBug[] = [
  {
    name: 'merge_overtakes',
    imitates: 'a hazard that is not looked for',
    planted: 'write pieces: a piece does not wait for an older one that touches a block of it',
    path: ['write_pieces'],
    within: late,
    plant: (module) => changeValues(module, 'older_touching', zero),
  },
  {
    name: 'pieces_wait_by_line',
    imitates: 'a hazard looked for too widely',
    planted: 'write pieces: one waits for every older one of its line',
    path: ['write_pieces'],
    within: soon,
    plant: (module) => changeInValues(module, 'older_touching', named('merge_piece_empty'), zero),
  },
  {
    name: 'part_not_merged',
    imitates: 'a special case forgotten',
    planted: 'write pieces: a block that is written in part is encrypted with what was there of an older piece',
    path: ['write_pieces', 'bytes'],
    within: soon,
    plant: (module) => changeValues(module, 'mixed', zero),
  },
  {
    name: 'strobes_of_another_block',
    imitates: 'the wrong bits of a word taken',
    planted: 'write pieces: of a block with an odd number the strobes of its neighbour count',
    path: ['write_pieces', 'bytes'],
    within: soon,
    plant: (module) =>
      changeInValues(
        module,
        'chosen',
        (node) => node.kind === 'multiplex' && node.whenTrue.kind === 'slice',
        (node) => (node.kind === 'multiplex' ? node.whenFalse : node),
        2,
      ),
  },
  {
    name: 'empty_block_written',
    imitates: 'a byte lane written without its strobe',
    planted: 'write launch: a block of which nothing is written goes to memory with all strobes',
    path: ['write_launch'],
    within: soon,
    plant: (module) => changeValues(module, 'piece_beat_strb', one),
  },
  {
    name: 'answered_before_data',
    imitates: 'an answer that does not wait',
    planted: 'write bursts: one whose pieces are answered is answered before its last beat has come',
    path: ['write_bursts'],
    within: late,
    plant: (module) => {
      const among = (name: string): number =>
        valuesOf(module, name).filter((value) => mentions(value, 'closed')).length;
      const [place] = module.signals.filter(({ kind, name }) => kind === 'wire' && among(name) > 0);
      return changeInValues(
        module,
        place?.name ?? 'ending',
        (node) => node.kind === 'slice' && isReference(node.operand, 'closed'),
        one,
        module.signals.filter(({ name }) => /^burst_\d+_class$/.test(name)).length,
      );
    },
  },
];

/** Bugs of keys and of the scanner. */
const keyBugs: readonly PlantedBug[] = [
  {
    name: 'commit_does_not_wait',
    imitates: 'a key changed in the middle of a transaction',
    planted: 'key store: a commit does not wait until its slot is out of use',
    path: ['keys'],
    within: soon,
    plant: (module) => changeInValues(module, 'starts', named('in_use'), zero),
  },
  {
    name: 'lock_not_looked_at',
    imitates: 'a lock that is only told of',
    planted: 'key store: a locked slot takes commands',
    path: ['keys'],
    within: late,
    plant: (module) =>
      changeAnywhere(module, (node) => node.kind === 'slice' && isReference(node.operand, 'locked'), zero),
  },
  {
    name: 'stage_open_in_commit',
    imitates: 'a value that is changed after it was checked',
    planted: 'register port: words of a key are staged while a commit is active',
    path: ['registers'],
    within: late,
    plant: (module) => changeAnywhere(module, (node) => isReference(node, 'hold'), zero),
  },
  {
    name: 'staged_not_looked_at',
    imitates: 'a value that is taken before it is whole',
    planted: 'key store: a key is loaded whatever words of it are staged',
    path: ['keys'],
    within: soon,
    plant: (module) => changeValues(changeValues(module, 'has_short', one), 'has_long', one),
  },
  {
    name: 'dropped_lock_kept',
    imitates: 'a command of which one half is dropped',
    planted: 'key store: a command that is dropped locks its slot',
    path: ['keys'],
    within: late,
    plant: (module) =>
      changeConditions(
        module,
        ({ then }) => assigns(then, 'locked'),
        (condition) => (condition.kind === 'binary' ? condition.left : condition),
        valuesOf(module, 'locked').length,
      ),
  },
  {
    name: 'read_waits_for_data',
    imitates: 'a wait that another wait depends on',
    planted: 'read requests: a read waits for a commit that waits for data of a write',
    path: ['read_requests'],
    within: late,
    plant: (module) => changeAnywhere(module, named('commit_waits_for_data'), zero),
  },
  {
    name: 'scan_holds_up_commit',
    imitates: 'a request to stop that is not heard',
    planted: 'scanner: a commit of its key slot does not stop a scan',
    path: ['scanner'],
    within: late,
    plant: (module) => changeInValues(module, 'told', named('state_committing'), zero),
  },
  {
    name: 'scan_half_blind',
    imitates: 'one of two equal halves left out',
    planted: 'scanner: the second word of a block is not compared with the pattern',
    path: ['scanner'],
    within: late,
    plant: (module) =>
      changeAnywhere(
        module,
        (node) =>
          node.kind === 'binary' && node.operator === 'equal' && node.left.kind === 'slice' && node.left.low === 64,
        one,
      ),
  },
  {
    name: 'scan_over_too_early',
    imitates: 'an end that does not wait for what is under way',
    planted: 'scanner: a scan is done while lines of it are on their way from memory',
    path: ['scanner'],
    within: soon,
    plant: (module) => changeInValues(module, 'finishes', named('scanning'), zero),
  },
];

export const memoryPathBugs: readonly PlantedBug[] = [...readBugs, ...writeBugs, ...keyBugs];
