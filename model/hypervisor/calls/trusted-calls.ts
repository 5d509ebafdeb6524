/** The calls that only domain 0 has. Source: `docs/systems/hypervisor.md`, "Domains". */
import type { ManagedDomains } from '../domains/domains.ts';
import { calls, decodeDomainRequest } from '../guest/layout.ts';
import type { Call, CallTable } from '../interface.ts';
import { HypervisorError } from '../memory/interface.ts';
import { domainCount } from '../memory/layout.ts';
import type { Thread } from '../schedule/index.ts';
import { below } from './refusal.ts';

/** Provides them. */
export const provideTrustedCalls = (table: CallTable, domains: ManagedDomains): void => {
  table.provide(calls.create, ({ thread, arguments: [kind, pages, maximum] }) => {
    const request = decodeDomainRequest(kind!, pages!, maximum!);
    if (request === undefined) throw new HypervisorError('EINVAL', 'there can be no such domain');
    return domains.create(thread, request);
  });
  const ofDomain = (number: number, act: (thread: Thread, domain: number, call: Call) => Promise<void>): void =>
    table.provide(number, async (call) => {
      await act(call.thread, below(call.arguments[0], domainCount, 'a domain'), call);
      return 0;
    });
  ofDomain(calls.destroy, (thread, domain) => domains.destroy(thread, domain));
  ofDomain(calls.pause, (thread, domain) => domains.pause(thread, domain));
  ofDomain(calls.unpause, (thread, domain) => domains.unpause(thread, domain));
  ofDomain(calls.setTarget, (thread, domain, call) =>
    domains.setTarget(thread, domain, below(call.arguments[1], 2 ** 27, 'a target')),
  );
};
