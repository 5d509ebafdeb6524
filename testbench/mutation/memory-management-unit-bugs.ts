/** Bugs for the memory management unit and its keeper: cookies, walks, the two memories, restoring, exclusive accesses. */
import { changeInValues, mentions } from './places.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { isNot, named, one, zero } from './resource-access-controller-places.ts';
import { changeValues, mentionOf } from './values.ts';

/** Cycles at small parameters within which all of them show: of everything at once, of mostly exclusive accesses, and of memories that refuse and fail. */
export const memoryManagementUnitBugCycles = { everything: 60_000, exclusives: 30_000, failing: 30_000 } as const;

const within = memoryManagementUnitBugCycles.everything;
const unit = (...inner: readonly string[]): readonly string[] => ['unit_0', ...inner];
const keeper = (...inner: readonly string[]): readonly string[] => ['shared_keeper', ...inner];

const bugsOfEverything: readonly PlantedBug[] = [
  {
    name: 'cookies_always_equal',
    imitates: 'a check that is not wired',
    planted: 'unit 0: every cookie counts as the one that its page was mapped with',
    path: unit('lookup', 'checks'),
    within,
    plant: (module) => changeValues(module, 'same', one),
  },
  {
    name: 'lookup_during_bump',
    imitates: 'a race of a lookup with a page that is taken back',
    planted: 'unit 0: requests look up in the cycle of a bump too',
    path: unit('lookup'),
    within,
    plant: (module) => changeInValues(module, 'looks', isNot(named('bump_now')), one),
  },
  {
    name: 'walk_survives_flush',
    imitates: 'a walk that is filled in though all was dropped meanwhile',
    planted: 'unit 0: a walk under way does not start anew when a cookie wraps around',
    path: unit('walker'),
    within,
    plant: (module) => changeValues(module, 'spoiled', zero),
  },
  {
    name: 'tried_memory_again',
    imitates: 'a retry that asks the one that has just failed',
    planted: 'unit 0: a walk does not remember which memory has refused',
    path: unit('walker'),
    within,
    plant: (module) => changeInValues(module, 'usable', isNot(named('tried')), one),
  },
  {
    name: 'writes_not_waited_for',
    imitates: 'a revocation that is acknowledged too soon',
    planted: 'unit 0: a bump does not wait for writes of its page that are at memory',
    path: unit('writes'),
    within,
    plant: (module) => changeValues(module, 'taken_back', zero),
  },
  {
    name: 'launch_during_bump',
    imitates: 'a race of a write with a page that is taken back',
    planted: 'unit 0: a write is launched in the cycle of a bump too',
    path: unit('writes'),
    within,
    plant: (module) => changeInValues(module, 'launch_goes', isNot(named('bump_now')), one),
  },
  {
    name: 'data_during_bump',
    imitates: 'a race of write data with a page that is taken back',
    planted: 'unit 0: beats of a write move in the cycle of a bump too',
    path: unit('writes'),
    within,
    plant: (module) => changeInValues(module, 'may', named('bump_now'), zero),
  },
  {
    name: 'restoring_memory_read',
    imitates: 'a memory that is read before it holds everything',
    planted: 'unit 0: the memory that is being restored may be read by reads of the processor',
    path: unit('reads'),
    within,
    plant: (module) => changeInValues(module, 'usable', named('memory_readable'), one),
  },
  {
    name: 'pair_not_awaited',
    imitates: 'beats that are compared with what was on the wires',
    planted: 'unit 0: a beat of the first memory is given though that of the second has not come',
    path: unit('reads'),
    within,
    plant: (module) => changeInValues(module, 'pair', named('comes_1'), one),
  },
  {
    name: 'stopped_reader_holds_memory',
    imitates: 'a manager that takes no data and blocks all others',
    planted: 'unit 0: reads whose data the processor does not take are never given up',
    path: unit('reads'),
    within,
    plant: (module) => changeValues(module, 'stopped', zero),
  },
  {
    name: 'stopped_writer_holds_memory',
    imitates: 'a manager that gives no data and blocks all others',
    planted: 'unit 0: writes whose data the processor does not give are never given up',
    path: unit('writes'),
    within,
    plant: (module) => changeValues(module, 'stopped', zero),
  },
  {
    name: 'turn_never_spent',
    imitates: 'an arbiter that starves',
    planted: 'unit 0: who has the turn keeps it',
    path: unit('turns'),
    within,
    plant: (module) => changeValues(module, 'spent', zero),
  },
  {
    name: 'directions_mixed',
    imitates: 'two managers that each hold what the other waits for',
    planted: 'unit 0: a write begins on both memories in the time of reads too',
    path: unit('turns'),
    within,
    plant: (module) => changeInValues(module, 'writes_begin', named('both_kind'), one),
  },
  {
    name: 'direction_never_spent',
    imitates: 'an arbiter that starves',
    planted: 'unit 0: the direction that has begun on both memories goes on as long as it likes',
    path: unit('turns'),
    within,
    plant: (module) => changeValues(module, 'kind_spent', zero),
  },
  {
    name: 'one_answer_watched',
    imitates: 'a watchdog that looks at one of many',
    planted: 'unit 0: at memory 0 the first read slot alone is watched',
    path: unit('port_0'),
    within,
    plant: (module) => changeValues(module, 'read_timer_watch', zero),
  },
  {
    name: 'leaf_not_read_alone',
    imitates: 'a retry that begins too far back',
    planted: 'unit 0: a walk that a bump has met starts anew at its highest table',
    path: unit('walker'),
    within,
    plant: (module) => changeValues(module, 'is_direct', one),
  },
  {
    name: 'overlap_stays',
    imitates: 'two entries for one page',
    planted: 'unit 0: what is filled in does not put out what the TLB has for its page',
    path: unit('lookup', 'tlb'),
    within,
    plant: (module) => changeValues(module, 'gone', (value) => (value.kind === 'binary' ? value.right : value)),
  },
  {
    name: 'timeout_counts_nothing',
    imitates: 'an event that is not wired',
    planted: 'the keeper: memory 0 is not taken out of use for a timeout',
    path: keeper('memory_0'),
    within,
    plant: (module) => changeValues(module, 'by_timeout', zero),
  },
  {
    name: 'claim_not_waited_for',
    imitates: 'a copy that races with a write of its own line',
    planted: 'the keeper: a line is read though writes to its page are under way',
    path: keeper('engine'),
    within,
    plant: (module) => changeInValues(module, 'asks', isNot(named('claim_busy')), one),
  },
  {
    name: 'wrap_unnoticed',
    imitates: 'a counter that wraps around into an old value',
    planted: 'the keeper: nothing is dropped when a cookie wraps around',
    path: keeper('cookies'),
    within,
    plant: (module) =>
      changeInValues(
        module,
        'bump_flush',
        (node) => node.kind === 'binary' && node.operator === 'or' && mentions(node, 'bump_all'),
        () => mentionOf(module, 'bump_all'),
      ),
  },
];

