import { UsageError } from './errors.ts';
import type { Arguments } from './verb.ts';

/** A whole number from an option, or the default. @throws UsageError */
export const numberOption = (given: Arguments, name: string, fallback: number, minimum = 1): number => {
  const text = given.options[name]?.at(-1);
  if (text === undefined) return fallback;
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new UsageError(`Option --${name} takes a whole number of at least ${minimum}, not '${text}'.`);
  }
  return value;
};
