/** Statements of the intermediate representation as Verilog statements. */
import type { Expression, Statement } from '../hdl/ir.ts';
import type { Target, VerilogExpression, VerilogStatement } from './tree.ts';
import { literal, lowerAddress, lowerExpression, nameOf, type Place } from './lower-expression.ts';
import type { Scope } from './scope.ts';

export const targetOf = (statement: Statement & { readonly kind: 'assign' }): Target => ({
  name: statement.target.name,
  index: null,
  range:
    statement.value.width === statement.target.width
      ? null
      : { high: statement.low + statement.value.width - 1, low: statement.low },
});

/** The negation, without two in a row. */
const negate = (condition: VerilogExpression): VerilogExpression =>
  condition.kind === 'unary' && condition.token === '!'
    ? condition.operand
    : { kind: 'unary', token: '!', operand: condition };

const lowerWrite = (
  { memory, address, data, mask, location }: Statement & { readonly kind: 'memory_write' },
  lower: (expression: Expression) => VerilogExpression,
  scope: Scope,
): readonly VerilogStatement[] => {
  scope.feeds = memory.name;
  const { index, within } = lowerAddress(address, memory.depth, lower, scope);
  const write = (range: Target['range'], value: VerilogExpression): VerilogStatement => ({
    kind: 'assign',
    blocking: false,
    target: { name: memory.name, index, range },
    value,
    location,
  });
  let writes: readonly VerilogStatement[];
  if (mask === null) {
    writes = [write(null, lower(data))];
  } else {
    const lane = memory.width / mask.width;
    const dataName = data.kind === 'constant' ? null : nameOf(data, scope);
    const maskName = mask.kind === 'constant' ? null : nameOf(mask, scope);
    writes = Array.from({ length: mask.width }, (_, number): VerilogStatement => {
      const low = number * lane;
      const high = low + lane - 1;
      const laneMask = (1n << BigInt(lane)) - 1n;
      const value: VerilogExpression =
        data.kind === 'constant'
          ? literal(lane, (data.value >> BigInt(low)) & laneMask)
          : lane === memory.width
            ? lower(data)
            : { kind: 'range', name: dataName ?? '', high, low };
      const condition: VerilogExpression =
        mask.kind === 'constant'
          ? literal(1, (mask.value >> BigInt(number)) & 1n)
          : mask.width === 1
            ? lower(mask)
            : { kind: 'range', name: maskName ?? '', high: number, low: number };
      return { kind: 'if', condition, then: [write({ high, low }, value)], otherwise: [], location };
    });
  }
  return within === null ? writes : [{ kind: 'if', condition: within, then: writes, otherwise: [], location }];
};

export const lowerStatements = (
  statements: readonly Statement[],
  place: Place,
  scope: Scope,
  labelOf: (name: string) => string,
): readonly VerilogStatement[] => {
  const lower = (expression: Expression): VerilogExpression => lowerExpression(expression, place, scope);
  return statements.flatMap((statement): readonly VerilogStatement[] => {
    const { location } = statement;
    switch (statement.kind) {
      case 'assign': {
        scope.feeds = statement.target.name;
        const value = lower(statement.value);
        return [{ kind: 'assign', blocking: place !== 'clocked', target: targetOf(statement), value, location }];
      }
      case 'memory_write':
        return lowerWrite(statement, lower, scope);
      case 'property': {
        const label = labelOf(statement.name);
        scope.feeds = label;
        return [
          { kind: 'property', flavour: statement.flavour, label, condition: lower(statement.condition), location },
        ];
      }
      case 'if': {
        const condition = lower(statement.condition);
        const then = lowerStatements(statement.then, place, scope, labelOf);
        const otherwise = lowerStatements(statement.otherwise, place, scope, labelOf);
        return then.length === 0
          ? [{ kind: 'if', condition: negate(condition), then: otherwise, otherwise: [], location }]
          : [{ kind: 'if', condition, then, otherwise, location }];
      }
      case 'switch': {
        const { subject } = statement;
        const covered = statement.cases.reduce((sum, { values }) => sum + values.length, 0);
        const coversAll = subject.width < 31 && covered === 2 ** subject.width;
        return [
          {
            kind: 'case',
            subject: lower(subject),
            cases: statement.cases.map((choice) => ({
              values: choice.values.map((value) => literal(subject.width, value)),
              body: lowerStatements(choice.body, place, scope, labelOf),
              location: choice.location,
            })),
            otherwise: coversAll ? null : lowerStatements(statement.otherwise, place, scope, labelOf),
            location,
          },
        ];
      }
      default:
        return statement satisfies never;
    }
  });
};
