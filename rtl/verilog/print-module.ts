import type { SourceLocation } from '../hdl/ir.ts';
import type { VerilogExpression, VerilogItem, VerilogModule, VerilogPort, VerilogStatement } from './ast.ts';
import { ExpressionPrinter } from './print-expression.ts';

export interface PrintOptions {
  /** Whether each statement is preceded by a `` `line `` directive that names its TypeScript line. */
  readonly lines: boolean;
}

const lineWidth = 110;

const range = (width: number): string => (width === 1 ? '' : `[${width - 1}:0] `);

/** Verilog-2005 text, one line after the other. */
class ModulePrinter {
  readonly #options: PrintOptions;
  readonly #expressions = new ExpressionPrinter(lineWidth);
  readonly #lines: string[] = [];

  constructor(options: PrintOptions) {
    this.#options = options;
  }

  print(module: VerilogModule): string {
    for (const line of module.header) this.#lines.push(line === '' ? '//' : `// ${line}`);
    this.#lines.push('`default_nettype none', '');
    this.#locate(module.location);
    this.#lines.push(`module ${module.name} (`);
    for (const [index, port] of module.ports.entries()) this.#port(port, index === module.ports.length - 1);
    this.#lines.push(');');
    for (const group of module.groups.filter((items) => items.length > 0)) {
      this.#lines.push('');
      for (const [index, item] of group.entries()) {
        const isBlock = item.kind === 'always' || item.kind === 'initial' || item.kind === 'instance';
        if (index > 0 && isBlock) this.#lines.push('');
        this.#item(item);
      }
    }
    this.#lines.push('', 'endmodule', '', '`default_nettype wire', '');
    return this.#lines.join('\n');
  }

  #locate(location: SourceLocation): void {
    if (this.#options.lines) this.#lines.push(`\`line ${location.line} "${location.file}" 0`);
  }

  /** A line that holds an expression, broken where it is too long. */
  #line(indent: string, before: string, expression: VerilogExpression, after: string): void {
    const text = this.#expressions.print(expression, indent, indent.length + before.length + after.length);
    this.#lines.push(`${indent}${before}${text}${after}`);
  }

  #port(port: VerilogPort, last: boolean): void {
    this.#locate(port.location);
    const direction = port.direction === 'input' ? 'input ' : 'output';
    const storage = port.storage === 'wire' ? 'wire' : 'reg ';
    this.#lines.push(
      `  ${direction} ${storage} ${port.signed ? 'signed ' : ''}${range(port.width)}${port.name}${last ? '' : ','}`,
    );
  }

  #item(item: VerilogItem): void {
    if (item.kind !== 'constant') this.#locate(item.location);
    switch (item.kind) {
      case 'constant':
        this.#line('  ', `localparam ${range(item.width)}${item.name} = `, item.value, ';');
        return;
      case 'declaration':
        this.#lines.push(`  ${item.storage} ${item.signed ? 'signed ' : ''}${range(item.width)}${item.name};`);
        return;
      case 'memory':
        this.#lines.push(
          `  ${item.anyReadDuringWrite ? '(* no_rw_check *) ' : ''}reg ${range(item.width)}${item.name} [0:${item.depth - 1}];`,
        );
        return;
      case 'integer':
        this.#lines.push(`  integer ${item.name};`);
        return;
      case 'assign':
        this.#line('  ', `assign ${this.#expressions.flat(item.target)} = `, item.value, ';');
        return;
      case 'always':
        this.#lines.push(`  always @${item.clock === null ? '*' : `(posedge ${item.clock})`} begin`);
        this.#statements(item.body, '    ');
        this.#lines.push('  end');
        return;
      case 'initial':
        this.#lines.push('  initial begin');
        this.#statements(item.body, '    ');
        this.#lines.push('  end');
        return;
      case 'instance':
        this.#lines.push(`  ${item.module} ${item.name} (`);
        for (const [index, connection] of item.connections.entries()) {
          this.#locate(connection.location);
          this.#line(
            '    ',
            `.${connection.port}(`,
            connection.value,
            index === item.connections.length - 1 ? ')' : '),',
          );
        }
        this.#lines.push('  );');
        return;
      case 'unused': {
        const zero: VerilogExpression = { kind: 'number', width: 1, signed: false, value: 0n };
        const all: VerilogExpression = { kind: 'concatenation', parts: [zero, ...item.parts] };
        this.#lines.push('  // Read nowhere else: declared so for lint.');
        this.#locate(item.location);
        this.#line('  ', 'wire unused = &', all, ';');
        return;
      }
      default:
        throw new Error(`unknown item ${item satisfies never}`);
    }
  }

  #statements(statements: readonly VerilogStatement[], indent: string): void {
    for (const statement of statements) this.#statement(statement, indent);
  }

  #statement(statement: VerilogStatement, indent: string): void {
    this.#locate(statement.location);
    switch (statement.kind) {
      case 'assign':
        this.#line(
          indent,
          `${this.#expressions.flat(statement.target)} ${statement.blocking ? '=' : '<='} `,
          statement.value,
          ';',
        );
        return;
      case 'if':
        this.#line(indent, 'if (', statement.condition, ') begin');
        this.#ifBody(statement, indent);
        return;
      case 'case':
        this.#line(indent, 'case (', statement.subject, ')');
        for (const one of statement.cases) {
          this.#locate(one.location);
          this.#branch(one.labels.map((label) => this.#expressions.flat(label)).join(', '), one.body, `${indent}  `);
        }
        if (statement.otherwise !== null) this.#branch('default', statement.otherwise, `${indent}  `);
        this.#lines.push(`${indent}endcase`);
        return;
      case 'fill': {
        const { counter, from, to, memory, value } = statement;
        const loop = `for (${counter} = ${from}; ${counter} <= ${to}; ${counter} = ${counter} + 1)`;
        this.#line(indent, `${loop} ${memory}[${counter}] = `, value, ';');
        return;
      }
      case 'property':
        this.#line(indent, `${statement.label}: ${statement.flavour} (`, statement.condition, ');');
        return;
      default:
        throw new Error(`unknown statement ${statement satisfies never}`);
    }
  }

  #ifBody(statement: Extract<VerilogStatement, { kind: 'if' }>, indent: string): void {
    this.#statements(statement.then, `${indent}  `);
    const [only] = statement.otherwise;
    if (only === undefined) {
      this.#lines.push(`${indent}end`);
      return;
    }
    if (statement.otherwise.length === 1 && only.kind === 'if') {
      this.#locate(only.location);
      this.#line(indent, 'end else if (', only.condition, ') begin');
      this.#ifBody(only, indent);
      return;
    }
    this.#lines.push(`${indent}end else begin`);
    this.#statements(statement.otherwise, `${indent}  `);
    this.#lines.push(`${indent}end`);
  }

  #branch(label: string, body: readonly VerilogStatement[], indent: string): void {
    const [only] = body;
    if (only === undefined) {
      this.#lines.push(`${indent}${label}: ;`);
    } else if (body.length === 1 && only.kind === 'assign') {
      this.#locate(only.location);
      this.#line(
        indent,
        `${label}: ${this.#expressions.flat(only.target)} ${only.blocking ? '=' : '<='} `,
        only.value,
        ';',
      );
    } else {
      this.#lines.push(`${indent}${label}: begin`);
      this.#statements(body, `${indent}  `);
      this.#lines.push(`${indent}end`);
    }
  }
}

export const printModule = (module: VerilogModule, options: PrintOptions): string =>
  new ModulePrinter(options).print(module);
