/** One error of the language, with what its messages say from the case at hand. */
export interface Entry<P> {
  /** One sentence for the reference page: the rule that was broken. */
  readonly rule: string;
  readonly message: (parameters: P) => string;
  /** What to write instead. */
  readonly remedy: (parameters: P) => string;
}

export const entry = <P>(value: Entry<P>): Entry<P> => value;

export const bitsText = (width: number): string => (width === 1 ? '1 bit' : `${width} bits`);
