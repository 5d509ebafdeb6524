/** What domain 0 tells a guest of a share, in the store. Source: `docs/systems/file-proxy.md`, "Announcing". */
import type { StoreClient, StoreView } from '../../hypervisor/store/client.ts';
import { homeOf } from '../../hypervisor/store/path.ts';
import type { Precedence } from '../guest/namespace.ts';
import { offersOf } from './offer.ts';

const types = ['directory', 'file', 'volume'] as const;

export interface Announcement {
  /** Where it is to appear: an absolute path of the guest's tree. */
  readonly path: string;
  readonly type: (typeof types)[number];
  /** Bytes. */
  readonly size: bigint;
  /** As in Linux's `st_mode`. */
  readonly mode: number;
  /** Nanoseconds since 1970. */
  readonly modified: bigint;
  /** Who is seen where the guest has a name of its own there. */
  readonly precedence: Precedence;
  /** Rises whenever the share changed outside the guest's control. */
  readonly mark: bigint;
}

/** Where a guest's shares are announced. */
export const announcedTo = (guest: number): string => `/local/domain/0/shares/${guest}`;

const mostDigits = 20;
const decimal = (text: string | undefined): bigint | null =>
  text !== undefined && text.length <= mostDigits && /^\d+$/.test(text) ? BigInt(text) : null;

/**
 * Writes an announcement whole: who looks sees all of it or none. With it comes the guest's own place to answer, in a home that is domain 0's.
 * @throws StoreError with ENOENT where the guest has no home: it is gone, or not made yet
 */
export const announce = (store: StoreClient, guest: number, name: string, told: Announcement): Promise<void> =>
  store.transaction(async (view) => {
    await view.read(homeOf(guest));
    const offers = offersOf(guest);
    if (!(await view.exists(offers))) {
      await view.makeDirectory(offers);
      await view.setPermissions(offers, [{ access: 'n', domain: guest }]);
    }
    const root = announcedTo(guest);
    if (!(await view.exists(root))) {
      await view.makeDirectory(root);
      await view.setPermissions(root, [
        { access: 'n', domain: 0 },
        { access: 'r', domain: guest },
      ]);
    }
    for (const [key, value] of Object.entries(told)) await view.write(`${root}/${name}/${key}`, String(value));
  });

/** Says that a share changed by others than this guest. @throws StoreError */
export const markChanged = (store: StoreClient, guest: number, name: string): Promise<void> =>
  store.transaction(async (view) => {
    const key = `${announcedTo(guest)}/${name}/mark`;
    await view.write(key, String((decimal(await view.readText(key)) ?? 0n) + 1n));
  });

export const withdraw = (store: StoreClient, guest: number, name: string): Promise<void> =>
  store.remove(`${announcedTo(guest)}/${name}`);

/** Withdraws all that was announced to a guest: when its domain ends, so that another of its number is told nothing of it. @throws StoreError */
export const withdrawAll = async (store: StoreClient, guest: number): Promise<void> => {
  if (await store.exists(announcedTo(guest))) await store.remove(announcedTo(guest));
};

/** Reads an announcement, each key once; null where it is none. @throws StoreError */
export const readAnnouncement = async (view: StoreView, guest: number, name: string): Promise<Announcement | null> => {
  const values: Record<string, string> = {};
  for (const key of ['path', 'type', 'size', 'mode', 'modified', 'precedence', 'mark'])
    values[key] = await view.readText(`${announcedTo(guest)}/${name}/${key}`);
  const { path = '', precedence } = values;
  const type = types.find((one) => one === values.type);
  const [size, mode, modified, mark] = [values.size, values.mode, values.modified, values.mark].map(decimal);
  if (!/^\/[^\0]*$/.test(path) || path.length > 4095) return null;
  if (type === undefined || (precedence !== 'local' && precedence !== 'share')) return null;
  if (size == null || mode == null || mode > 0xffffn || modified == null || mark == null) return null;
  return { path, type, size, mode: Number(mode), modified, precedence, mark };
};
