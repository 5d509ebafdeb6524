import type { Parts } from '../protocol/codec.ts';

/** Carries whole messages to a server and back, in any order. */
export interface Transport {
  /** Called once, before the first message. `ended` comes at most once, and nothing after it. */
  start(receive: (message: Uint8Array) => void, ended: (reason: Error) => void): void;
  /** Sends a message whose reply has at most `replyBytes`. */
  send(message: Parts, replyBytes: number): void;
  close(): void;
}
