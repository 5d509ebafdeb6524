/** Who waits for pages that are held. */
export class HeldPages {
  /** By domain and the first page of the entry. */
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Has one wait who saw that a page is held, under its page map's lock. Gives what ends when it may be held no more. */
  wait(domain: number, page: number): { readonly ended: Promise<void> } {
    const key = `${domain}:${page}`;
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, waiting);
    return { ended: new Promise<void>((resolve) => waiting.push(resolve)) };
  }

  /** Wakes all who wait for a page, under its page map's lock. */
  changed(domain: number, page: number): void {
    const key = `${domain}:${page}`;
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const resolve of waiting) resolve();
  }
}
