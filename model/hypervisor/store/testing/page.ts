import type { ClientDoor } from '../client.ts';
import { RingConnection, type RingDoor } from '../ring.ts';
import type { Store } from '../store.ts';
import { Turns } from '../turns.ts';

/** A page in the test's own memory, with a door for either side. */
export class SharedPage {
  readonly bytes = new Uint8Array(4096);
  onServerNotified: () => void = () => undefined;
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
    notify: async () => this.onServerNotified(),
    wait: async () => {
      if (!this.#pending) await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#pending = false;
    },
  };

  word(offset: number): number {
    return new DataView(this.bytes.buffer).getUint32(offset, true);
  }

  setWord(offset: number, value: number): void {
    new DataView(this.bytes.buffer).setUint32(offset, value, true);
  }
}

/** Lets a store serve rings whenever there is something to do. */
export class RingServer {
  readonly turns: Turns;
  readonly #store: Store;
  #running = false;

  constructor(store: Store) {
    this.#store = store;
    this.turns = new Turns(() => this.#run());
  }

  attach(domain: number, page = new SharedPage(), door = page.server): SharedPage {
    const connection = new RingConnection(this.#store.connect(domain), door, this.turns);
    page.onServerNotified = () => this.turns.wake(connection);
    return page;
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => {
      void this.turns.round().then(() => {
        this.#running = false;
        if (this.turns.waiting) this.#run();
      });
    });
  }
}
