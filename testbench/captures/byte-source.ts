import type { ByteOrder } from './capture.ts';
import { CaptureError, type CaptureFault } from './capture-error.ts';

/** The bytes of a capture file, read in the file's byte order; every fault names the file. */
export class ByteSource {
  readonly name: string;
  readonly bytes: Uint8Array;
  byteOrder: ByteOrder = 'little';
  readonly #view: DataView;

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  fault(fault: Omit<CaptureFault, 'capture'>): CaptureError {
    return new CaptureError({ capture: this.name, ...fault });
  }

  /** Checks that `count` bytes lie at `offset`; `what` names them in the error, which counts as truncation. */
  need(offset: number, count: number, what: string): void {
    if (offset + count <= this.length) return;
    throw this.fault({
      offset,
      found: `the file ends after ${Math.max(0, this.length - offset)} of ${count} bytes of ${what}`,
      expected: `a file of at least ${offset + count} bytes (this one has ${this.length})`,
      truncated: true,
    });
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, this.byteOrder === 'little');
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, this.byteOrder === 'little');
  }

  i64(offset: number): bigint {
    return this.#view.getBigInt64(offset, this.byteOrder === 'little');
  }
}

export const hexadecimal = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;
