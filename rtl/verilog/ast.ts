import type { SourceLocation } from '../hdl/ir.ts';

/** Verilog as the printer takes it. Everything that is a matter of opinion has been decided before. */

export type UnaryToken = '~' | '!' | '-' | '&' | '|' | '^';
export type BinaryToken =
  | '*'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '>>>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '=='
  | '!='
  | '&'
  | '^'
  | '|'
  | '&&'
  | '||';

export type VerilogExpression =
  | { readonly kind: 'number'; readonly width: number; readonly signed: boolean; readonly value: bigint }
  /** `signed` as declared. */
  | { readonly kind: 'name'; readonly name: string; readonly signed: boolean }
  /** One bit of a vector by a computed index, or one word of a memory. */
  | { readonly kind: 'element'; readonly of: VerilogExpression; readonly index: VerilogExpression }
  /** Known bits of a vector; one bit where `high` is `low`. */
  | { readonly kind: 'range'; readonly of: VerilogExpression; readonly high: number; readonly low: number }
  | { readonly kind: 'unary'; readonly token: UnaryToken; readonly operand: VerilogExpression }
  | {
      readonly kind: 'binary';
      readonly token: BinaryToken;
      readonly left: VerilogExpression;
      readonly right: VerilogExpression;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: VerilogExpression;
      readonly whenTrue: VerilogExpression;
      readonly whenFalse: VerilogExpression;
    }
  | { readonly kind: 'concatenation'; readonly parts: readonly VerilogExpression[] }
  | { readonly kind: 'replication'; readonly times: number; readonly operand: VerilogExpression }
  | { readonly kind: 'cast'; readonly to: '$signed' | '$unsigned'; readonly operand: VerilogExpression };

/** Whether Verilog takes the expression as signed (IEEE 1364-2005, 5.5). */
export const isSigned = (expression: VerilogExpression): boolean => {
  switch (expression.kind) {
    case 'number':
    case 'name':
      return expression.signed;
    case 'element':
    case 'range':
    case 'concatenation':
    case 'replication':
      return false;
    case 'unary':
      return (expression.token === '~' || expression.token === '-') && isSigned(expression.operand);
    case 'binary':
      return binaryIsSigned(expression.token, isSigned(expression.left), isSigned(expression.right));
    case 'conditional':
      return isSigned(expression.whenTrue) && isSigned(expression.whenFalse);
    case 'cast':
      return expression.to === '$signed';
    default:
      throw new Error(`unknown expression ${expression satisfies never}`);
  }
};

const binaryIsSigned = (token: BinaryToken, left: boolean, right: boolean): boolean => {
  switch (token) {
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=':
    case '&&':
    case '||':
      return false;
    case '<<':
    case '>>':
    case '>>>':
      return left;
    case '*':
    case '+':
    case '-':
    case '&':
    case '^':
    case '|':
      return left && right;
    default:
      throw new Error(`unknown operator ${token satisfies never}`);
  }
};

export type VerilogStatement =
  | {
      readonly kind: 'assign';
      readonly target: VerilogExpression;
      readonly blocking: boolean;
      readonly value: VerilogExpression;
      readonly location: SourceLocation;
    }
  | {
      readonly kind: 'if';
      readonly condition: VerilogExpression;
      readonly then: readonly VerilogStatement[];
      readonly otherwise: readonly VerilogStatement[];
      readonly location: SourceLocation;
    }
  /** `otherwise` null leaves `default` out: the cases are complete. */
  | {
      readonly kind: 'case';
      readonly subject: VerilogExpression;
      readonly cases: readonly VerilogCase[];
      readonly otherwise: readonly VerilogStatement[] | null;
      readonly location: SourceLocation;
    }
  /** Assigns `value` to the words `from` to `to` of a memory. */
  | {
      readonly kind: 'fill';
      readonly memory: string;
      /** The integer that numbers the words. */
      readonly counter: string;
      readonly from: number;
      readonly to: number;
      readonly value: VerilogExpression;
      readonly location: SourceLocation;
    }
  | {
      readonly kind: 'property';
      readonly flavour: 'assert' | 'assume' | 'cover';
      readonly label: string;
      readonly condition: VerilogExpression;
      readonly location: SourceLocation;
    };

export interface VerilogCase {
  readonly labels: readonly VerilogExpression[];
  readonly body: readonly VerilogStatement[];
  readonly location: SourceLocation;
}

export type VerilogItem =
  | { readonly kind: 'constant'; readonly width: number; readonly name: string; readonly value: VerilogExpression }
  | {
      readonly kind: 'declaration';
      readonly storage: 'wire' | 'reg';
      readonly signed: boolean;
      readonly width: number;
      readonly name: string;
      readonly location: SourceLocation;
    }
  /** `anyReadDuringWrite`: nobody minds what a read returns of a word that is being written. */
  | {
      readonly kind: 'memory';
      readonly anyReadDuringWrite: boolean;
      readonly width: number;
      readonly name: string;
      readonly depth: number;
      readonly location: SourceLocation;
    }
  | { readonly kind: 'integer'; readonly name: string; readonly location: SourceLocation }
  | {
      readonly kind: 'assign';
      readonly target: VerilogExpression;
      readonly value: VerilogExpression;
      readonly location: SourceLocation;
    }
  /** Null sensitivity is `always @*`. */
  | {
      readonly kind: 'always';
      readonly clock: string | null;
      readonly body: readonly VerilogStatement[];
      readonly location: SourceLocation;
    }
  | { readonly kind: 'initial'; readonly body: readonly VerilogStatement[]; readonly location: SourceLocation }
  | {
      readonly kind: 'instance';
      readonly module: string;
      readonly name: string;
      readonly connections: readonly VerilogConnection[];
      readonly location: SourceLocation;
    }
  /** Reads what is otherwise unread, so that lint stays quiet about it and loud about the rest. */
  | { readonly kind: 'unused'; readonly parts: readonly VerilogExpression[]; readonly location: SourceLocation };

export interface VerilogConnection {
  readonly port: string;
  readonly value: VerilogExpression;
  readonly location: SourceLocation;
}

export interface VerilogPort {
  readonly direction: 'input' | 'output';
  readonly storage: 'wire' | 'reg';
  readonly signed: boolean;
  readonly width: number;
  readonly name: string;
  readonly location: SourceLocation;
}

export interface VerilogModule {
  /** Lines of the comment above the module. */
  readonly header: readonly string[];
  readonly name: string;
  readonly ports: readonly VerilogPort[];
  /** Printed with a blank line between the groups. */
  readonly groups: readonly (readonly VerilogItem[])[];
  readonly location: SourceLocation;
}
