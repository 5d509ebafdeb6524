import type { Room } from '../room.ts';

/** The memory that requests of one connection take. */
export class Account implements Room {
  readonly #limit: number;
  #taken = 0;
  #holders = 0;
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = [];
  /** Most bytes that were taken at a time. */
  most = 0;

  /** @param limit bytes beyond which who can wait does */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that are taken. */
  get taken(): number {
    return this.#taken;
  }

  count(bytes: number): () => void {
    this.#taken += bytes;
    this.most = Math.max(this.most, this.#taken);
    return () => {
      this.#taken -= bytes;
      this.#letGo();
    };
  }

  async hold<Result>(bytes: number, run: () => Promise<Result>): Promise<Result> {
    if (this.#waiting.length > 0 || !this.#fits(bytes))
      await new Promise<void>((go) => {
        this.#waiting.push({ bytes, go });
      });
    else this.#holders += 1;
    const free = this.count(bytes);
    try {
      return await run();
    } finally {
      this.#holders -= 1;
      free();
    }
  }

  /** Who holds waits for nothing else here: while nobody does one may, or all would wait for one another. */
  #fits(bytes: number): boolean {
    return this.#holders === 0 || this.#taken + bytes <= this.#limit;
  }

  #letGo(): void {
    let granted = 0;
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(granted + next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      // It counts them when it goes on.
      granted += next.bytes;
      this.#holders += 1;
      next.go();
    }
  }
}
