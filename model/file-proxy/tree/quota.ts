import { FileError } from '../protocol/errors.ts';

export interface QuotaLimits {
  /** Bytes of file contents, over the whole share. */
  readonly bytes: number;
  /** Files, directories and links. */
  readonly files: number;
}

/** What a share may hold. A charge is made before the work and given back when it fails; of what others than its clients make, the count learns late. */
export class Quota {
  /** They may be set anew: what is there already stays, even past them. */
  limits: QuotaLimits;
  private usedBytes = 0;
  private usedFiles = 0;
  constructor(limits: QuotaLimits) {
    this.limits = limits;
  }
  get bytesLeft(): number {
    return Math.max(0, this.limits.bytes - this.usedBytes);
  }
  get filesLeft(): number {
    return Math.max(0, this.limits.files - this.usedFiles);
  }
  get used(): QuotaLimits {
    return { bytes: this.usedBytes, files: this.usedFiles };
  }
  /** @throws FileError with EDQUOT. A negative charge gives back. */
  chargeBytes(bytes: number): void {
    if (bytes > 0 && bytes > this.bytesLeft) throw new FileError('EDQUOT');
    this.usedBytes += bytes;
  }
  chargeFile(): void {
    if (this.filesLeft < 1) throw new FileError('EDQUOT');
    this.usedFiles += 1;
  }
  returnFile(): void {
    this.usedFiles -= 1;
  }
  /** Counts what is there already, even past the limit. */
  count(bytes: number, files: number): void {
    this.usedBytes += bytes;
    this.usedFiles += files;
  }
}
