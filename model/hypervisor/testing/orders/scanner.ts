/** The scanner of a memory path: it reads frame after frame, each at any time. Source: `docs/systems/memory-path.md`, "Scanner". */
import type { Content } from './content.ts';
import type { Places } from './places.ts';
import type { Steps } from './steps.ts';

const frameBytes = 4096;
const lineBytes = 64;
const linesPerFrame = frameBytes / lineBytes;
const wordBytes = 8;

export interface ScanStatus {
  readonly done: number;
  readonly match: number;
}

export class Scanner {
  readonly #content: Content;
  readonly #steps: Steps;
  readonly #places: Places;
  readonly #memory: 0 | 1;
  pattern = 0n;
  line = 0;
  lines = 0;
  #status: ScanStatus = { done: 0, match: 0 };
  /** Of the first line that differs. */
  result = 0;
  #waiting: (() => void)[] = [];
  /** Whether a frame is taken to match without a look, for tests that must be able to fail. */
  skips: (frame: number) => boolean = () => false;

  constructor(content: Content, steps: Steps, places: Places, memory: 0 | 1) {
    this.#content = content;
    this.#steps = steps;
    this.#places = places;
    this.#memory = memory;
  }

  get status(): ScanStatus {
    return this.#status;
  }

  /** Waits until a scan is over. */
  ended(): Promise<void> {
    if (this.#status.done === 1) return Promise.resolve();
    return new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** It is of the party of who starts it. */
  start(): void {
    this.#status = { done: 0, match: 0 };
    void this.#steps.as(`scanner ${this.#memory}`, () => this.#run());
  }

  async #run(): Promise<void> {
    const first = this.line / linesPerFrame;
    const frames = this.lines / linesPerFrame;
    let differs: number | undefined;
    for (let frame = first; frame < first + frames && differs === undefined; frame += 1) {
      const ranges = this.#places.words([this.#memory], frame * frameBytes, frameBytes);
      const { pattern } = this;
      const answer = await this.#steps.take(`frame ${frame}`, { ranges, changes: false }, () =>
        this.skips(frame) ? undefined : this.#firstDifference(frame, pattern),
      );
      if (answer !== undefined) differs = new DataView(answer.buffer).getUint32(0);
    }
    if (differs !== undefined) this.result = differs;
    this.#status = { done: 1, match: Number(differs === undefined) };
    for (const go of this.#waiting.splice(0)) go();
  }

  /** The address of the first line that differs. */
  #firstDifference(frame: number, pattern: bigint): Uint8Array | undefined {
    for (let at = frame * frameBytes; at < (frame + 1) * frameBytes; at += wordBytes)
      if (this.#content.word(this.#memory, at) !== pattern) {
        const answer = new Uint8Array(4);
        new DataView(answer.buffer).setUint32(0, at - (at % lineBytes));
        return answer;
      }
    return undefined;
  }

  reset(): void {
    this.#status = { done: 0, match: 0 };
    this.#waiting = [];
    this.line = 0;
    this.lines = 0;
    this.result = 0;
  }
}
