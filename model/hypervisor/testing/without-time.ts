/** A hypervisor on the platform without time, for what needs many calls and no cycles. */
import { TrustedCalls } from '../guest/index.ts';
import { type DomainRequest, pageBytes } from '../guest/layout.ts';
import { createHypervisor, type Hypervisor, type TrustedGuest } from '../index.ts';
import type { Finding } from '../memory/interface.ts';
import { Agent } from './agent.ts';
import { launch, smallDomain } from './machine.ts';
import { createOrdersPlatform, noHooks, type OrdersPlatform } from './orders/platform.ts';

export interface WithoutTime {
  readonly made: OrdersPlatform;
  readonly hypervisor: Hypervisor;
  /** Writes of the hypervisor's into frames that the frame table calls free. */
  readonly strayed: string[];
}

export const withoutTime = async (frames = 512): Promise<WithoutTime> => {
  const made = createOrdersPlatform(frames * pageBytes, 4);
  const hypervisor = await createHypervisor(made.platform, { pages: 1 });
  const { domainTable, frameTable } = hypervisor.memory.areas.layout.areas;
  made.units.domainTable = domainTable.firstFrame * pageBytes;
  const strayed: string[] = [];
  const isFree = (memory: 0 | 1, frame: number): boolean =>
    (made.content.word(memory, frameTable.firstFrame * pageBytes + 8 * (memory * frames + frame)) & 0xfn) === 0n;
  made.hooks = {
    ...noHooks,
    store: (data, address) => {
      const frame = Math.floor(address / pageBytes);
      if (isFree(0, frame) && isFree(1, frame)) strayed.push(`${data.length} bytes at 0x${address.toString(16)}`);
      return data;
    },
  };
  return { made, hypervisor, strayed };
};

/** Of these there are three at most at once beside domain 0's program: one that waits for its next job keeps its port. */
export const agentDomain = async (
  hypervisor: Hypervisor,
  domain0: TrustedGuest,
  request: Partial<DomainRequest>,
): Promise<{ readonly domain: number; readonly agent: Agent }> => {
  const agent = new Agent();
  const { domain } = await launch(hypervisor, domain0, [agent.program], request);
  return { domain, agent };
};

/** Promises all memory that is left to a domain that does not run; gives its number. */
export const promiseTheRest = async (domain0: TrustedGuest): Promise<number> => {
  const calls = new TrustedCalls(domain0);
  const domain = await calls.create({ ...smallDomain, processors: 1, pages: 1, maximum: 1000 });
  let most = 1;
  for (let step = 512; step >= 1; step /= 2)
    if (
      await calls.setTarget(domain, most + step).then(
        () => true,
        () => false,
      )
    )
      most += step;
  return domain;
};

export const freeFrames = ({ memory }: Hypervisor, { thread }: TrustedGuest): Promise<number> =>
  thread.access(async (processor) => (await memory.frames.free(processor)).both);

/** All of memory, and all swept pages, in a moment in which nothing else runs. */
export const audited = ({ memory, reclaim }: Hypervisor, { thread }: TrustedGuest): Promise<readonly Finding[]> =>
  thread.access(async (processor) => [...(await memory.audit(processor)), ...(await reclaim.audit(processor))]);
