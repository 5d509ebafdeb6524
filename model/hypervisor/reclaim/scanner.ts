/** The scanners of the memory paths: which frames hold a pattern. Source: `docs/systems/memory-path.md`, "Scanner". */
import type { Clock } from '../../hardware/platform/index.ts';
import type { Copies, Worker } from '../memory/interface.ts';
import { Lock } from '../memory/lock.ts';
import { type Range, type Run, ScanLane, type ScanOrder } from './scan-lane.ts';

const candidates: Readonly<Record<Copies, readonly (0 | 1)[]>> = { first: [0], second: [1], both: [0, 1] };
/** Of so many frames and more, each memory scans one half. */
const worthHalves = 8;

export class Scanners {
  readonly #locks = [new Lock(), new Lock()] as const;
  /** Who has each, and who waits for it. */
  readonly #wanted = [0, 0];
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
    const order = { run, pattern, all };
    const readable = await this.#readable(thread, run.backing.copies);
    const halved = all && run.frames >= worthHalves && readable.length === 2 && this.#wanted.every((n) => n === 0);
    return halved ? this.#inHalves(thread, order) : this.#inOne(thread, readable, order, { from: 0, to: run.frames });
  }

  /** As `matching`, of those that hold it in both memories. */
  async matchingInBoth(thread: Worker, run: Run, pattern: bigint): Promise<readonly number[]> {
    const inFirst = await this.matching(thread, onlyIn(run, 'first'), pattern, true);
    const inSecond = new Set(await this.matching(thread, onlyIn(run, 'second'), pattern, true));
    return inFirst.filter((index) => inSecond.has(index));
  }

  /** By the first of the memories that comes to the end. */
  async #inOne(
    thread: Worker,
    memories: readonly (0 | 1)[],
    order: ScanOrder,
    range: Range,
  ): Promise<readonly number[]> {
    for (const memory of memories) {
      const lane = new ScanLane(memory, order, range, this.#clock);
      await this.#alone(thread, memory, () => this.#run(thread, [lane]));
      if (lane.state === 'done') return lane.found;
    }
    return [];
  }

  /** By both memories at a time; what the one could not is then scanned by the other. */
  async #inHalves(thread: Worker, order: ScanOrder): Promise<readonly number[]> {
    const { frames } = order.run;
    const middle = Math.floor(frames / 2);
    const lanes = [
      new ScanLane(0, order, { from: 0, to: middle }, this.#clock),
      new ScanLane(1, order, { from: middle, to: frames }, this.#clock),
    ] as const;
    await this.#alone(thread, 0, () => this.#alone(thread, 1, () => this.#run(thread, lanes)));
    const found: number[] = [];
    for (const { memory, state, range, found: own } of lanes)
      found.push(...(state === 'done' ? own : await this.#inOne(thread, [memory === 0 ? 1 : 0], order, range)));
    return found;
  }

  async #run(thread: Worker, lanes: readonly ScanLane[]): Promise<void> {
    await thread.access(async (processor) => {
      for (const lane of lanes) await lane.begin(processor);
    });
    for (;;) {
      const scanning = lanes.filter(({ over }) => !over);
      if (scanning.length === 0) return;
      await thread.suspend(Promise.race(scanning.map(({ ended }) => ended)));
      await thread.access(async (processor) => {
        for (const lane of scanning) await lane.goOn(processor);
      });
    }
  }

  /** The memories with a copy that are in use, the less wanted first. */
  async #readable(thread: Worker, copies: Copies): Promise<readonly (0 | 1)[]> {
    const { failed, restoring } = await thread.access(({ registers }) => registers.keeper.memory_status.read());
    return candidates[copies]
      .filter((memory) => (((failed | restoring) >>> memory) & 1) === 0)
      .sort((one, other) => this.#wanted[one]! - this.#wanted[other]!);
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
    this.#wanted[memory]! += 1;
    try {
      await thread.suspend(ready);
      return await body();
    } finally {
      this.#wanted[memory]! -= 1;
      release();
    }
  }
}

const onlyIn = ({ backing, frames }: Run, copies: 'first' | 'second'): Run => ({
  backing: { ...backing, copies },
  frames,
});
