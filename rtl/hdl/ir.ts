/**
 * The intermediate representation: what elaboration makes, and what the Verilog printer, the simulator and the checks read.
 *
 * One clock (`aclk`, rising edge) and one synchronous active-low reset (`aresetn`) serve every clocked module; neither is a
 * `Signal`. Values are two-state. Every width is at least 1 bit. A value is held as a non-negative `bigint` of its
 * two's complement bits, whether signed or not.
 */

export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Typed {
  readonly width: number;
  /** Whether `extension`, `less`, `multiply` and `shift_right` treat this value as two's complement. */
  readonly signed: boolean;
  readonly location: SourceLocation;
}

export type UnaryOperator = 'not' | 'negate' | 'reduce_and' | 'reduce_or' | 'reduce_xor';

/**
 * `and or xor add subtract`: both operands and the result have one width, arithmetic wraps.
 * `multiply`: the result is as wide as both operands together. `equal less`: equal operand widths, result 1 bit.
 * `shift_left shift_right`: the result has the left operand's width; the right operand is unsigned, of any width;
 * shifting by the width or more gives zero (or the sign bits, for a signed `shift_right`).
 */
export type BinaryOperator =
  | 'and'
  | 'or'
  | 'xor'
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'equal'
  | 'less'
  | 'shift_left'
  | 'shift_right';

export type Expression =
  | (Typed & { readonly kind: 'constant'; readonly value: bigint })
  | (Typed & { readonly kind: 'reference'; readonly signal: Signal })
  | (Typed & { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression })
  | (Typed & {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  /** `condition` is 1 bit wide. */
  | (Typed & {
      readonly kind: 'multiplex';
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    })
  /** Bits `low + width - 1` down to `low` of the operand. */
  | (Typed & { readonly kind: 'slice'; readonly operand: Expression; readonly low: number })
  /** Most significant part first. */
  | (Typed & { readonly kind: 'concatenation'; readonly parts: readonly Expression[] })
  /** Wider than the operand; by sign when the operand is signed, else by zeros. */
  | (Typed & { readonly kind: 'extension'; readonly operand: Expression })
  /** The element that `index` names, element 0 first; an index past the end reads the last element. */
  | (Typed & { readonly kind: 'select'; readonly index: Expression; readonly elements: readonly Expression[] })
  /** The same bits, read as signed or unsigned. */
  | (Typed & { readonly kind: 'reinterpretation'; readonly operand: Expression })
  /** Asynchronous read; an address at or past the depth reads zero. Assigned to a register it is a synchronous read of the old data. */
  | (Typed & { readonly kind: 'memory_read'; readonly memory: Memory; readonly address: Expression });

/** `wire`: combinational. `register`: changes at the clock edge. `instance_output`: driven by the instance that owns it. */
export type SignalKind = 'input' | 'wire' | 'register' | 'instance_output';

export interface Signal {
  readonly kind: SignalKind;
  /** Unique in its module, legal in Verilog and not a reserved word. */
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
  /** Whether the signal is a port, and which way. An output port is a wire or a register. */
  readonly port: 'input' | 'output' | null;
  /** Registers only: the value while `aresetn` is low; null is a register declared without reset, which goes on being clocked during reset. */
  readonly reset: bigint | null;
  /** Wires only: the value where no statement assigns; null when every path assigns every bit. */
  readonly initial: Expression | null;
  readonly location: SourceLocation;
}

export interface Memory {
  readonly name: string;
  /** Bits a word. */
  readonly width: number;
  /** Words. */
  readonly depth: number;
  /** Word values from address 0 up; missing words are zero. A memory with contents and no `memory_write` is a ROM. */
  readonly contents: readonly bigint[];
  /** What a synchronous read of a word returns in the cycle in which it is written. `undefined` lets tools choose; simulation reads the old word. */
  readonly readDuringWrite: 'old' | 'undefined';
  readonly location: SourceLocation;
}

/** Statements run in order, the last assignment to a bit wins. Wires and registers share one list; each consumer projects the list onto the targets it wants. */
export type Statement =
  /** Bits `low + value.width - 1` down to `low` of the target. A register's new value shows after the clock edge. */
  | {
      readonly kind: 'assign';
      readonly target: Signal;
      readonly low: number;
      readonly value: Expression;
      readonly location: SourceLocation;
    }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly location: SourceLocation;
    }
  /** Case values are distinct constants of the subject's width. */
  | {
      readonly kind: 'switch';
      readonly subject: Expression;
      readonly cases: readonly SwitchCase[];
      readonly otherwise: readonly Statement[];
      readonly location: SourceLocation;
    }
  /** At the clock edge, reset or not. `mask` has one bit for each lane of `memory.width / mask.width` bits; null writes the whole word. An address at or past the depth writes nothing. */
  | {
      readonly kind: 'memory_write';
      readonly memory: Memory;
      readonly address: Expression;
      readonly data: Expression;
      readonly mask: Expression | null;
      readonly location: SourceLocation;
    }
  /** Checked at each clock edge with `aresetn` high, where control reaches it. */
  | {
      readonly kind: 'property';
      readonly flavour: 'assert' | 'assume' | 'cover';
      readonly name: string;
      readonly condition: Expression;
      readonly location: SourceLocation;
    };

export interface SwitchCase {
  readonly values: readonly bigint[];
  readonly body: readonly Statement[];
  readonly location: SourceLocation;
}

export interface Instance {
  readonly name: string;
  readonly module: Module;
  /**
   * By name of the input port. Clock and reset are connected by name and not listed; but `aresetn` is here where the instance has a reset of its own: it is
   * in reset while that is 0, or the module that holds it is in reset.
   */
  readonly inputs: ReadonlyMap<string, Expression>;
  /** By name of the output port; an `instance_output` signal of the module that holds the instance. */
  readonly outputs: ReadonlyMap<string, Signal>;
  readonly location: SourceLocation;
}

export interface Module {
  /** The Verilog name, unique in a design: modules of equal content are one module, others of the same base name get a suffix. */
  readonly name: string;
  /** A black box has ports and neither body nor instances; its Verilog comes from elsewhere. */
  readonly blackBox: boolean;
  /** Has `aclk` and `aresetn` as its first two ports: it holds registers, memories with writes, properties or clocked instances. */
  readonly clocked: boolean;
  /** Ports first, in their declared order, then the rest in order of declaration. */
  readonly signals: readonly Signal[];
  readonly memories: readonly Memory[];
  readonly instances: readonly Instance[];
  readonly body: readonly Statement[];
  readonly location: SourceLocation;
}
