/** As many domains as are admitted, each with all that it can ever take: the reserve is still there. On a platform without time. */
import { expect, test } from 'vitest';
import {
  Calls,
  type DomainRequest,
  grantAreaAddress,
  grantTableAddress,
  pageBytes,
  TrustedCalls,
} from '../guest/index.ts';
import type { Hypervisor, TrustedGuest } from '../index.ts';
import { mapClient, unmapClient } from '../packets/rings.ts';
import { outcomeOf } from '../testing/agent.ts';
import { launch } from '../testing/machine.ts';
import { audited, withoutTime } from '../testing/without-time.ts';
import { reserveOf } from './admission.ts';

const grantPage = grantAreaAddress / pageBytes;

/** Starts a domain that maps its own page at both ends of where grants may be, and parts its super pages; says whether it was admitted. */
const greedy = async (
  hypervisor: Hypervisor,
  domain0: TrustedGuest,
  { pages = 2, ...request }: Partial<DomainRequest>,
): Promise<number | string> => {
  const refused: string[] = [];
  const made = await outcomeOf(
    launch(
      hypervisor,
      domain0,
      [
        async (guest) => {
          const calls = new Calls(guest);
          await guest.memory.write64(grantTableAddress, 1n | (BigInt(guest.domain) << 16n));
          await calls.grantMap({ domain: guest.domain, reference: 0, page: grantPage, write: true });
          for (let page = 511; page < pages; page += 512)
            await calls.protect(page, 1, { read: true, write: false, execute: false });
        },
      ],
      { pages, maximum: pages, ...request },
    ),
  );
  if (typeof made === 'string') return made;
  for (const outcome of await domain0.thread.suspend(made.ended))
    if (outcome.how === 'threw') refused.push(String(outcome.error));
  expect(refused).toEqual([]);
  return made.domain;
};

test.each([
  { what: 'of few pages', frames: 512, request: { pages: 16 } },
  { what: 'on a small machine', frames: 256, request: { pages: 2 } },
  { what: 'with large grant tables', frames: 512, request: { pages: 2, grantPages: 16 } },
  { what: 'of one copy each, by turns', frames: 512, request: { pages: 60, copies: 'first' as const } },
  { what: 'of super pages that are parted', frames: 4096, request: { pages: 512 } },
])(
  'the reserve is whole when no more domains are admitted: $what',
  { timeout: 60_000 },
  async ({ frames, request }) => {
    const { hypervisor, made } = await withoutTime(frames);
    await hypervisor.run(async (domain0) => {
      const owners: number[] = [];
      const last: Partial<DomainRequest> = {};
      // The last are smaller, so that nothing is left to promise.
      for (let pages = request.pages; pages > 0 && owners.length < 14; ) {
        const turn = 'copies' in request ? ({ copies: owners.length % 2 === 0 ? 'first' : 'second' } as const) : {};
        const outcome = await greedy(hypervisor, domain0, { ...request, ...turn, pages });
        if (typeof outcome === 'number') owners.push(outcome);
        else {
          expect(outcome).toBe('ENOMEM');
          pages = Math.floor(pages / 2);
        }
      }
      // All packet clients that there are, each with a ring in somebody's pages.
      const { clients } = made.platform.parameters;
      for (let client = 0; client < clients; client += 1)
        await mapClient(domain0.thread, hypervisor.memory, client, {
          owner: owners[client % owners.length]!,
          page: 0,
          entries: 1,
        });
      const free = await domain0.thread.access((processor) => hypervisor.memory.frames.free(processor));
      expect(free.first).toBeGreaterThanOrEqual(reserveOf(frames));
      expect(free.second).toBeGreaterThanOrEqual(reserveOf(frames));
      expect(await audited(hypervisor, domain0)).toEqual([]);
      for (let client = 0; client < clients; client += 1) await unmapClient(domain0.thread, hypervisor.memory, client);
      // What is gone is there for the next.
      await new TrustedCalls(domain0).destroy(owners.pop()!);
      expect(await greedy(hypervisor, domain0, last)).toBeTypeOf('number');
      expect(await audited(hypervisor, domain0)).toEqual([]);
    });
  },
);
