/** The names of one Verilog module, and the wires made for expressions that need one. */
import type { Expression, Module } from '../hdl/ir.ts';
import type { Declaration, Item, VerilogExpression, VerilogStatement } from './tree.ts';
import { isPlain, literal, lowerExpression, roleOf, type Surroundings } from './lower-expression.ts';
import { operandsOf } from './walk.ts';

const wholeTarget = (target: string) => ({ name: target, index: null, range: null });

export class Scope implements Surroundings {
  readonly declarations: Declaration[] = [];
  readonly items: Item[] = [];
  /** What the expressions being lowered drive; wires made for them are called after it. */
  feeds = '';
  readonly #taken: Set<string>;
  readonly #uses: ReadonlyMap<Expression, number>;
  readonly #made = new Map<Expression, string>();

  /** @param roots every expression that will be lowered, as often as it will be. */
  constructor(module: Module, roots: Iterable<Expression>) {
    this.#taken = new Set([
      'aclk',
      'aresetn',
      ...module.signals.map((signal) => signal.name),
      ...module.memories.map((memory) => memory.name),
      ...module.instances.map((instance) => instance.name),
    ]);
    const uses = new Map<Expression, number>();
    const count = (expression: Expression): void => {
      const before = uses.get(expression) ?? 0;
      uses.set(expression, before + 1);
      if (before === 0) for (const operand of operandsOf(expression)) count(operand);
    };
    for (const root of roots) count(root);
    this.#uses = uses;
  }

  unique(wanted: string): string {
    let candidate = wanted;
    for (let number = 2; this.#taken.has(candidate); number += 1) candidate = `${wanted}_${number}`;
    this.#taken.add(candidate);
    return candidate;
  }

  sharedName(expression: Expression): string | null {
    const made = this.#made.get(expression);
    if (made !== undefined) return made;
    if ((this.#uses.get(expression) ?? 0) < 2 || isPlain(expression) || expression.kind === 'reinterpretation')
      return null;
    return expression.kind === 'select' && expression.elements.length > 2
      ? this.hoistSelect(expression)
      : this.hoist(expression);
  }

  hoist(expression: Expression): string {
    const existing = this.#made.get(expression);
    if (existing !== undefined) return existing;
    // Lowered as if it stood alone: the maps must not yet say that it has a name.
    const own: Surroundings = {
      sharedName: (inner) => (inner === expression ? null : this.sharedName(inner)),
      hoist: (inner) => this.hoist(inner),
      hoistSelect: (inner) => this.hoistSelect(inner),
    };
    const value = lowerExpression(expression, 'continuous', own);
    const made = this.#name(expression);
    this.declarations.push(this.#declare('wire', made, expression));
    this.items.push({ kind: 'assign', target: wholeTarget(made), value, location: expression.location });
    return made;
  }

  hoistSelect(expression: Expression & { readonly kind: 'select' }): string {
    const existing = this.#made.get(expression);
    if (existing !== undefined) return existing;
    const subject = lowerExpression(expression.index, 'combinational', this);
    const values = expression.elements.map((element) => lowerExpression(element, 'combinational', this));
    const made = this.#name(expression);
    const assign = (value: VerilogExpression): VerilogStatement => ({
      kind: 'assign',
      blocking: true,
      target: wholeTarget(made),
      value,
      location: expression.location,
    });
    // Elements past what the index can name are never read; the last that it can name serves as the default.
    const reachable = values.slice(0, 2 ** Math.min(expression.index.width, 30));
    const last = reachable.at(-1) ?? literal(expression.width, 0n);
    const cases = reachable.slice(0, -1).map((value, index) => ({
      values: [literal(expression.index.width, BigInt(index))],
      body: [assign(value)],
      location: expression.location,
    }));
    this.declarations.push(this.#declare('reg', made, expression));
    this.items.push({
      kind: 'always',
      clock: null,
      body: [{ kind: 'case', subject, cases, otherwise: [assign(last)], location: expression.location }],
      location: expression.location,
    });
    return made;
  }

  /** The items that end the module: one wire that reads what nothing else reads, so that lint asks about nothing. */
  sink(unread: readonly VerilogExpression[], location: Module['location']): void {
    if (unread.length === 0) return;
    const made = this.unique('unused');
    this.declarations.push({ net: 'wire', name: made, width: 1, depth: null, location });
    const gathered: VerilogExpression = { kind: 'concatenation', parts: [literal(1, 0n), ...unread] };
    this.items.push({
      kind: 'assign',
      target: wholeTarget(made),
      value: { kind: 'unary', token: '&', operand: gathered },
      location,
    });
  }

  #name(expression: Expression): string {
    const made = this.unique(`${this.feeds}_${roleOf(expression)}`);
    this.#made.set(expression, made);
    return made;
  }

  #declare(net: 'wire' | 'reg', made: string, { width, location }: Expression): Declaration {
    return { net, name: made, width, depth: null, location };
  }
}
