/** The Verilog-2005 that we write, as a syntax tree. The printer adds parentheses and layout, and decides nothing else. */
import type { SourceLocation } from '../hdl/ir.ts';

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
  | { readonly kind: 'literal'; readonly width: number; readonly value: bigint }
  | { readonly kind: 'name'; readonly name: string }
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
  | { readonly kind: 'replication'; readonly count: number; readonly operand: VerilogExpression }
  /** `name[high:low]`, or `name[low]` when both are equal. */
  | { readonly kind: 'range'; readonly name: string; readonly high: number; readonly low: number }
  /** `name[index]`: a word of a memory. */
  | { readonly kind: 'element'; readonly name: string; readonly index: VerilogExpression }
  | {
      readonly kind: 'call';
      readonly function: '$signed' | '$unsigned';
      readonly argument: VerilogExpression;
    };

/** What an assignment may write: a whole signal, a range of it, a memory word, or a range of that. */
export interface Target {
  readonly name: string;
  readonly index: VerilogExpression | null;
  readonly range: { readonly high: number; readonly low: number } | null;
}

export type VerilogStatement =
  | {
      readonly kind: 'assign';
      readonly blocking: boolean;
      readonly target: Target;
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
  | {
      readonly kind: 'case';
      readonly subject: VerilogExpression;
      readonly cases: readonly {
        readonly values: readonly VerilogExpression[];
        readonly body: readonly VerilogStatement[];
        readonly location: SourceLocation;
      }[];
      /** Null when the cases cover every value. */
      readonly otherwise: readonly VerilogStatement[] | null;
      readonly location: SourceLocation;
    }
  | {
      readonly kind: 'property';
      readonly flavour: 'assert' | 'assume' | 'cover';
      readonly label: string;
      readonly condition: VerilogExpression;
      readonly location: SourceLocation;
    };

export interface Declaration {
  readonly net: 'wire' | 'reg';
  readonly name: string;
  readonly width: number;
  /** Words, for a memory. */
  readonly depth: number | null;
  readonly location: SourceLocation;
}

export interface PortDeclaration {
  readonly direction: 'input' | 'output';
  readonly net: 'wire' | 'reg';
  readonly name: string;
  readonly width: number;
  readonly location: SourceLocation;
}

export type Item =
  | {
      readonly kind: 'assign';
      readonly target: Target;
      readonly value: VerilogExpression;
      readonly location: SourceLocation;
    }
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
      readonly connections: readonly { readonly port: string; readonly value: VerilogExpression }[];
      readonly location: SourceLocation;
    }
  /** Items that only a formal tool reads, between `ifdef FORMAL` and `endif`. */
  | { readonly kind: 'formal'; readonly items: readonly Item[] };

export interface VerilogModule {
  readonly name: string;
  readonly ports: readonly PortDeclaration[];
  readonly declarations: readonly Declaration[];
  readonly items: readonly Item[];
  readonly location: SourceLocation;
}
