import type { Expression } from '../../hdl/ir.ts';
import { memoised, operandsOf } from '../../hdl/traverse.ts';
import type { VerilogExpression, VerilogItem, VerilogStatement } from '../ast.ts';
import { alike, bare, caseSubject, concatenate, name, number, withSign } from './build.ts';
import { reachableElements, simplest } from './known.ts';
import { lowerMemoryRead } from './memories.ts';
import type { Namespace } from './namespace.ts';
import { noun } from './noun.ts';
import { lowerBinary, lowerUnary } from './operators.ts';
import { lowerExtension, lowerSlice } from './slices.ts';
import type { StateNames } from './states.ts';

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

/** A shared expression is named when it has this many operators, an unshared one when it has more than fit a line. */
const sharedWeight = 3;
const lineWeight = 12;

/** Expressions of the intermediate representation as Verilog, with wires for what Verilog cannot say in one expression. */
export class ExpressionLowering {
  readonly declarations: VerilogItem[] = [];
  /** Assignments of the wires made since it was last emptied. */
  pending: VerilogItem[] = [];
  /** Set while a combinational block is lowered: it would wait for every word of a memory that it reads. */
  namesMemoryReads = false;
  readonly #namespace: Namespace;
  readonly #uses = new Map<Expression, number>();
  readonly #named = new Map<Expression, string>();
  readonly states: StateNames;
  readonly #weight = memoised<number>((expression, weightOf) => {
    const inner = operandsOf(expression)
      .map(simplest)
      .reduce((total, operand) => total + (this.#wantsName(operand) ? 0 : weightOf(operand)), 0);
    const own =
      expression.kind === 'constant' || expression.kind === 'reference' || expression.kind === 'slice' ? 0 : 1;
    return own + inner;
  });

  constructor(namespace: Namespace, states: StateNames, roots: readonly Expression[]) {
    this.#namespace = namespace;
    this.states = states;
    const count = (expression: Expression): void => {
      const before = this.#uses.get(expression) ?? 0;
      this.#uses.set(expression, before + 1);
      if (before === 0) for (const operand of operandsOf(expression)) count(operand);
    };
    for (const root of roots) count(root);
  }

  weight(expression: Expression): number {
    return this.#weight(expression);
  }

  /** Whether the expression is, or is to be, a wire of its own. */
  isNamed(expression: Expression): boolean {
    return this.#named.has(expression) || this.#wantsName(expression);
  }

  isShared(expression: Expression): boolean {
    return (this.#uses.get(expression) ?? 1) > 1;
  }

  #wantsName(expression: Expression): boolean {
    if (expression.kind === 'select' || (this.namesMemoryReads && expression.kind === 'memory_read')) return true;
    const weight = this.#weight(expression);
    return weight > lineWeight || (this.isShared(expression) && weight >= sharedWeight);
  }

