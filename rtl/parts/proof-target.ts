/** What a block says of the proofs that it wants. */
import type { ModuleDefinition, Ports } from '../hdl/index.ts';
import type { ParameterValue } from './parameters.ts';

/** A module with assertions around a block or a part of one, at parameters at which it can be proved. */
export interface ProofTarget {
  /** Unlike those of the block's other targets. */
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** The page, and the section in it, that the properties put in other words. */
  readonly section: string;
  /** Whether it takes minutes, so that only thorough runs prove it. */
  readonly thorough: boolean;
  module(): ModuleDefinition<Ports>;
}

export interface ProofList {
  /** A block's or a part's name. */
  readonly block: string;
  readonly targets: readonly ProofTarget[];
}
