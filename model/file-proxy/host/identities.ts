import type { BigIntStats } from 'node:fs';
import { FileError } from '../protocol/errors.ts';

const lowBits = 48n;
/** Combinations of a device and the upper bits of its inodes that have a number; one more is shared by all objects beyond. */
const combinations = 2 ** 16 - 1;

/**
 * Identities of 64 bits that no two objects of a share have at once, whatever their devices. A device and the upper 16 bits of an inode are numbered as they come, and
 * the lower 48 stand as they are: what is remembered does not grow with the objects that are seen, since file systems count their inodes up, or keep a few parts
 * apart by the upper bits. Of one that scatters them over all 64, so many objects are remembered, and no more.
 */
export class Identities {
  readonly #numbers = new Map<string, bigint>();
  readonly #further = new Map<string, bigint>();
  readonly #furtherObjects: number;

  /** @param furtherObjects how many objects beyond are remembered */
  constructor(furtherObjects = 2 ** 20) {
    this.#furtherObjects = furtherObjects;
  }

  /** @throws FileError with EOVERFLOW where neither is left */
  of({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): bigint {
    const number = numberOf(this.#numbers, `${dev}:${ino >> lowBits}`, combinations);
    return number === null
      ? (BigInt(combinations) << lowBits) | this.#beyond(dev, ino)
      : (number << lowBits) | (ino & (2n ** lowBits - 1n));
  }

  #beyond(dev: bigint, ino: bigint): bigint {
    const number = numberOf(this.#further, `${dev}:${ino}`, this.#furtherObjects);
    if (number === null) throw new FileError('EOVERFLOW');
    return number;
  }
}

/** The number of a key, the next one if it is new; null where as many as may be have one. */
const numberOf = (numbers: Map<string, bigint>, key: string, most: number): bigint | null => {
  const known = numbers.get(key);
  if (known !== undefined || numbers.size === most) return known ?? null;
  const next = BigInt(numbers.size);
  numbers.set(key, next);
  return next;
};
