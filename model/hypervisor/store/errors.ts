/** The names of errors as the XenStore wire protocol carries them (`xs_wire.h`). */
export const storeErrorNames = [
  'EINVAL',
  'EACCES',
  'EEXIST',
  'EISDIR',
  'ENOENT',
  'ENOMEM',
  'ENOSPC',
  'EIO',
  'ENOTEMPTY',
  'ENOSYS',
  'EROFS',
  'EBUSY',
  'EAGAIN',
  'EISCONN',
  'E2BIG',
  'EPERM',
] as const;

export type StoreErrorName = (typeof storeErrorNames)[number];

/** What a request is refused with. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorName;

  /** @param what was asked, for who reads the message */
  constructor(code: StoreErrorName, what = 'the store refused a request') {
    super(`${code}: ${what}`);
    this.code = code;
  }
}
