/** Domain 0's store and its shares in one machine: a guest is told, mounts, and works over its rings. */
import { expect, test } from 'vitest';
import { type Guest, TrustedCalls } from '../../hypervisor/guest/index.ts';
import { StoreService } from '../../hypervisor/store/service.ts';
import { ask } from '../../hypervisor/store/testing/asking.ts';
import { launch, testHypervisor } from '../../hypervisor/testing/machine.ts';
import { createGuestFileSystem } from '../guest/file-system.ts';
import { MemoryTree } from '../memory/tree.ts';
import { ShareChanges } from '../server/changes.ts';
import { Locks } from '../server/locks.ts';
import { Session, sessionLimits } from '../server/session.ts';
import { type MountingGuest, mountShares } from './mounting-guest.ts';
import { offersOf } from './offer.ts';
import { type SharedTree, ShareService } from './share-service.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const pages = 3;

/** A guest that does what a test says with the shares that it mounts; `until` has what it is told, the path and the mark. */
const guestOf =
  (body: (files: MountingGuest['files'], until: (told: string) => Promise<void>) => Promise<unknown>) =>
  (own: Guest): Promise<unknown> =>
    mountShares(own, pages, ({ files, until }) =>
      body(files, (told) => until((what, { path, mark }) => told === `${what} ${path} ${mark}`)),
    );

const shareOf = (tree: MemoryTree, guest: number, name: string, changes = new ShareChanges()): SharedTree => ({
  guest,
  name,
  changes,
  told: {
    path: `/${name}`,
    type: 'directory',
    size: 0n,
    mode: 0o40755,
    accessed: 0n,
    modified: 0n,
    changed: 0n,
    precedence: 'local',
  },
  newSession: (messageSize, onChange) =>
    new Session({ tree, locks: new Locks(), limits: { ...sessionLimits, messageSize }, onChange }),
});

test('a guest is told of shares through the store, works on them over its rings, and leaves nothing behind', async () => {
  const hypervisor = await testHypervisor();
  const service = new StoreService(hypervisor);
  const shares = new ShareService(hypervisor, service.client());
  const zero = service.store.connect(0);
  const tree = new MemoryTree();
  const photos = createGuestFileSystem({ local: tree });
  const changes = new ShareChanges();
  let withdrawn: () => void = () => undefined;
  const used = new Promise<void>((resolve) => (withdrawn = resolve));

  const program = guestOf(async (files, until) => {
    await until('shown /photos 0');
    await files.promises.writeFile('/photos/two', 'second');
    await until('changed /photos 1');
    const { size } = await files.promises.stat('/photos/three');
    withdrawn();
    await until('gone /photos 1');
    const gone = await files.promises.readFile('/photos/two').catch(({ code }) => code as unknown);
    if (thorough) await until('shown /again 0');
    return [Number(size), gone, thorough ? await files.promises.readFile('/again/two', 'utf8') : 'second'];
  });

  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const { domain, ended } = await launch(hypervisor, domain0, [program], { pages: 7 });
    await thread.suspend(shares.share(shareOf(tree, domain, 'photos', changes)));
    await expect(thread.suspend(shares.share(shareOf(tree, domain, 'photos')))).rejects.toThrow('withdraw it first');
    while ((await photos.promises.readFile('/two', 'utf8').catch(() => '')) !== 'second')
      await thread.suspend(hypervisor.platform.clock.sleep(2000));
    await photos.promises.writeFile('/three', 'third');
    changes.made(null);
    await thread.suspend(used);
    await thread.suspend(shares.withdraw(domain, 'photos'));
    await thread.suspend(shares.share(shareOf(tree, domain, 'again')));
    expect(await thread.suspend(ended)).toEqual([{ how: 'returned', value: [5, 'ENOENT', 'second'] }]);
    // What the guest may write is its own; the announcement and its home are not.
    expect(ask(zero, 'GET_PERMS', [offersOf(domain)])).toBe(`n${domain}`);
    expect(ask(zero, 'GET_PERMS', [`/local/domain/${domain}`])).toBe(`n0\0r${domain}`);
    expect(ask(zero, 'DIRECTORY', [`/local/domain/0/shares/${domain}`])).toBe('again');
    await new TrustedCalls(domain0).destroy(domain);
    expect(ask(zero, 'DIRECTORY', ['/local/domain/0/shares'])).toBe('');
    await expect(thread.suspend(shares.share(shareOf(tree, domain, 'photos')))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(service.store.watchesOf(0)).toEqual([]);
    service.store.tree.audit();
    expect(await thread.access((processor) => hypervisor.memory.audit(processor))).toEqual([]);
  });
});
