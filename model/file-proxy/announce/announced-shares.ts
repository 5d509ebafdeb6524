import type { StoreClient } from '../../hypervisor/store/client.ts';
import { StoreError } from '../../hypervisor/store/errors.ts';
import { ArrivingTree } from '../guest/arriving.ts';
import type { GuestFileSystem } from '../guest/file-system.ts';
import type { Tree } from '../tree/tree.ts';
import { type Announcement, announcedTo, attributesTold, readAnnouncement } from './announcement.ts';

export interface AnnouncedShares {
  readonly store: StoreClient;
  readonly domain: number;
  readonly files: Pick<GuestFileSystem, 'mount' | 'unmount' | 'changed'>;
  /** Reaches a share that was announced. */
  readonly connect: (name: string, told: Announcement) => Promise<Tree & { close(): Promise<void> }>;
  /** Called for what became of a share: `announced` when it is in the tree and not reached yet; `changed` when others changed what is in it. */
  readonly see: (what: 'announced' | 'shown' | 'changed' | 'gone', told: Announcement) => void;
}

interface Shown {
  readonly told: Announcement;
  readonly tree: { close(): Promise<void> };
}

/** Shows a guest's shares in its tree as they are announced, and takes them out as they are withdrawn, as long as the store can be watched. */
export const aliasShares = async ({ store, domain, files, connect, see }: AnnouncedShares): Promise<never> => {
  const root = announcedTo(domain);
  const watch = await store.watch(root);
  const shown = new Map<string, Shown>();
  const hide = async (name: string, { told, tree }: Shown): Promise<void> => {
    shown.delete(name);
    files.unmount(told.path);
    see('gone', told);
    await tree.close();
  };
  const look = async (name: string): Promise<void> => {
    const told = await store.transaction((view) => readAnnouncement(view, domain, name));
    const before = shown.get(name);
    if (before !== undefined && told !== null && told.path === before.told.path) {
      shown.set(name, { ...before, told });
      if (told.mark === before.told.mark) return;
      files.changed(told.path);
      see('changed', told);
      return;
    }
    if (before !== undefined) await hide(name, before);
    if (told === null) return;
    const arriving = new ArrivingTree(attributesTold(told));
    await files.mount(told.path, arriving, told.precedence);
    see('announced', told);
    const tree = await connect(name, told).catch((error: unknown) => {
      files.unmount(told.path);
      arriving.fail(error);
      throw error;
    });
    arriving.arrive(tree);
    shown.set(name, { told, tree });
    see('shown', told);
  };
  const missing = (error: unknown): void => {
    if (!(error instanceof StoreError)) throw error;
  };
  for (;;) {
    await watch.next();
    const names = await store.list(root).catch((error: unknown) => {
      missing(error);
      return [] as readonly string[];
    });
    for (const [name, one] of [...shown]) if (!names.includes(name)) await hide(name, one);
    // Withdrawn between the list and the look: the next event says so.
    for (const name of names) await look(name).catch(missing);
  }
};
