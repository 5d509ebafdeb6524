import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';

const nameLimit = 255;
const targetLimit = 4095;

/** @throws FileError unless the name is one component: not empty, no slash, no NUL, no more than 255 bytes. */
export const checkName = (name: Octets): void => {
  if (name.length === 0 || name.includes('/') || name.includes('\0')) throw new FileError('EINVAL');
  if (name.length > nameLimit) throw new FileError('ENAMETOOLONG');
};

export const isDots = (name: Octets): boolean => name === '.' || name === '..';

/** A name that is to be made. @throws FileError */
export const checkNewName = (name: Octets): void => {
  checkName(name);
  if (isDots(name)) throw new FileError('EEXIST');
};

/** A link's target is a text that the server never follows. @throws FileError */
export const checkTarget = (target: Octets): void => {
  if (target.length === 0) throw new FileError('ENOENT');
  if (target.length > targetLimit) throw new FileError('ENAMETOOLONG');
  if (target.includes('\0')) throw new FileError('EINVAL');
};
