import { binaryType, type Carrier, unaryType, type ValueType } from './carrier.ts';
import { type Constant, constants, wrap } from './constant.ts';
import type { BinaryOperator, Expression, Memory, Signal, SourceLocation, UnaryOperator } from './ir.ts';
import { operators } from './operators.ts';

const constantsOf = (parts: readonly Expression[]): Constant[] | null => {
  const found: Constant[] = [];
  for (const part of parts) {
    if (part.kind !== 'constant') return null;
    found.push(part);
  }
  return found;
};

/** The carrier that builds expressions, all at one source line. Operations on constants only are done at once. */
class ExpressionCarrier implements Carrier<Expression> {
  readonly location: SourceLocation;
  constructor(location: SourceLocation) {
    this.location = location;
  }

  type(value: Expression): ValueType {
    return value;
  }

  constant(type: ValueType, value: bigint): Expression {
    const { width, signed } = type;
    return { kind: 'constant', width, signed, value: wrap(value, width), location: this.location };
  }

  known(constant: Constant): Expression {
    return this.constant(constant, constant.value);
  }

  unary(operator: UnaryOperator, operand: Expression): Expression {
    if (operand.kind === 'constant') return this.known(constants.unary(operator, operand));
    if (operand.width === 1 && operator.startsWith('reduce_')) return this.reinterpretation(operand, false);
    if (operator === 'not' && operand.kind === 'unary' && operand.operator === 'not') return operand.operand;
    const { width, signed } = unaryType(operator, operand);
    return { kind: 'unary', operator, operand, width, signed, location: this.location };
  }

  binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
    if (left.kind === 'constant' && right.kind === 'constant')
      return this.known(constants.binary(operator, left, right));
    const { width, signed } = binaryType(operator, left, right);
    // Comparisons that no value can make true: tools reject them as mistakes.
    if (operator === 'less' && !left.signed) {
      if (right.kind === 'constant' && right.value === 0n) return this.constant({ width, signed }, 0n);
      if (left.kind === 'constant' && left.value === wrap(-1n, left.width)) return this.constant({ width, signed }, 0n);
    }
    return { kind: 'binary', operator, left, right, width, signed, location: this.location };
  }

  multiplex(condition: Expression, whenTrue: Expression, whenFalse: Expression): Expression {
    if (condition.kind === 'constant') return condition.value === 1n ? whenTrue : whenFalse;
    const { width, signed } = whenTrue;
    return { kind: 'multiplex', condition, whenTrue, whenFalse, width, signed, location: this.location };
  }

  slice(operand: Expression, low: number, width: number): Expression {
    if (operand.kind === 'constant') return this.known(constants.slice(operand, low, width));
    if (low === 0 && width === operand.width) return this.reinterpretation(operand, false);
    if (operand.kind === 'slice') return this.slice(operand.operand, operand.low + low, width);
    if (operand.kind === 'reinterpretation') return this.slice(operand.operand, low, width);
    return { kind: 'slice', operand, low, width, signed: false, location: this.location };
  }

  concatenation(parts: readonly Expression[]): Expression {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return this.reinterpretation(only, false);
    const known = constantsOf(parts);
    if (known !== null) return this.known(constants.concatenation(known));
    const width = parts.reduce((total, part) => total + part.width, 0);
    return { kind: 'concatenation', parts, width, signed: false, location: this.location };
  }

  extension(operand: Expression, width: number): Expression {
    if (operand.kind === 'constant') return this.known(constants.extension(operand, width));
    return { kind: 'extension', operand, width, signed: operand.signed, location: this.location };
  }

  select(index: Expression, elements: readonly Expression[]): Expression {
    const first = elements[0];
    if (first === undefined) throw new Error('select has no elements');
    if (elements.length === 1) return first;
    if (index.kind === 'constant') {
      const last = elements.length - 1;
      return elements[index.value > BigInt(last) ? last : Number(index.value)] ?? first;
    }
    // Elements that no index reaches are left out.
    const reachable = index.width < 31 ? elements.slice(0, 2 ** index.width) : elements;
    return {
      kind: 'select',
      index,
      elements: reachable,
      width: first.width,
      signed: first.signed,
      location: this.location,
    };
  }

  reinterpretation(operand: Expression, signed: boolean): Expression {
    if (operand.signed === signed) return operand;
    if (operand.kind === 'constant') return this.known(constants.reinterpretation(operand, signed));
    if (operand.kind === 'reinterpretation') return operand.operand;
    return { kind: 'reinterpretation', operand, width: operand.width, signed, location: this.location };
  }
}

export const expressionsAt = (location: SourceLocation): Carrier<Expression> => new ExpressionCarrier(location);

/** The derived operators on expressions, all nodes at one line. */
export const operatorsAt = (location: SourceLocation) => operators(expressionsAt(location));

export const reference = (signal: Signal, location: SourceLocation): Expression => ({
  kind: 'reference',
  signal,
  width: signal.width,
  signed: signal.signed,
  location,
});

export const memoryRead = (memory: Memory, address: Expression, location: SourceLocation): Expression => ({
  kind: 'memory_read',
  memory,
  address,
  width: memory.width,
  signed: false,
  location,
});

/** How messages name an expression. */
export const describe = (expression: Expression): string => {
  switch (expression.kind) {
    case 'constant':
      return `the constant ${expression.signed ? BigInt.asIntN(expression.width, expression.value) : expression.value}`;
    case 'reference':
      return expression.signal.name;
    case 'slice': {
      const high = expression.low + expression.width - 1;
      return `${describe(expression.operand)}[${expression.width === 1 ? high : `${high}:${expression.low}`}]`;
    }
    case 'reinterpretation':
    case 'extension':
      return describe(expression.operand);
    case 'memory_read':
      return `a word of ${expression.memory.name}`;
    case 'unary':
    case 'binary':
      return `the result of ${expression.operator.replace('_', ' ')}`;
    case 'multiplex':
      return 'the result of mux';
    case 'concatenation':
      return 'the result of concat';
    case 'select':
      return 'the result of select';
    default:
      throw new Error(`unknown expression ${expression satisfies never}`);
  }
};
