import type { BinaryToken, VerilogExpression } from './ast.ts';

/** Higher binds tighter (IEEE 1364-2005, table 5-4). */
const precedences: Readonly<Record<BinaryToken, number>> = {
  '*': 11,
  '+': 10,
  '-': 10,
  '<<': 9,
  '>>': 9,
  '>>>': 9,
  '<': 8,
  '<=': 8,
  '>': 8,
  '>=': 8,
  '==': 7,
  '!=': 7,
  '&': 6,
  '^': 5,
  '|': 4,
  '&&': 3,
  '||': 2,
};
const conditionalPrecedence = 1;
const unaryPrecedence = 12;
const primaryPrecedence = 13;

/**
 * Operators that are written without parentheses however they group. Bitwise operators would allow it too, but synthesis
 * keeps the grouping that it is given, and a balanced tree costs less than a chain.
 */
const associative: ReadonlySet<BinaryToken> = new Set(['&&', '||']);

const precedenceOf = (expression: VerilogExpression): number => {
  switch (expression.kind) {
    case 'number':
      return expression.signed && isNegative(expression) ? unaryPrecedence : primaryPrecedence;
    case 'name':
    case 'element':
    case 'range':
    case 'concatenation':
    case 'replication':
    case 'cast':
      return primaryPrecedence;
    case 'unary':
      return unaryPrecedence;
    case 'binary':
      return precedences[expression.token];
    case 'conditional':
      return conditionalPrecedence;
    default:
      throw new Error(`unknown expression ${expression satisfies never}`);
  }
};

const largestDecimal = 9999n;

const isNegative = ({ width, value }: { readonly width: number; readonly value: bigint }): boolean => {
  const number = BigInt.asIntN(width, value);
  return number < 0n && -number !== 1n << BigInt(width - 1);
};

const printNumber = (number: Extract<VerilogExpression, { kind: 'number' }>): string => {
  const { width, value } = number;
  if (number.signed) {
    if (isNegative(number)) return `-${printNumber({ ...number, value: -BigInt.asIntN(width, value) })}`;
    return value > largestDecimal || BigInt.asIntN(width, value) < 0n
      ? `${width}'sh${value.toString(16)}`
      : `${width}'sd${value}`;
  }
  if (width === 1) return `1'b${value}`;
  return value > largestDecimal ? `${width}'h${value.toString(16)}` : `${width}'d${value}`;
};

const indentation = '  ';

/** Prints an expression, over several lines where one would pass `lineWidth`. */
export class ExpressionPrinter {
  readonly #lineWidth: number;
  constructor(lineWidth: number) {
    this.#lineWidth = lineWidth;
  }

  /** `indent` is the indentation of the line the expression begins on, `column` where on it. */
  print(expression: VerilogExpression, indent: string, column: number): string {
    const flat = this.flat(expression);
    if (column + flat.length <= this.#lineWidth) return flat;
    return this.#broken(expression, indent + indentation);
  }

  /** On one line. */
  flat(expression: VerilogExpression): string {
    switch (expression.kind) {
      case 'number':
        return printNumber(expression);
      case 'name':
        return expression.name;
      case 'element':
        return `${this.flat(expression.of)}[${this.flat(expression.index)}]`;
      case 'range':
        return `${this.flat(expression.of)}[${expression.high === expression.low ? expression.high : `${expression.high}:${expression.low}`}]`;
      case 'unary':
        return `${expression.token}${this.#within(expression.operand, primaryPrecedence)}`;
      case 'binary': {
        const own = precedences[expression.token];
        return `${this.#operand(expression, 'left', own)} ${expression.token} ${this.#operand(expression, 'right', own)}`;
      }
      case 'conditional': {
        const condition = this.#within(expression.condition, conditionalPrecedence + 1);
        const whenTrue = this.#within(expression.whenTrue, conditionalPrecedence + 1);
        return `${condition} ? ${whenTrue} : ${this.#within(expression.whenFalse, conditionalPrecedence)}`;
      }
      case 'concatenation':
        return `{${expression.parts.map((part) => this.flat(part)).join(', ')}}`;
      case 'replication':
        return `{${expression.times}{${this.flat(expression.operand)}}}`;
      case 'cast':
        return `${expression.to}(${this.flat(expression.operand)})`;
      default:
        throw new Error(`unknown expression ${expression satisfies never}`);
    }
  }

  #operand(expression: Extract<VerilogExpression, { kind: 'binary' }>, side: 'left' | 'right', own: number): string {
    const operand = expression[side];
    const regroups =
      operand.kind === 'binary' && operand.token === expression.token && associative.has(expression.token);
    // A reduction or a sign beside a binary operator reads as another operator.
    if (operand.kind === 'unary' && operand.token !== '!' && operand.token !== '~') return `(${this.flat(operand)})`;
    if (operand.kind === 'number' && precedenceOf(operand) === unaryPrecedence) return `(${this.flat(operand)})`;
    return this.#within(operand, side === 'left' || regroups ? own : own + 1);
  }

  #within(expression: VerilogExpression, least: number): string {
    const text = this.flat(expression);
    return precedenceOf(expression) < least ? `(${text})` : text;
  }

  /** Each operand on its own line, at `indent`. */
  #broken(expression: VerilogExpression, indent: string): string {
    const nested = (part: VerilogExpression, least: number): string => {
      const text = this.print(part, indent, indent.length);
      return precedenceOf(part) < least ? `(${text})` : text;
    };
    switch (expression.kind) {
      case 'concatenation': {
        const lines = this.#fill(expression.parts, indent);
        return `{\n${lines.join('\n')}\n${indent.slice(indentation.length)}}`;
      }
      case 'conditional':
        return (
          `${nested(expression.condition, conditionalPrecedence + 1)}\n${indent}? ${nested(expression.whenTrue, conditionalPrecedence + 1)}` +
          `\n${indent}: ${nested(expression.whenFalse, conditionalPrecedence)}`
        );
      case 'binary': {
        const operands = chain(expression);
        const own = precedences[expression.token];
        return operands
          .map((operand, index) => nested(operand, index === 0 ? own : own + 1))
          .join(`\n${indent}${expression.token} `);
      }
      case 'cast':
        return `${expression.to}(${this.#broken(expression.operand, indent)})`;
      case 'number':
      case 'name':
      case 'element':
      case 'range':
      case 'unary':
      case 'replication':
        return this.flat(expression);
      default:
        throw new Error(`unknown expression ${expression satisfies never}`);
    }
  }

  /** As many parts on a line as fit. */
  #fill(parts: readonly VerilogExpression[], indent: string): string[] {
    const lines: string[] = [];
    let line = '';
    for (const [index, part] of parts.entries()) {
      const text = `${this.print(part, indent, indent.length)}${index === parts.length - 1 ? '' : ','}`;
      if (line !== '' && indent.length + line.length + 1 + text.length > this.#lineWidth) {
        lines.push(indent + line);
        line = text;
      } else line = line === '' ? text : `${line} ${text}`;
    }
    return [...lines, indent + line];
  }
}

/** The operands of a chain of one operator, left to right, as far as it may be written without parentheses. */
const chain = (expression: Extract<VerilogExpression, { kind: 'binary' }>): VerilogExpression[] => {
  const { token, left, right } = expression;
  const same = (side: VerilogExpression): side is typeof expression => side.kind === 'binary' && side.token === token;
  const first = same(left) ? chain(left) : [left];
  return same(right) && associative.has(token) ? [...first, ...chain(right)] : [...first, right];
};
