/** Each request of the protocol: what it takes, and what it answers. */
import { StoreError } from './errors.ts';
import { done, perform, type TreeRequest } from './operations.ts';
import { homeOf, isSpecial, readPath } from './path.ts';
import { readDomain, readPermissions, writePermission } from './permissions.ts';
import { isQuota, quotaNames } from './quotas.ts';
import { features } from './ring-layout.ts';
import type { Session } from './session.ts';
import { decodeTexts, encodeTexts, type Message, type MessageName, messageTypes, textOf } from './wire.ts';

type Handler = (session: Session, message: Message) => Uint8Array;

const number = (text: string | undefined, limit = 2 ** 32): number => {
  const value = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : limit;
  if (value >= limit) throw new StoreError('EINVAL', `'${text}' is no number below ${limit}`);
  return value;
};

/** So many texts. */
const texts = ({ payload }: Message, least: number, most = least): readonly string[] => {
  const found = decodeTexts(payload);
  if (found.length < least || found.length > most)
    throw new StoreError('EINVAL', `${found.length} texts came, and ${least} to ${most} are wanted`);
  return found;
};

/** The tree's requests: in a transaction, if one is named. */
const onTree = (session: Session, message: Message, request: TreeRequest): Uint8Array => {
  const { store, caller } = session;
  let outcome: ReturnType<typeof perform>;
  if (message.transaction === 0) {
    outcome = perform(store.tree, caller, store.quotas, request);
    if (outcome.change !== undefined) store.watches.fire(outcome.change);
  } else {
    const transaction = session.transaction(message.transaction);
    outcome = transaction.perform(caller, store.quotas, request, message.payload.length);
  }
  if (typeof outcome.answer === 'string') throw new StoreError(outcome.answer, request.path.text);
  return outcome.answer;
};

const onPath =
  (kind: 'READ' | 'DIRECTORY' | 'MKDIR' | 'RM'): Handler =>
  (session, message) =>
    onTree(session, message, { kind, path: readPath(texts(message, 1)[0]!, session.domain) });

const domainZero =
  (handler: Handler): Handler =>
  (session, message) => {
    if (session.domain !== 0) throw new StoreError('EACCES', 'the request is for domain 0');
    return handler(session, message);
  };

const getQuota: Handler = ({ store }, message) => {
  const given = texts(message, 0, 2);
  const name = given.at(-1) ?? '';
  if (name === '' && given.length < 2) return encodeTexts(quotaNames.join(' '));
  if (!isQuota(name)) throw new StoreError('EINVAL', `there is no quota '${name}'`);
  return encodeTexts(String(store.quotas.get(name, given.length === 2 ? store.known(given[0]!) : undefined)));
};

const setQuota: Handler = ({ store }, message) => {
  const given = texts(message, 2, 3);
  const [name, value] = given.slice(-2) as [string, string];
  if (!isQuota(name)) throw new StoreError('EINVAL', `there is no quota '${name}'`);
  store.quotas.set(name, number(value), given.length === 3 ? store.known(given[0]!) : undefined);
  return done;
};

