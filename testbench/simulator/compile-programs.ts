/** A design as two scheduled programs: `settle`, which gives the outputs, and `cycle`, which also passes the clock edge. */

import type { ActivityPlan } from './activity.ts';
import { planActivity } from './activity.ts';
import { decisionItems } from './decisions.ts';
import type { Action, Design } from './design.ts';
import { schedule } from './ordering.ts';
import type { Program, Step } from './program.ts';
import { specialise } from './specialise.ts';

/** A constant that a register takes under reset. */
export interface ResetStore {
  readonly bit: number;
  readonly width: number;
  readonly value: bigint;
}

export interface ActiveProgram {
  readonly plan: ActivityPlan;
  readonly groups: readonly (readonly Step[])[];
  readonly always: readonly Step[];
}

export interface Programs {
  readonly settle: Program;
  readonly cycle: Program;
  /** A cycle out of reset by what has changed, in place of that arm of `cycle`; null where every cycle does everything. */
  readonly active: ActiveProgram | null;
  /** What reset gives; registers without reset are absent. */
  readonly resetState: readonly ResetStore[];
}

/** Where cycles do again only what reads something that has changed. */
export type ByActivity = 'where it pays' | 'everywhere' | 'nowhere';

export const compilePrograms = (design: Design, byActivity: ByActivity = 'nowhere'): Programs => {
  const { graph } = design;
  const outputs = design.outputs.map(
    (value, word): Action => ({ guards: [], effect: { kind: 'output', word, value } }),
  );
  const word = graph.wordWidth / 8;
  const traces = design.traced.flatMap(({ limbs, offset }) =>
    limbs.map(
      (value, index): Action => ({ guards: [], effect: { kind: 'trace', offset: offset + index * word, value } }),
    ),
  );
  const settle = schedule(graph, [...outputs, ...traces]);
  const all = [...outputs, ...design.actions];
  const reset = design.ports.inputs[0];
  if (reset?.name !== 'aresetn')
    return { settle: { steps: settle }, cycle: { steps: schedule(graph, all) }, active: null, resetState: [] };
  const released = graph.load('input', 0, 1);
  const underReset = specialise(graph, all, released, 0n);
  const running = specialise(graph, all, released, 1n);
  const decisions = decisionItems(graph, running);
  const plan = byActivity === 'nowhere' ? null : planActivity(graph, running, decisions, byActivity === 'everywhere');
  const active =
    plan === null
      ? null
      : { plan, groups: plan.groups.map((group) => schedule(graph, group)), always: schedule(graph, plan.always) };
  const branch: Step = {
    kind: 'if',
    condition: released,
    then: active === null ? schedule(graph, running, decisions) : [],
    otherwise: schedule(graph, underReset),
  };
  const resetState = underReset.flatMap(({ guards, effect }, index): ResetStore[] => {
    if (guards.length > 0 || effect.kind !== 'store' || effect.value.kind !== 'constant') return [];
    // A register without reset that is always given one constant is not reset to it.
    const before = all[index]?.effect;
    if (before?.kind === 'store' && before.value.kind === 'constant') return [];
    return [{ bit: effect.bit, width: effect.width, value: effect.value.value }];
  });
  return { settle: { steps: settle }, cycle: { steps: [branch] }, active, resetState };
};
