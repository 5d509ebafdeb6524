import type { MemoryNode } from '../memory/node.ts';
import type { TreeObserver } from '../memory/observer.ts';
import type { MemoryTree } from '../memory/tree.ts';
import type { Octets } from '../protocol/octets.ts';
import type { Put } from './puts.ts';

export const putOfNode = (node: MemoryNode): Put => {
  const { mode, uid, gid, accessed, modified, changed, born, version, nextPlace } = node.state;
  return {
    put: 'node',
    node: String(node.identity),
    mode,
    uid,
    gid,
    device: String(node.device),
    target: node.target,
    accessed: String(accessed),
    modified: String(modified),
    changed: String(changed),
    born: String(born),
    version,
    nextPlace: String(nextPlace),
  };
};
export const putOfEntry = (directory: MemoryNode, name: Octets): Put => {
  const entry = directory.entries.get(name);
  return {
    put: 'entry',
    directory: String(directory.identity),
    name,
    node: entry === undefined ? null : String(entry.node.identity),
    place: String(entry?.place ?? 0n),
  };
};
export const putOfExtended = (node: MemoryNode, name: Octets): Put => {
  const value = node.extended.get(name);
  return {
    put: 'extended',
    node: String(node.identity),
    name,
    data: value === undefined ? null : Uint8Array.from(value),
  };
};

/** What has been changed in a tree since it was last taken. Of what has no name any more, nothing is kept. */
export class Changes implements TreeObserver {
  readonly #tree: MemoryTree;
  #puts: Put[] = [];
  readonly #nodes = new Set<MemoryNode>();

  constructor(tree: MemoryTree) {
    this.#tree = tree;
  }
  get isEmpty(): boolean {
    return this.#puts.length === 0 && this.#nodes.size === 0;
  }
  node(node: MemoryNode): void {
    if (node.links > 0) this.#nodes.add(node);
  }
  entry(directory: MemoryNode, name: Octets): void {
    if (directory.links > 0) this.#puts.push(putOfEntry(directory, name));
  }
  size(node: MemoryNode): void {
    if (node.links > 0) this.#puts.push({ put: 'size', node: String(node.identity), size: node.size });
  }
  content(node: MemoryNode, offset: number, count: number): void {
    if (node.links > 0)
      this.#puts.push({ put: 'content', node: String(node.identity), offset, data: node.read(offset, count) });
  }
  extended(node: MemoryNode, name: Octets): void {
    if (node.links > 0) this.#puts.push(putOfExtended(node, name));
  }
  add(...puts: readonly Put[]): void {
    this.#puts.push(...puts);
  }
  /** All of it, in the order in which it is to be put. */
  take(): readonly Put[] {
    const taken: Put[] = [
      { put: 'identity', last: String(this.#tree.lastIdentity) },
      ...[...this.#nodes].map(putOfNode),
      ...this.#puts,
    ];
    this.#nodes.clear();
    this.#puts = [];
    return taken;
  }
}
