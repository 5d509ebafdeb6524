/** Linux's error numbers (asm-generic/errno.h): what Rlerror carries, whatever the host, and the words for each, which are Node's where it has any. */
const table = {
  EPERM: [1, 'operation not permitted'],
  ENOENT: [2, 'no such file or directory'],
  ESRCH: [3, 'no such process'],
  EINTR: [4, 'interrupted system call'],
  EIO: [5, 'i/o error'],
  ENXIO: [6, 'no such device or address'],
  E2BIG: [7, 'argument list too long'],
  ENOEXEC: [8, 'exec format error'],
  EBADF: [9, 'bad file descriptor'],
  ECHILD: [10, 'no child processes'],
  EAGAIN: [11, 'resource temporarily unavailable'],
  ENOMEM: [12, 'not enough memory'],
  EACCES: [13, 'permission denied'],
  EFAULT: [14, 'bad address in system call argument'],
  EBUSY: [16, 'resource busy or locked'],
  EEXIST: [17, 'file already exists'],
  EXDEV: [18, 'cross-device link not permitted'],
  ENODEV: [19, 'no such device'],
  ENOTDIR: [20, 'not a directory'],
  EISDIR: [21, 'illegal operation on a directory'],
  EINVAL: [22, 'invalid argument'],
  ENFILE: [23, 'file table overflow'],
  EMFILE: [24, 'too many open files'],
  ENOTTY: [25, 'inappropriate ioctl for device'],
  ETXTBSY: [26, 'text file is busy'],
  EFBIG: [27, 'file too large'],
  ENOSPC: [28, 'no space left on device'],
  ESPIPE: [29, 'invalid seek'],
  EROFS: [30, 'read-only file system'],
  EMLINK: [31, 'too many links'],
  EPIPE: [32, 'broken pipe'],
  EDOM: [33, 'numerical argument out of domain'],
  ERANGE: [34, 'result too large'],
  EDEADLK: [35, 'resource deadlock avoided'],
  ENAMETOOLONG: [36, 'name too long'],
  ENOLCK: [37, 'no locks available'],
  ENOSYS: [38, 'function not implemented'],
  ENOTEMPTY: [39, 'directory not empty'],
  ELOOP: [40, 'too many symbolic links encountered'],
  ENODATA: [61, 'no data available'],
  EPROTO: [71, 'protocol error'],
  EBADMSG: [74, 'bad message'],
  EOVERFLOW: [75, 'value too large for defined data type'],
  EILSEQ: [84, 'illegal byte sequence'],
  EMSGSIZE: [90, 'message too long'],
  EOPNOTSUPP: [95, 'operation not supported'],
  ECONNABORTED: [103, 'software caused connection abort'],
  ECONNRESET: [104, 'connection reset by peer'],
  ENOTCONN: [107, 'socket is not connected'],
  ETIMEDOUT: [110, 'connection timed out'],
  ECONNREFUSED: [111, 'connection refused'],
  ESTALE: [116, 'stale file handle'],
  EDQUOT: [122, 'disk quota exceeded'],
  ECANCELED: [125, 'operation canceled'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof table;

const byNumber = new Map<number, ErrorCode>(
  (Object.keys(table) as ErrorCode[]).map((code) => [table[code][0], code] as const),
);

/** A file operation was refused, in the shape of Node's own: `code`, a negative `errno`, and `syscall` and `path` where they are known. */
export class FileError extends Error {
  override readonly name = 'Error';
  readonly code: ErrorCode;
  readonly errno: number;
  readonly syscall?: string;
  readonly path?: string;
  readonly dest?: string;
  constructor(
    code: ErrorCode,
    where: { readonly syscall?: string; readonly path?: string; readonly dest?: string } = {},
  ) {
    const { syscall, path, dest } = where;
    const place = `${path === undefined ? '' : ` '${path}'`}${dest === undefined ? '' : ` -> '${dest}'`}`;
    super(`${code}: ${table[code][1]}${syscall === undefined ? '' : `, ${syscall}${place}`}`);
    this.code = code;
    this.errno = -table[code][0];
    if (syscall !== undefined) this.syscall = syscall;
    if (path !== undefined) this.path = path;
    if (dest !== undefined) this.dest = dest;
  }
}

/** Codes that hosts spell in two ways. */
const spelling: Readonly<Record<string, ErrorCode>> = { ENOTSUP: 'EOPNOTSUPP', EWOULDBLOCK: 'EAGAIN' };

/** The code of anything thrown by a file operation; EIO for what has none that Linux knows. */
export const codeOf = (error: unknown): ErrorCode => {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (typeof code !== 'string') return 'EIO';
  return Object.hasOwn(table, code) ? (code as ErrorCode) : (spelling[code] ?? 'EIO');
};

export const numberOfCode = (code: ErrorCode): number => table[code][0];
/** The code of an error number that a server sent; EIO for one that is not Linux's. */
export const codeOfNumber = (number: number): ErrorCode => byNumber.get(number) ?? 'EIO';
