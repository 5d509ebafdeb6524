/** Carries whole messages to a server and back, in any order. */
export interface Transport {
  /** Called once, before the first message. `ended` comes at most once, and nothing after it. */
  start(receive: (message: Uint8Array) => void, ended: (reason: Error) => void): void;
  send(message: Uint8Array): void;
  close(): void;
}
