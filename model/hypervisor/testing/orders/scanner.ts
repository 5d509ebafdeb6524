/** The scanner of a memory path: it reads frame after frame, each at any time. Source: `docs/systems/memory-path.md`, "Scanner". */
import type { Content } from './content.ts';
import { type Fingerprint, fold } from './fingerprint.ts';
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
    const { actor } = this.#steps;
    const follow = (): void => this.#steps.follows(actor, this.#steps.pastOf(this.#actor));
    if (this.#status.done === 1) return Promise.resolve(follow());
    return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(follow);
  }

  get #actor(): string {
    return `scanner ${this.#memory}`;
  }

  start(): void {
    this.#status = { done: 0, match: 0 };
    this.#steps.follows(this.#actor, this.#steps.pastOf(this.#steps.actor));
    void this.#steps.as(this.#actor, () => this.#run());
  }

  async #run(): Promise<void> {
    const first = this.line / linesPerFrame;
    const frames = this.lines / linesPerFrame;
    let differs: number | undefined;
    for (let frame = first; frame < first + frames && differs === undefined; frame += 1) {
      const ranges = this.#places.words([this.#memory], frame * frameBytes, frameBytes);
      await this.#steps.take(`frame ${frame}`, { ranges, changes: false }, () => {
        if (!this.skips(frame)) differs = this.#firstDifference(frame);
        return undefined;
      });
    }
    if (differs !== undefined) this.result = differs;
    this.#status = { done: 1, match: Number(differs === undefined) };
    for (const go of this.#waiting.splice(0)) go();
  }

  #firstDifference(frame: number): number | undefined {
    for (let at = frame * frameBytes; at < (frame + 1) * frameBytes; at += wordBytes)
      if (this.#content.word(this.#memory, at) !== this.pattern) return at - (at % lineBytes);
    return undefined;
  }

  reset(): void {
    this.#status = { done: 0, match: 0 };
    this.#waiting = [];
    this.line = 0;
    this.lines = 0;
    this.result = 0;
  }

  fingerprint(from: Fingerprint): Fingerprint {
    const { done, match } = this.#status;
    return fold(from, `${this.line} ${this.lines} ${done} ${match} ${this.result} ${this.#waiting.length}`);
  }
}
