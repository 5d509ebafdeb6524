/** Runs the hypervisor of a scenario, its domains and the programs of domain 0. */
import { type FirmwareOptions, type Platform, StalledError } from '../../../model/hardware/platform/index.ts';
import {
  Calls,
  Events,
  GrantTable,
  type Guest,
  type GuestProgram,
  HypercallError,
  TrustedCalls,
} from '../../../model/hypervisor/guest/index.ts';
import { createHypervisor } from '../../../model/hypervisor/index.ts';
import { StoreService } from '../../../model/hypervisor/store/service.ts';
import { ScenarioError, type Statement } from '../statement.ts';
import { hostileGuests } from './hostile.ts';
import type { DomainPart, HypervisorPart, TrustedPart } from './scenario.ts';
import { Shares, withShares } from './shares.ts';
import { Snapshots } from './snapshots.ts';
import { Meetings, type World } from './world.ts';

export interface HypervisorRun {
  readonly platform: Platform;
  readonly part: HypervisorPart;
  readonly firmware: FirmwareOptions;
  say(text: string): void;
  judge(statement: Statement, held: boolean, why: string): void;
  /** What went wrong in a program, in a line. @throws what is an error of ours */
  reason(error: unknown): string;
  /** A program has begun, and ended. */
  ended(name: string, from: number, to: number): void;
}

/** What a program tells of itself while it runs. */
interface Told {
  /** Of the step at which it is. */
  line: number;
  begins(step: Statement): void;
  say(what: string): void;
  judge(statement: Statement, held: boolean, why: string): void;
}

class Running {
  readonly world: World;
  readonly #run: HypervisorRun;
  readonly #ends = new Map<string, () => void>();
  readonly #unfinished = new Map<string, { readonly statement: Statement; readonly told: Told }>();
  readonly #started = new Set<string>();
  #failure: { readonly error: unknown } | undefined;
  /** Why the hypervisor itself could not go on; empty while it can. */
  #stopped = '';

  constructor(run: HypervisorRun, hypervisor: World['hypervisor']) {
    this.#run = run;
    const { part } = run;
    const ended = new Map<string, Promise<void>>();
    for (const { name } of [...part.domains, ...part.trusted])
      ended.set(name, new Promise((resolve) => this.#ends.set(name, resolve)));
    const store = part.store ? new StoreService(hypervisor) : undefined;
    this.world = {
      hypervisor,
      parts: new Map(part.domains.map((domain) => [domain.name, domain])),
      domains: new Map(),
      ended,
      grants: new Meetings(),
      clients: new Meetings(),
      taken: [],
      store,
      shares: store && new Shares(hypervisor, store),
      snapshots: new Snapshots(hypervisor),
      programsOf: (domain) => [this.#guest(domain)],
    };
  }

  /** Runs a program's steps, and judges how it came to its end. */
  async #program(name: string, statement: Statement, told: Told, body: () => Promise<void>): Promise<void> {
    const { judge, reason, say, platform, ended } = this.#run;
    const from = platform.clock.now;
    this.#unfinished.set(name, { statement, told });
    let why = '';
    try {
      await body();
    } catch (error) {
      try {
        why = error instanceof ScenarioError ? reason(error) : `line ${told.line}: ${reason(error)}`;
      } catch (ours) {
        this.#failure ??= { error: ours };
      }
    }
    judge(statement, why === '', why);
    say(`${name}: ${why === '' ? 'has ended' : `stops: ${why}`}`);
    ended(name, from, platform.clock.now);
    this.#end(name);
  }

  #end(name: string): void {
    this.#unfinished.delete(name);
    this.#ends.get(name)!();
  }

  #told(name: string, { line }: Statement): Told {
    const say = (what: string): void => this.#run.say(`${name}: ${what}`);
    const judge = (statement: Statement, held: boolean, why: string): void => {
      this.#run.judge(statement, held, why);
      if (!held) say(`line ${statement.line} does not hold: ${why}`);
    };
    const told: Told = {
      line,
      begins: (step) => {
        told.line = step.line;
      },
      say,
      judge,
    };
    return told;
  }

