import type { Session } from '../session.ts';
import { Store } from '../store.ts';
import {
  decodeTexts,
  encodeMessage,
  encodeTexts,
  type Message,
  type MessageName,
  MessageReader,
  messageTypes,
  textOf,
} from '../wire.ts';

/** What a session said since it was last asked. */
export interface Said {
  readonly answers: readonly Message[];
  /** Path and token of each. */
  readonly events: readonly (readonly [string, string])[];
}

export const messagesOf = (bytes: Uint8Array): readonly Message[] => {
  const reader = new MessageReader();
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length; ) {
    const part = bytes.subarray(at, at + reader.wanted);
    at += part.length;
    const message = reader.accept(part);
    if (message !== null) messages.push(message);
  }
  return messages;
};

export const heard = (session: Session): Said => {
  const messages = messagesOf(session.outbox.take(Number.POSITIVE_INFINITY));
  const isEvent = ({ type }: Message): boolean => type === messageTypes.WATCH_EVENT;
  return {
    answers: messages.filter((one) => !isEvent(one)),
    events: messages.filter(isEvent).map(({ payload }) => decodeTexts(payload) as unknown as [string, string]),
  };
};

export const requestOf = (name: MessageName, payload: Uint8Array, transaction = 0): Message => ({
  type: messageTypes[name],
  request: 7,
  transaction,
  payload,
});

/** Asks; gives the answer's texts, or the name of its error. Events that came meanwhile are gone. */
export const ask = (session: Session, name: MessageName, texts: readonly string[], transaction = 0): string => {
  session.handle(requestOf(name, encodeTexts(...texts), transaction));
  return Buffer.from(heard(session).answers[0]!.payload).toString('latin1').replace(/\0$/, '');
};

export const write = (session: Session, path: string, value: string, transaction = 0): string => {
  session.handle(requestOf('WRITE', Buffer.from(`${path}\0${value}`, 'latin1'), transaction));
  return textOf(heard(session).answers[0]!.payload).slice(0, -1);
};

export const encoded = (name: MessageName, texts: readonly string[]): Uint8Array =>
  encodeMessage(requestOf(name, encodeTexts(...texts)));

/** A store with domains 1 to 3, each with a home of its own, and connections of domain 0 and the first two. */
export const furnished = () => {
  const store = new Store();
  const zero = store.connect(0);
  for (const domain of [1, 2, 3]) {
    store.introduce(domain);
    store.write(`/local/domain/${domain}`, '');
    ask(zero, 'SET_PERMS', [`/local/domain/${domain}`, `n${domain}`]);
  }
  return { store, zero, one: store.connect(1), two: store.connect(2) };
};
