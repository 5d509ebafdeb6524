import type { StoreClient } from '../../hypervisor/store/client.ts';
import type { ShareChanges } from '../server/changes.ts';
import { type AnnouncedState, markChanged } from './announcement.ts';

export interface MarkedShare {
  readonly guest: number;
  readonly name: string;
  readonly user: object;
  readonly changes: ShareChanges;
  /** What is to be announced of it by now; as it was when left out. */
  readonly state?: () => Promise<AnnouncedState>;
}

/** Raises the mark of a guest's share when others change what is in it: once for all changes that come while it is being raised. */
export const markChanges = (store: StoreClient, { guest, name, user, changes, state }: MarkedShare): (() => void) => {
  let marking = false;
  let due = false;
  const mark = async (): Promise<void> => {
    due = true;
    if (marking) return;
    marking = true;
    while (due) {
      due = false;
      // Not announced any more, or the store is gone: then nobody is told.
      const now = await state?.().catch(() => undefined);
      await markChanged(store, guest, name, now).catch(() => undefined);
    }
    marking = false;
  };
  return changes.tell(user, () => void mark());
};
