import type { Octets } from '../protocol/octets.ts';
import type { Qid } from '../protocol/qid.ts';
import type { Attributes, Change, OpenFile, OpenFlags, Reference, Statistics, Tree } from '../tree/tree.ts';

/** A share that is shown before it is reached: what was announced of it is known, and all else waits. */
export class ArrivingTree implements Tree {
  readonly announced: Attributes;
  #reached: Tree | null = null;
  #arrive: (tree: Tree) => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;
  readonly #arrival = new Promise<Tree>((resolve, reject) => {
    this.#arrive = resolve;
    this.#fail = reject;
  });
  constructor(announced: Attributes) {
    this.announced = announced;
    // Nobody may be waiting when it fails.
    this.#arrival.catch(() => undefined);
  }
  arrive(tree: Tree): void {
    this.#reached = tree;
    this.#arrive(tree);
  }
  /** Ends whoever waits, with an error. */
  fail(error: unknown): void {
    this.#fail(error);
  }
  async root(): Promise<Reference> {
    return (this.#reached ?? (await this.#arrival)).root();
  }
  /** The root, or what was announced of it: for who asks no more than what it is. */
  async glimpse(): Promise<Reference> {
    return this.#reached === null ? new ArrivingReference(this) : this.#reached.root();
  }
}

/** Answers of the attributes as announced, while the share is not reached; all else is the root's to answer. */
class ArrivingReference implements Reference {
  readonly #tree: ArrivingTree;
  #root: Promise<Reference> | null = null;
  constructor(tree: ArrivingTree) {
    this.#tree = tree;
  }
  get #reached(): Promise<Reference> {
    this.#root ??= this.#tree.root();
    return this.#root;
  }
  get qid(): Qid {
    return this.#tree.announced.qid;
  }
  duplicate(): Promise<Reference> {
    return this.#tree.root();
  }
  async attributes(): Promise<Attributes> {
    return this.#root === null ? this.#tree.announced : (await this.#root).attributes();
  }
  async walk(name: Octets): Promise<Reference> {
    return (await this.#reached).walk(name);
  }
  async change(change: Change): Promise<void> {
    await (await this.#reached).change(change);
  }
  async open(flags: OpenFlags): Promise<OpenFile> {
    return (await this.#reached).open(flags);
  }
  async create(...[name, flags, mode, gid]: Parameters<Reference['create']>): ReturnType<Reference['create']> {
    return (await this.#reached).create(name, flags, mode, gid);
  }
  async makeDirectory(name: Octets, mode: number, gid: number): Promise<Qid> {
    return (await this.#reached).makeDirectory(name, mode, gid);
  }
  async makeSymlink(name: Octets, target: Octets, gid: number): Promise<Qid> {
    return (await this.#reached).makeSymlink(name, target, gid);
  }
  async makeNode(name: Octets, mode: number, device: bigint, gid: number): Promise<Qid> {
    return (await this.#reached).makeNode(name, mode, device, gid);
  }
  async link(target: Reference, name: Octets): Promise<void> {
    await (await this.#reached).link(target, name);
  }
  async rename(name: Octets, directory: Reference, newName: Octets): Promise<void> {
    await (await this.#reached).rename(name, directory, newName);
  }
  async unlink(name: Octets, directory: boolean): Promise<void> {
    await (await this.#reached).unlink(name, directory);
  }
  async place(): ReturnType<Reference['place']> {
    return (await this.#reached).place();
  }
  async target(): Promise<Octets> {
    return (await this.#reached).target();
  }
  async statistics(): Promise<Statistics> {
    return (await this.#reached).statistics();
  }
  async listExtended(): Promise<readonly Octets[]> {
    return (await this.#reached).listExtended();
  }
  async getExtended(name: Octets): Promise<Uint8Array> {
    return (await this.#reached).getExtended(name);
  }
  async setExtended(...[name, value, how]: Parameters<Reference['setExtended']>): Promise<void> {
    await (await this.#reached).setExtended(name, value, how);
  }
  async release(): Promise<void> {
    // A root that was never reached needs no release.
    await (await this.#root?.catch(() => null))?.release();
  }
}
