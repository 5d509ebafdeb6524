/** What is dead in a memory management unit and in its keeper, as `docs/systems/memory-management-unit.md` says what is looked at when. */
import type { ir } from '../../rtl/hdl/index.ts';
import type { DeadState, Place } from './dead-state.ts';

interface Sizes {
  readonly entries: number;
  readonly reads: number;
  readonly writes: number;
}

/** Paths of the registers below an instance. */
const registersBelow = (module: ir.Module, prefix: string): readonly string[] => [
  ...module.signals.filter(({ kind }) => kind === 'register').map(({ name }) => `${prefix}${name}`),
  ...module.instances.flatMap((instance) => registersBelow(instance.module, `${prefix}${instance.name}.`)),
];

const walkStates = { idle: 0, ask: 1, wait: 2, index: 3, value: 4, fill: 5, fault: 6 } as const;

/** Counters that software may read, and timers where `timeout` is 0. */
const countersOf = (unit: string): readonly string[] => [
  ...['hits', 'misses', 'restarts', 'failovers', 'differences'].map((name) => `${unit}.${name}`),
  ...['reads.read_stop', 'writes.write_stop'].map((name) => `${unit}.${name}`),
  ...[0, 1].flatMap((port) =>
    ['read_timer', 'write_timer', 'read_timer_watch', 'write_timer_watch'].map(
      (timer) => `${unit}.port_${port}.${timer}`,
    ),
  ),
];

const slotFlags = {
  reads: ['again', 'checked', 'local_access', 'granted', 'enabled', 'route', 'pending', 'excluded'],
  writes: [
    ...['again', 'at_memory', 'cut', 'leaving', 'sent', 'exclusive', 'checked', 'local_access'],
    ...['enabled', 'route', 'refused', 'pending'],
  ],
} as const;
const twice = new Set(['enabled', 'route', 'pending', 'excluded', 'refused']);

export const deadUnitState = (
  top: ir.Module,
  unit: string,
  keeper: string,
  number: number,
  p: Sizes,
): readonly DeadState[] => {
  const all = registersBelow(top, '');
  const below = (prefix: string): readonly string[] => all.filter((path) => path.startsWith(`${unit}.${prefix}`));
  /** What is in a register with a full bit. */
  const payload = (full: string, ...prefixes: readonly string[]): DeadState => ({
    when: [[`${unit}.${full}`, 1, 0]],
    dead: prefixes.flatMap((prefix) => below(prefix)),
  });
  const ports = [0, 1].flatMap((port) => [
    ...['ar_out', 'aw_out', 'w_out'].map((name) =>
      payload(`port_${port}.${name}_full`, `port_${port}.${name}_payload`, `port_${port}.${name}_owner`),
    ),
    payload(`port_${port}.r_full`, `port_${port}.r_held`),
  ]);
  const processor = [
    payload('reads.ar_full', 'reads.ar_held'),
    payload('writes.aw_full', 'writes.aw_held'),
    payload('writes.w_full', 'writes.w_held'),
    payload('reads.r_out_full', 'reads.r_out_payload', 'reads.r_out_owner'),
    payload('writes.b_out_full', 'writes.b_out_payload', 'writes.b_out_owner'),
    payload('writes.active', 'writes.beat'),
  ];
  const slots = (['reads', 'writes'] as const).flatMap((ring) =>
    Array.from({ length: p[ring] }, (_, slot): DeadState => {
      const words = slotFlags[ring].flatMap((flag) => (twice.has(flag) ? [`${flag}_0`, `${flag}_1`] : [flag]));
      const flags = words.map((name): Place => [`${unit}.${ring}.${name}`, 1 << slot]);
      return { when: [[`${unit}.${ring}.valid`, 1 << slot, 0]], dead: [...flags, ...below(`${ring}.slot_${slot}_`)] };
    }),
  );
  const entries = Array.from(
    { length: p.entries },
    (_, entry): DeadState => ({
      when: [[`${unit}.lookup.tlb.valid`, 1 << entry, 0]],
      dead: below(`lookup.tlb.entry_${entry}_`),
    }),
  );
  const checks = `${unit}.lookup.checks`;
  const empty = (stage: string) =>
    [
      [`${checks}.${stage}_read`, 0xff, 0],
      [`${checks}.${stage}_write`, 0xff, 0],
    ] as const;
  const stages = ['first', 'second'].map(
    (stage): DeadState => ({
      when: empty(stage),
      dead: [`${checks}.${stage}_cookie`, `${checks}.${stage}_number`],
    }),
  );
  const walk = (name: string): string => `${unit}.walker.${name}`;
  const inState = (...states: readonly number[]) => states.map((state) => [[walk('state'), 7, state]] as const);
  const found = below('walker.found_');
  const answer = [...['port', 'second'].map(walk), ...below('walker.early_')];
  const pointer = below('walker.pointer_');
  const progress = [walk('tried'), ...answer];
  const marks = ['marks', 'dirty'].map(walk);
  const walker: readonly DeadState[] = [
    ...inState(walkStates.idle).map((when) => ({
      when,
      dead: [
        ...found,
        ...pointer,
        ...progress,
        ...marks,
        ...below('walker.of_'),
        ...['level', 'cause', 'write'].map(walk),
      ],
    })),
    ...inState(walkStates.ask).map((when) => ({ when, dead: [...found, ...answer, walk('cause')] })),
    ...inState(walkStates.wait).map((when) => ({ when, dead: [...found, walk('cause')] })),
    ...inState(walkStates.index, walkStates.value, walkStates.fill).map((when) => ({
      when,
      dead: [...progress, walk('cause')],
    })),
    ...inState(walkStates.fault).map((when) => ({
      when,
      dead: [...found, ...pointer, ...progress, ...marks, walk('level')],
    })),
  ];
  const fetched = number === 0 ? 'kept_data' : `kept_data_${number}`;
  const others = Object.values(walkStates);
  const cookies: readonly DeadState[] = [
    ...inState(...others.filter((state) => state !== walkStates.value)).map(([state]) => ({
      when: [...empty('first'), state],
      dead: [`${checks}.cookie_index`],
    })),
    ...inState(...others.filter((state) => state !== walkStates.fill)).map(([state]) => ({
      when: [...empty('second'), state],
      dead: [`${keeper}.cookies.${fetched}`],
    })),
  ];
  return [
    { when: [], dead: countersOf(unit) },
    ...ports,
    ...processor,
    ...slots,
    ...entries,
    ...stages,
    ...walker,
    ...cookies,
  ];
};

/** The keeper's counters. */
export const deadKeeperState = (keeper: string): readonly DeadState[] => [{ when: [], dead: [`${keeper}.log.cycle`] }];
