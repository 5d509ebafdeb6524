/** Requests that must not be done twice: those that make, move and take away names. */
import type { Message } from './layout.ts';

const names = ['Tlcreate', 'Tmkdir', 'Tsymlink', 'Tmknod', 'Tlink', 'Trenameat', 'Tunlinkat'] as const;
export type NumberedName = (typeof names)[number];
export type NumberedRequest = Message<NumberedName>;

const numbered: ReadonlySet<string> = new Set(names);

/** Whether a request may travel in Tonce. */
export const isNumbered = (message: Message): message is NumberedRequest => numbered.has(message.name);

/** Whether a request changes names: those, and the two that clients of ours never send. */
export const changesNames = (message: Message): boolean =>
  numbered.has(message.name) || message.name === 'Trename' || message.name === 'Tremove';
