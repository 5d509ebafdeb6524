/** An event that may be waited for; several that come before are one. */
export class Signal {
  #pending = false;
  #wake: (() => void) | null = null;
  send(): void {
    this.#pending = true;
    this.#wake?.();
  }
  async wait(): Promise<void> {
    if (!this.#pending) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#pending = false;
  }
}
