import fs from 'node:fs';
import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import type { Reference, Tree } from '../tree/tree.ts';
import { closeDescriptor, holdSame, holdUnder, keyOf, pathUnder, statOf, statUnder } from './descriptors.ts';
import { HostNode } from './node.ts';
import { HostReference } from './reference.ts';
import type { HostShare } from './share.ts';

export interface HostTreeLimits {
  /** Descriptors that this client may hold at once: objects it refers to, directories above them, open files. */
  readonly descriptors: number;
  /** Bytes of directory listings that its open directories may keep. */
  readonly listingBytes: number;
}

const attempts = 8;

/** One client's view of a host directory, or of one file: its own holds, so that it can use up nobody else's. */
export class HostTree implements Tree {
  readonly share: HostShare;
  private readonly limits: HostTreeLimits;
  private readonly nodes = new Map<string, HostNode>();
  private descriptors = 0;
  private listingBytes = 0;
  /** Of the root, once it was asked for. */
  rootKey = '';

  constructor(share: HostShare, limits: HostTreeLimits = { descriptors: 4096, listingBytes: 2 ** 26 }) {
    this.share = share;
    this.limits = limits;
  }
  async root(): Promise<Reference> {
    this.takeDescriptor();
    const descriptor = await holdSame(this.share.rootDescriptor).catch((error: unknown) => {
      this.returnDescriptor();
      throw error;
    });
    const stats = await statOf(descriptor);
    this.rootKey = keyOf(stats);
    return new HostReference(await this.adopt(descriptor, stats, '' as Octets));
  }
  get descriptorsHeld(): number {
    return this.descriptors;
  }
  /** @throws FileError with EMFILE */
  takeDescriptor(count = 1): void {
    if (this.descriptors + count > this.limits.descriptors) throw new FileError('EMFILE');
    this.descriptors += count;
  }
  returnDescriptor(count = 1): void {
    this.descriptors -= count;
  }
  /** @throws FileError with ENOMEM. A negative charge gives back. */
  chargeListing(bytes: number): void {
    if (bytes > 0 && this.listingBytes + bytes > this.limits.listingBytes) throw new FileError('ENOMEM');
    this.listingBytes += bytes;
  }
  /** The node of a descriptor that was taken and opened for it, held once more: a new one, or the one that is there, which needs no second descriptor. */
  async adopt(descriptor: number, stats: fs.BigIntStats, target: Octets): Promise<HostNode> {
    const known = this.nodes.get(keyOf(stats));
    if (known !== undefined) {
      known.hold();
      this.returnDescriptor();
      await closeDescriptor(descriptor);
      return known;
    }
    const node = new HostNode(this, descriptor, stats, target).hold();
    this.nodes.set(node.key, node);
    return node;
  }
  /** Holds the object of a name in a directory. @throws FileError, and Node's errors */
  async find(directory: HostNode, name: Octets): Promise<HostNode> {
    directory.checkDirectory();
    for (let attempt = 0; attempt < attempts; attempt++) {
      this.takeDescriptor();
      let descriptor = -1;
      try {
        descriptor = await holdUnder(directory.descriptor, name);
        const stats = await statOf(descriptor);
        const target = stats.isSymbolicLink() ? await this.targetOf(directory, name, keyOf(stats)) : ('' as Octets);
        if (target !== null) {
          const node = await this.adopt(descriptor, stats, target);
          node.seenAt(directory, name);
          return node;
        }
      } catch (error) {
        this.returnDescriptor();
        if (descriptor >= 0) await closeDescriptor(descriptor);
        throw error;
      }
      this.returnDescriptor();
      await closeDescriptor(descriptor);
    }
    throw new FileError('ESTALE');
  }
  /** The text of a symbolic link, which can only be read by its name: null when the name is another's by now. */
  private async targetOf(directory: HostNode, name: Octets, key: string): Promise<Octets | null> {
    try {
      const target = await fs.promises.readlink(pathUnder(directory.descriptor, name), 'latin1');
      return keyOf(await statUnder(directory.descriptor, name)) === key ? (target as Octets) : null;
    } catch {
      return null;
    }
  }
  /** Called by a node that nothing holds any more. */
  async drop(node: HostNode): Promise<void> {
    this.nodes.delete(node.key);
    this.returnDescriptor();
    const gone = this.share.quota !== null && (await statOf(node.descriptor)).nlink === 0n;
    this.share.leave(node.key, gone);
    await node.close();
  }
}
