import {
  Calls,
  Events,
  GrantTable,
  type GuestProgram,
  grantAreaAddress,
  PageFault,
  pageBytes,
  TrustedCalls,
} from '../guest/index.ts';
import type { Hypervisor } from '../index.ts';

const text = 'good morning';

/** Grants its page 0 to the reader, waits until that was read, and ends the grant. */
const writer =
  (reader: number, tell: (found: { readonly reference: number; readonly port: number }) => void): GuestProgram =>
  async (guest) => {
    const calls = new Calls(guest);
    const events = new Events(guest, calls);
    const grants = new GrantTable(guest, calls);
    await guest.memory.write(0, new TextEncoder().encode(text));
    const reference = await grants.grant(reader, 0, { readOnly: true });
    const port = await calls.eventOpen(reader);
    tell({ reference, port });
    await events.wait(port);
    await grants.end(reference); // When this has returned, nobody reaches page 0 but this domain.
  };

/** Maps the writer's page, reads it, says so, and looks at it until it is gone. */
const reader =
  (domain: number, meeting: Promise<{ readonly reference: number; readonly port: number }>): GuestProgram =>
  async (guest) => {
    const calls = new Calls(guest);
    const { reference, port } = await meeting;
    await calls.grantMap({ domain, reference, page: grantAreaAddress / pageBytes, write: false });
    const heard = new TextDecoder().decode(await guest.memory.read(grantAreaAddress, text.length));
    await calls.eventSend(await calls.eventBind(domain, port));
    try {
      for (;;) await guest.memory.read32(grantAreaAddress);
    } catch (error) {
      if (error instanceof PageFault) return `${heard}; then a fault: ${error.kind}`;
      throw error;
    }
  };

/** Makes both domains, lets them run, and takes them down. Gives what the reader says. */
export const greeting = (hypervisor: Hypervisor): Promise<unknown> =>
  hypervisor.run(async (domain0) => {
    const calls = new TrustedCalls(domain0);
    const request = {
      processors: 1,
      weight: 256,
      copies: 'both',
      form: 0,
      grantPages: 1,
      pages: 1,
      maximum: 1,
    } as const;
    const [first, second] = [await calls.create(request), await calls.create(request)];
    const meeting = new Promise<{ readonly reference: number; readonly port: number }>((tell) =>
      hypervisor.domains.load(first, [writer(second, tell)]),
    );
    hypervisor.domains.load(second, [reader(first, meeting)]);
    const ended = hypervisor.domains.ended(second);
    for (const domain of [first, second]) await calls.unpause(domain);
    const [outcome] = await domain0.thread.suspend(ended);
    for (const domain of [first, second]) await calls.destroy(domain);
    return outcome?.how === 'returned' ? outcome.value : outcome;
  });
