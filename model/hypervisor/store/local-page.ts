import { pageBytes } from '../guest/index.ts';
import type { ClientDoor } from './client-connection.ts';
import type { RingDoor } from './ring.ts';

/** A ring's page in this process, for a client that runs beside the store: a door for either. */
export class LocalPage {
  /** Called when the client has something new. */
  onRequest: () => void = () => undefined;
  readonly bytes = new Uint8Array(pageBytes);
  #pending = false;
  #wake: () => void = () => undefined;

  readonly server: RingDoor = {
    read: async (offset, length) => this.bytes.slice(offset, offset + length),
    write: async (offset, data) => this.bytes.set(data, offset),
    notify: async () => {
      this.#pending = true;
      this.#wake();
    },
  };

  readonly guest: ClientDoor = {
    read: this.server.read,
    write: this.server.write,
    notify: async () => this.onRequest(),
    wait: async () => {
      if (!this.#pending) await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#pending = false;
    },
  };
}
