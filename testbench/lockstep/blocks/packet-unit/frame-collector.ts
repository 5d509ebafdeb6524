/** Puts the beats of a frame stream together. */

export interface SeenFrame {
  /** Data and keep words of all beats, as they passed. */
  readonly beats: Uint32Array;
  /** The bytes that count. */
  readonly data: Uint8Array;
}

export class FrameCollector {
  private parts: number[] = [];
  private beats = 0;
  private readonly dataWord: number;
  private readonly keepWord: number;
  private readonly beatBytes: number;

  /** Words of `tdata` and `tkeep` in the records. */
  constructor(dataWord: number, keepWord: number, beatBytes: number) {
    this.dataWord = dataWord;
    this.keepWord = keepWord;
    this.beatBytes = beatBytes;
  }

  /** Takes a beat; returns the frame when it was the last. */
  take(record: Uint32Array, last: boolean): SeenFrame | null {
    const { beatBytes } = this;
    const dataWords = beatBytes / 4;
    const keepWords = Math.ceil(beatBytes / 32);
    for (let word = 0; word < dataWords; word += 1) this.parts.push(record[this.dataWord + word] ?? 0);
    for (let word = 0; word < keepWords; word += 1) this.parts.push(record[this.keepWord + word] ?? 0);
    this.beats += 1;
    if (!last) return null;
    let kept = 0;
    while (kept < beatBytes && (((record[this.keepWord + (kept >>> 5)] ?? 0) >>> (kept & 31)) & 1) === 1) kept += 1;
    const beats = Uint32Array.from(this.parts);
    const data = new Uint8Array((this.beats - 1) * beatBytes + kept);
    for (let byte = 0; byte < data.length; byte += 1) {
      const at = Math.floor(byte / beatBytes) * (dataWords + keepWords) + ((byte % beatBytes) >>> 2);
      data[byte] = (beats[at] ?? 0) >>> (8 * (byte & 3));
    }
    this.reset();
    return { beats, data };
  }

  reset(): void {
    this.parts = [];
    this.beats = 0;
  }
}
