import { serveDirectory } from '../../model/file-proxy/server/share-server.ts';
import { readAddress, writeAddress } from './address.ts';
import { UsageError } from './errors.ts';
import { numberOption } from './numbers.ts';
import { bytesOption, closeOnSignal, explainAddress } from './servers.ts';
import { type Answer, optionOf, type Verb } from './verb.ts';

/** Says what is wrong with the file of answers where that is why the server did not start. */
const explainAnswers = (error: unknown, answers: string | undefined): unknown => {
  const { code, path } = error as NodeJS.ErrnoException;
  if (answers === undefined || path !== answers) return error;
  if (code === 'EBADMSG') return new UsageError(`${answers} is a file of another kind; give --answers a new name.`);
  if (code === 'EPERM')
    return new UsageError(`${answers} is in the directory that is shared; keep it where no client can change it.`);
  if (code === 'EBUSY') return new UsageError('Another server keeps answers of this directory; end it first.');
  return error;
};

export const share: Verb = {
  name: 'share',
  summary: 'Serve a directory or one file to 9P2000.L clients until it is stopped',
  args: {
    directory: {
      type: 'positional',
      required: true,
      description: 'Directory or file to share; nothing outside it is reached',
    },
    listen: {
      type: 'string',
      valueHint: 'ADDRESS',
      description:
        'unix:PATH or HOST:PORT; 127.0.0.1:5640 when left out. Whoever reaches it may do all that the server may',
    },
    readonly: { type: 'boolean', description: 'Refuse whatever would change the directory' },
    quota: { type: 'string', valueHint: 'BYTES', description: 'Bytes that its files may have in all, as in 500M' },
    files: { type: 'string', valueHint: 'N', description: 'Files, directories and links that it may have in all' },
    answers: {
      type: 'string',
      valueHint: 'FILE',
      description: 'Keep the last answers here, so that after a restart no client does anything twice',
    },
    handles: { type: 'string', valueHint: 'N', description: 'Handles of one client at once; 4096 when left out' },
    connections: { type: 'string', valueHint: 'N', description: 'Clients at once; 16 when left out' },
  },
  async run(given): Promise<Answer> {
    const [directory] = given.positionals;
    if (directory === undefined)
      throw new UsageError("'share' needs the directory to share, as in portcullis share ./photos.");
    const address = readAddress(optionOf(given, 'listen') ?? '127.0.0.1:5640');
    const readOnly = given.flags.has('readonly');
    const bytes = bytesOption(given, 'quota');
    const files = optionOf(given, 'files') === undefined ? undefined : numberOption(given, 'files', 0);
    const limited = bytes !== undefined || files !== undefined;
    const quota = { bytes: bytes ?? Number.MAX_SAFE_INTEGER, files: files ?? Number.MAX_SAFE_INTEGER };
    const answers = optionOf(given, 'answers');
    const listener = await serveDirectory({
      directory,
      address,
      readOnly,
      ...(limited ? { quota } : {}),
      ...(answers === undefined ? {} : { answers }),
      connections: numberOption(given, 'connections', 16),
      handles: numberOption(given, 'handles', 4096),
      onFault: (error) => process.stderr.write(`portcullis: a request failed by a fault of ours: ${String(error)}\n`),
    }).catch((error: unknown) => {
      throw explainAnswers(explainAddress(error, writeAddress(address)), answers);
    });
    closeOnSignal(() => listener.close());
    const listening = writeAddress(listener.address);
    // The server goes on after this answer, until a signal ends it.
    return {
      value: { directory, listen: listening, readonly: readOnly, quota: limited ? quota : null },
      text: `Sharing ${directory} at ${listening}${readOnly ? ', read-only' : ''}; end with Ctrl-C or SIGTERM.`,
      code: 0,
    };
  },
};
