import type { DissectionFault } from './dissection.ts';

/** Thrown inside the dissector to leave a frame whose further headers cannot be told; never leaves it. */
export class DissectionStop extends Error {
  override readonly name = 'DissectionStop';
}

type Layer = DissectionFault['layer'];

/** The bytes of a frame up to a moving end: each layer may narrow what the next one sees. */
export class FrameReader {
  readonly bytes: Uint8Array;
  readonly faults: DissectionFault[] = [];
  /** Offset behind the last byte that belongs to the layer being read. */
  end: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  u8(offset: number): number {
    return this.bytes[offset]!;
  }

  u16(offset: number): number {
    return (this.bytes[offset]! << 8) | this.bytes[offset + 1]!;
  }

  u32(offset: number): number {
    return this.u16(offset) * 65536 + this.u16(offset + 2);
  }

  slice(offset: number, length: number): Uint8Array {
    return this.bytes.subarray(offset, offset + length);
  }

  note(kind: DissectionFault['kind'], layer: Layer, offset: number, text: string): void {
    this.faults.push({ kind, layer, offset, text, stops: false });
  }

  stop(kind: DissectionFault['kind'], layer: Layer, offset: number, text: string): never {
    this.faults.push({ kind, layer, offset, text, stops: true });
    throw new DissectionStop(text);
  }

  /** Stops unless `length` bytes lie at `offset`: truncated where the frame ends, malformed where an enclosing length ends before them. */
  need(offset: number, length: number, layer: Layer, what: string): void {
    if (offset + length <= this.end) return;
    const left = Math.max(0, this.end - offset);
    if (offset + length > this.bytes.length)
      this.stop('truncated', layer, offset, `the frame ends after ${left} of ${length} bytes of ${what}`);
    this.stop('malformed', layer, offset, `an enclosing length leaves ${left} of ${length} bytes for ${what}`);
  }

  /** Narrows the end to what a length field allows; a frame that ends before that is noted as truncated. */
  narrow(end: number, layer: Layer, what: string): void {
    if (end > this.end)
      this.note(
        end > this.bytes.length ? 'truncated' : 'malformed',
        layer,
        this.end,
        `${what} ends ${end - this.end} bytes after its bytes`,
      );
    this.end = Math.min(this.end, end);
  }
}