/** What only exclusive accesses show, to pages that are taken back meanwhile. */
export const exclusiveAccessBugs: readonly PlantedBug[] = [
  {
    name: 'exclusive_write_cut',
    imitates: 'an exclusive write that is split',
    planted: 'unit 0: an exclusive write of which beats have gone is cut when its page is taken back',
    path: unit('writes'),
    within: memoryManagementUnitBugCycles.exclusives,
    plant: (module) =>
      changeInValues(
        module,
        'cuts',
        isNot((node) => mentions(node, 'slot_0_request_lock')),
        one,
      ),
  },
  {
    name: 'exclusive_write_goes_on',
    imitates: 'an exclusive write that is split',
    planted: 'unit 0: what is left of an exclusive write that was given up goes anew',
    path: unit('writes'),
    within: memoryManagementUnitBugCycles.exclusives,
    plant: (module) => changeValues(module, 'broken_off', zero),
  },
  {
    name: 'mirrored_exclusive_write',
    imitates: 'a write that two monitors decide on',
    planted: 'unit 0: exclusive writes to pages in both memories go to both',
    path: unit('writes'),
    within: memoryManagementUnitBugCycles.exclusives,
    plant: (module) => changeValues(module, 'hopeless', zero),
  },
  {
    name: 'exclusive_read_again',
    imitates: 'a reservation that is newer than the data',
    planted: 'unit 0: the rest of an exclusive read that is sent again is exclusive too',
    path: unit('reads'),
    within: memoryManagementUnitBugCycles.exclusives,
    plant: (module) => changeValues(module, 'resumes', zero),
  },
  {
    name: 'rest_answered_plainly',
    imitates: 'beats of one exclusive read that are answered differently',
    planted: 'unit 0: the rest of an exclusive read that is sent again is answered as a plain one',
    path: unit('reads'),
    within: memoryManagementUnitBugCycles.exclusives,
    plant: (module) => changeInValues(module, 'offered_response', named('granted'), zero),
  },
];

/** What a read remembers of a memory that refused it. */
export const refusalBugs: readonly PlantedBug[] = [
  {
    name: 'refusal_outlives_translation',
    imitates: 'a state that is kept when what it is about is gone',
    planted: 'unit 0: a read that is sent again by something else still leaves out the memory that refused it',
    path: unit('reads'),
    within: memoryManagementUnitBugCycles.failing,
    plant: (module) => changeInValues(module, 'starts_anew', named('sent_again'), zero),
  },
  {
    name: 'refusal_outlives_bump',
    imitates: 'a race of a refusal with a page that is taken back',
    planted:
      'unit 0: a read that is refused by memory 0 in the very cycle of a bump of its page leaves that memory out',
    path: unit('reads'),
    within: memoryManagementUnitBugCycles.failing,
    plant: (module) =>
      changeInValues(
        module,
        'excluded_0',
        (node) =>
          node.kind === 'binary' &&
          node.operator === 'and' &&
          isNot(() => true)(node.right) &&
          !mentions(node, 'excluded_0'),
        (node) => (node.kind === 'binary' ? node.left : node),
      ),
  },
  {
    name: 'refused_memory_lost',
    imitates: 'a retry that gives up what is all there is',
    planted: 'unit 0: a read whose other memory fails meanwhile is not asked again of the one that refused it',
    path: unit('reads'),
    within: memoryManagementUnitBugCycles.failing,
    plant: (module) =>
      changeValues(module, 'usable', (value) => (value.kind === 'multiplex' ? value.whenFalse : value)),
  },
];

export const memoryManagementUnitBugs: readonly PlantedBug[] = [
  ...bugsOfEverything,
  ...exclusiveAccessBugs,
  ...refusalBugs,
];
