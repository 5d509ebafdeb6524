/** A verdict for every property of a module: bounded search for bugs first, then induction, then reachability. */
import type { Module } from '../../rtl/hdl/ir.ts';
import type { ProofEngine } from '../../rtl/parts/proof-target.ts';
import {
  boundedSearch,
  counterexample,
  type EngineAnswer,
  type EngineLimits,
  induction,
  reachability,
} from './engines.ts';
import { labelProperties, type ProofProperty } from './label-properties.ts';
import { proofModel } from './model.ts';
import { type Trace, traceOf } from './trace.ts';

/**
 * `proved`: holds in every cycle after a reset (a cover: it can come). `bounded`: no violation within `depth` cycles. `failed`: a
 * violation was found (a cover: it can never come). `open`: nothing is known (a cover: not reached yet).
 */
export type Verdict = 'proved' | 'bounded' | 'failed' | 'open';

export interface PropertyVerdict {
  readonly property: string;
  readonly flavour: 'assert' | 'cover';
  /** `file:line` of the declaration. */
  readonly source: string;
  readonly engine: ProofEngine;
  readonly verdict: Verdict;
  /** Cycles: looked at, of the induction, of the invariant's frames, or up to the violation. */
  readonly depth: number;
  /** From the start until this verdict; the properties of a module are proved side by side. */
  readonly seconds: number;
  /** Leads to the violation of an assertion; null for other verdicts. */
  readonly trace: Trace | null;
}

export interface ProveOptions extends Partial<EngineLimits> {
  /** Paths of the properties to prove; all when left out. */
  readonly properties?: readonly string[];
  /** Engines that may be used, in this order; all when left out. */
  readonly engines?: readonly ProofEngine[];
  /** Told as engines start. */
  readonly onEngine?: (engine: ProofEngine, open: number) => void;
}

export const defaultLimits: EngineLimits = { depth: 20, induction: 4, seconds: 60 };

const runs: Readonly<Record<ProofEngine, typeof boundedSearch>> = {
  bmc3: boundedSearch,
  'k-induction': induction,
  pdr: reachability,
};

interface Settled {
  readonly engine: ProofEngine;
  readonly verdict: Verdict;
  readonly depth: number;
  readonly seconds: number;
}

const settle = (property: ProofProperty, answer: EngineAnswer): Pick<Settled, 'verdict' | 'depth'> | null => {
  const cycle = answer.refuted.get(property.label);
  const isCover = property.flavour === 'cover';
  if (cycle !== undefined) return { verdict: isCover ? 'proved' : 'failed', depth: cycle + 1 };
  if (answer.proved.has(property.label)) return { verdict: isCover ? 'failed' : 'proved', depth: answer.depth };
  return null;
};

/** Proves an elaborated module's assertions under its assumptions, and reaches its covers. */
export const proveModule = async (module: Module, options: ProveOptions = {}): Promise<readonly PropertyVerdict[]> => {
  const limits: EngineLimits = { ...defaultLimits, ...options };
  const design = labelProperties(module);
  const chosen = design.properties.filter(({ path }) => options.properties?.includes(path) ?? true);
  if (chosen.length === 0) return [];
  const model = proofModel(design);
  const began = performance.now();
  const elapsed = (): number => Math.round((performance.now() - began) / 100) / 10;
  const settled = new Map<ProofProperty, Settled>();
  let bound: Settled = { engine: 'bmc3', verdict: 'open', depth: 0, seconds: 0 };
  for (const name of options.engines ?? (['bmc3', 'k-induction', 'pdr'] as const)) {
    const open = chosen.filter((property) => !settled.has(property));
    // A cover that is not reached is no invariant to prove with the others.
    const asked = name === 'k-induction' ? open.filter(({ flavour }) => flavour === 'assert') : open;
    if (asked.length === 0) continue;
    options.onEngine?.(name, asked.length);
    const answer = await runs[name](
      model,
      asked.map(({ label }) => label),
      limits,
    );
    const seconds = elapsed();
    for (const property of asked) {
      const found = settle(property, answer);
      if (found !== null) settled.set(property, { engine: name, seconds, ...found });
    }
    if (name === 'bmc3') bound = { ...bound, depth: answer.depth, seconds };
  }
  const verdicts: PropertyVerdict[] = [];
  for (const property of chosen) {
    const { path, flavour, location, label } = property;
    const unsettled: Settled = { ...bound, verdict: flavour === 'assert' && bound.depth > 0 ? 'bounded' : 'open' };
    const result = settled.get(property) ?? unsettled;
    // The frames that `pdr` tells of are not those of the shortest trace.
    const refuted = result.verdict === (flavour === 'assert' ? 'failed' : 'proved');
    const wanted = refuted && (flavour === 'assert' || result.engine === 'pdr');
    const found = wanted ? await counterexample(model, label, limits.seconds) : null;
    verdicts.push({
      property: path,
      flavour,
      source: `${location.file}:${location.line}`,
      ...result,
      ...(found === null ? {} : { depth: found.inputs.length }),
      trace: found === null || flavour === 'cover' ? null : traceOf(module, path, found),
    });
  }
  return verdicts;
};
