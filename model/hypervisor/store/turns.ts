/** What takes turns. */
export interface Connection {
  /** Does a bounded piece of work. @returns whether there is more to do that waits for nobody else */
  turn(): Promise<boolean>;
}

/** Lets connections take turns: in a round, each that has something to do has one. */
export class Turns {
  readonly #waiting = new Set<Connection>();
  readonly #woken: () => void;

  /** @param woken called when there is something to do again */
  constructor(woken: () => void = () => undefined) {
    this.#woken = woken;
  }

  get waiting(): boolean {
    return this.#waiting.size > 0;
  }

  wake(connection: Connection): void {
    this.#waiting.add(connection);
    this.#woken();
  }

  /** @returns whether another round is wanted */
  async round(): Promise<boolean> {
    for (const connection of [...this.#waiting]) {
      this.#waiting.delete(connection);
      if (await connection.turn()) this.#waiting.add(connection);
    }
    return this.waiting;
  }
}