const handlers: Readonly<Record<Exclude<MessageName, 'WATCH_EVENT' | 'ERROR'>, Handler>> = {
  READ: onPath('READ'),
  DIRECTORY: onPath('DIRECTORY'),
  MKDIR: onPath('MKDIR'),
  RM: onPath('RM'),
  GET_PERMS: (session, message) => {
    const [text] = texts(message, 1) as [string];
    if (isSpecial(text)) {
      if (session.domain !== 0) throw new StoreError('EACCES', text);
      return encodeTexts(...session.store.specialPermissions(text).map(writePermission));
    }
    return onTree(session, message, { kind: 'GET_PERMS', path: readPath(text, session.domain) });
  },
  DIRECTORY_PART: (session, message) => {
    const [text, offset] = texts(message, 2) as [string, string];
    return onTree(session, message, {
      kind: 'DIRECTORY_PART',
      path: readPath(text, session.domain),
      offset: number(offset),
    });
  },
  WRITE: (session, message) => {
    const end = message.payload.indexOf(0);
    if (end < 0) throw new StoreError('EINVAL', 'the path has no NUL at its end');
    const path = readPath(textOf(message.payload.subarray(0, end)), session.domain);
    return onTree(session, message, { kind: 'WRITE', path, value: message.payload.slice(end + 1) });
  },
  SET_PERMS: (session, message) => {
    const [text, ...list] = texts(message, 2, Number.POSITIVE_INFINITY) as [string, ...string[]];
    const permissions = readPermissions(list);
    if (isSpecial(text)) {
      if (session.domain !== 0) throw new StoreError('EACCES', text);
      session.store.setSpecialPermissions(text, permissions);
      return done;
    }
    return onTree(session, message, { kind: 'SET_PERMS', path: readPath(text, session.domain), permissions });
  },
  WATCH: (session, message) => {
    const [text, token, depth] = texts(message, 2, 3) as [string, string, string?];
    session.watch(text, token, depth === undefined ? null : number(depth));
    return done;
  },
  UNWATCH: (session, message) => {
    const [text, token] = texts(message, 2, 3) as [string, string, string?];
    session.unwatch(text, token);
    return done;
  },
  RESET_WATCHES: (session) => {
    session.forget();
    return done;
  },
  TRANSACTION_START: (session, { transaction }) => {
    if (transaction !== 0 && session.transaction(transaction)) throw new StoreError('EBUSY', 'a transaction is open');
    return encodeTexts(String(session.startTransaction()));
  },
  TRANSACTION_END: (session, message) => {
    const [how] = texts(message, 1);
    if (how !== 'T' && how !== 'F') throw new StoreError('EINVAL', `a transaction ends with T or F, not '${how}'`);
    if (!session.endTransaction(message.transaction, how === 'T')) throw new StoreError('EAGAIN');
    return done;
  },
  INTRODUCE: domainZero(({ store }, message) => {
    const [domain, page, port] = texts(message, 3, 4) as [string, string, string, string?];
    number(page.replace(/^-/, ''));
    number(port);
    store.introduce(readDomain(domain));
    return done;
  }),
  RELEASE: domainZero(({ store }, message) => {
    store.release(store.known(texts(message, 1)[0]!));
    return done;
  }),
  RESUME: domainZero(({ store }, message) => {
    store.resume(store.known(texts(message, 1)[0]!));
    return done;
  }),
  SET_TARGET: domainZero(({ store }, message) => {
    const [domain, target] = texts(message, 2).map((text) => store.known(text)) as [number, number];
    store.setTarget(domain, target);
    return done;
  }),
  IS_DOMAIN_INTRODUCED: domainZero(({ store }, message) =>
    encodeTexts(store.isIntroduced(readDomain(texts(message, 1)[0]!)) ? 'T' : 'F'),
  ),
  GET_DOMAIN_PATH: (_, message) => encodeTexts(homeOf(readDomain(texts(message, 1)[0]!))),
  GET_FEATURE: (session, message) => {
    const [domain = ''] = texts(message, 0, 1);
    if (domain !== '') {
      if (session.domain !== 0) throw new StoreError('EACCES', 'only domain 0 asks for others');
      session.store.known(domain);
    }
    return encodeTexts(String(features));
  },
  GET_QUOTA: domainZero(getQuota),
  SET_QUOTA: domainZero(setQuota),
};

const byType = new Map(
  (Object.keys(handlers) as (keyof typeof handlers)[]).map((name) => [messageTypes[name], handlers[name]] as const),
) as ReadonlyMap<number, Handler>;

/** The payload of the answer to a request. @throws StoreError */
export const answerTo = (session: Session, message: Message): Uint8Array => {
  const handler = byType.get(message.type);
  if (handler === undefined) throw new StoreError('ENOSYS', `there is no request of type ${message.type}`);
  return handler(session, message);
};
