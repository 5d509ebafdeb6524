/**
 * Two copies of the language in one program: each knows its shapes, signals and modules by identity, so that those of the other are strangers to it. All carry the mark of
 * the copy that made them, and so are told from what is none at all.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from './diagnostic.ts';
import type { SourceLocation } from './ir.ts';

interface Copy {
  /** The folder that it was loaded from. */
  readonly place: string;
}

const own: Copy = { place: dirname(fileURLToPath(import.meta.url)) };

/** The same in every copy. */
const mark = Symbol.for('portcullis.copy');

/** Marks what this copy made, or the prototype of it. */
export const marked = <T extends object>(made: T): T => Object.defineProperty(made, mark, { value: own });

/**
 * Refuses what another copy made.
 * @param operation what takes it
 */
export const refuseStranger = (given: unknown, operation: string, location: SourceLocation): void => {
  if (typeof given !== 'object' || given === null) return;
  const copy = (given as { readonly [mark]?: Copy })[mark];
  if (copy === undefined || copy === own) return;
  fail('another-copy', location, { operation, place: copy.place });
};
