// Finds JavaScript's operators on signals, which the language cannot refuse: `===`, `&&`, `if` and their like look at the object, never at the bits.
// Usage: node .tools/lint-signals.mjs [tsconfig.json]; needs TypeScript 7 where it runs.
import { dirname, relative, resolve } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API, TypeFlags } from 'typescript/unstable/sync';

const config = resolve(process.argv[2] ?? 'tsconfig.json');

const condition = 'write m.when(...) for what is set, or mux(condition, a, b) for a value';
/** What to write instead, by operator. */
const binary = new Map([
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
const choosing = new Set([
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.AmpersandAmpersandEqualsToken,
  SyntaxKind.BarBarEqualsToken,
]);
const equality = new Set([
  SyntaxKind.EqualsEqualsEqualsToken,
  SyntaxKind.EqualsEqualsToken,
  SyntaxKind.ExclamationEqualsEqualsToken,
  SyntaxKind.ExclamationEqualsToken,
]);
const statements = new Map([
  [SyntaxKind.IfStatement, 'if'],
  [SyntaxKind.WhileStatement, 'while'],
  [SyntaxKind.DoStatement, 'do ... while'],
]);
const conversions = new Set(['Boolean', 'Number', 'BigInt', 'String', 'parseInt', 'parseFloat']);

/** What a node asks of operands: `[operands, construct, remedy, whether undefined and null beside them make it fine]`. */
const question = (node) => {
  switch (node.kind) {
    case SyntaxKind.BinaryExpression: {
      const operator = node.operatorToken.kind;
      const entry = binary.get(operator);
      if (entry === undefined) return null;
      return [choosing.has(operator) ? [node.left] : [node.left, node.right], ...entry, equality.has(operator)];
    }
    case SyntaxKind.PrefixUnaryExpression:
      if (node.operator !== SyntaxKind.ExclamationToken) return null;
      return [[node.operand], '!', 'write .not()', false];
    case SyntaxKind.ConditionalExpression:
      return [[node.condition], '?:', 'write mux(condition, a, b)', false];
    case SyntaxKind.IfStatement:
    case SyntaxKind.WhileStatement:
    case SyntaxKind.DoStatement:
      return [[node.expression], statements.get(node.kind), condition, false];
    case SyntaxKind.ForStatement:
      return node.condition === undefined ? null : [[node.condition], 'for', condition, false];
    case SyntaxKind.SwitchStatement:
      return [[node.expression], 'switch', 'write m.match(...) for an enumeration, m.matchBits(...) for bits', false];
    case SyntaxKind.CaseClause:
      return [[node.expression], 'case', 'write m.match(...) for an enumeration, m.matchBits(...) for bits', false];
    case SyntaxKind.TemplateSpan:
      return [[node.expression], 'a template', 'a signal has no value yet; write its name, or its .width', false];
    case SyntaxKind.CallExpression: {
      const { expression } = node;
      if (expression.kind !== SyntaxKind.Identifier || !conversions.has(expression.text)) return null;
      const remedy = 'a signal has no value yet; write an operation of signals, such as .isNonZero() or .asSigned()';
      return [[...node.arguments], `${expression.text}(...)`, remedy, false];
    }
    default:
      return null;
  }
};

const nothing = TypeFlags.Undefined | TypeFlags.Null | TypeFlags.Void;

/** Whether values of a type are signals, bundles or memories: by the members that every value (`readView`) and every bundle (`viewOf`) has. */
const signalTest = (checker) => {
  const known = new Map();
  const marks = ['__@readView@', '__@viewOf@'];
  const handles = new Set(['MemoryHandle', 'Rom']);
  const look = (type) => {
    if ((type.flags & (TypeFlags.Any | TypeFlags.Unknown | TypeFlags.Never | nothing)) !== 0) return false;
    if (type.isUnionType() || type.isIntersectionType()) return type.getTypes().some(isSignal);
    if (type.isTypeParameter()) {
      const bound = checker.getBaseConstraintOfType(type);
      return bound !== undefined && bound.id !== type.id && isSignal(bound);
    }
    if ((type.flags & TypeFlags.Object) === 0) return false;
    if (handles.has(type.getSymbol()?.name)) return true;
    return checker.getPropertiesOfType(type).some(({ name }) => marks.some((mark) => name.startsWith(mark)));
  };
  const isSignal = (type) => {
    const before = known.get(type.id);
    if (before !== undefined) return before;
    known.set(type.id, false);
    const found = look(type);
    known.set(type.id, found);
    return found;
  };
  return isSignal;
};

const findings = [];
const api = new API({ cwd: dirname(config) });
try {
  const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
  if (project === undefined) throw new Error(`there is no project at ${config}`);
  const { program, checker } = project;
  const isSignal = signalTest(checker);
  const files = project.rootFiles;
  // The language itself compares its objects.
  const language = program.getSourceFileNames().find((name) => /\/rtl\/hdl\/types(\.d)?\.ts$/.test(name));
  if (language === undefined) throw new Error(`${config} uses no signals: rtl/hdl is not among its files`);
  for (const file of files) {
    if (dirname(file).startsWith(dirname(language)) || file.includes('/node_modules/')) continue;
    const source = program.getSourceFile(file);
    if (source === undefined) continue;
    const asked = [];
    const visit = (node) => {
      const found = question(node);
      if (found !== null) asked.push([node, ...found]);
      node.forEachChild(visit);
    };
    visit(source);
    const operands = asked.flatMap(([, nodes]) => nodes);
    const types = operands.length === 0 ? [] : checker.getTypeAtLocation(operands);
    let at = 0;
    for (const [node, nodes, construct, remedy, comparesPresence] of asked) {
      const own = types.slice(at, at + nodes.length);
      at += nodes.length;
      if (comparesPresence && own.some((type) => type !== undefined && (type.flags & nothing) !== 0)) continue;
      if (!own.some((type) => type !== undefined && isSignal(type))) continue;
      findings.push({ file, source, start: node.getStart(source), construct, remedy });
    }
  }
  for (const { file, source, start, construct, remedy } of findings) {
    const lines = source.text.slice(0, start).split('\n');
    const place = `${relative(process.cwd(), file)}:${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
    process.stderr.write(`${place}: ${construct} on a signal looks at the object, never at its bits: ${remedy}\n`);
  }
} catch (error) {
  process.stderr.write(`lint-signals: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
} finally {
  api.close();
}
if (findings.length > 0) process.exitCode = 1;
