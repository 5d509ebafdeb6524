import { StoreError } from './errors.ts';

/** Most bytes of a path, and of one that is relative to its domain's own. */
const absoluteLimit = 3072;
const relativeLimit = 2048;

export const specialPaths = ['@introduceDomain', '@releaseDomain'] as const;
export type SpecialPath = (typeof specialPaths)[number];
export const isSpecial = (text: string): text is SpecialPath => (specialPaths as readonly string[]).includes(text);

/** A place in the tree, whether there is a node or not. */
export interface Path {
  /** From the root on; the root has none. */
  readonly names: readonly string[];
  /** Absolute. */
  readonly text: string;
}

/** What relative paths of a domain are relative to. */
export const homeOf = (domain: number): string => `/local/domain/${domain}`;

export const isRelative = (text: string): boolean => !text.startsWith('/') && !text.startsWith('@');

const absolute = /^(?:\/|(?:\/[A-Za-z0-9\-_@]+)+)$/;

/** @throws StoreError EINVAL */
export const readPath = (text: string, domain: number): Path => {
  const relative = isRelative(text);
  const whole = relative ? `${homeOf(domain)}/${text}` : text;
  if (whole.length > absoluteLimit || (relative && text.length > relativeLimit) || !absolute.test(whole))
    throw new StoreError('EINVAL', `'${text}' is no path: names of letters, digits and -_@ with / between`);
  return { names: whole === '/' ? [] : whole.slice(1).split('/'), text: whole };
};

/** The text of the first names of a path. */
export const textOfNames = (names: readonly string[], count = names.length): string =>
  `/${names.slice(0, count).join('/')}`;