  #guest(part: DomainPart): GuestProgram {
    const { name, statement, hostile, steps, sharing } = part;
    this.#started.add(name);
    const { world } = this;
    if (hostile !== undefined) {
      this.#end(name);
      return hostileGuests[hostile];
    }
    return (guest) => {
      const { domain } = guest;
      const told = this.#told(name, statement);
      // One that is destroyed comes to no end of its own.
      void world.hypervisor.domains.ended(domain).then(() => this.#end(name));
      return this.#program(name, statement, told, () =>
        sharing === undefined
          ? this.#steps(guest, part, steps, told)
          : withShares(guest, async (scene) => {
              for (const step of sharing) await step({ ...scene, ...told, world, memory: guest.memory });
            }),
      );
    };
  }

  async #steps(guest: Guest, { name }: DomainPart, steps: DomainPart['steps'], told: Told): Promise<void> {
    const calls = new Calls(guest);
    const scene = {
      ...told,
      name,
      world: this.world,
      guest,
      calls,
      events: new Events(guest, calls),
      grants: new GrantTable(guest, calls),
      handles: new Map<string, number>(),
      references: new Map<string, number>(),
    };
    for (const step of steps) await step(scene);
  }

  #trusted({ name, statement, steps }: TrustedPart): void {
    const { world } = this;
    world.hypervisor.start((domain0) => {
      const told = this.#told(name, statement);
      return this.#program(name, statement, told, async () => {
        const scene = { ...told, world, domain0, calls: new TrustedCalls(domain0) };
        for (const step of steps) await step(scene);
      });
    });
  }

  /** Until all programs of domain 0, and of the domains that were started, have ended. */
  async toTheEnd(): Promise<void> {
    const { part, platform, judge } = this.#run;
    const { world } = this;
    const { hypervisor } = world;
    for (const program of part.trusted) this.#trusted(program);
    const all = async (): Promise<void> => {
      await Promise.all(part.trusted.map(({ name }) => world.ended.get(name)));
      await Promise.all([...world.domains.keys()].map((name) => world.ended.get(name)));
    };
    try {
      await hypervisor.run(({ thread }) => thread.suspend(Promise.race([all(), platform.clock.until(part.limit)])));
    } catch (error) {
      if (!(error instanceof StalledError)) this.#stops(error);
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    const { now } = platform.clock;
    for (const { statement, told } of this.#unfinished.values())
      judge(
        statement,
        false,
        this.#stopped === ''
          ? `it had not ended in cycle ${now}, and waits in line ${told.line} for what did not come`
          : `it had not ended in cycle ${now}, when the hypervisor stopped`,
      );
    for (const { name, statement } of part.domains)
      if (!this.#started.has(name)) judge(statement, false, `it was not started: nobody came to 'start ${name}'`);
    if (this.#stopped === '') await this.#pauseAll().catch((error: unknown) => this.#stops(error));
  }

  /** The hypervisor cannot go on: nor can anything that runs on it. */
  #stops(error: unknown): void {
    const { part, judge, reason, say } = this.#run;
    this.#stopped = reason(error);
    judge(part.statement, false, `the hypervisor stops: ${this.#stopped}`);
    say(`the hypervisor stops: ${this.#stopped}`);
  }

  /** So that nothing else runs while all is looked through. */
  async #pauseAll(): Promise<void> {
    const { hypervisor, domains } = this.world;
    await hypervisor.run(async (domain0) => {
      const calls = new TrustedCalls(domain0);
      for (const domain of domains.values()) {
        // EINVAL: it has ended.
        await calls.pause(domain).catch((error: unknown) => {
          if (!(error instanceof HypercallError && error.code === 'EINVAL')) throw error;
        });
      }
    });
  }
}

/** Boots, runs everything, and leaves all domains standing still. Gives nothing where the hypervisor does not come up. */
export const runHypervisor = async (run: HypervisorRun): Promise<World | undefined> => {
  const { platform, part, firmware } = run;
  const pages = part.pages === undefined ? {} : { pages: part.pages };
  let hypervisor: World['hypervisor'];
  try {
    hypervisor = await createHypervisor(platform, { ...pages, ...firmware });
  } catch (error) {
    const why = `the hypervisor does not boot: ${run.reason(error)}`;
    run.judge(part.statement, false, why);
    run.say(why);
    return undefined;
  }
  run.say('the hypervisor has booted');
  const running = new Running(run, hypervisor);
  await running.toTheEnd();
  return running.world;
};
