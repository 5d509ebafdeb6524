/** The scanners of the memory paths: which frames hold a pattern. Source: `docs/systems/memory-path.md`, "Scanner". */
import { BusError, type Clock, type Processor } from '../../hardware/platform/index.ts';
import type { Backing, Copies, Worker } from '../memory/interface.ts';
import { frameBytes } from '../memory/layout.ts';
import { Lock } from '../memory/lock.ts';

const lineBytes = 64;
const linesPerFrame = frameBytes / lineBytes;
/** After so many cycles it is asked whether the memory that is scanned still lives. */
const patience = 20_000;

const pathLines = ['path0', 'path1'] as const;
const candidates: Readonly<Record<Copies, readonly (0 | 1)[]>> = { first: [0], second: [1], both: [0, 1] };

/** Neighbouring frames with the same copies and form. */
export interface Run {
  readonly backing: Omit<Backing, 'super'>;
  readonly frames: number;
}

/** How far a command came: frames that hold the pattern, and whether one behind them does not, or could not be read; else it was stopped there. */
interface Reached {
  readonly matching: number;
  readonly failed: boolean;
}

export class Scanners {
  readonly #locks = [new Lock(), new Lock()] as const;
  readonly #waiting = [0, 0];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Which frames of a run hold the pattern in every word, by their place in the run. One that cannot be read does not. To be called
   * by a thread of the hypervisor's own, outside of accesses: the scanner waits for nobody.
   *
   * @param all stops at the first that does not match when false
   */
  async matching(thread: Worker, run: Run, pattern: bigint, all: boolean): Promise<readonly number[]> {
    for (const memory of await this.#readable(thread, run.backing.copies)) {
      const found = await this.#alone(thread, memory, () => this.#scan(thread, memory, run, pattern, all));
      if (found !== undefined) return found;
    }
    return [];
  }

  /** As `matching`, of those that hold it in both memories. */
  async matchingInBoth(thread: Worker, run: Run, pattern: bigint): Promise<readonly number[]> {
    const inFirst = await this.matching(thread, inOne(run, 'first'), pattern, true);
    const inSecond = new Set(await this.matching(thread, inOne(run, 'second'), pattern, true));
    return inFirst.filter((index) => inSecond.has(index));
  }

  /** The memories with a copy that are in use, the less wanted first. */
  async #readable(thread: Worker, copies: Copies): Promise<readonly (0 | 1)[]> {
    const { failed, restoring } = await thread.access(({ registers }) => registers.keeper.memory_status.read());
    return candidates[copies]
      .filter((memory) => (((failed | restoring) >>> memory) & 1) === 0)
      .sort((one, other) => this.#waiting[one]! - this.#waiting[other]!);
  }

  async #alone<Result>(thread: Worker, memory: 0 | 1, body: () => Promise<Result>): Promise<Result> {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ready = new Promise<void>((resolve) => {
      void this.#locks[memory].hold(() => {
        resolve();
        return held;
      });
    });
    this.#waiting[memory]! += 1;
    try {
      await thread.suspend(ready);
      return await body();
    } finally {
      this.#waiting[memory]! -= 1;
      release();
    }
  }

  /** `undefined` when the memory died meanwhile, or its path has no key for the form. */
  async #scan(
    thread: Worker,
    memory: 0 | 1,
    { backing, frames }: Run,
    pattern: bigint,
    all: boolean,
  ): Promise<readonly number[] | undefined> {
    const found: number[] = [];
    try {
      await thread.access(async ({ registers }) => {
        const path = registers.paths[memory];
        await path.interrupt_enable.write({ scan: 1, key: 0, tamper: 0, key_dropped: 0 });
        await path.scan_form.write({ form: backing.form });
        await path.scan_pattern_low.write({ word: Number(pattern & 0xffff_ffffn) });
        await path.scan_pattern_high.write({ word: Number(pattern >> 32n) });
      });
      for (let next = 0; next < frames; ) {
        const reached = await this.#command(thread, memory, backing.frame + next, frames - next);
        if (reached === undefined) return undefined;
        for (let index = 0; index < reached.matching; index += 1) found.push(next + index);
        if (reached.failed && !all) break;
        next += reached.matching + Number(reached.failed);
      }
      return found;
    } catch (error) {
      // A path in reset has no registers.
      if (error instanceof BusError) return undefined;
      throw error;
    }
  }

  /** One command, to its end. */
  async #command(thread: Worker, memory: 0 | 1, frame: number, frames: number): Promise<Reached | undefined> {
    let waiting = await thread.access(async (processor) => {
      const path = processor.registers.paths[memory];
      await path.scan_address_low.write({ line: (frame * frameBytes) / lineBytes });
      await path.scan_lines.write({ count: frames * linesPerFrame });
      await path.interrupt_status.write({ scan: 1, key: 0, tamper: 0, key_dropped: 0 });
      await path.scan_command.write({ start: 1, stop: 0 });
      return this.#ending(processor, memory);
    });
    for (;;) {
      await thread.suspend(waiting.ended);
      const ended = await thread.access(async (processor) => {
        const { failed } = await processor.registers.keeper.memory_status.read();
        if (((failed >>> memory) & 1) !== 0) return undefined;
        const path = processor.registers.paths[memory];
        const { done, match, error, refused, stopped } = await path.scan_status.read();
        if (refused === 1) return undefined;
        if (done === 0) {
          waiting = this.#ending(processor, memory);
          return 'active';
        }
        if (match === 1) return { matching: frames, failed: false };
        const { address } = await path.scan_result_low.read();
        // One that was stopped may have come over the end of memory, to 0.
        const matching = Math.max(0, Math.floor(address / frameBytes) - frame);
        if (stopped === 0 || error === 1) return { matching, failed: true };
        // Under a slot that is committed the next would be refused.
        while ((await path.key_status.read()).busy !== 0);
        return { matching, failed: false };
      });
      if (ended !== 'active') return ended;
    }
  }

  #ending({ interrupts }: Processor, memory: 0 | 1): { readonly ended: Promise<unknown> } {
    return { ended: interrupts.wait(pathLines[memory], this.#clock.now + patience) };
  }
}

const inOne = ({ backing, frames }: Run, copies: 'first' | 'second'): Run => ({
  backing: { ...backing, copies },
  frames,
});
