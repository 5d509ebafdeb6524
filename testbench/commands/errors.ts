import { nearestName } from '../../rtl/parts/parameters.ts';

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
  'YosysError',
  'ElaborationError',
  'DesignError',
  'CheckError',
  'ReplayError',
  'PlaceError',
  'SnapshotError',
  'StorageError',
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

/** One line for the user when the request was at fault; null when the error is ours and its trace is wanted. */
export const explain = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  if (requestErrors.has(error.name)) return error.message;
  const { code, path, syscall, address } = error as NodeJS.ErrnoException & { readonly address?: string };
  const reason = code === undefined ? undefined : fileErrors[code];
  if (reason === undefined) return null;
  // Errors of sockets have the path as the address; those of files that are open have none.
  const where = path ?? address;
  if (where === undefined && syscall === undefined) return null;
  // A directory could not be made where a file is.
  if (code === 'EEXIST' && syscall === 'mkdir') return `${where}: a file is there, where a directory is needed`;
  return `${where ?? syscall}: ${reason}`;
};
