/** What domain 0 tells a guest of a share, in the store. Source: `docs/systems/file-proxy.md`, "Announcing". */
import type { StoreClient, StoreView } from '../../hypervisor/store/client.ts';
import { homeOf } from '../../hypervisor/store/path.ts';
import type { Precedence } from '../guest/namespace.ts';
import { qidType } from '../protocol/qid.ts';
import { isType, modes } from '../tree/mode.ts';
import type { Attributes, Tree } from '../tree/tree.ts';
import { offersOf } from './offer.ts';

const keys = ['path', 'type', 'size', 'mode', 'accessed', 'modified', 'changed', 'precedence', 'mark'] as const;
const types = ['directory', 'file', 'volume'] as const;

export interface Announcement {
  /** Where it is to appear: an absolute path of the guest's tree. */
  readonly path: string;
  /** A `volume` is a file whose content is a volume's. */
  readonly type: (typeof types)[number];
  /** Bytes. */
  readonly size: bigint;
  /** As in Linux's `st_mode`. */
  readonly mode: number;
  /** Nanoseconds since 1970: when it was last read, when its content was changed, and when anything of it was. */
  readonly accessed: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
  /** Who is seen where the guest has a name of its own there. */
  readonly precedence: Precedence;
  /** Rises whenever the share changed outside the guest's control. */
  readonly mark: bigint;
}

/** What changes of an announcement as its share does. */
export type AnnouncedState = Pick<Announcement, 'size' | 'mode' | 'accessed' | 'modified' | 'changed'>;

/** What is announced of a tree's root as it is now. @throws FileError */
export const stateOf = async (tree: Tree): Promise<AnnouncedState> => {
  const root = await tree.root();
  try {
    const { size, mode, accessed, modified, changed } = await root.attributes();
    return { size: BigInt(size), mode, accessed, modified, changed };
  } finally {
    await root.release();
  }
};

/**
 * What to announce of a tree: a directory, or one file.
 *
 * @param how where it is to appear; `volume` where its one file holds a volume
 * @throws FileError where the tree cannot be asked; RangeError for a volume that is a directory
 */
export const describeShare = async (
  tree: Tree,
  { path, precedence = 'local', volume = false }: { path: string; precedence?: Precedence; volume?: boolean },
): Promise<Omit<Announcement, 'mark'>> => {
  const state = await stateOf(tree);
  const directory = isType(state.mode, modes.directory);
  if (volume && directory) throw new RangeError(`the volume at '${path}' is a directory: share the file that holds it`);
  return { path, type: directory ? 'directory' : volume ? 'volume' : 'file', ...state, precedence };
};

/** Attributes of a share that is known by its announcement alone: its inode is 0, its owner the guest's. */
export const attributesTold = ({ type, size, mode, accessed, modified, changed }: Announcement): Attributes => {
  const directory = type === 'directory';
  return {
    qid: { type: directory ? qidType.directory : qidType.file, version: 0, path: 0n },
    mode: (directory ? modes.directory : modes.file) | (mode & modes.permissions),
    uid: 0,
    gid: 0,
    links: directory ? 2 : 1,
    device: 0n,
    size: Number(size),
    blockSize: 4096,
    blocks: Math.ceil(Number(size) / 512),
    accessed,
    modified,
    changed,
    born: changed,
  };
};

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

/** Says that a share changed by others than this guest, and what is so of it now. @throws StoreError */
export const markChanged = (
  store: StoreClient,
  guest: number,
  name: string,
  state: Partial<AnnouncedState> = {},
): Promise<void> =>
  store.transaction(async (view) => {
    const key = `${announcedTo(guest)}/${name}/mark`;
    await view.write(key, String((decimal(await view.readText(key)) ?? 0n) + 1n));
    for (const [what, value] of Object.entries(state))
      await view.write(`${announcedTo(guest)}/${name}/${what}`, String(value));
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
  for (const key of keys) values[key] = await view.readText(`${announcedTo(guest)}/${name}/${key}`);
  const { path = '', precedence } = values;
  const type = types.find((one) => one === values.type);
  const [size, mode, mark] = [values.size, values.mode, values.mark].map(decimal);
  const [accessed, modified, changed] = [values.accessed, values.modified, values.changed].map(decimal);
  if (!/^\/[^\0]*$/.test(path) || path.length > 4095) return null;
  if (type === undefined || (precedence !== 'local' && precedence !== 'share')) return null;
  if (size == null || mode == null || mode > 0xffffn || mark == null) return null;
  if (accessed == null || modified == null || changed == null) return null;
  return { path, type, size, mode: Number(mode), accessed, modified, changed, precedence, mark };
};
