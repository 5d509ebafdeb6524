/** An operation that all callers who come while it runs share the next run of, such as a flush. */
export class Gathered {
  readonly #run: () => Promise<void>;
  readonly #gather: () => Promise<void>;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  /** @param gather resolves when those who come at the same time have come, and share the run; when left out, those who come in the same turn of promises */
  constructor(run: () => Promise<void>, gather: () => Promise<void> = () => Promise.resolve()) {
    this.#run = run;
    this.#gather = gather;
  }

  /** Ends, or fails, as a run that began after this call does. */
  call(): Promise<void> {
    this.#next ??= (this.#running?.catch(() => undefined) ?? this.#gather()).then(() => {
      this.#next = null;
      return this.#start();
    });
    return this.#next;
  }

  #start(): Promise<void> {
    const running = this.#run().finally(() => {
      if (this.#running === running) this.#running = null;
    });
    this.#running = running;
    return running;
  }
}
