/** The platform over a machine that is stepped, of whatever kind. Source: `docs/systems/platform.md`, "Time". */
import { interruptWidth, type PlatformParameters } from '../../../rtl/platform/interface.ts';
import { wordOf } from '../primitives/ports.ts';
import { PowerCutError, StalledError } from './errors.ts';
import { checkFault } from './fault-check.ts';
import { type Asked, encode, type HistoryEntry } from './history.ts';
import type {
  Clock,
  Fault,
  Faults,
  Outside,
  Platform,
  Processor,
  ResolvedOptions,
  Snapshot,
  Way,
} from './interface.ts';
import { ProcessorInterrupts } from './interrupts.ts';
import type { Machine } from './machine.ts';
import { makeOutside } from './outside.ts';
import { makeProcessor } from './processor.ts';
import { Programs } from './programs.ts';
import { checkCycle, Sleepers } from './sleepers.ts';
import { Surroundings } from './surroundings.ts';
import { Trace } from './trace.ts';
import { type Access, Transfer } from './transfer.ts';

/** Cycles after which other things of the process get their turn. */
const slice = 20_000;
/** Cycles without an answer to anybody after which nobody expects one any more. */
const patience = 2 ** 26;

/** All that is ready to run has run when the next turn of the event loop comes. */
const softwareWaits = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class SimulatedPlatform implements Platform {
  readonly on: Way;
  readonly parameters: PlatformParameters;
  readonly options: ResolvedOptions;
  readonly processors: readonly Processor[];
  readonly clock: Clock;
  readonly faults: Faults;
  readonly outside: Outside;
  readonly trace: Trace;
  readonly #machine: Machine;
  readonly #around: Surroundings;
  readonly #inputs: Uint32Array;
  readonly #outputs: Uint32Array;
  readonly #interruptWord: number;
  readonly #interrupts: readonly ProcessorInterrupts[];
  readonly #programs = new Programs();
  readonly #sleepers = new Sleepers();
  readonly #coming: { readonly fault: Fault; readonly cycle: number }[] = [];
  readonly #happened: { readonly fault: Fault; readonly cycle: number }[] = [];
  readonly #history: HistoryEntry[] = [];
  #now = 0;
  #up = 0;
  #dead: PowerCutError | undefined;
  #looping = false;
  #open = true;
  #unanswered = 0;

  constructor(on: Way, machine: Machine, parameters: PlatformParameters, options: ResolvedOptions) {
    this.on = on;
    this.parameters = parameters;
    this.options = options;
    this.#machine = machine;
    const { layout } = machine;
    this.#inputs = new Uint32Array(layout.inputWords);
    this.#outputs = new Uint32Array(layout.outputWords);
    this.#interruptWord = wordOf(layout.outputs, 'interrupt');
    this.trace = new Trace(parameters);
    const self = this;
    this.#around = new Surroundings(layout, parameters, options, (medium, index, address, data) =>
      this.#keep(() => ({ what: 'medium', medium, index, address, data: encode(data) })),
    );
    const around = () => ({ up: this.#up, now: this.#now, dead: this.#dead });
    this.#interrupts = this.#around.processors.map(() => new ProcessorInterrupts(around));
    this.processors = this.#interrupts.map((interrupts, index) =>
      makeProcessor(parameters, index, interrupts, (access) => this.ask(index, access)),
    );
    this.clock = {
      get now() {
        return self.#now;
      },
      until: (cycle) => this.#until(cycle),
      sleep: (cycles) => this.#until(this.#now + cycles),
    };
    this.faults = { inject: (fault, at) => this.#inject(fault, at), happened: this.#happened };
    this.outside = makeOutside(this.#around, {
      get now() {
        return self.#now;
      },
      inTime: (at) => this.#inTime(at),
      keep: (asked) => this.#keep(asked),
    });
    machine.step(this.#inputs, this.#outputs);
    this.#inputs[wordOf(layout.inputs, 'aresetn')] = 1;
  }

  #inTime(at: number): void {
    if (Number.isInteger(at) && at >= this.#now) return;
    throw new RangeError(`cycle ${at} is over, or no cycle: the clock stands at ${this.#now}`);
  }

  #keep(asked: () => Asked): void {
    if (this.options.history) this.#history.push({ cycle: this.#now, ...asked() });
  }

  /** An access by a processor. */
  ask(processor: number, access: Access): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== undefined) {
        reject(this.#dead);
        return;
      }
      const { data, context, ...place } = access;
      this.#keep(() => ({ what: 'access', processor, ...place, ...(data && { data: encode(data) }), ...context }));
      this.#around.processors[processor]!.ask(new Transfer(access, this.parameters.dataWidth / 8, resolve, reject));
    });
  }

  #until(until: number): Promise<void> {
    return new Promise((wake, fail) => {
      checkCycle(until);
      if (this.#dead !== undefined) fail(this.#dead);
      else if (until <= this.#now) wake();
      else this.#sleepers.add({ until, wake, fail });
    });
  }

  #inject(fault: Fault, at = this.#now): void {
    checkFault(fault, this.options);
    this.#inTime(at);
    this.#keep(() => ({ what: 'fault', fault, at }));
    const place = this.#coming.findLastIndex(({ cycle }) => cycle <= at);
    this.#coming.splice(place + 1, 0, { fault, cycle: at });
  }

  run<T>(program: () => Promise<T>): Promise<T> {
    const outcome = this.#programs.run(program);
    void this.#loop();
    return outcome;
  }

  start<T>(program: () => Promise<T>): Promise<T> {
    return this.#programs.start(program);
  }

  async #loop(): Promise<void> {
    if (this.#looping) return;
    this.#looping = true;
    try {
      for (;;) {
        await softwareWaits();
        this.#programs.settle((error) => error instanceof PowerCutError);
        if (!this.#programs.running) return;
        if (!this.#tellWaiters()) this.#advance();
      }
    } catch (error) {
      this.#programs.fail(error);
    } finally {
      this.#looping = false;
    }
  }

  get #waiting(): boolean {
    return (
      this.#sleepers.waiting ||
      this.#around.processors.some(({ open }) => open > 0) ||
      this.#interrupts.some(({ waiting }) => waiting > 0)
    );
  }

  /** Runs cycles until some software can go on, or others of the process are to have their turn. */
  #advance(): void {
    if (!this.#waiting) throw new StalledError(this.#now);
    for (let count = 0; count < slice; count += 1) {
      if (!this.#cycle()) return;
      if (this.#tellAnswers()) return;
      this.#unanswered += 1;
      if (this.#passOver() && this.#tellWaiters()) return;
    }
    if (this.#unanswered > patience) throw new StalledError(this.#now);
  }

  /** Runs one cycle. Says whether it did: not when power was cut. */
  #cycle(): boolean {
    while (this.#coming.length > 0 && this.#coming[0]!.cycle <= this.#now) {
      const happening = this.#coming.shift()!;
      this.#happened.push(happening);
      if (happening.fault.kind === 'power-cut') {
        this.#die();
        return false;
      }
      this.#around.happen(happening.fault);
    }
    const inputs = this.#inputs;
    const outputs = this.#outputs;
    const now = this.#now;
    this.#around.drive(inputs, now);
    this.#machine.step(inputs, outputs);
    this.trace.observe(inputs, outputs, now);
    this.#around.observe(inputs, outputs, now);
    this.#up = outputs[this.#interruptWord]! & (2 ** interruptWidth - 1);
    this.#now = now + 1;
    return true;
  }

  #die(): void {
    const error = new PowerCutError(this.#now);
    this.#dead = error;
    this.#keep(() => ({ what: 'dead' }));
    if (!this.options.persistent) for (const { content } of this.#around.memories) content.clear();
    for (const { standing } of this.#around.processors) for (const transfer of standing) transfer.fail(error);
    for (const interrupts of this.#interrupts) interrupts.fail(error);
    this.#sleepers.fail(error);
  }

  /** Tells software what was answered in the cycle. Says whether there was something to tell. */
  #tellAnswers(): boolean {
    let told = false;
    for (const [index, { answered }] of this.#around.processors.entries()) {
      for (const transfer of answered) transfer.tell(index, this.#now - 1);
      told ||= answered.length > 0;
      answered.length = 0;
    }
    return this.#tellWaiters(told);
  }

  /** Tells those who wait for an interrupt or a cycle that has come. Says whether anybody was told, before or now. */
  #tellWaiters(before = false): boolean {
    let told = before;
    for (const interrupts of this.#interrupts) {
      if (!interrupts.due) continue;
      interrupts.tell();
      told = true;
    }
    told = this.#sleepers.wake(this.#now) || told;
    if (told) this.#unanswered = 0;
    return told;
  }

  /**
   * Passes over the cycles in which nothing happens, inside the machine or outside. Says whether there were any.
   *
   * @param end the cycle in which to stop, whatever happens in it
   */
  #passOver(end = Number.POSITIVE_INFINITY): boolean {
    const machine = this.#machine;
    if (machine.rest === undefined || machine.skip === undefined) return false;
    const outside = this.#around.nextEvent(this.#now);
    if (outside <= this.#now) return false;
    const rest = machine.rest();
    if (rest === 0) return false;
    const fault = this.#coming[0]?.cycle ?? Number.POSITIVE_INFINITY;
    let next = Math.min(this.#now + rest, outside, fault, this.#sleepers.first, end);
    for (const { deadline } of this.#interrupts) next = Math.min(next, deadline);
    if (next === Number.POSITIVE_INFINITY) throw new StalledError(this.#now);
    machine.skip(next - this.#now);
    this.#now = next;
    return true;
  }

  snapshot(): Snapshot {
    if (!this.options.history)
      throw new Error("a snapshot is made of the platform's history: make the platform with the option 'history'");
    if (this.#programs.running || (this.#dead === undefined && this.#around.processors.some(({ open }) => open > 0)))
      throw new Error('a snapshot is of a platform on which nothing runs and nothing is in flight');
    return {
      parameters: this.parameters,
      options: this.options,
      cycle: this.#now,
      traceHash: this.trace.hash,
      history: [...this.#history],
    };
  }

  /** Runs to a cycle without software. */
  runTo(cycle: number): void {
    while (this.#now < cycle) {
      if (!this.#cycle()) return;
      for (const { answered } of this.#around.processors) answered.length = 0;
      if (this.#now < cycle) this.#passOver(cycle);
    }
  }

  close(): void {
    if (this.#open) this.#machine.close?.();
    this.#open = false;
  }
}
