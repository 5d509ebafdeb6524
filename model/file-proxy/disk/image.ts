/** A whole tree as puts, no more of them than made it; and a tree made from puts. */
import type { MemoryNode } from '../memory/node.ts';
import type { MemoryTree } from '../memory/tree.ts';
import { putOfEntry, putOfExtended, putOfNode } from './changes.ts';
import type { Put } from './puts.ts';

/** Bytes of content in one put at most, and zeros that are worth a further put: more than it takes. */
const mostContent = 2 ** 16;
const gap = 128;

const contentOf = function* (node: MemoryNode): Generator<Put> {
  const { size } = node;
  if (size === 0) return;
  const id = String(node.identity);
  yield { put: 'size', node: id, size };
  const bytes = node.read(0, size);
  for (let from = 0; from < size; ) {
    while (from < size && bytes[from] === 0) from += 1;
    let end = from;
    for (let at = from; at < size && at - end < gap && at - from < mostContent; at += 1)
      if (bytes[at] !== 0) end = at + 1;
    if (end > from) yield { put: 'content', node: id, offset: from, data: bytes.slice(from, end) };
    from = end;
  }
};

export const imageOf = function* (tree: MemoryTree): Generator<Put> {
  const seen = new Set<MemoryNode>([tree.rootNode]);
  yield { put: 'identity', last: String(tree.lastIdentity) };
  yield putOfNode(tree.rootNode);
  const left = [tree.rootNode];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    for (const name of node.extended.keys()) yield putOfExtended(node, name);
    if (node.children === null) yield* contentOf(node);
    for (const [name, { node: child }] of node.children ?? []) {
      if (!seen.has(child)) {
        seen.add(child);
        left.push(child);
        yield putOfNode(child);
      }
      yield putOfEntry(node, name);
    }
  }
};

/** Puts of several records, one after another, into a tree that nobody uses yet. */
export class Replay {
  readonly #tree: MemoryTree;
  readonly #nodes = new Map<string, MemoryNode>();

  constructor(tree: MemoryTree) {
    this.#tree = tree;
    this.#nodes.set(String(tree.rootNode.identity), tree.rootNode);
  }

  #node(identity: string): MemoryNode {
    const node = this.#nodes.get(identity);
    if (node === undefined) throw new Error(`the log speaks of object ${identity}, which it does not make`);
    return node;
  }

  /** After the last of them: what has no name is gone. */
  end(): void {
    for (const node of this.#nodes.values()) if (node !== this.#tree.rootNode) node.letGo();
  }

  /** @param put one that is not the journal's. @throws Error where the log contradicts itself: a fault of ours */
  put(put: Exclude<Put, { readonly put: 'journal' | 'no journal' }>): void {
    switch (put.put) {
      case 'identity':
        this.#tree.lastIdentity = BigInt(put.last);
        return;
      case 'node': {
        const { node: id, mode, uid, gid, target, version } = put;
        const node = this.#nodes.get(id) ?? this.#tree.remake(BigInt(id), { mode, device: BigInt(put.device), target });
        // A name may be taken away before the next one is given: until the end, nothing is gone.
        if (!this.#nodes.has(id)) node.hold();
        this.#nodes.set(id, node);
        node.state = {
          mode,
          uid,
          gid,
          accessed: BigInt(put.accessed),
          modified: BigInt(put.modified),
          changed: BigInt(put.changed),
          born: BigInt(put.born),
          version,
          nextPlace: BigInt(put.nextPlace),
        };
        return;
      }
      case 'entry':
        this.#node(put.directory).putEntry(
          put.name,
          put.node === null ? null : { node: this.#node(put.node), place: BigInt(put.place) },
        );
        return;
      case 'size':
        this.#node(put.node).resize(put.size);
        return;
      case 'content':
        this.#node(put.node).putContent(put.offset, put.data);
        return;
      case 'extended':
        this.#node(put.node).putExtended(put.name, put.data);
    }
  }
}
