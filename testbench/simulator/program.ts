/** The scheduled program: what both code generators read. Steps run in order; nodes without a local are computed where they are used. */

import type { Effect } from './design.ts';
import type { Node } from './graph.ts';

export type Step =
  /** Computes a node once; later uses read the local. */
  | { readonly kind: 'let'; readonly node: Node }
  | { readonly kind: 'effect'; readonly effect: Effect }
  | {
      readonly kind: 'if';
      readonly condition: Node;
      readonly then: readonly Step[];
      readonly otherwise: readonly Step[];
    }
  | {
      readonly kind: 'switch';
      readonly subject: Node;
      readonly cases: readonly { readonly values: readonly number[]; readonly body: readonly Step[] }[];
      readonly otherwise: readonly Step[];
    }
  /** Work that several later arms share, done where one of them will run; its nodes keep their locals, but for loads, which others do again. */
  | { readonly kind: 'guard'; readonly condition: Node; readonly body: readonly Step[] }
  /** Gives the local of `target` the value of `node`: the end of an arm that was evaluated only when chosen. */
  | { readonly kind: 'set'; readonly target: Node; readonly node: Node };

export interface Program {
  readonly steps: readonly Step[];
}
