import type { Message } from '../protocol/layout.ts';

const changing: ReadonlySet<string | null> = new Set([
  'Tlcreate',
  'Tsymlink',
  'Tmknod',
  'Tmkdir',
  'Tlink',

  'Trename',
  'Trenameat',
  'Tunlinkat',
  'Tremove',
  'Tsetattr',
  'Twrite',
]);
const truncating = 0o1000;

/** Whether a request changes the share where it is granted. */
export const isChange = (message: Message): boolean =>
  changing.has(message.name) || (message.name === 'Tlopen' && (message.flags & truncating) !== 0);

/** Tells the users of a share of what is changed in it by others than themselves. */
export class ShareChanges {
  readonly #users = new Map<object, () => void>();

  /** @returns what ends it */
  tell(user: object, see: () => void): () => void {
    this.#users.set(user, see);
    return () => this.#users.delete(user);
  }

  /** Something was changed by a user, or by none of them. */
  made(by: object | null): void {
    for (const [user, see] of this.#users) if (user !== by) see();
  }
}
