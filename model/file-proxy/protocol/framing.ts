import { headerBytes } from './layout.ts';

/** Cuts a stream of bytes into messages by the size at the head of each. */
export class Framer {
  private chunks: Uint8Array[] = [];
  private gathered = 0;

  /** Adds bytes that arrived. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.gathered += chunk.length;
  }
  /** The next whole message; null while more bytes are needed; 'broken' where the size can be none. */
  next(limit: number): Uint8Array | null | 'broken' {
    if (this.gathered < 4) return null;
    if (this.chunks[0]!.length < 4) this.join();
    const head = this.chunks[0]!;
    const size = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0, true);
    if (size < headerBytes || size > limit) return 'broken';
    if (this.gathered < size) return null;
    if (head.length < size) this.join();
    const whole = this.chunks[0]!;
    const rest = whole.subarray(size);
    if (rest.length === 0) this.chunks.shift();
    else this.chunks[0] = rest;
    this.gathered -= size;
    return whole.subarray(0, size);
  }
  private join(): void {
    this.chunks = [Buffer.concat(this.chunks)];
  }
}
