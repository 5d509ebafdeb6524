import type { Expression } from '../../hdl/ir.ts';

/** What the wire made for an expression is called, after the name of what it feeds. */
export const noun = (expression: Expression): string => {
  switch (expression.kind) {
    case 'constant':
      return 'constant';
    case 'reference':
      return expression.signal.name;
    case 'unary':
      return { not: 'not', negate: 'negative', reduce_and: 'all', reduce_or: 'any', reduce_xor: 'parity' }[
        expression.operator
      ];
    case 'binary':
      return {
        and: 'and',
        or: 'or',
        xor: 'xor',
        add: 'sum',
        subtract: 'difference',
        multiply: 'product',
        equal: 'equal',
        less: 'less',
        shift_left: 'shifted',
        shift_right: 'shifted',
      }[expression.operator];
    case 'multiplex':
      return 'choice';
    case 'slice':
      return 'part';
    case 'concatenation':
      return 'joined';
    case 'extension':
      return 'extended';
    case 'select':
      return 'selected';
    case 'reinterpretation':
      return noun(expression.operand);
    case 'memory_read':
      return 'word';
    default:
      throw new Error(`unknown expression ${expression satisfies never}`);
  }
};
