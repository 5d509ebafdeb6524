/** What was opened, to be closed in the opposite order, each though another does not close. */
export class Opened {
  readonly #closers: (() => Promise<unknown>)[] = [];

  add<One>(one: One, close: (one: One) => Promise<unknown>): One {
    this.#closers.push(() => close(one));
    return one;
  }

  /** @throws the first error */
  async close(): Promise<void> {
    let failed: { readonly error: unknown } | null = null;
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop())
      await closer().catch((error: unknown) => {
        failed ??= { error };
      });
    if (failed !== null) throw (failed as { readonly error: unknown }).error;
  }
}
