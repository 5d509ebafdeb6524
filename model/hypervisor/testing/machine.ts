/** A small machine with a hypervisor, and guests on it, for tests. */
import { createModelPlatform, type PlatformOptions } from '../../hardware/platform/index.ts';
import { type GuestProgram, TrustedCalls } from '../guest/index.ts';
import type { DomainRequest } from '../guest/layout.ts';
import { type CreateHypervisorOptions, createHypervisor, type Hypervisor, type TrustedGuest } from '../index.ts';
import type { Outcome } from '../schedule/index.ts';

export interface TestMachineOptions {
  readonly processors?: number;
  readonly platform?: PlatformOptions;
  readonly hypervisor?: CreateHypervisorOptions;
}

/** Memories of 2 MiB, wide beats: what costs least to boot. */
export const testHypervisor = async (options: TestMachineOptions = {}): Promise<Hypervisor> => {
  const { processors = 2 } = options;
  const platform = await createModelPlatform({
    parameters: { processors, dataWidth: 128, cookieIndexWidth: 4 },
    options: { memoryBytes: 2 ** 21, memoryLatency: 2, ...options.platform },
  });
  return createHypervisor(platform, { pages: 2, memoryTimeout: 2000, ...options.hypervisor });
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
