/** A design as two scheduled programs: `settle`, which gives the outputs, and `cycle`, which also passes the clock edge. */

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

export interface Programs {
  readonly settle: Program;
  readonly cycle: Program;
  /** What reset gives; registers without reset are absent. */
  readonly resetState: readonly ResetStore[];
}

export const compilePrograms = (design: Design): Programs => {
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
    return { settle: { steps: settle }, cycle: { steps: schedule(graph, all) }, resetState: [] };
  const released = graph.load('input', 0, 1);
  const underReset = specialise(graph, all, released, 0n);
  const branch: Step = {
    kind: 'if',
    condition: released,
    then: schedule(graph, specialise(graph, all, released, 1n)),
    otherwise: schedule(graph, underReset),
  };
  const resetState = underReset.flatMap(({ guards, effect }, index): ResetStore[] => {
    if (guards.length > 0 || effect.kind !== 'store' || effect.value.kind !== 'constant') return [];
    // A register without reset that is always given one constant is not reset to it.
    const before = all[index]?.effect;
    if (before?.kind === 'store' && before.value.kind === 'constant') return [];
    return [{ bit: effect.bit, width: effect.width, value: effect.value.value }];
  });
  return { settle: { steps: settle }, cycle: { steps: [branch] }, resetState };
};
