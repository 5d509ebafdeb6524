/** One memory path's scanner at work on a range of frames, command by command. Source: `docs/systems/memory-path.md`, "Scanner". */
import { BusError, type Clock, type Processor } from '../../hardware/platform/index.ts';
import type { Backing } from '../memory/interface.ts';
import { frameBytes } from '../memory/layout.ts';

const lineBytes = 64;
const linesPerFrame = frameBytes / lineBytes;
/** After so many cycles it is asked whether the memory that is scanned still lives. */
const patience = 20_000;

const pathLines = ['path0', 'path1'] as const;

/** Neighbouring frames with the same copies and form. */
export interface Run {
  readonly backing: Omit<Backing, 'super'>;
  readonly frames: number;
}

/** Places in a run, from `from` up to before `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface ScanOrder {
  readonly run: Run;
  readonly pattern: bigint;
  /** Whether it goes on behind a frame that does not match. */
  readonly all: boolean;
}

/** What is said to a path's scanner; each method is to be called with a port, and while nobody else has the path's scanner. */
export class ScanLane {
  readonly memory: 0 | 1;
  readonly range: Range;
  /** Places of the frames that hold the pattern. */
  readonly found: number[] = [];
  /** It came to its end; or the memory died meanwhile, or its path has no key for the form. */
  state: 'idle' | 'scanning' | 'done' | 'lost' = 'idle';
  /** Resolves when there is something to be looked at. */
  ended: Promise<unknown> = Promise.resolve();
  readonly #order: ScanOrder;
  readonly #clock: Clock;
  #next: number;
  #signalled = false;

  constructor(memory: 0 | 1, order: ScanOrder, range: Range, clock: Clock) {
    this.memory = memory;
    this.range = range;
    this.#order = order;
    this.#clock = clock;
    this.#next = range.from;
  }

  get over(): boolean {
    return this.state === 'done' || this.state === 'lost';
  }

  begin(processor: Processor): Promise<void> {
    return this.#reaching(async () => {
      const { run, pattern } = this.#order;
      const path = processor.registers.paths[this.memory];
      await path.interrupt_enable.write({ scan: 1, key: 0, tamper: 0, key_dropped: 0 });
      await path.scan_form.write({ form: run.backing.form });
      await path.scan_pattern_low.write({ word: Number(pattern & 0xffff_ffffn) });
      await path.scan_pattern_high.write({ word: Number(pattern >> 32n) });
      await this.#command(processor);
    });
  }

  /** Looks what became of its command, if that may be over, and gives the next. */
  goOn(processor: Processor): Promise<void> {
    return this.#reaching(async () => {
      if (this.over || !this.#signalled) return;
      this.#signalled = false;
      const { failed } = await processor.registers.keeper.memory_status.read();
      if (((failed >>> this.memory) & 1) !== 0) this.state = 'lost';
      else await this.#look(processor);
      if (this.state === 'idle') await this.#command(processor);
    });
  }

  async #look(processor: Processor): Promise<void> {
    const path = processor.registers.paths[this.memory];
    const { done, match, error, refused, stopped } = await path.scan_status.read();
    if (refused === 1) {
      this.state = 'lost';
      return;
    }
    if (done === 0) {
      this.#wait(processor);
      return;
    }
    this.state = 'idle';
    const { run, all } = this.#order;
    const first = run.backing.frame + this.#next;
    const matching =
      match === 1
        ? this.range.to - this.#next
        : // One that was stopped may have come over the end of memory, to 0.
          Math.max(0, Math.floor((await path.scan_result_low.read()).address / frameBytes) - first);
    for (let index = 0; index < matching; index += 1) this.found.push(this.#next + index);
    this.#next += matching;
    if (match === 1) return;
    if (stopped === 0 || error === 1) this.#next = all ? this.#next + 1 : this.range.to;
    // Under a slot that is committed the next would be refused.
    else while ((await path.key_status.read()).busy !== 0);
  }

  /** Begins to scan what is left. */
  async #command(processor: Processor): Promise<void> {
    if (this.#next >= this.range.to) {
      this.state = 'done';
      return;
    }
    const path = processor.registers.paths[this.memory];
    const first = this.#order.run.backing.frame + this.#next;
    await path.scan_address_low.write({ line: (first * frameBytes) / lineBytes });
    await path.scan_lines.write({ count: (this.range.to - this.#next) * linesPerFrame });
    await path.interrupt_status.write({ scan: 1, key: 0, tamper: 0, key_dropped: 0 });
    await path.scan_command.write({ start: 1, stop: 0 });
    this.state = 'scanning';
    this.#wait(processor);
  }

  #wait({ interrupts }: Processor): void {
    this.ended = interrupts.wait(pathLines[this.memory], this.#clock.now + patience).then(() => {
      this.#signalled = true;
    });
  }

  /** A path in reset has no registers. */
  async #reaching(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      this.state = 'lost';
    }
  }
}
