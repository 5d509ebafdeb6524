import type { ArgsDef } from 'citty';

/** What a verb gives back: the value that `--json` prints, the text that a person reads, and the exit code. */
export interface Answer {
  readonly value: unknown;
  readonly text: string;
  /** 0 fine; 1 a difference, a failed proof or a broken expectation. */
  readonly code: 0 | 1;
}

/** Arguments as parsed: positionals under their names, options under theirs; repeated options as lists. */
export interface Arguments {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly flags: ReadonlySet<string>;
}

export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** In citty's form, from which `--help` is drawn and against which options are checked. */
  readonly args: ArgsDef;
  /** It counts its plain arguments itself, and says what to write instead of one too many. */
  readonly countsPlain?: true;
  run(given: Arguments): Promise<Answer>;
}

/** The only value of an option, or undefined when it was not given. */
export const optionOf = (given: Arguments, name: string): string | undefined => given.options[name]?.at(-1);
