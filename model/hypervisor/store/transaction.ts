import { type Change, type Outcome, perform, sameOutcome, type TreeRequest } from './operations.ts';
import type { Caller } from './permissions.ts';
import type { Quotas } from './quotas.ts';
import type { Tree } from './tree.ts';

interface Step {
  readonly request: TreeRequest;
  readonly outcome: Outcome;
}

/** What came of a commit. */
export interface Committed {
  readonly tree: Tree;
  readonly changes: readonly Change[];
}

/** A tree of one's own for a while, and what was asked of it. */
export class Transaction {
  readonly #tree: Tree;
  readonly #base: number;
  readonly #steps: Step[] = [];
  #bytes = 0;

  /** @param tree that it begins with */
  constructor(tree: Tree) {
    this.#tree = tree.fork();
    this.#base = tree.generation;
  }

  /**
   * @param bytes of the request's payload
   * @throws StoreError ENOSPC when the transaction is too long
   */
  perform(caller: Caller, quotas: Quotas, request: TreeRequest, bytes: number): Outcome {
    quotas.check('transaction-requests', caller.domain, this.#steps.length + 1);
    quotas.check('transaction-bytes', caller.domain, this.#bytes + bytes);
    const outcome = perform(this.#tree, caller, quotas, request);
    this.#steps.push({ request, outcome });
    this.#bytes += bytes + outcome.answer.length;
    return outcome;
  }

  /** The tree as it is with the transaction in it, and what it changed; null when that is not what its client was told. */
  commit(tree: Tree, caller: Caller, quotas: Quotas): Committed | null {
    if (tree.generation === this.#base)
      return { tree: this.#tree, changes: changesOf(this.#steps.map(({ outcome }) => outcome)) };
    const again = tree.fork();
    const outcomes: Outcome[] = [];
    for (const { request, outcome } of this.#steps) {
      const now = perform(again, caller, quotas, request);
      if (!sameOutcome(now, outcome)) return null;
      outcomes.push(now);
    }
    return { tree: again, changes: changesOf(outcomes) };
  }
}

const changesOf = (outcomes: readonly Outcome[]): readonly Change[] =>
  outcomes.flatMap(({ change }) => (change === undefined ? [] : [change]));
