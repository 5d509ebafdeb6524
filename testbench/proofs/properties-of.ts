import { elaborate } from '../../rtl/hdl/index.ts';
import type { ProofTarget } from '../../rtl/parts/proof-target.ts';
import { labelProperties } from './label-properties.ts';

/** Paths of a target's assertions and covers, in order of declaration. */
export const propertiesOf = (target: ProofTarget): readonly string[] =>
  labelProperties(elaborate(target.module())).properties.map(({ path }) => path);
