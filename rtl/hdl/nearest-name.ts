/** Which of some names was meant by one that is not among them. */
import { distance } from 'fastest-levenshtein';

/** Letters to change, add or remove, whatever their case. */
const editDistance = (from: string, to: string): number => distance(from.toLowerCase(), to.toLowerCase());

/** A word of the list that the given one is probably a slip for, or nothing when none is near. */
export const nearestName = (given: string, names: readonly string[]): string | undefined => {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const letters = editDistance(given, name);
    if (letters < least) [best, least] = [name, letters];
  }
  return best !== undefined && least <= Math.max(2, Math.floor(best.length / 2)) ? best : undefined;
};
