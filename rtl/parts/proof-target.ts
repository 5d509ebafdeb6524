/** What a block says of the proofs that it wants. */
import type { ModuleDefinition, Ports } from '../hdl/index.ts';
import type { ParameterValue } from './parameters.ts';

/**
 * How properties are settled: search for bugs up to a depth, induction over all properties at once, reachability of states by abc's `pdr`.
 */
export type ProofEngine = 'bmc3' | 'k-induction' | 'pdr';

/** A module with assertions around a block or a part of one, at parameters at which it can be proved. */
export interface ProofTarget {
  /** Unlike those of the block's other targets. */
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** The page, and the section in it, that the properties put in other words. */
  readonly section: string;
  /** Whether it takes minutes, so that only thorough runs prove it. */
  readonly thorough: boolean;
  /** The engines to use, in this order; all when left out. */
  readonly engines?: readonly ProofEngine[];
  /** Seconds that each engine may take, where that is more than usual. */
  readonly seconds?: number;
  /** Steps that induction may take, where that is more than usual: as many as it takes to see again what went into a memory. */
  readonly induction?: number;
  module(): ModuleDefinition<Ports>;
}

export interface ProofList {
  /** A block's or a part's name. */
  readonly block: string;
  readonly targets: readonly ProofTarget[];
}

/** Erases what a module's ports are: proofs need them no more. */
export const anyPorts = (make: () => unknown): (() => ModuleDefinition<Ports>) => make as () => ModuleDefinition<Ports>;

/** Ten times what the longest proof by induction takes on two idle cores. */
const inductionSeconds = 300;

/** A proof by induction over all its properties at once; what cannot be proved so is searched for bugs. */
export const byInduction = (target: Omit<ProofTarget, 'engines' | 'module'>, make: () => unknown): ProofTarget => ({
  seconds: inductionSeconds,
  ...target,
  parameters: { ...target.parameters },
  engines: ['k-induction', 'bmc3'],
  module: anyPorts(make),
});

/** Proofs by induction of parts of a block by themselves, which a page specifies in its sections. */
export const leafOn =
  (page: string) =>
  (parameters: object, name: string, section: string, thorough: boolean, make: () => unknown): ProofTarget =>
    byInduction(
      { name, parameters: parameters as ProofTarget['parameters'], section: `${page}, ${section}`, thorough },
      make,
    );
