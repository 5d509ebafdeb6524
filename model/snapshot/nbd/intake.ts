/** A piece of memory that is received into. */
interface Chunk {
  readonly bytes: Buffer;
  /** Who keeps a part of it. */
  uses: number;
}

const smallestChunk = 2 ** 16;
const largestChunk = 2 ** 20;
/** Room below which a chunk is not received into any more. */
const leastSpace = 2 ** 14;
const mostSpare = 2;

const makeChunk = (length: number): Chunk => ({ bytes: Buffer.allocUnsafeSlow(length), uses: 0 });

/** Bytes as they come from a connection, taken in other lengths than they came in, in memory that is used again and again. */
export class Intake {
  #chunk = makeChunk(smallestChunk);
  /** What was received and not taken yet, in the chunk. */
  #begin = 0;
  #end = 0;
  /** Bytes that whoever takes waits for. */
  #awaited = 0;
  #nextLength = smallestChunk;
  readonly #spare: Chunk[] = [];
  readonly #kept = new Map<ArrayBufferLike, Chunk>();
  #keptBytes = 0;

  /** Bytes that can be taken. */
  get length(): number {
    return this.#end - this.#begin;
  }

  /** Bytes of memory that are not free, since something in them is kept. */
  get kept(): number {
    return this.#keptBytes;
  }

  /** Where the next bytes go; at least one. What was taken before and is not kept may be overwritten from now on. */
  space(): Buffer {
    if (this.#begin === this.#end && this.#chunk.uses === 0) this.#begin = this.#end = 0;
    const { length } = this.#chunk.bytes;
    if (length - this.#end < leastSpace || length - this.#begin < this.#awaited) this.#turn();
    return this.#chunk.bytes.subarray(this.#end);
  }

  /** So many bytes were put where `space` said. */
  received(count: number): void {
    this.#end += count;
    // Who sends as much at a time gets more room.
    if (this.#end === this.#chunk.bytes.length) this.#nextLength = Math.min(4 * this.#nextLength, largestChunk);
  }

  /** The next bytes, or null until there are as many: a view that is good until `space` is asked for, unless it is kept. */
  take(count: number): Buffer | null {
    this.#awaited = count > this.length ? count : 0;
    if (count > this.length) return null;
    const view = this.#chunk.bytes.subarray(this.#begin, this.#begin + count);
    this.#begin += count;
    return view;
  }

  /** Leaves what was just taken as it is until it is let go. */
  keep({ buffer }: Buffer): void {
    if (this.#chunk.uses === 0) this.#keptBytes += this.#chunk.bytes.length;
    this.#chunk.uses += 1;
    this.#kept.set(buffer, this.#chunk);
  }

  letGo({ buffer }: Buffer): void {
    const chunk = this.#kept.get(buffer)!;
    chunk.uses -= 1;
    if (chunk.uses > 0) return;
    this.#kept.delete(buffer);
    this.#keptBytes -= chunk.bytes.length;
    if (chunk !== this.#chunk) this.#giveBack(chunk);
  }

  /** Goes on in another chunk, which begins with what was not taken yet. */
  #turn(): void {
    const rest = this.#chunk.bytes.subarray(this.#begin, this.#end);
    const length = Math.max(this.#nextLength, this.#awaited, rest.length + leastSpace);
    const former = this.#chunk;
    const at = this.#spare.findIndex(({ bytes }) => bytes.length >= length);
    this.#chunk = at < 0 ? makeChunk(length) : this.#spare.splice(at, 1)[0]!;
    rest.copy(this.#chunk.bytes);
    [this.#begin, this.#end] = [0, rest.length];
    if (former.uses === 0) this.#giveBack(former);
  }

  #giveBack(chunk: Chunk): void {
    if (chunk.bytes.length === this.#nextLength && this.#spare.length < mostSpare) this.#spare.push(chunk);
  }
}
