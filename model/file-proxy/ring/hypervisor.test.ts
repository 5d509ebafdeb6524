/** The ring between a guest and domain 0, over grants and event channels. */
import { expect, test } from 'vitest';
import { GrantTable, type Guest, TrustedCalls } from '../../hypervisor/guest/index.ts';
import { TrustedEvents } from '../../hypervisor/index.ts';
import { launch, testHypervisor } from '../../hypervisor/testing/machine.ts';
import { RemoteTree } from '../client/remote-tree.ts';
import { createGuestFileSystem } from '../guest/file-system.ts';
import { MemoryTree } from '../memory/tree.ts';
import { Locks } from '../server/locks.ts';
import { Session, sessionLimits } from '../server/session.ts';
import { EventLoop } from './event-loop.ts';
import { firstGrantPage, mapRing, offerRing, type RingOffer } from './grants.ts';
import { GuestRing } from './guest-ring.ts';
import { serveRing } from './ring-service.ts';

const pages = 3;

test('a guest uses a share by pages that it granted, and domain 0 goes on when the guest is gone', async () => {
  const hypervisor = await testHypervisor();
  const tree = new MemoryTree();
  let offered: (offer: RingOffer) => void = () => undefined;
  const offer = new Promise<RingOffer>((resolve) => (offered = resolve));

  let tellDestroyed: () => void = () => undefined;
  const destroyed = new Promise<void>((resolve) => (tellDestroyed = resolve));

  const program = async (own: Guest): Promise<unknown> => {
    const loop = EventLoop.of(own);
    const { guest, calls } = loop;
    return loop.run(async () => {
      const grants = new GrantTable(guest, calls);
      const made = await offerRing(calls, grants, { domain: guest.domain, firstPage: 0, pages });
      offered(made.offer);
      const ring = new GuestRing(loop.door(made.ring));
      const remote = await RemoteTree.connect({ connect: () => ring.connect(), messageSize: 4096 });
      const files = createGuestFileSystem();
      await files.mount('/share', remote);
      await files.promises.writeFile('/share/file', Buffer.alloc(600, 'granted '));
      const file = await files.promises.open('/share/file');
      const read = new Uint8Array(600);
      await file.read(read, 0, 600, 0);
      await files.promises.writeFile('/local', read);
      return (await files.promises.readFile('/local', 'utf8')).length;
    });
  };

  const server = hypervisor.start(async (domain0) => {
    const told = await domain0.thread.suspend(offer);
    const loop = EventLoop.trusted(domain0, TrustedEvents.of(hypervisor));
    return loop.run(async () => {
      const mapped = await mapRing(loop.calls, told, firstGrantPage);
      const service = serveRing(loop.door(mapped.ring), (messageSize) => {
        return new Session({ tree, locks: new Locks(), limits: { ...sessionLimits, messageSize } });
      });
      await destroyed;
      // Its pages are gone under the server's hands, which lets go of what is left.
      await service.stop();
      await mapped.release();
      return 'stopped';
    });
  });
  await hypervisor.run(async (domain0) => {
    const { domain, ended } = await launch(hypervisor, domain0, [program], { pages: 4 });
    expect(await domain0.thread.suspend(ended)).toEqual([{ how: 'returned', value: 600 }]);
    await new TrustedCalls(domain0).destroy(domain);
    tellDestroyed();
    expect(await domain0.thread.suspend(server.ended)).toEqual({ how: 'returned', value: 'stopped' });
    expect(await domain0.thread.access((processor) => hypervisor.memory.audit(processor))).toEqual([]);
  });
});
