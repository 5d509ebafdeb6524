/** The exclusive access monitor of a memory: a place for each port and identifier (Arm IHI 0022, A7.2). */
interface Place {
  readonly port: object;
  readonly id: number;
  /** Addresses of the beats. */
  readonly beats: readonly number[];
}

const beatsAre = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((address, beat) => address === other[beat]);

export class Monitor {
  #places: Place[] = [];

  /** An exclusive read. */
  watch(port: object, id: number, beats: readonly number[]): void {
    this.#forget(port, id);
    this.#places.push({ port, id, beats: [...beats] });
  }

  /** Whether an exclusive write may be done; its place is not watched any more. */
  grants(port: object, id: number, beats: readonly number[]): boolean {
    const found = this.#places.find((place) => place.port === port && place.id === id);
    this.#forget(port, id);
    return found !== undefined && beatsAre(found.beats, beats);
  }

  /** A byte is written: beats are of eight bytes at most. */
  written(address: number): void {
    if (this.#places.length === 0) return;
    this.#places = this.#places.filter(({ beats }) => !beats.some((beat) => address >= beat && address < beat + 8));
  }

  #forget(port: object, id: number): void {
    this.#places = this.#places.filter((place) => place.port !== port || place.id !== id);
  }
}
