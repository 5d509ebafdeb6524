import { type BinaryToken, isSigned, type UnaryToken, type VerilogExpression } from '../ast.ts';

/** Pieces of Verilog expressions, and the rules of signs. */

export const name = (text: string, signed = false): VerilogExpression => ({ kind: 'name', name: text, signed });
export const number = (width: number, value: bigint, signed = false): VerilogExpression => ({
  kind: 'number',
  width,
  signed,
  value,
});

/**
 * The expression with the sign asked for. A cast shuts its operand off from the signs around it; a number changes its
 * base, and a cast of what was of that sign before goes away.
 */
export const withSign = (expression: VerilogExpression, signed: boolean): VerilogExpression => {
  if (isSigned(expression) === signed) return expression;
  if (expression.kind === 'number') return { ...expression, signed };
  if (expression.kind === 'cast' && isSigned(expression.operand) === signed) return expression.operand;
  return { kind: 'cast', to: signed ? '$signed' : '$unsigned', operand: expression };
};

/** Operands of one sign: Verilog reads a signed operand beside an unsigned one as unsigned, all the way down. */
export const alike = (left: VerilogExpression, right: VerilogExpression): [VerilogExpression, VerilogExpression] =>
  isSigned(left) === isSigned(right) ? [left, right] : [withSign(left, false), withSign(right, false)];

/** Where the sign does not matter, because the width is already right and nothing outside reaches in. */
export const bare = (expression: VerilogExpression): VerilogExpression =>
  expression.kind === 'cast' ? expression.operand : expression;

/** The subject of a case statement, whose labels are unsigned and would make it so all the way down. */
export const caseSubject = (expression: VerilogExpression): VerilogExpression =>
  expression.kind === 'name' ? expression : withSign(expression, false);

export const unaryOf = (token: UnaryToken, operand: VerilogExpression): VerilogExpression => ({
  kind: 'unary',
  token,
  operand,
});
export const binaryOf = (token: BinaryToken, left: VerilogExpression, right: VerilogExpression): VerilogExpression => ({
  kind: 'binary',
  token,
  left,
  right,
});

/** Concatenations inside others run together, and so do equal neighbours. */
export const concatenate = (parts: readonly VerilogExpression[]): VerilogExpression => {
  const flat = parts.flatMap((part) => (part.kind === 'concatenation' ? part.parts : [part]));
  const runs: { part: VerilogExpression; times: number; text: string }[] = [];
  for (const part of flat) {
    const text = JSON.stringify(part, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    const last = runs.at(-1);
    if (last !== undefined && last.text === text && part.kind !== 'number') last.times += 1;
    else runs.push({ part, times: 1, text });
  }
  const joined = runs.map(
    ({ part, times }): VerilogExpression => (times === 1 ? part : { kind: 'replication', times, operand: part }),
  );
  const [only] = joined;
  return joined.length === 1 && only !== undefined && only.kind !== 'replication'
    ? only
    : { kind: 'concatenation', parts: joined };
};
