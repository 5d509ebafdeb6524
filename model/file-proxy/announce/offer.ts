/** What a guest tells domain 0 of its ring for a share, in the store. Source: `docs/systems/file-proxy.md`, "Announcing". */
import type { StoreView } from '../../hypervisor/store/client.ts';
import { homeOf } from '../../hypervisor/store/path.ts';
import type { RingOffer } from '../ring/grants.ts';

/** Pages of a ring at least: the ring page, and 8 KiB of messages. */
const leastPages = 3;
const mostPages = 257;
const ports = 256;
const references = 8192;

/** Where a guest offers its rings. Domain 0 makes it, as the guest's own. */
export const offersOf = (guest: number): string => `${homeOf(guest)}/shares`;
/** Where a guest offers its ring for a share. */
export const offeredBy = (guest: number, name: string): string => `${offersOf(guest)}/${name}/ring`;

/** One value, so that it is whole whenever it is read: the port, then the references of the pages. */
export const writeOffer = (view: StoreView, name: string, offer: RingOffer): Promise<void> =>
  view.write(offeredBy(offer.domain, name), [offer.port, ...offer.references].join(' '));

/** The offer that a guest's bytes make, or null where they make none. Never throws. */
export const parseOffer = (domain: number, value: Uint8Array): RingOffer | null => {
  if (value.length > 5 * (mostPages + 1)) return null;
  const words = Buffer.from(value).toString('latin1').split(' ');
  if (words.length < 1 + leastPages || words.length > 1 + mostPages) return null;
  if (!words.every((word) => /^\d{1,4}$/.test(word))) return null;
  const [port = 0, ...pages] = words.map(Number);
  if (port === 0 || port >= ports || pages.some((page) => page >= references)) return null;
  return { domain, references: pages, port };
};