  /** The right side of an assignment to all of something: never needs a name of its own, and has no use for its sign. */
  root(given: Expression, feeds: string): VerilogExpression {
    const expression = simplest(given);
    const plain = simplest(expression.kind === 'reinterpretation' ? expression.operand : expression);
    const shared = this.isShared(plain) && this.#wantsName(plain);
    const read = plain.kind === 'memory_read' && this.namesMemoryReads;
    if (plain.kind === 'select' || shared || read) return bare(this.lower(plain, feeds));
    const known = this.#named.get(plain);
    if (known !== undefined) return name(known, plain.signed);
    return bare(this.#inline(plain, feeds));
  }

  /** An operand. */
  lower(given: Expression, feeds: string): VerilogExpression {
    const expression = simplest(given);
    const known = this.#named.get(expression);
    if (known !== undefined) return name(known, expression.signed);
    return this.#wantsName(expression) ? this.#name(expression, feeds) : this.#inline(expression, feeds);
  }

  /** Something that can be sliced: a name. */
  nameOf(given: Expression, feeds: string): VerilogExpression {
    const expression = simplest(given);
    if (expression.kind === 'reference') {
      const lowered = this.#inline(expression, feeds);
      if (lowered.kind === 'name') return lowered;
    }
    const known = this.#named.get(expression);
    return known === undefined ? this.#name(expression, feeds) : name(known, expression.signed);
  }

  #name(expression: Expression, feeds: string): VerilogExpression {
    const chosen = this.#namespace.take(`${feeds}_${noun(expression)}`);
    const { width, signed, location } = expression;
    if (expression.kind === 'select') {
      const before = this.namesMemoryReads;
      this.namesMemoryReads = true;
      const body = [this.selection(name(chosen, signed), expression, feeds, true)];
      this.namesMemoryReads = before;
      this.declarations.push({ kind: 'declaration', storage: 'reg', signed, width, name: chosen, location });
      this.pending.push({ kind: 'always', clock: null, body, location });
    } else {
      const value = bare(this.#inline(expression, feeds));
      this.declarations.push({ kind: 'declaration', storage: 'wire', signed, width, name: chosen, location });
      this.pending.push({ kind: 'assign', target: name(chosen, signed), value, location });
    }
    this.#named.set(expression, chosen);
    return name(chosen, signed);
  }

  /** A choice by index as a case statement that assigns to `target`. */
  selection(target: VerilogExpression, expression: Of<'select'>, feeds: string, blocking: boolean): VerilogStatement {
    const { location } = expression;
    const index = simplest(expression.index);
    const elements = reachableElements(expression);
    const assign = (value: Expression): VerilogStatement => ({
      kind: 'assign',
      target,
      blocking,
      value: this.root(value, feeds),
      location,
    });
    const last = elements.length - 1;
    return {
      kind: 'case',
      subject: caseSubject(this.lower(index, feeds)),
      cases: elements.slice(0, last).map((element, position) => ({
        labels: [number(index.width, BigInt(position))],
        body: [assign(element)],
        location,
      })),
      otherwise: [assign(elements[last] as Expression)],
      location,
    };
  }

  /** The expression with the sign that the intermediate representation gives it. */
  #inline(expression: Expression, feeds: string): VerilogExpression {
    return withSign(this.#unsettled(expression, feeds), expression.signed);
  }

  /** The expression with whatever sign comes of it. */
  #unsettled(expression: Expression, feeds: string): VerilogExpression {
    switch (expression.kind) {
      case 'constant':
        return this.states.ofConstant(expression) ?? number(expression.width, expression.value, expression.signed);
      case 'reference':
        return name(expression.signal.name, expression.signal.signed);
      case 'unary':
        return lowerUnary(this, expression, feeds);
      case 'binary':
        return lowerBinary(this, expression, feeds);
      case 'multiplex': {
        const condition = bare(this.lower(expression.condition, feeds));
        const [whenTrue, whenFalse] = alike(
          this.lower(expression.whenTrue, feeds),
          this.lower(expression.whenFalse, feeds),
        );
        return { kind: 'conditional', condition, whenTrue, whenFalse };
      }
      case 'slice':
        return lowerSlice(this, expression.operand, expression.low, expression.width, feeds);
      case 'concatenation':
        return concatenate(expression.parts.map((part) => this.part(part, feeds)));
      case 'extension':
        return lowerExtension(this, expression.operand, expression.width, feeds);
      case 'select':
        return this.#name(expression, feeds);
      case 'reinterpretation':
        return this.lower(expression.operand, feeds);
      case 'memory_read':
        return lowerMemoryRead(this, expression, feeds);
      default:
        throw new Error(`unknown expression ${expression satisfies never}`);
    }
  }

  /** A part of a concatenation, where signs do not matter. */
  part(expression: Expression, feeds: string): VerilogExpression {
    const plain = expression.kind === 'reinterpretation' ? expression.operand : expression;
    const lowered = bare(this.lower(plain, feeds));
    return lowered.kind === 'number' ? withSign(lowered, false) : lowered;
  }
}
