import fs from 'node:fs';
import { promisify } from 'node:util';
import { bytesOf, type Octets } from '../protocol/octets.ts';

/** Linux's O_PATH, which Node does not name: a hold on an object without opening it. */
const O_PATH = 0o10000000;
const { O_NOFOLLOW } = fs.constants;

const openPath = promisify(fs.open);
export const closeDescriptor = promisify(fs.close);
const statDescriptor: (descriptor: number, options: { bigint: true }) => Promise<fs.BigIntStats> = promisify(fs.fstat);

/** The object that a descriptor holds, as a path: Linux goes to it at once, whatever its names are now. */
export const heldPath = (descriptor: number): string => `/proc/self/fd/${descriptor}`;

/** A name in the directory that a descriptor holds: resolved from there, and of a single component, so that nothing above it counts. */
export const pathUnder = (descriptor: number, name: Octets): Buffer =>
  Buffer.concat([Buffer.from(`${heldPath(descriptor)}/`), bytesOf(name)]);

/** Holds the object of a name, a symbolic link itself rather than what it points to. */
export const holdUnder = (descriptor: number, name: Octets): Promise<number> =>
  openPath(pathUnder(descriptor, name), O_PATH | O_NOFOLLOW);

/** Holds what another descriptor has open. */
export const holdSame = (descriptor: number): Promise<number> => openPath(heldPath(descriptor), O_PATH);

/** Holds an object of the host by its path, links in it followed. */
export const holdPath = (path: string): Promise<number> => openPath(path, O_PATH);

export const openHeld = (descriptor: number, flags: number): Promise<number> => openPath(heldPath(descriptor), flags);
export const openUnder = (descriptor: number, name: Octets, flags: number, mode: number): Promise<number> =>
  openPath(pathUnder(descriptor, name), flags | O_NOFOLLOW, mode);

export const statOf = (descriptor: number): Promise<fs.BigIntStats> => statDescriptor(descriptor, { bigint: true });
export const statUnder = (descriptor: number, name: Octets): Promise<fs.BigIntStats> =>
  fs.promises.lstat(pathUnder(descriptor, name), { bigint: true });

/** Names an object of the host among all its devices. */
export const keyOf = ({ dev, ino }: Pick<fs.BigIntStats, 'dev' | 'ino'>): string => `${dev}:${ino}`;
