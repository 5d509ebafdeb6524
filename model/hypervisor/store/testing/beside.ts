/** A store beside the reference: every answer and event of one is compared with the other's. */
import { expect } from 'vitest';
import { Store } from '../store.ts';
import { encodeTexts, messageTypes } from '../wire.ts';
import { heard, requestOf } from './asking.ts';
import { type Operation, type ReferenceLimits, ReferenceTree, type ReferenceWatch } from './reference.ts';

const limits: ReferenceLimits = { nodes: 7, bytes: 120, 'node-size': 20, permissions: 3, depth: 5 };
/** Domain 0 has two connections. */
export const domains = [0, 0, 1, 2, 3];

export type Step =
  | { readonly kind: 'operation'; readonly who: number; readonly slot: number; readonly operation: Operation }
  | { readonly kind: 'end'; readonly who: number; readonly slot: number; readonly commit: boolean }
  | {
      readonly kind: 'watch';
      readonly who: number;
      readonly path: string;
      readonly token: string;
      readonly depth: number | null;
    }
  | { readonly kind: 'unwatch'; readonly who: number; readonly path: string; readonly token: string }
  | { readonly kind: 'release'; readonly domain: number }
  | { readonly kind: 'target'; readonly domain: number; readonly target: number };

interface Open {
  readonly identifier: number;
  readonly tree: ReferenceTree;
  readonly asked: { readonly operation: Operation; readonly answer: string }[];
}

export class Beside {
  readonly store = new Store();
  readonly sessions = domains.map((domain) => this.store.connect(domain));
  readonly targets = new Map<number, number>();
  reference = new ReferenceTree(limits, this.targets);
  watches: ReferenceWatch[] = [];
  readonly open = new Map<string, Open>();
  commits = 0;
  conflicts = 0;

  constructor() {
    for (const [name, value] of Object.entries(limits)) this.store.quotas.set(name as keyof ReferenceLimits, value);
    for (const domain of [1, 2, 3]) this.store.introduce(domain);
    const plain = (name: 'WRITE' | 'SET_PERMS', where: string, argument: string): void =>
      this.operation(0, 0, { name, path: where, argument });
    for (const [where, value] of [
      ['/tool/xenstored', ''],
      ['/local/domain/0/domid', '0'],
      ['/local/domain/0/name', 'Domain-0'],
    ] as const)
      this.reference.perform(0, { name: 'WRITE', path: where, argument: value });
    plain('WRITE', '/a', 'shared');
    plain('SET_PERMS', '/a', 'r0 b1 b2');
    for (const domain of [1, 2, 3]) {
      plain('WRITE', `/local/domain/${domain}`, '');
      plain('SET_PERMS', `/local/domain/${domain}`, `n${domain}`);
    }
  }

  say(index: number, name: keyof typeof messageTypes, payload: Uint8Array, transaction = 0): string {
    this.sessions[index]!.handle(requestOf(name, payload, transaction));
    const said = this.sessions.map(heard);
    const [answer] = said[index]!.answers;
    // Those of watches that are set are told by the caller.
    this.said = said.map(({ events }) => events.map(([where, mark]) => `${mark} ${where}`).sort());
    const text = Buffer.from(answer!.payload).toString('latin1');
    return answer!.type === messageTypes.ERROR ? text.slice(0, -1) : text;
  }

  said: readonly (readonly string[])[] = [];

  /** Compares what was heard with what the reference's changes come to. */
  compareEvents(...more: readonly (readonly [number, string])[]): void {
    const expected = this.sessions.map((_, session) => {
      const own = this.watches.filter((watch) => watch.session === session);
      const changed = own.flatMap((watch) => this.reference.eventsFor(watch).map((where) => `${watch.token} ${where}`));
      return [...changed, ...more.filter(([index]) => index === session).map(([, text]) => text)].sort();
    });
    this.reference.told.length = 0;
    expect(this.said).toEqual(expected);
  }

  operation(index: number, at: number, operation: Operation): void {
    const { name, path: where, argument } = operation;
    const domain = domains[index]!;
    if (at > 0) this.start(index, at);
    const open = this.open.get(`${index} ${at}`);
    const payload =
      name === 'WRITE'
        ? Buffer.from(`${where}\0${argument}`)
        : encodeTexts(
            where,
            ...(name === 'SET_PERMS' ? argument.split(' ') : name === 'DIRECTORY_PART' ? [argument] : []),
          );
    const whole = this.say(index, name, payload, open?.identifier ?? 0);
    const answer = name === 'DIRECTORY_PART' && whole.includes('\0') ? whole.slice(whole.indexOf('\0') + 1) : whole;
    expect(answer).toBe((open?.tree ?? this.reference).perform(domain, operation));
    if (open !== undefined) open.asked.push({ operation, answer });
    this.compareEvents();
  }

  start(index: number, at: number): void {
    if (this.open.has(`${index} ${at}`)) return;
    const identifier = Number(this.say(index, 'TRANSACTION_START', encodeTexts('')).slice(0, -1));
    this.open.set(`${index} ${at}`, { identifier, tree: this.reference.clone(), asked: [] });
    this.compareEvents();
  }

