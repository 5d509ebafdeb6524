/** Node's `SystemError` of a work of several calls that is refused before any of them changes anything. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  readonly code: string;
  readonly syscall: string;
  readonly path: string;
  constructor(code: string, { syscall, path }: { readonly syscall: string; readonly path: string }, message: string) {
    super(message);
    this.code = code;
    this.syscall = syscall;
    this.path = path;
  }
}
