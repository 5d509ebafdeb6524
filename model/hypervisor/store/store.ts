import { StoreError } from './errors.ts';
import { perform, removal, type TreeRequest } from './operations.ts';
import { homeOf, readPath, type SpecialPath, specialPaths, textOfNames } from './path.ts';
import { type Caller, ownerOf, type Permissions, readDomain, without } from './permissions.ts';
import { Quotas } from './quotas.ts';
import { Session } from './session.ts';
import type { Transaction } from './transaction.ts';
import { Tree } from './tree.ts';
import { type Watch, Watches } from './watches.ts';

const onlyDomainZero: Permissions = [{ access: 'n', domain: 0 }];
const domainZero: Caller = { domain: 0, target: undefined };

interface KnownDomain {
  stopped: boolean;
  target: number | undefined;
}

/** The store: one tree, and all who are connected to it. Specified in `docs/systems/store.md`. */
export class Store {
  readonly quotas = new Quotas();
  readonly watches = new Watches();
  #tree = Tree.create(onlyDomainZero);
  readonly #sessions = new Map<number, Set<Session>>();
  readonly #domains = new Map<number, KnownDomain>();
  readonly #special = new Map<SpecialPath, Permissions>(specialPaths.map((path) => [path, onlyDomainZero]));

  constructor() {
    this.write('/tool/xenstored', '');
    this.write(`${homeOf(0)}/domid`, '0');
    this.write(`${homeOf(0)}/name`, 'Domain-0');
  }

  get tree(): Tree {
    return this.#tree;
  }

  /** The text of a node, if it is there. */
  read(path: string): string | undefined {
    const node = this.#tree.find(readPath(path, 0).names);
    return node && Buffer.from(node.value).toString();
  }

  /** Writes as domain 0. */
  write(path: string, value: string): void {
    this.#perform({ kind: 'WRITE', path: readPath(path, 0), value: Uint8Array.from(Buffer.from(value)) });
  }

  /** As domain 0. */
  setPermissions(path: string, permissions: Permissions): void {
    this.#perform({ kind: 'SET_PERMS', path: readPath(path, 0), permissions });
  }

  /** As domain 0; nothing, if it is not there. */
  remove(path: string): void {
    this.#perform({ kind: 'RM', path: readPath(path, 0) });
  }

  #perform(request: TreeRequest): void {
    const { answer, change } = perform(this.#tree, domainZero, this.quotas, request);
    if (typeof answer === 'string') throw new StoreError(answer, request.path.text);
    if (change !== undefined) this.watches.fire(change);
  }

  /** A connection of a domain. */
  connect(domain: number): Session {
    const session = new Session(this, domain);
    this.#sessions.set(domain, (this.#sessions.get(domain) ?? new Set()).add(session));
    return session;
  }

  /** Ends a connection. */
  disconnect(session: Session): void {
    session.reset();
    this.#sessions.get(session.domain)?.delete(session);
  }

  watchesOf(domain: number): readonly Watch[] {
    return [...(this.#sessions.get(domain) ?? [])].flatMap((session) => session.watches);
  }

  transactionsOf(domain: number): number {
    return [...(this.#sessions.get(domain) ?? [])].reduce((sum, session) => sum + session.transactions, 0);
  }

  /** @returns whether there was no conflict */
  commit(transaction: Transaction, caller: Caller): boolean {
    const committed = transaction.commit(this.#tree, caller, this.quotas);
    if (committed === null) return false;
    this.#tree = committed.tree;
    for (const change of committed.changes) this.watches.fire(change);
    return true;
  }

  specialPermissions(path: SpecialPath): Permissions {
    return this.#special.get(path)!;
  }

  setSpecialPermissions(path: SpecialPath, permissions: Permissions): void {
    this.#special.set(path, permissions);
  }

  /** The number of a domain that is introduced. @throws StoreError EINVAL, ENOENT */
  known(text: string): number {
    const domain = readDomain(text);
    if (!this.#domains.has(domain)) throw new StoreError('ENOENT', `domain ${domain} was not introduced`);
    return domain;
  }

  isIntroduced(domain: number): boolean {
    return domain === 0 || this.#domains.has(domain);
  }

  introduce(domain: number): void {
    if (domain === 0) throw new StoreError('EINVAL', 'domain 0 is always there');
    if (this.#domains.has(domain)) return;
    this.#domains.set(domain, { stopped: false, target: undefined });
    this.#fireSpecial('@introduceDomain', domain);
  }

  /** Forgets a domain, with all that is its own. */
  release(domain: number): void {
    for (const session of this.#sessions.get(domain) ?? []) {
      session.reset();
      session.onEnd();
    }
    this.#sessions.delete(domain);
    this.#domains.delete(domain);
    for (const known of this.#domains.values()) if (known.target === domain) known.target = undefined;
    this.quotas.forget(domain);
    if (ownerOf(this.#tree.root.permissions) === domain) this.#tree.setPermissions([], onlyDomainZero);
    for (const names of this.#tree.owned(domain))
      this.watches.fire(removal(this.#tree, { names, text: textOfNames(names) }));
    this.#tree.forget(domain);
    for (const [path, permissions] of this.#special)
      this.#special.set(path, ownerOf(permissions) === domain ? onlyDomainZero : without(permissions, domain));
    this.#fireSpecial('@releaseDomain', domain);
  }

  /** A domain runs no more, and is still there. */
  stop(domain: number): void {
    const known = this.#domains.get(domain);
    if (known === undefined || known.stopped) return;
    known.stopped = true;
    this.#fireSpecial('@releaseDomain', domain);
  }

  resume(domain: number): void {
    const known = this.#domains.get(domain);
    if (known !== undefined) known.stopped = false;
  }

  targetOf(domain: number): number | undefined {
    return this.#domains.get(domain)?.target;
  }

  setTarget(domain: number, target: number): void {
    this.#domains.get(domain)!.target = target;
  }

  #fireSpecial(path: SpecialPath, domain: number): void {
    this.watches.fireSpecial(path, domain, this.specialPermissions(path));
  }
}
