/**
 * The word graph: what a design becomes before it is scheduled. Every node is a value of at most one machine word (32 or 64
 * bits), kept with its unused upper bits zero. Nodes are shared by structure: asking twice for the same operation on the same
 * operands gives the same node, so common subexpressions cost nothing. Operands have lower `id`s than the nodes that use them.
 */

export type BinaryNodeOperator =
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

interface NodeBase {
  readonly id: number;
  readonly width: number;
}

/** A memory of the design, as the compiled program addresses it. */
export interface MemorySlot {
  readonly index: number;
  readonly path: string;
  readonly width: number;
  readonly depth: number;
  /** Bytes from one word to the next: 1, 2, 4 or a multiple of 8. */
  readonly stride: number;
  readonly contents: readonly bigint[];
}

/** Constant data computed when the design is compiled: `bytes` (1, 2, 4 or 8) an entry. */
export interface TableSlot {
  readonly index: number;
  readonly bytes: number;
  readonly entries: readonly bigint[];
}

export type ConstantNode = NodeBase & { readonly kind: 'constant'; readonly value: bigint };
/** The input record, the registers, the values that are kept from cycle to cycle. */
export type LoadSpace = 'input' | 'state' | 'kept';
/** Bits `bit + width - 1` down to `bit` of a space. */
export type LoadNode = NodeBase & { readonly kind: 'load'; readonly space: LoadSpace; readonly bit: number };
/** Bits `low + width - 1` down to `low` of a memory word, all within one 64-bit window that starts at a byte; past the depth: zero. */
export type MemoryNode = NodeBase & {
  readonly kind: 'memory';
  readonly memory: MemorySlot;
  readonly address: Node;
  readonly low: number;
};
export type TableNode = NodeBase & { readonly kind: 'table'; readonly table: TableSlot; readonly index: Node };
/** The register chunk at `bit + stride * index`; the index is below `count`. */
export type IndexedLoadNode = NodeBase & {
  readonly kind: 'indexed_load';
  readonly bit: number;
  readonly stride: number;
  readonly count: number;
  readonly index: Node;
};
export type UnaryNode = NodeBase & { readonly kind: 'not' | 'parity' | 'sign_extension'; readonly operand: Node };
export type BinaryNode = NodeBase & { readonly kind: BinaryNodeOperator; readonly left: Node; readonly right: Node };
export type SliceNode = NodeBase & { readonly kind: 'slice'; readonly operand: Node; readonly low: number };
/** Least significant part first. */
export type ConcatenationNode = NodeBase & { readonly kind: 'concatenation'; readonly parts: readonly Node[] };
export type MultiplexNode = NodeBase & {
  readonly kind: 'multiplex';
  readonly condition: Node;
  readonly whenTrue: Node;
  readonly whenFalse: Node;
};
/** The arm whose values hold the subject, else `otherwise`. */
export type ChooseNode = NodeBase & {
  readonly kind: 'choose';
  readonly subject: Node;
  readonly values: readonly (readonly number[])[];
  readonly arms: readonly Node[];
  readonly otherwise: Node;
};

export type Node =
  | ConstantNode
  | LoadNode
  | MemoryNode
  | TableNode
  | IndexedLoadNode
  | UnaryNode
  | BinaryNode
  | SliceNode
  | ConcatenationNode
  | MultiplexNode
  | ChooseNode;

export const operandsOf = (node: Node): readonly Node[] => {
  switch (node.kind) {
    case 'constant':
    case 'load':
      return [];
    case 'memory':
      return [node.address];
    case 'table':
    case 'indexed_load':
      return [node.index];
    case 'not':
    case 'parity':
    case 'sign_extension':
    case 'slice':
      return [node.operand];
    case 'concatenation':
      return node.parts;
    case 'multiplex':
      return [node.condition, node.whenTrue, node.whenFalse];
    case 'choose':
      return [node.subject, ...node.arms, node.otherwise];
    default:
      return [node.left, node.right];
  }
};

export const ones = (width: number): bigint => (1n << BigInt(width)) - 1n;

/** Creates nodes, each structure once. No simplification happens here: see `simplify.ts`. */
export class NodeTable {
  readonly nodes: Node[] = [];
  readonly tables: TableSlot[] = [];
  readonly #byKey = new Map<string, Node>();

  intern(key: string, make: (id: number) => Node): Node {
    const found = this.#byKey.get(key);
    if (found !== undefined) return found;
    const node = make(this.nodes.length);
    this.nodes.push(node);
    this.#byKey.set(key, node);
    return node;
  }

  constant(width: number, value: bigint): Node {
    return this.intern(`c${width}:${value}`, (id) => ({ id, width, kind: 'constant', value }));
  }

  load(space: LoadSpace, bit: number, width: number): Node {
    return this.intern(`l${space}:${bit}:${width}`, (id) => ({ id, width, kind: 'load', space, bit }));
  }

  memory(memory: MemorySlot, address: Node, low: number, width: number): Node {
    return this.intern(`m${memory.index}:${address.id}:${low}:${width}`, (id) => ({
      id,
      width,
      kind: 'memory',
      memory,
      address,
      low,
    }));
  }

  table(entries: readonly bigint[], width: number, index: Node): Node {
    const bytes = width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : 8;
    const contents = `${bytes}:${entries.join()}`;
    let table = this.#tableByContents.get(contents);
    if (table === undefined) {
      table = { index: this.tables.length, bytes, entries };
      this.tables.push(table);
      this.#tableByContents.set(contents, table);
    }
    const slot = table;
    return this.intern(`t${slot.index}:${index.id}:${width}`, (id) => ({
      id,
      width,
      kind: 'table',
      table: slot,
      index,
    }));
  }

  readonly #tableByContents = new Map<string, TableSlot>();

  indexedLoad(bit: number, stride: number, count: number, index: Node, width: number): Node {
    const key = `i${bit}:${stride}:${count}:${index.id}:${width}`;
    return this.intern(key, (id) => ({ id, width, kind: 'indexed_load', bit, stride, count, index }));
  }

  unary(kind: UnaryNode['kind'], operand: Node, width: number): Node {
    return this.intern(`${kind}:${operand.id}:${width}`, (id) => ({ id, width, kind, operand }));
  }

  binary(kind: BinaryNodeOperator, left: Node, right: Node, width: number): Node {
    return this.intern(`${kind}:${left.id}:${right.id}:${width}`, (id) => ({ id, width, kind, left, right }));
  }

  slice(operand: Node, low: number, width: number): Node {
    return this.intern(`s${operand.id}:${low}:${width}`, (id) => ({ id, width, kind: 'slice', operand, low }));
  }

  concatenation(parts: readonly Node[], width: number): Node {
    let key = 'j';
    for (const part of parts) key += `:${part.id}`;
    return this.intern(key, (id) => ({ id, width, kind: 'concatenation', parts }));
  }

  multiplex(condition: Node, whenTrue: Node, whenFalse: Node): Node {
    return this.intern(`?${condition.id}:${whenTrue.id}:${whenFalse.id}`, (id) => ({
      id,
      width: whenTrue.width,
      kind: 'multiplex',
      condition,
      whenTrue,
      whenFalse,
    }));
  }

  choose(subject: Node, values: readonly (readonly number[])[], arms: readonly Node[], otherwise: Node): Node {
    const key = `w${subject.id}:${values.map((list) => list.join('.')).join()}:${arms.map((arm) => arm.id).join()}:${otherwise.id}`;
    return this.intern(key, (id) => ({ id, width: otherwise.width, kind: 'choose', subject, values, arms, otherwise }));
  }
}
