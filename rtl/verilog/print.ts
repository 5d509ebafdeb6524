/** Verilog text from the syntax tree: layout and the parentheses that precedence asks for, no opinions. */
import type { SourceLocation } from '../hdl/ir.ts';
import type {
  BinaryToken,
  Declaration,
  Item,
  PortDeclaration,
  Target,
  VerilogExpression,
  VerilogModule,
  VerilogStatement,
} from './tree.ts';

/** IEEE 1364-2005, table 5-4; larger binds tighter. */
const precedence: Readonly<Record<BinaryToken, number>> = {
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
const associative: ReadonlySet<BinaryToken> = new Set(['+', '*', '&', '|', '^', '&&', '||']);

const literal = (width: number, value: bigint): string => {
  if (width === 1) return `1'b${value}`;
  return value < 10n ? `${width}'d${value}` : `${width}'h${value.toString(16)}`;
};

const rangeText = (high: number, low: number): string => (high === low ? `[${high}]` : `[${high}:${low}]`);

/** @param floor the least precedence that needs no parentheses here. */
export const printExpression = (expression: VerilogExpression, floor = 0): string => {
  const wrap = (own: number, text: string): string => (own < floor ? `(${text})` : text);
  switch (expression.kind) {
    case 'literal':
      return literal(expression.width, expression.value);
    case 'name':
      return expression.name;
    case 'unary': {
      // Two unary operators side by side would read as another operator: `&&x`, `~&x`.
      const inner = printExpression(expression.operand, unaryPrecedence + 1);
      return wrap(unaryPrecedence, `${expression.token}${inner}`);
    }
    case 'binary': {
      const own = precedence[expression.token];
      const left = printExpression(expression.left, own);
      const chained =
        associative.has(expression.token) &&
        expression.right.kind === 'binary' &&
        expression.right.token === expression.token;
      const right = printExpression(expression.right, chained ? own : own + 1);
      return wrap(own, `${left} ${expression.token} ${right}`);
    }
    case 'conditional': {
      const condition = printExpression(expression.condition, conditionalPrecedence + 1);
      const whenTrue = printExpression(expression.whenTrue, conditionalPrecedence + 1);
      const whenFalse = printExpression(expression.whenFalse, conditionalPrecedence);
      return wrap(conditionalPrecedence, `${condition} ? ${whenTrue} : ${whenFalse}`);
    }
    case 'concatenation':
      return `{${expression.parts.map((part) => printExpression(part)).join(', ')}}`;
    case 'replication':
      return `{${expression.count}{${printExpression(expression.operand)}}}`;
    case 'range':
      return `${expression.name}${rangeText(expression.high, expression.low)}`;
    case 'element':
      return `${expression.name}[${printExpression(expression.index)}]`;
    case 'call':
      return `${expression.function}(${printExpression(expression.argument)})`;
    default:
      return expression satisfies never;
  }
};

const printTarget = ({ name, index, range }: Target): string =>
  `${name}${index === null ? '' : `[${printExpression(index)}]`}${range === null ? '' : rangeText(range.high, range.low)}`;

const widthText = (width: number): string => (width === 1 ? '' : `[${width - 1}:0] `);

/** Gathers lines, and where asked puts a `line directive before each that has a place of its own in the source. */
class Page {
  readonly lines: string[] = [];
  readonly #directives: boolean;

  constructor(directives: boolean) {
    this.#directives = directives;
  }

  add(depth: number, text: string, location?: SourceLocation): void {
    if (this.#directives && location !== undefined) this.lines.push(`\`line ${location.line} "${location.file}" 0`);
    this.lines.push(text === '' ? '' : `${'  '.repeat(depth)}${text}`);
  }
}

const block = (
  page: Page,
  depth: number,
  head: string,
  body: readonly VerilogStatement[],
  location: SourceLocation,
): void => {
  page.add(depth, `${head} begin`, location);
  for (const statement of body) printStatement(page, depth + 1, statement);
};

const printIf = (
  page: Page,
  depth: number,
  head: string,
  statement: VerilogStatement & { readonly kind: 'if' },
): void => {
  block(page, depth, `${head}if (${printExpression(statement.condition)})`, statement.then, statement.location);
  const [only, ...more] = statement.otherwise;
  if (only === undefined) {
    page.add(depth, 'end');
  } else if (only.kind === 'if' && more.length === 0) {
    printIf(page, depth, 'end else ', only);
  } else {
    block(page, depth, 'end else', statement.otherwise, only.location);
    page.add(depth, 'end');
  }
};

const printStatement = (page: Page, depth: number, statement: VerilogStatement): void => {
  switch (statement.kind) {
    case 'assign': {
      const operator = statement.blocking ? '=' : '<=';
      const text = `${printTarget(statement.target)} ${operator} ${printExpression(statement.value)};`;
      page.add(depth, text, statement.location);
      return;
    }
    case 'if':
      printIf(page, depth, '', statement);
      return;
    case 'case': {
      page.add(depth, `case (${printExpression(statement.subject)})`, statement.location);
      for (const choice of statement.cases) {
        const values = choice.values.map((value) => printExpression(value)).join(', ');
        block(page, depth + 1, `${values}:`, choice.body, choice.location);
        page.add(depth + 1, 'end');
      }
      if (statement.otherwise !== null) {
        block(page, depth + 1, 'default:', statement.otherwise, statement.location);
        page.add(depth + 1, 'end');
      }
      page.add(depth, 'endcase');
      return;
    }
    case 'property':
      page.add(
        depth,
        `${statement.label}: ${statement.flavour} (${printExpression(statement.condition)});`,
        statement.location,
      );
      return;
    default:
      statement satisfies never;
  }
};

const printItem = (page: Page, item: Item): void => {
  switch (item.kind) {
    case 'assign':
      page.add(1, `assign ${printTarget(item.target)} = ${printExpression(item.value)};`, item.location);
      return;
    case 'always':
    case 'initial': {
      const head =
        item.kind === 'initial' ? 'initial' : item.clock === null ? 'always @*' : `always @(posedge ${item.clock})`;
      page.add(0, '');
      block(page, 1, head, item.body, item.location);
      page.add(1, 'end');
      return;
    }
    case 'instance':
      page.add(0, '');
      page.add(1, `${item.module} ${item.name} (`, item.location);
      item.connections.forEach(({ port, value }, index) => {
        const comma = index + 1 < item.connections.length ? ',' : '';
        page.add(2, `.${port}(${printExpression(value)})${comma}`, item.location);
      });
      page.add(1, ');');
      return;
    case 'formal':
      page.add(0, '');
      page.add(0, '`ifdef FORMAL');
      for (const inner of item.items) printItem(page, inner);
      page.add(0, '`endif');
      return;
    default:
      item satisfies never;
  }
};

const printPort = ({ direction, net, name, width }: PortDeclaration): string =>
  `${direction.padEnd(6)} ${net.padEnd(4)} ${widthText(width)}${name}`;

const printDeclaration = ({ net, name, width, depth }: Declaration): string =>
  `${net.padEnd(4)} ${widthText(width)}${name}${depth === null ? '' : ` [0:${depth - 1}]`};`;

/**
 * @param header comment lines for the top of the file.
 * @param directives whether to write `line directives, so that tools speak of TypeScript lines.
 */
export const printModule = (module: VerilogModule, header: readonly string[], directives: boolean): string => {
  const page = new Page(directives);
  for (const line of header) page.add(0, line === '' ? '//' : `// ${line}`);
  page.add(0, '`default_nettype none');
  page.add(0, '');
  page.add(0, `module ${module.name} (`, module.location);
  module.ports.forEach((port, index) => {
    page.add(1, `${printPort(port)}${index + 1 < module.ports.length ? ',' : ''}`, port.location);
  });
  page.add(0, ');');
  if (module.declarations.length > 0) page.add(0, '');
  for (const declaration of module.declarations) page.add(1, printDeclaration(declaration), declaration.location);
  page.add(0, '');
  for (const item of module.items) printItem(page, item);
  page.add(0, '');
  page.add(0, 'endmodule');
  page.add(0, '');
  page.add(0, '`default_nettype wire');
  return `${page.lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
};
