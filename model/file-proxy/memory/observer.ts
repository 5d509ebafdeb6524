import type { Octets } from '../protocol/octets.ts';
import type { MemoryNode } from './node.ts';

/** Told of each change of a tree when it has just been made. */
export interface TreeObserver {
  /** Something of it beside its content, its names and its extended attributes. */
  node(node: MemoryNode): void;
  /** What a name in a directory stands for: something else now, or nothing. */
  entry(directory: MemoryNode, name: Octets): void;
  size(node: MemoryNode): void;
  /** Bytes were written, within its size. */
  content(node: MemoryNode, offset: number, count: number): void;
  extended(node: MemoryNode, name: Octets): void;
}
