/**
 * The tree of nodes. A fork of it costs nothing: both share all nodes until one of them changes one, which it copies first, with the
 * nodes above. A node that only one tree has is changed in place.
 */
import { ownerOf, type Permissions, without } from './permissions.ts';

export interface Node {
  /** Never changed: another value is another array. */
  readonly value: Uint8Array;
  readonly permissions: Permissions;
  /** Of the last change of the node or of its list of children. */
  readonly generation: number;
  readonly children: ReadonlyMap<string, Node>;
}

/** A node as the tree that bears its stamp may change it. */
interface OwnNode extends Node {
  readonly stamp: object;
  value: Uint8Array;
  permissions: Permissions;
  generation: number;
  children: Map<string, OwnNode>;
}

/** What the nodes of a domain come to. */
export interface Usage {
  readonly nodes: number;
  readonly bytes: number;
}

const noChildren = new Map<string, OwnNode>();
const noValue = new Uint8Array(0);
/** Bytes that a permission counts for. */
export const permissionBytes = 8;
const bytesOf = (name: string, { value, permissions }: Node): number =>
  name.length + value.length + permissionBytes * permissions.length;

export class Tree {
  #root: OwnNode;
  #stamp = {};
  #generation: number;
  readonly #usage: Map<number, Usage>;

  private constructor(root: OwnNode, generation: number, usage: Map<number, Usage>) {
    this.#root = root;
    this.#generation = generation;
    this.#usage = usage;
  }

  /** A root, and nothing else. */
  static create(permissions: Permissions): Tree {
    const root = { stamp: {}, value: noValue, permissions, generation: 0, children: noChildren };
    return new Tree(root, 0, new Map([[ownerOf(permissions), { nodes: 1, bytes: bytesOf('', root) }]]));
  }

  /** Another tree, the same as this is now. */
  fork(): Tree {
    this.#stamp = {};
    return new Tree(this.#root, this.#generation, new Map(this.#usage));
  }

  /** Counts changes: of two trees in one line of forks and commits, those with the same number are the same. */
  get generation(): number {
    return this.#generation;
  }

  get root(): Node {
    return this.#root;
  }

  usage(domain: number): Usage {
    return this.#usage.get(domain) ?? { nodes: 0, bytes: 0 };
  }

  find(names: readonly string[]): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of names) {
      node = node.children.get(name);
      if (node === undefined) return undefined;
    }
    return node;
  }

  /** The last node on the way that is there, and how many names lead to it. */
  nearest(names: readonly string[]): { readonly node: Node; readonly count: number } {
    let node: Node = this.#root;
    for (const [count, name] of names.entries()) {
      const child = node.children.get(name);
      if (child === undefined) return { node, count };
      node = child;
    }
    return { node, count: names.length };
  }

  /** Makes what is missing on the way, with the permissions given. */
  make(names: readonly string[], permissions: Permissions): void {
    const { count } = this.nearest(names);
    this.#generation += 1;
    let node = this.#own(names.slice(0, count));
    for (const name of names.slice(count)) {
      const child = this.#node(noValue, permissions);
      if (node.children === noChildren) node.children = new Map();
      node.children.set(name, child);
      node.generation = this.#generation;
      this.#count(name, child, 1);
      node = child;
    }
  }

  /** Of a node that is there. */
  write(names: readonly string[], value: Uint8Array): void {
    this.#change(names, (node) => (node.value = value));
  }

  /** Of a node that is there. */
  setPermissions(names: readonly string[], permissions: Permissions): void {
    this.#change(names, (node) => (node.permissions = permissions));
  }

  /** Takes a node that is there, and is not the root, with all below. */
  remove(names: readonly string[]): Node {
    this.#generation += 1;
    const parent = this.#own(names.slice(0, -1));
    const name = names.at(-1)!;
    const removed = parent.children.get(name)!;
    parent.children.delete(name);
    parent.generation = this.#generation;
    this.#countBelow(name, removed, -1);
    return removed;
  }

  /** The paths of the highest nodes that a domain owns. */
  owned(domain: number): readonly (readonly string[])[] {
    const found: (readonly string[])[] = [];
    const look = (node: Node, names: readonly string[]): void => {
      if (ownerOf(node.permissions) === domain) found.push(names);
      else for (const [name, child] of node.children) look(child, [...names, name]);
    };
    look(this.#root, []);
    return found;
  }

  /** Takes a domain, which owns nothing, out of all permissions. */
  forget(domain: number): void {
    const look = (node: Node, names: readonly string[]): void => {
      const rest = without(node.permissions, domain);
      if (rest !== node.permissions) this.setPermissions(names, rest);
      for (const [name, child] of node.children) look(child, [...names, name]);
    };
    look(this.#root, []);
  }

  /** Counts everything anew. @throws Error when it is not what was kept */
  audit(): void {
    const kept = new Map(this.#usage);
    this.#usage.clear();
    this.#countBelow('', this.#root, 1);
    for (const domain of new Set([...kept.keys(), ...this.#usage.keys()])) {
      const [was, is] = [kept.get(domain) ?? { nodes: 0, bytes: 0 }, this.usage(domain)];
      if (was.nodes !== is.nodes || was.bytes !== is.bytes)
        throw new Error(
          `domain ${domain} is said to have ${was.nodes} nodes of ${was.bytes} bytes, and has ${is.nodes} of ${is.bytes}`,
        );
    }
  }

  #node(value: Uint8Array, permissions: Permissions): OwnNode {
    return { stamp: this.#stamp, value, permissions, generation: this.#generation, children: noChildren };
  }

  /** A node that no other tree has, nor those above it. */
  #own(names: readonly string[]): OwnNode {
    const mine = (node: OwnNode): OwnNode =>
      node.stamp === this.#stamp
        ? node
        : { ...node, stamp: this.#stamp, children: node.children === noChildren ? noChildren : new Map(node.children) };
    let node = (this.#root = mine(this.#root));
    for (const name of names) {
      const child = mine(node.children.get(name)!);
      node.children.set(name, child);
      node = child;
    }
    return node;
  }

  #change(names: readonly string[], change: (node: OwnNode) => void): void {
    this.#generation += 1;
    const node = this.#own(names);
    const name = names.at(-1) ?? '';
    this.#count(name, node, -1);
    change(node);
    this.#count(name, node, 1);
    node.generation = this.#generation;
  }

  #count(name: string, node: Node, sign: 1 | -1): void {
    const owner = ownerOf(node.permissions);
    const { nodes, bytes } = this.usage(owner);
    this.#usage.set(owner, { nodes: nodes + sign, bytes: bytes + sign * bytesOf(name, node) });
  }

  #countBelow(name: string, node: Node, sign: 1 | -1): void {
    this.#count(name, node, sign);
    for (const [below, child] of node.children) this.#countBelow(below, child, sign);
  }
}
