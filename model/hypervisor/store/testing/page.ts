import { LocalPage } from '../local-page.ts';
import { RingConnection } from '../ring.ts';
import type { Store } from '../store.ts';
import { Turns } from '../turns.ts';

/** A page whose words a test looks at and changes. */
export class SharedPage extends LocalPage {
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
    page.onRequest = () => this.turns.wake(connection);
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
