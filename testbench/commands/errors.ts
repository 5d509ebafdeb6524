import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { nearestName } from '../../rtl/parts/parameters.ts';
import { YosysError } from '../../synth/yosys/yosys-error.ts';
import { projectRoot } from './version.ts';

/** The request was wrong: said in one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A word without the dashes before it, which make every option look like every other. */
const bare = (word: string): string => word.replace(/^-+/, '');

/**
 * An error for a word that is none of the choices.
 * @param what names the kind of thing, as in "block" or "option".
 */
export const unknownChoice = (what: string, word: string, choices: readonly string[]): UsageError => {
  const nearest = nearestName(bare(word), choices.map(bare));
  const near = choices.find((choice) => bare(choice) === nearest);
  const hint = near === undefined ? '' : ` Did you mean '${near}'?`;
  return new UsageError(`There is no ${what} '${word}'.${hint} Choices: ${choices.join(', ')}.`);
};

/** Names of the errors that tell of a wrong request rather than of a fault of ours. */
const requestErrors = new Set([
  'UsageError',
  'ParameterError',
  'CaptureError',
  'DesignError',
  'CheckError',
  'ReplayError',
  'PlaceError',
  'SnapshotError',
  'StorageError',
  'DamageError',
  'SourceError',
  'ScenarioError',
]);

const fileErrors: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EEXIST: 'it is there already; name another, or move it',
  EISDIR: 'is a directory',
  ENOTDIR: 'it, or a part of its path, is not a directory',
  ELOOP: 'too many symbolic links',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file would be larger than the file system or a limit (ulimit -f) allows',
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
  ENFILE: 'too many files are open in the whole system',
  EIO: 'the device failed',
};

/** What a command says of an error, and its exit code: 2 where the request was at fault, 3 where we are. */
export interface Told {
  readonly text: string;
  readonly code: 2 | 3;
}

/** Paths that the words of a command line name, also after `name=` or `unix:`. */
const namedPaths = (words: readonly string[]): readonly string[] =>
  words
    .filter((word) => word !== '')
    .flatMap((word) => [word, word.replace(/^[^=]*=/, ''), word.replace(/^.*?unix:/, '')])
    .map((word) => resolve(word));

/** Errors that tell of the machine, whatever the path: they are the user's to mend. */
const ofMachine: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EMFILE',
  'ENFILE',
  'EIO',
]);

/** Whether a file is part of the package, or a draft of ours, and the command line did not name it: then it is ours to have. */
const isOurs = (path: string, words: readonly string[]): boolean => {
  const file = resolve(path);
  const below = (folder: string): boolean => file === folder || file.startsWith(`${folder}${sep}`);
  // What a file is called may be made of what was named, as in volume.img.snapshots.
  if (namedPaths(words).some((named) => file.startsWith(named) || named.startsWith(`${file}${sep}`))) return false;
  const root = projectRoot();
  // All drafts are in directories of such names; the user may well stand in another, with a build/ of his own.
  const isDraft = file.startsWith(join(resolve(tmpdir()), 'portcullis-'));
  return (below(root) && !below(join(root, 'build'))) || isDraft;
};

/** What is wrong with a file or a socket; null for other errors. */
const fileText = (error: NodeJS.ErrnoException & { readonly address?: string }): string | null => {
  const { code, path, syscall, address } = error;
  const reason = code === undefined ? undefined : fileErrors[code];
  if (reason === undefined) return null;
  // Errors of sockets have the path as the address; those of files that are open have none.
  const where = path ?? address;
  if (where === undefined && syscall === undefined) return null;
  // A directory could not be made where a file is.
  if (code === 'EEXIST' && syscall === 'mkdir') return `${where}: a file is there, where a directory is needed`;
  return `${where ?? syscall}: ${reason}`;
};

/** A fault of ours is told with the trace, which whoever mends it needs. */
const fault = (error: unknown): Told => {
  const known = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `this is a fault of Portcullis, not of what was asked; please report it with these lines:\n${known}`,
    code: 3,
  };
};

/**
 * Whether the request was at fault, or we are: what the language or Yosys refuses of our own blocks, a file of the package that is missing, and whatever nobody thought of.
 * @param words the command line
 */
export const explain = (error: unknown, words: readonly string[]): Told => {
  if (!(error instanceof Error)) return fault(error);
  if (requestErrors.has(error.name)) return { text: error.message, code: 2 };
  if (error instanceof YosysError) return error.fault === 'run' ? fault(error) : { text: error.message, code: 2 };
  const { code = '', path } = error as NodeJS.ErrnoException;
  const text = fileText(error);
  if (text === null || (path !== undefined && !ofMachine.has(code) && isOurs(path, words))) return fault(error);
  return { text, code: 2 };
};
