/** A guest's program that mounts what domain 0 announces to it, over rings of its own. Source: `docs/systems/file-proxy.md`, "Announcing". */
import { GrantTable, type Guest } from '../../hypervisor/guest/index.ts';
import { StoreClient } from '../../hypervisor/store/client.ts';
import { guestStoreDoor } from '../../hypervisor/store/guest-door.ts';
import { createGuestFileSystem } from '../guest/file-system.ts';
import { EventLoop } from '../ring/event-loop.ts';
import { type AnnouncedShares, aliasShares } from './announced-shares.ts';
import type { Announcement } from './announcement.ts';
import { connectByRing, type RingConnector } from './ring-connector.ts';

type What = Parameters<AnnouncedShares['see']>[0];

export interface MountingGuest {
  readonly files: ReturnType<typeof createGuestFileSystem>;
  /** Waits for something that the guest is told of shares; what it was told before counts. */
  until(isIt: (what: What, told: Announcement) => boolean): Promise<void>;
}

/**
 * Runs a body that uses the shares as files; they are mounted beside it.
 * @param pages pages of the guest's for the ring of one share: the first ring lies in those from page 0 on, a second one behind it
 */
export const mountShares = <Result>(
  own: Guest,
  pages: number,
  body: (mounting: MountingGuest) => Promise<Result>,
  options: Pick<RingConnector, 'key'> = {},
): Promise<Result> => {
  const loop = EventLoop.of(own);
  const { guest, calls } = loop;
  return loop.run(async () => {
    const store = new StoreClient(guestStoreDoor(guest, calls, loop));
    const files = createGuestFileSystem();
    const seen: { readonly what: What; readonly told: Announcement }[] = [];
    let wake: () => void = () => undefined;
    const free = [0, pages];
    const connect = connectByRing({
      loop,
      store,
      grants: new GrantTable(guest, calls),
      takePages: () => ({ firstPage: free.shift()!, pages }),
      giveBack: (firstPage) => free.push(firstPage),
      messageSize: 4096,
      reconnects: 3,
      ...options,
    });
    const aliasing = aliasShares({
      store,
      domain: guest.domain,
      files,
      connect,
      see: (what, told) => {
        seen.push({ what, told });
        wake();
      },
    });
    const until: MountingGuest['until'] = async (isIt) => {
      while (!seen.some(({ what, told }) => isIt(what, told)))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    };
    return Promise.race([aliasing, body({ files, until })]);
  });
};
