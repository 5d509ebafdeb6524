/** The names of a module: those of its signals, and what is made up beside them. */
export class Namespace {
  readonly #taken: Set<string>;
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** A name made from `base`, numbered from 2 where it is taken. */
  take(base: string): string {
    let name = base;
    for (let number = 2; this.#taken.has(name); number += 1) name = `${base}_${number}`;
    this.#taken.add(name);
    return name;
  }
}
