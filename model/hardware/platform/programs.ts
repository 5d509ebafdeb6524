/** The programs that run on a platform: who must end before the clock may stop, and whose failure nobody has seen. */

/** A promise that knows whether somebody waits for it. */
class Task<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  awaited = false;

  /** Only here can be seen that somebody awaits it. */
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.awaited = true;
    return super.then(fulfilled, rejected);
  }
}

interface Foreground {
  reject(error: unknown): void;
}

export class Programs {
  readonly #foreground = new Set<Foreground>();
  readonly #failed: { readonly task: Task<unknown>; readonly error: unknown }[] = [];

  /** Whether a program of the foreground has not ended. */
  get running(): boolean {
    return this.#foreground.size > 0;
  }

  /** Runs a program in the foreground. */
  run<T>(program: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const entry = { reject };
      this.#foreground.add(entry);
      const ended = (): boolean => this.#foreground.delete(entry);
      (async () => await program())().then(
        (value) => {
          ended();
          resolve(value);
        },
        (error: unknown) => {
          ended();
          reject(error);
        },
      );
    });
  }

  /** Runs a program in the background. */
  start<T>(program: () => Promise<T>): Promise<T> {
    let fail: (error: unknown) => void = () => {};
    const task: Task<T> = new Task<T>((resolve, reject) => {
      fail = reject;
      (async () => await program())().then(resolve, (error: unknown) => {
        this.#failed.push({ task, error });
        fail(error);
      });
    });
    // The failure is kept above: that the promise itself goes unseen is no reason to end the process.
    void Promise.prototype.then.call(task, undefined, () => {});
    return task;
  }

  /** Ends every program of the foreground with an error. */
  fail(error: unknown): void {
    for (const entry of this.#foreground) entry.reject(error);
    this.#foreground.clear();
  }

  /** Lets the foreground fail for what failed in the background, unseen. */
  settle(ignore: (error: unknown) => boolean): void {
    for (const { task, error } of this.#failed.splice(0)) if (!task.awaited && !ignore(error)) this.fail(error);
  }
}
