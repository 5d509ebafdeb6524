/** Memory that is bounded, told of by whoever takes it. */
export interface Room {
  /** Counts so many bytes from now on. Gives what counts them no more. */
  count(bytes: number): () => void;
  /** Counts so many bytes while it runs, and waits first until there is room for them; what runs waits for no more of it. */
  hold<Result>(bytes: number, run: () => Promise<Result>): Promise<Result>;
}
