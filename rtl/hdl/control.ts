import { EnumeratedValue } from './aggregate.ts';
import { unsignedOperand } from './bits-value.ts';
import { fail } from './diagnostic.ts';
import type { SourceLocation, Statement, SwitchCase } from './ir.ts';
import { currentBuilder, type ModuleBuilder } from './module-builder.ts';
import { describeOperand, describeShape } from './shape.ts';
import { here } from './source-location.ts';
import type { Bits } from './types.ts';
import { asValue, conditionOf, literal } from './value.ts';

/** The branches of a module's body: `m.when`, `m.match` and `m.matchBits`. */

type Body = () => void;

/** What follows a `when`. */
export interface WhenChain {
  elseWhen(condition: Bits<1>, body: Body): WhenChain;
  otherwise(body: Body): void;
}

class Chain implements WhenChain {
  readonly #builder: ModuleBuilder;
  /** The branch that holds the whole chain, and how long it was when the chain was last extended. */
  readonly #parent: readonly Statement[];
  readonly #length: number;
  readonly #otherwise: Statement[];
  /** Branches before the next. */
  readonly #links: number;

  constructor(builder: ModuleBuilder, parent: readonly Statement[], otherwise: Statement[], links: number) {
    this.#builder = builder;
    this.#links = links;
    this.#parent = parent;
    this.#length = parent.length;
    this.#otherwise = otherwise;
  }

  elseWhen(condition: Bits<1>, body: Body): WhenChain {
    const location = here();
    this.#checkInPlace('elseWhen', location);
    const otherwise: Statement[] = [];
    const test = conditionOf(condition, 'elseWhen', location);
    const then = this.#builder.branch(body, this.#links);
    this.#otherwise.push({ kind: 'if', condition: test, then, otherwise, location });
    return new Chain(this.#builder, this.#parent, otherwise, this.#links + 1);
  }

  otherwise(body: Body): void {
    this.#checkInPlace('otherwise', here());
    this.#otherwise.push(...this.#builder.branch(body, this.#links));
  }

  #checkInPlace(branch: string, location: SourceLocation): void {
    const inPlace =
      this.#builder.openBranch === this.#parent && this.#parent.length === this.#length && this.#otherwise.length === 0;
    if (!inPlace) fail('late-branch', location, { branch });
  }
}

export const when = (condition: Bits<1>, body: Body): WhenChain => {
  const location = here();
  const builder = currentBuilder('when');
  const test = conditionOf(condition, 'when', location);
  const otherwise: Statement[] = [];
  const statement: Statement = { kind: 'if', condition: test, then: builder.branch(body), otherwise, location };
  builder.append(statement);
  return new Chain(builder, builder.openBranch, otherwise, 1);
};

/** One branch for each state; `otherwise` stands for those that are not named. */
export type StateBranches<N extends string> =
  | { readonly [K in N]: Body }
  | ({ readonly [K in N]?: Body } & { readonly otherwise: Body });

export const match = (subject: unknown, branches: Readonly<Record<string, Body | undefined>>): void => {
  const location = here();
  const builder = currentBuilder('match');
  const value = asValue(subject, 'match', location);
  if (!(value instanceof EnumeratedValue)) {
    fail('wrong-kind', location, {
      operation: 'match',
      expected: 'an enumeration',
      actual: `${value.describe()}: ${describeShape(value.info)}`,
    });
    return;
  }
  const { states, width } = value.info;
  const hasOtherwise = branches.otherwise !== undefined && !states.has('otherwise');
  for (const name of Object.keys(branches)) {
    const known = states.has(name) || name === 'otherwise';
    if (!known) fail('unknown-state', location, { state: name, known: [...states.keys()].join(', ') });
  }
  const missing = [...states.keys()].filter((name) => branches[name] === undefined);
  if (missing.length > 0 && !hasOtherwise) fail('missing-state', location, { states: missing.join(', ') });
  const cases = [...states].flatMap(([name, code]): SwitchCase[] => {
    const body = branches[name];
    return body === undefined ? [] : [{ values: [code], body: builder.branch(body), location }];
  });
  let otherwise: readonly Statement[] = [];
  if (hasOtherwise) otherwise = builder.branch(branches.otherwise as Body);
  // Codes that name no state behave as the last state does, so that the match is complete in hardware as well.
  else if (BigInt(states.size) < 1n << BigInt(width)) otherwise = cases.pop()?.body ?? [];
  builder.append({ kind: 'switch', subject: value.expression, cases, otherwise, location });
};

export type BitsBranch = readonly [value: number | bigint | readonly (number | bigint)[], body: Body];

export const matchBits = (subject: unknown, branches: readonly BitsBranch[], otherwise?: Body): void => {
  const location = here();
  const builder = currentBuilder('matchBits');
  const expression = unsignedOperand(subject, 'matchBits', location);
  if (!Array.isArray(branches)) {
    const expected = 'a list of branches such as [[0, () => { ... }]]';
    fail('wrong-kind', location, { operation: 'matchBits', expected, actual: describeOperand(branches) });
  }
  const seen = new Set<bigint>();
  const cases = branches.map(([given, body]): SwitchCase => {
    const values = (typeof given === 'object' ? given : [given]).map((one) => {
      const constant = literal(one, expression, location, 'the subject of matchBits');
      const value = constant.kind === 'constant' ? constant.value : 0n;
      if (seen.has(value)) fail('duplicate-case', location, { value: String(value) });
      seen.add(value);
      return value;
    });
    return { values, body: builder.branch(body), location };
  });
  const rest = otherwise === undefined ? [] : builder.branch(otherwise);
  builder.append({ kind: 'switch', subject: expression, cases, otherwise: rest, location });
};
