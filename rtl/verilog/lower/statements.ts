import { enumerationOf } from '../../hdl/enumeration-notes.ts';
import { expressionsAt } from '../../hdl/expression.ts';
import type { Expression, Signal, SourceLocation, Statement } from '../../hdl/ir.ts';
import type { VerilogExpression, VerilogStatement } from '../ast.ts';
import { caseSubject, name, number } from './build.ts';
import type { ExpressionLowering } from './expressions.ts';
import { simplest } from './known.ts';
import { addressInside, memoryIndex } from './memories.ts';

/** Statements of the intermediate representation, already projected onto one block, as Verilog statements. */
export class StatementLowering {
  readonly #expressions: ExpressionLowering;
  /** Whether the block is clocked: its assignments do not block. */
  readonly #clocked: boolean;
  readonly #labels: (name: string) => string;

  constructor(expressions: ExpressionLowering, clocked: boolean, labels: (name: string) => string) {
    this.#expressions = expressions;
    this.#clocked = clocked;
    this.#labels = labels;
  }

  lower(statements: readonly Statement[], feeds: string): VerilogStatement[] {
    return statements.flatMap((statement) => this.#statement(statement, feeds));
  }

  /** An assignment of `value` to all of the signal. */
  whole(signal: Signal, value: Expression, location: SourceLocation): VerilogStatement {
    return this.#assign(name(signal.name), value, signal.name, location);
  }

  #assign(target: VerilogExpression, given: Expression, feeds: string, location: SourceLocation): VerilogStatement {
    const value = simplest(given);
    if (value.kind === 'select') return this.#expressions.selection(target, value, feeds, !this.#clocked);
    return { kind: 'assign', target, blocking: !this.#clocked, value: this.#expressions.root(value, feeds), location };
  }

  #statement(statement: Statement, feeds: string): VerilogStatement[] {
    const { location } = statement;
    switch (statement.kind) {
      case 'assign':
        return [
          this.#assign(
            partOf(statement.target, statement.low, statement.value.width),
            statement.value,
            statement.target.name,
            location,
          ),
        ];
      case 'if': {
        const then = this.lower(statement.then, feeds);
        const otherwise = this.lower(statement.otherwise, feeds);
        const inverted = then.length === 0;
        const condition = inverted ? expressionsAt(location).unary('not', statement.condition) : statement.condition;
        const test = this.#expressions.lower(condition, feeds);
        return [
          {
            kind: 'if',
            condition: test,
            then: inverted ? otherwise : then,
            otherwise: inverted ? [] : otherwise,
            location,
          },
        ];
      }
      case 'switch':
        return [this.#switch(statement, feeds)];
      case 'memory_write':
        return this.#memoryWrite(statement);
      case 'property':
        return [
          {
            kind: 'property',
            flavour: statement.flavour,
            label: this.#labels(statement.name),
            condition: this.#expressions.lower(statement.condition, 'property'),
            location,
          },
        ];
      default:
        throw new Error(`unknown statement ${statement satisfies never}`);
    }
  }

  #switch(statement: Extract<Statement, { kind: 'switch' }>, feeds: string): VerilogStatement {
    const { subject, location } = statement;
    const enumeration = subject.kind === 'reference' ? enumerationOf(subject.signal) : enumerationOf(subject);
    const cases = statement.cases.map((one) => ({
      labels: one.values.map(
        (value) => this.#expressions.states.nameOf(enumeration, value) ?? number(subject.width, value),
      ),
      body: this.lower(one.body, feeds),
      location: one.location,
    }));
    const values = cases.reduce((total, one) => total + one.labels.length, 0);
    const complete = subject.width < 31 && values === 2 ** subject.width && statement.otherwise.length === 0;
    const otherwise = complete ? null : this.lower(statement.otherwise, feeds);
    return {
      kind: 'case',
      subject: caseSubject(this.#expressions.lower(subject, feeds)),
      cases,
      otherwise,
      location,
    };
  }

  #memoryWrite(statement: Extract<Statement, { kind: 'memory_write' }>): VerilogStatement[] {
    const { memory, data, mask, location } = statement;
    const address = simplest(statement.address);
    const inside = addressInside(memory, address, location);
    if (inside?.kind === 'constant') return [];
    const index = memoryIndex(this.#expressions, memory, address, `${memory.name}_address`);
    const word: VerilogExpression = { kind: 'element', of: name(memory.name), index };
    const write = (target: VerilogExpression, value: VerilogExpression): VerilogStatement => ({
      kind: 'assign',
      target,
      blocking: false,
      value,
      location,
    });
    let writes: VerilogStatement[];
    if (mask === null) {
      writes = [write(word, this.#expressions.root(data, `${memory.name}_data`))];
    } else {
      const lane = memory.width / mask.width;
      const value = mask.width === 1 ? null : this.#expressions.nameOf(data, `${memory.name}_data`);
      const enables = mask.width === 1 ? null : this.#expressions.nameOf(mask, `${memory.name}_mask`);
      writes = Array.from({ length: mask.width }, (_, number): VerilogStatement => {
        const range = (of: VerilogExpression): VerilogExpression => ({
          kind: 'range',
          of,
          high: (number + 1) * lane - 1,
          low: number * lane,
        });
        const condition: VerilogExpression =
          enables === null
            ? this.#expressions.lower(mask, `${memory.name}_mask`)
            : { kind: 'range', of: enables, high: number, low: number };
        const then =
          value === null
            ? write(word, this.#expressions.root(data, `${memory.name}_data`))
            : write(range(word), range(value));
        return { kind: 'if', condition, then: [then], otherwise: [], location };
      });
    }
    if (inside === null) return writes;
    return [
      {
        kind: 'if',
        condition: this.#expressions.lower(inside, `${memory.name}_address`),
        then: writes,
        otherwise: [],
        location,
      },
    ];
  }
}

/** Bits of a signal on the left of an assignment. */
export const partOf = (signal: Signal, low: number, width: number): VerilogExpression =>
  low === 0 && width === signal.width
    ? name(signal.name)
    : { kind: 'range', of: name(signal.name), high: low + width - 1, low };
