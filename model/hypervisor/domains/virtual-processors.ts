/** The threads of each domain: its virtual processors, from the programs that they run to how they ended. */
import type { GuestProgram } from '../guest/interface.ts';
import type { Outcome, Scheduler, Thread } from '../schedule/index.ts';

interface Crew {
  readonly weight: number;
  readonly processors: number;
  programs: readonly GuestProgram[] | undefined;
  threads: readonly Thread[];
  /** Of threads that have ended by themselves. */
  readonly over: Set<Thread>;
  readonly ended: Promise<readonly Outcome[]>;
  tellEnded(outcomes: readonly Outcome[]): void;
}

/** Runs a program as a virtual processor, on its thread. */
export type RunVirtualProcessor = (
  thread: Thread,
  domain: number,
  virtualProcessor: number,
  program: GuestProgram,
) => Promise<unknown>;

export class VirtualProcessors {
  readonly #scheduler: Scheduler;
  readonly #run: RunVirtualProcessor;
  readonly #crews = new Map<number, Crew>();

  constructor(scheduler: Scheduler, run: RunVirtualProcessor) {
    this.#scheduler = scheduler;
    this.#run = run;
  }

  /** Of a new domain. */
  create(domain: number, processors: number, weight: number): void {
    let tellEnded: Crew['tellEnded'] = () => {};
    const ended = new Promise<readonly Outcome[]>((resolve) => {
      tellEnded = resolve;
    });
    this.#crews.set(domain, {
      weight,
      processors,
      programs: undefined,
      threads: [],
      over: new Set(),
      ended,
      tellEnded,
    });
  }

  #crew(domain: number): Crew {
    const crew = this.#crews.get(domain);
    if (crew === undefined) throw new RangeError(`there is no domain ${domain} with virtual processors`);
    return crew;
  }

  /** @throws RangeError when these are not its programs */
  load(domain: number, programs: readonly GuestProgram[]): void {
    const crew = this.#crew(domain);
    if (crew.threads.length > 0) throw new RangeError(`domain ${domain} runs already: it is loaded while it is built`);
    if (programs.length !== crew.processors)
      throw new RangeError(
        `domain ${domain} has ${crew.processors} virtual processors, and needs as many programs, not ${programs.length}`,
      );
    crew.programs = programs;
  }

  ended(domain: number): Promise<readonly Outcome[]> {
    return this.#crew(domain).ended;
  }

  loaded(domain: number): boolean {
    return this.#crews.get(domain)?.programs !== undefined;
  }

  /** Starts all of them. */
  start(domain: number): void {
    const crew = this.#crew(domain);
    crew.threads = crew.programs!.map((program, index) =>
      this.#scheduler.start((thread) => this.#run(thread, domain, index, program), {
        name: `domain ${domain}, virtual processor ${index}`,
        weight: crew.weight,
      }),
    );
    void Promise.all(crew.threads.map((thread) => thread.ended)).then(crew.tellEnded);
  }

  /** One of them runs no more. Says whether that was not known. */
  oneEnded(domain: number, thread: Thread): boolean {
    const { over } = this.#crew(domain);
    if (over.has(thread)) return false;
    over.add(thread);
    return true;
  }

  /** Whether there is one that has not ended by itself. */
  running(domain: number): boolean {
    const { over, processors } = this.#crew(domain);
    return over.size < processors;
  }

  /** Returns when nothing of them is in flight. */
  async pause(domain: number): Promise<void> {
    await Promise.all(this.#crew(domain).threads.map((thread) => thread.pause()));
  }

  unpause(domain: number): void {
    for (const thread of this.#crew(domain).threads) thread.unpause();
  }

  /** Ends them wherever they are. Returns when nothing of them is in flight. */
  async stop(domain: number): Promise<void> {
    const crew = this.#crews.get(domain);
    if (crew === undefined) return;
    await Promise.all(crew.threads.map((thread) => thread.stop()));
    if (crew.threads.length === 0) crew.tellEnded([]);
  }

  remove(domain: number): void {
    this.#crews.delete(domain);
  }
}
