/** A small machine with a hypervisor, and guests on it, for tests. */
import { createModelPlatform, type PlatformOptions } from '../../hardware/platform/index.ts';
import { type GuestProgram, TrustedCalls } from '../guest/index.ts';
import type { DomainRequest } from '../guest/layout.ts';
import { type CreateHypervisorOptions, createHypervisor, type Hypervisor, type TrustedGuest } from '../index.ts';
import type { Finding } from '../memory/interface.ts';
import type { Outcome } from '../schedule/index.ts';
import { Agent, type Kit } from './agent.ts';
import { type Hooks, instrumented } from './instrumented.ts';

export interface TestMachineOptions {
  readonly processors?: number;
  readonly platform?: PlatformOptions;
  readonly hypervisor?: CreateHypervisorOptions;
  readonly hooks?: Hooks;
}

/** Memories of 2 MiB, wide beats: what costs least to boot. */
export const testHypervisor = async (options: TestMachineOptions = {}): Promise<Hypervisor> => {
  const { processors = 2, hooks } = options;
  const platform = await createModelPlatform({
    parameters: { processors, dataWidth: 128, cookieIndexWidth: 4 },
    options: { memoryBytes: 2 ** 21, memoryLatency: 2, ...options.platform },
  });
  return createHypervisor(hooks === undefined ? platform : instrumented(platform, hooks), {
    pages: 1,
    memoryTimeout: 2000,
    ...options.hypervisor,
  });
};

/** What a test asks for, beside its programs. */
export const smallDomain: Omit<DomainRequest, 'processors'> = {
  weight: 256,
  copies: 'both',
  form: 0,
  grantPages: 1,
  pages: 2,
  maximum: 8,
};

/** Makes a domain and starts it. Gives its number, and how it ends. */
export const launch = async (
  hypervisor: Hypervisor,
  domain0: TrustedGuest,
  programs: readonly GuestProgram[],
  request: Partial<DomainRequest> = {},
): Promise<{ readonly domain: number; readonly ended: Promise<readonly Outcome[]> }> => {
  const calls = new TrustedCalls(domain0);
  const domain = await calls.create({ ...smallDomain, processors: programs.length, ...request });
  hypervisor.domains.load(domain, programs);
  const ended = hypervisor.domains.ended(domain);
  await calls.unpause(domain);
  return { domain, ended };
};

/** A machine with two guests that do what a test says. */
export class TwoGuests {
  readonly hypervisor: Hypervisor;
  readonly hooks: Hooks;
  /** The only virtual processor of domain 1. */
  readonly first = new Agent();
  /** The two virtual processors of domain 2. */
  readonly second = [new Agent(), new Agent()] as const;

  private constructor(hypervisor: Hypervisor, hooks: Hooks) {
    this.hypervisor = hypervisor;
    this.hooks = hooks;
  }

  static async make(processors = 4): Promise<TwoGuests> {
    const hooks: Hooks = { access: () => {}, withoutBumps: false };
    const hypervisor = await testHypervisor({ processors, hooks });
    const made = new TwoGuests(hypervisor, hooks);
    await hypervisor.run(async (domain0) => {
      await launch(hypervisor, domain0, [made.first.program]);
      await launch(
        hypervisor,
        domain0,
        made.second.map(({ program }) => program),
      );
    });
    return made;
  }

  /** Lets one of them do something. */
  do<Result>(agent: Agent, job: (kit: Kit) => Promise<Result>): Promise<Result> {
    return this.hypervisor.platform.run(() => agent.do(job));
  }

  /** Walks all memory, in which nothing else runs. */
  audit(): Promise<readonly Finding[]> {
    const { platform, memory } = this.hypervisor;
    return platform.run(() => memory.audit(platform.processors[0]!));
  }
}

let shared: Promise<TwoGuests> | undefined;

/** One such machine for all tests of a process: who uses it leaves the two as they were. */
export const twoGuests = (): Promise<TwoGuests> => (shared ??= TwoGuests.make());
