/** Where TypeScript asks an object what it is: on a signal that looks at the object, never at its bits, which the language cannot refuse. */
import { type Node, SyntaxKind } from 'typescript/unstable/ast';
import {
  isArrowFunction,
  isBinaryExpression,
  isCallExpression,
  isCaseClause,
  isConditionalExpression,
  isDoStatement,
  isForStatement,
  isIdentifier,
  isIfStatement,
  isPrefixUnaryExpression,
  isPropertyAccessExpression,
  isSwitchStatement,
  isTemplateSpan,
  isWhileStatement,
} from 'typescript/unstable/ast/is';

/** What a piece of a program asks of operands, which is wrong where one of them is a signal. */
export interface Question {
  readonly node: Node;
  readonly operands: readonly Node[];
  readonly construct: string;
  /** What to write instead. */
  readonly remedy: string;
  /** Whether undefined and null beside the signal make it fine. */
  readonly comparesPresence: boolean;
}

const condition = 'write m.when(...) for what is set, or mux(condition, a, b) for a value';
const matching = 'write m.match(...) for an enumeration, m.matchBits(...) for bits';

const binary: ReadonlyMap<SyntaxKind, readonly [construct: string, remedy: string]> = new Map([
  [SyntaxKind.EqualsEqualsEqualsToken, ['===', 'write .eq(...)']],
  [SyntaxKind.EqualsEqualsToken, ['==', 'write .eq(...)']],
  [SyntaxKind.ExclamationEqualsEqualsToken, ['!==', 'write .ne(...)']],
  [SyntaxKind.ExclamationEqualsToken, ['!=', 'write .ne(...)']],
  [SyntaxKind.LessThanToken, ['<', 'write .lt(...)']],
  [SyntaxKind.LessThanEqualsToken, ['<=', 'write .le(...)']],
  [SyntaxKind.GreaterThanToken, ['>', 'write .gt(...)']],
  [SyntaxKind.GreaterThanEqualsToken, ['>=', 'write .ge(...)']],
  [SyntaxKind.PlusToken, ['+', 'write .add(...), or concat(...) for bits side by side']],
  [SyntaxKind.PlusEqualsToken, ['+=', 'write .set(x.add(...))']],
  [SyntaxKind.AmpersandAmpersandToken, ['&&', 'write .and(...)']],
  [SyntaxKind.BarBarToken, ['||', 'write .or(...)']],
  [SyntaxKind.AmpersandAmpersandEqualsToken, ['&&=', 'write .set(x.and(...))']],
  [SyntaxKind.BarBarEqualsToken, ['||=', 'write .set(x.or(...))']],
]);
/** These look at their left side alone: the right is what they give. */
const choosing: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.AmpersandAmpersandEqualsToken,
  SyntaxKind.BarBarEqualsToken,
]);
const equality: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.EqualsEqualsEqualsToken,
  SyntaxKind.EqualsEqualsToken,
  SyntaxKind.ExclamationEqualsEqualsToken,
  SyntaxKind.ExclamationEqualsToken,
]);
const conversions: ReadonlySet<string> = new Set(['Boolean', 'Number', 'BigInt', 'String', 'parseInt', 'parseFloat']);
/** Methods of lists that ask each element, or what a callback gives for it. */
const asking: ReadonlySet<string> = new Set([
  'every',
  'filter',
  'find',
  'findIndex',
  'findLast',
  'findLastIndex',
  'some',
]);

const question = (
  node: Node,
  operands: readonly Node[],
  construct: string,
  remedy: string,
  comparesPresence = false,
): Question => ({ node, operands, construct, remedy, comparesPresence });

/** What a call asks of its arguments, or of what its callback gives. */
const questionOfCall = (node: Node): Question | null => {
  if (!isCallExpression(node)) return null;
  const { expression } = node;
  if (isIdentifier(expression) && conversions.has(expression.text)) {
    const remedy = 'a signal has no value yet; write an operation of signals, such as .isNonZero() or .asSigned()';
    return question(node, [...node.arguments], `${expression.text}(...)`, remedy);
  }
  const [callback] = node.arguments;
  if (!isPropertyAccessExpression(expression) || !asking.has(expression.name.text)) return null;
  if (callback === undefined || !isArrowFunction(callback) || callback.body.kind === SyntaxKind.Block) return null;
  const remedy =
    'a list is chosen from while the circuit is built; write any([...]), all([...]) or mux(condition, a, b)';
  return question(callback.body, [callback.body], `${expression.name.text}(...)`, remedy);
};

/** What a node asks, if it asks anything. */
export const questionOf = (node: Node): Question | null => {
  if (isBinaryExpression(node)) {
    const operator = node.operatorToken.kind;
    const entry = binary.get(operator);
    if (entry === undefined) return null;
    const operands = choosing.has(operator) ? [node.left] : [node.left, node.right];
    return question(node, operands, ...entry, equality.has(operator));
  }
  if (isPrefixUnaryExpression(node))
    return node.operator === SyntaxKind.ExclamationToken ? question(node, [node.operand], '!', 'write .not()') : null;
  if (isConditionalExpression(node)) return question(node, [node.condition], '?:', 'write mux(condition, a, b)');
  if (isIfStatement(node)) return question(node, [node.expression], 'if', condition);
  if (isWhileStatement(node)) return question(node, [node.expression], 'while', condition);
  if (isDoStatement(node)) return question(node, [node.expression], 'do ... while', condition);
  if (isForStatement(node))
    return node.condition === undefined ? null : question(node, [node.condition], 'for', condition);
  if (isSwitchStatement(node)) return question(node, [node.expression], 'switch', matching);
  if (isCaseClause(node)) return question(node, [node.expression], 'case', matching);
  if (isTemplateSpan(node))
    return question(node, [node.expression], 'a template', 'a signal has no value yet; write its name, or its .width');
  return questionOfCall(node);
};
