import type { StoreClient } from '../../hypervisor/store/client.ts';
import type { ShareChanges } from '../server/changes.ts';
import { markChanged } from './announcement.ts';

/** Raises the mark of a guest's share when others change what is in it: once for all changes that come while it is being raised. */
export const markChanges = (
  store: StoreClient,
  { guest, name, user, changes }: { guest: number; name: string; user: object; changes: ShareChanges },
): (() => void) => {
  let marking = false;
  let due = false;
  const mark = async (): Promise<void> => {
    due = true;
    if (marking) return;
    marking = true;
    while (due) {
      due = false;
      // Not announced any more, or the store is gone: then nobody is told.
      await markChanged(store, guest, name).catch(() => undefined);
    }
    marking = false;
  };
  return changes.tell(user, () => void mark());
};