  end(index: number, at: number, commit: boolean): void {
    const open = this.open.get(`${index} ${at}`);
    if (open === undefined) return;
    this.open.delete(`${index} ${at}`);
    const answer = this.say(index, 'TRANSACTION_END', encodeTexts(commit ? 'T' : 'F'), open.identifier);
    const alone = this.reference.clone();
    // Run alone, at this moment: if that gives the same answers, it has to be committed, and only then.
    const same = open.asked.every((one) => alone.perform(domains[index]!, one.operation) === one.answer);
    expect(answer).toBe(commit && !same ? 'EAGAIN' : 'OK\0');
    if (commit && same) {
      this.reference = alone;
      if (open.asked.length > 0) this.commits += 1;
    }
    if (commit && !same) this.conflicts += 1;
    this.compareEvents();
  }

  watch(index: number, where: string, mark: string, deep: number | null): void {
    const domain = domains[index]!;
    const whole = where.startsWith('/') ? where : `/local/domain/${domain}/${where}`;
    const there = this.watches.some((one) => one.session === index && one.path === whole && one.token === mark);
    const valid = whole === '/' || /^(\/[\w@-]+)+$/.test(whole);
    const answer = this.say(index, 'WATCH', encodeTexts(where, mark, ...(deep === null ? [] : [String(deep)])));
    const expected = valid ? (there ? 'EEXIST' : 'OK\0') : 'EINVAL';
    expect(answer).toBe(expected);
    this.compareEvents(...(expected === 'OK\0' ? [[index, `${mark} ${where}`] as const] : []));
    if (expected === 'OK\0')
      this.watches.push({ session: index, domain, path: whole, told: where, token: mark, depth: deep });
  }

  unwatch(index: number, where: string, mark: string): void {
    const whole = where.startsWith('/') ? where : `/local/domain/${domains[index]}/${where}`;
    const found = this.watches.find((one) => one.session === index && one.path === whole && one.token === mark);
    const answer = this.say(index, 'UNWATCH', encodeTexts(where, mark));
    expect(answer).toBe(
      found !== undefined ? 'OK\0' : whole === '/' || /^(\/[\w@-]+)+$/.test(whole) ? 'ENOENT' : 'EINVAL',
    );
    this.watches = this.watches.filter((one) => one !== found);
    this.compareEvents();
  }

  /** A domain goes, and comes again without anything that was its own. */
  release(domain: number): void {
    this.watches = this.watches.filter((one) => one.domain !== domain);
    for (const key of this.open.keys()) if (domains[Number(key.split(' ')[0])] === domain) this.open.delete(key);
    this.targets.delete(domain);
    for (const [from, to] of this.targets) if (to === domain) this.targets.delete(from);
    const { nodes } = this.reference;
    const owned = (where: string): boolean => nodes.get(where)?.permissions[0]?.slice(1) === String(domain);
    if (owned('/')) nodes.get('/')!.permissions = ['n0'];
    for (const where of [...nodes.keys()].sort()) if (nodes.has(where) && owned(where)) this.reference.remove(where);
    expect(this.say(0, 'RELEASE', encodeTexts(String(domain)))).toBe('OK\0');
    this.compareEvents();
    for (const node of nodes.values())
      node.permissions = node.permissions.filter((one, index) => index === 0 || Number(one.slice(1)) !== domain);
    this.say(0, 'INTRODUCE', encodeTexts(String(domain), '1', '1'));
    this.sessions[domains.indexOf(domain)] = this.store.connect(domain);
    const where = `/local/domain/${domain}`;
    this.operation(0, 0, { name: 'WRITE', path: where, argument: '' });
    this.operation(0, 0, { name: 'SET_PERMS', path: where, argument: `n${domain}` });
  }

  run(step: Step): void {
    if (step.kind === 'operation') this.operation(step.who, step.slot, step.operation);
    else if (step.kind === 'end') this.end(step.who, step.slot, step.commit);
    else if (step.kind === 'watch') this.watch(step.who, step.path, step.token, step.depth);
    else if (step.kind === 'unwatch') this.unwatch(step.who, step.path, step.token);
    else if (step.kind === 'release') this.release(step.domain);
    else this.setTarget(step.domain, step.target);
  }

  setTarget(domain: number, target: number): void {
    expect(this.say(0, 'SET_TARGET', encodeTexts(String(domain), String(target)))).toBe('OK\0');
    this.targets.set(domain, target);
    this.compareEvents();
  }

  /** Node by node. */
  compareTrees(): void {
    const found = new Map<string, { value: string; permissions: string[] }>();
    const look = (node: Store['tree']['root'], where: string): void => {
      const permissions = node.permissions.map(({ access, domain }) => `${access}${domain}`);
      found.set(where === '' ? '/' : where, { value: Buffer.from(node.value).toString(), permissions });
      for (const [name, child] of node.children) look(child, `${where}/${name}`);
    };
    look(this.store.tree.root, '');
    expect(found).toEqual(this.reference.nodes);
    this.store.tree.audit();
  }
}
