/** The parser: three stages behind which the frame's bytes become events. Source: `docs/systems/packet-unit.md`, "Parser". */
import { frameLengthWidth, headerLimit } from '../../../rtl/packet-unit/interface.ts';
import type { Buffer } from '../primitives/buffer.ts';
import type { Queue } from '../primitives/queue.ts';
import { classify } from './classify.ts';
import { type Descriptor, emptyDescriptor } from './descriptor.ts';
import { type Beat, bytesOf, copyBeat, type FrameEvent } from './entries.ts';

/** What a beat means: known as soon as the beat is there, since it depends on the frame's bytes alone. */
interface Stage {
  occupied: boolean;
  /** Cycles in stage 3 before the one in which the beat may leave. */
  delay: number;
  /** The beat waits for room for an event, whether or not it has one. */
  maySpeak: boolean;
  /** The beat decides its frame. */
  begin: boolean;
  descriptor: Descriptor;
  end: boolean;
  length: number;
}

const createStage = (): Stage => ({
  occupied: false,
  delay: 0,
  maySpeak: false,
  begin: false,
  descriptor: emptyDescriptor(),
  end: false,
  length: 0,
});

/** All frames need their addresses and type. */
const firstNeed = 14;
const lengthMask = 2 ** frameLengthWidth - 1;
/** Cycles that the read of an extension header takes beyond the one that every beat takes. */
const extensionHeaderDelay = 2;

/** Follows one frame after another, beat by beat. */
class FrameFollower {
  readonly #header = new Uint8Array(headerLimit);
  #arrived = 0;
  #length = 0;
  #need = firstNeed;
  #extensionHeaders = 0;
  #headed = false;
  #decided = false;
  /** A frame's first beat has come, and its last has not. */
  inFrame = false;

  reset(): void {
    this.#arrived = 0;
    this.#length = 0;
    this.#need = firstNeed;
    this.#extensionHeaders = 0;
    this.#headed = false;
    this.#decided = false;
    this.inFrame = false;
  }

  /** Says in `stage` what the next beat means. */
  follow(beat: Beat, stage: Stage): void {
    const bytes = bytesOf(beat);
    this.#keepHeader(beat, bytes);
    this.#length = (this.#length + bytes) & lengthMask;
    stage.occupied = true;
    stage.delay = 0;
    stage.begin = false;
    stage.end = beat.last !== 0;
    stage.length = this.#length;
    const decidedBefore = this.#decided;
    if (!decidedBefore && (this.#arrived >= this.#need || stage.end)) {
      const { headed, decided, descriptor, need, extensionHeaders } = classify(this.#header, this.#arrived);
      stage.delay = extensionHeaderDelay * (extensionHeaders - this.#extensionHeaders);
      stage.begin = decided || stage.end;
      stage.descriptor = descriptor;
      this.#headed = headed;
      this.#decided = decided;
      this.#need = need;
      this.#extensionHeaders = extensionHeaders;
    }
    stage.maySpeak = stage.end || (!decidedBefore && this.#headed);
    if (stage.end) this.reset();
    else this.inFrame = true;
  }

  #keepHeader(beat: Beat, bytes: number): void {
    if (this.#decided) return;
    const kept = Math.min(bytes, headerLimit - this.#arrived);
    for (let byte = 0; byte < kept; byte += 1) {
      this.#header[this.#arrived + byte] = beat.data[byte >>> 2]! >>> (8 * (byte & 3));
    }
    this.#arrived += kept;
  }
}

export class Parser {
  readonly #follower = new FrameFollower();
  #first = createStage();
  #second = createStage();
  #third = createStage();

  reset(): void {
    this.#follower.reset();
    for (const stage of [this.#first, this.#second, this.#third]) stage.occupied = false;
  }

  /** A stage is occupied, or a frame has entered in part. */
  get busy(): boolean {
    return this.#first.occupied || this.#second.occupied || this.#third.occupied || this.#follower.inFrame;
  }

  step(input: Buffer<Beat>, frames: Queue<Beat>, events: Buffer<FrameEvent>): void {
    const third = this.#third;
    const hasEvent = third.begin || third.end;
    const thirdLeaves = third.occupied && third.delay === 0 && (!third.maySpeak || events.ready);
    const secondMoves = this.#second.occupied && (!third.occupied || thirdLeaves);
    const firstMoves = this.#first.occupied && (!this.#second.occupied || secondMoves);
    const enters = input.valid && frames.ready && (!this.#first.occupied || firstMoves);

    if (third.delay > 0) third.delay -= 1;
    if (thirdLeaves) {
      third.occupied = false;
      if (hasEvent) {
        const event = events.push();
        event.begin = third.begin;
        event.descriptor = third.descriptor;
        event.end = third.end;
        event.length = third.length;
      }
    }
    if (secondMoves) {
      this.#third = this.#second;
      this.#second = third;
    }
    if (firstMoves) {
      const free = this.#second;
      this.#second = this.#first;
      this.#first = free;
    }
    if (enters) {
      const beat = input.pop();
      copyBeat(beat, frames.push());
      this.#follower.follow(beat, this.#first);
    }
  }
}
