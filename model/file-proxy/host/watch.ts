import fs from 'node:fs';

/**
 * Calls after something changed in a directory of the host, or below it, whoever changed it: often late, and once for several changes. It costs a watch of the
 * host's (`fs.inotify.max_user_watches`) for each directory and file; where they run out, `failed` is called, and changes are missed.
 * @returns what ends it
 * @throws Node's errors
 */
export const watchDirectory = (path: string, see: () => void, failed: (error: Error) => void): (() => void) => {
  const watcher = fs.watch(path, { recursive: true, persistent: false }, see);
  watcher.on('error', failed);
  return () => watcher.close();
};
