import { StoreError } from './errors.ts';
import { Outbox } from './outbox.ts';
import { homeOf, isRelative, readPath } from './path.ts';
import type { Caller } from './permissions.ts';
import { answerTo } from './requests.ts';
import type { Store } from './store.ts';
import { Transaction } from './transaction.ts';
import { isSpecialWatch, type Watch, type Watcher } from './watches.ts';
import { encodeMessage, encodeTexts, type Message, messageTypes, payloadLimit } from './wire.ts';

/** What the store keeps of one connection. It takes requests whole and gives bytes; how they travel is the transport's. */
export class Session implements Watcher {
  readonly store: Store;
  readonly domain: number;
  readonly outbox: Outbox;
  /** Called when there is something in the outbox that no request of this session put there. */
  onEvent: () => void = () => undefined;
  /** Called when the store ends the session. */
  onEnd: () => void = () => undefined;
  readonly #watches = new Map<string, Watch>();
  readonly #transactions = new Map<number, Transaction>();
  #nextTransaction = 1;
  /** Watches that the request under way has set: they fire behind its answer. */
  readonly #first: Watch[] = [];

  constructor(store: Store, domain: number) {
    this.store = store;
    this.domain = domain;
    this.outbox = new Outbox(() => store.quotas.limit('event-bytes', domain));
  }

  get caller(): Caller {
    return { domain: this.domain, target: this.store.targetOf(this.domain) };
  }

  /** Answers a request; the answer is in the outbox. */
  handle(message: Message): void {
    let { type } = message;
    let payload: Uint8Array;
    try {
      payload = answerTo(this, message);
      if (payload.length > payloadLimit) throw new StoreError('E2BIG');
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      type = messageTypes.ERROR;
      payload = encodeTexts(error.code);
    }
    this.outbox.answer(encodeMessage({ ...message, type, payload }));
    for (const watch of this.#first.splice(0)) this.tell(watch, watch.told);
  }

  tell(watch: Watch, path: string): void {
    this.outbox.event(watch, path);
    this.onEvent();
  }

  watch(text: string, token: string, depth: number | null): void {
    const special = text.startsWith('@');
    if (special && (!isSpecialWatch(text) || (depth !== null && depth !== 1)))
      throw new StoreError('EINVAL', `'${text}' cannot be watched so`);
    const path = special ? { names: [], text } : readPath(text, this.domain);
    const key = `${path.text}\0${token}`;
    if (this.#watches.has(key)) throw new StoreError('EEXIST', `${path.text} is watched with that token`);
    const { quotas, watches } = this.store;
    const size = (one: { path: { text: string }; token: string }): number => one.path.text.length + one.token.length;
    const all = this.store.watchesOf(this.domain);
    quotas.check('watches', this.domain, all.length + 1);
    quotas.check(
      'watch-bytes',
      this.domain,
      all.reduce((sum, one) => sum + size(one), size({ path, token })),
    );
    const prefix = isRelative(text) ? homeOf(this.domain).length + 1 : 0;
    const watch: Watch = { watcher: this, path, token, told: text, depth, prefix, ended: false };
    this.#watches.set(key, watch);
    watches.add(watch);
    this.#first.push(watch);
  }

  unwatch(text: string, token: string): void {
    const path = isSpecialWatch(text) ? { text } : readPath(text, this.domain);
    const key = `${path.text}\0${token}`;
    const watch = this.#watches.get(key);
    if (watch === undefined) throw new StoreError('ENOENT', `${path.text} is not watched with that token`);
    this.#watches.delete(key);
    this.store.watches.remove(watch);
  }

  get watches(): readonly Watch[] {
    return [...this.#watches.values()];
  }

  get transactions(): number {
    return this.#transactions.size;
  }

  transaction(identifier: number): Transaction {
    const found = this.#transactions.get(identifier);
    if (found === undefined) throw new StoreError('ENOENT', `there is no transaction ${identifier}`);
    return found;
  }

  startTransaction(): number {
    this.store.quotas.check('transactions', this.domain, this.store.transactionsOf(this.domain) + 1);
    while (this.#nextTransaction === 0 || this.#transactions.has(this.#nextTransaction))
      this.#nextTransaction = (this.#nextTransaction + 1) >>> 0;
    const identifier = this.#nextTransaction;
    this.#nextTransaction = (identifier + 1) >>> 0;
    this.#transactions.set(identifier, new Transaction(this.store.tree));
    return identifier;
  }

  /** @returns whether it could be committed, or was not to be */
  endTransaction(identifier: number, commit: boolean): boolean {
    const transaction = this.transaction(identifier);
    this.#transactions.delete(identifier);
    return !commit || this.store.commit(transaction, this.caller);
  }

  /** Forgets watches and transactions. */
  forget(): void {
    for (const watch of this.#watches.values()) this.store.watches.remove(watch);
    this.#watches.clear();
    this.#transactions.clear();
  }

  /** As if it had just begun. */
  reset(): void {
    this.forget();
    this.outbox.clear();
  }
}
