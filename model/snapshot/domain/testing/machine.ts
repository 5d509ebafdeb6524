/** Domains whose memory is seen from outside at the instants of their snapshots, on the machine that other tests use too. */
import { expect } from 'vitest';
import {
  type DomainRequest,
  type Guest,
  type GuestProgram,
  pageBytes,
  TrustedCalls,
} from '../../../hypervisor/guest/index.ts';
import type { Hypervisor, TrustedGuest } from '../../../hypervisor/index.ts';
import { launch, TwoGuests } from '../../../hypervisor/testing/machine.ts';
import type { Storage } from '../../storage.ts';
import { drawFrom } from '../../testing/machine.ts';
import { type DomainSnapshotOptions, type DomainSnapshots, FrameStorage, SnapshotService } from '../index.ts';

/** What whoever looks when a domain is still is called with. */
type Look = (domain: number, when: 'before' | 'after') => Promise<void>;

/** The same hypervisor, whose guests are looked at as long as they are still, at the beginning and the end. */
const lookedAt = (hypervisor: Hypervisor, look: Look): Hypervisor => {
  const { domains } = hypervisor;
  const whileStill: Hypervisor['domains']['whileStill'] = (thread, domain, body) =>
    domains.whileStill(thread, domain, async () => {
      await look(domain, 'before');
      const result = await body();
      await look(domain, 'after');
      return result;
    });
  return {
    ...hypervisor,
    domains: new Proxy(domains, {
      get: (target, key) => {
        if (key === 'whileStill') return whileStill;
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
  };
};

interface Kit {
  readonly hypervisor: Hypervisor;
  readonly service: SnapshotService;
  look: Look;
}

let machine: Promise<TwoGuests> | undefined;

/** One for all tests of snapshots, with two processors: four cost twice as much. */
export const twoGuests = (): Promise<TwoGuests> => (machine ??= TwoGuests.make(2));

let shared: Promise<Kit> | undefined;

const makeKit = async (): Promise<Kit> => {
  const { hypervisor } = await twoGuests();
  const seen = lookedAt(hypervisor, (domain, when) => kit.look(domain, when));
  const kit: Kit = { hypervisor: seen, service: new SnapshotService(seen), look: async () => undefined };
  return kit;
};

/** A domain's own memory as it is, taking no time but for where its pages lie. */
const seenFromOutside = async (
  { memory, platform }: Hypervisor,
  { thread }: TrustedGuest,
  domain: number,
  pages: number,
): Promise<Uint8Array> => {
  const entries = await thread.access((processor) =>
    memory.maps.with(processor, domain, (map) => map.entries(0, pages)),
  );
  const image = new Uint8Array(pages * pageBytes);
  for (const { page, entry } of entries)
    if ('backing' in entry) {
      const { frame, copies } = entry.backing;
      const memoryOfIt = platform.outside.memories[copies === 'second' ? 1 : 0];
      image.set(memoryOfIt.read(frame * pageBytes, pageBytes), page * pageBytes);
    }
  return image;
};

export interface SnapshotMachine {
  readonly hypervisor: Hypervisor;
  readonly domain0: TrustedGuest;
  readonly domain: number;
  readonly service: SnapshotService;
  readonly snapshots: DomainSnapshots;
  /** The domain's own memory when it had just become still for each snapshot or restore, and when it was about to go on, in order; the cycles of the former. */
  readonly images: { readonly before: Uint8Array[]; readonly after: Uint8Array[]; readonly instants: number[] };
  sleep(cycles: number): Promise<void>;
  destroy(): Promise<void>;
  /** A snapshot's content of the domain's own memory. */
  read(name: string): Promise<Uint8Array>;
}

export interface SnapshotMachineOptions {
  readonly programs: readonly GuestProgram[];
  readonly domain: Partial<DomainRequest> & { readonly pages: number };
  /** Of a store in memory. */
  readonly storePages?: number;
  /** A store elsewhere. */
  readonly storeOn?: (parts: Pick<SnapshotMachine, 'hypervisor' | 'domain0' | 'service'>) => Promise<Storage>;
  readonly snapshots?: DomainSnapshotOptions;
}

/** Runs a body of domain 0's with all of that; then nothing may be left unaccounted for. */
export const withSnapshots = async (
  { programs, domain: request, storePages = 0, storeOn, snapshots: options }: SnapshotMachineOptions,
  body: (machine: SnapshotMachine) => Promise<void>,
): Promise<void> => {
  const kit = await (shared ??= makeKit());
  const { hypervisor, service } = kit;
  const { pages } = request;
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const images = { before: [] as Uint8Array[], after: [] as Uint8Array[], instants: [] as number[] };
    kit.look = async (domain, when) => {
      if (when === 'before') images.instants.push(hypervisor.platform.clock.now);
      images[when].push(await seenFromOutside(hypervisor, domain0, domain, pages));
    };
    const frames = await FrameStorage.allocate(hypervisor, thread, service.ports, storePages);
    const store = (await storeOn?.({ hypervisor, domain0, service })) ?? frames;
    const { domain } = await launch(hypervisor, domain0, programs, { maximum: pages, ...request });
    const snapshots = await service.open(thread, domain, store, options);
    let there = true;
    const destroy = async (): Promise<void> => {
      there = false;
      await new TrustedCalls(domain0).destroy(domain);
    };
    await body({
      hypervisor,
      domain0,
      domain,
      service,
      snapshots,
      images,
      destroy,
      sleep: (cycles) => thread.suspend(hypervisor.platform.clock.sleep(cycles)),
      read: (name) => snapshots.read(thread, name, 0, pages * pageBytes),
    });
    if (there) await destroy();
    await service.close(thread, snapshots);
    await frames.release(thread);
  });
  expect(await (await twoGuests()).audit()).toEqual([]);
};

/** Writes all over some pages until told to stop, never the same twice, and reads at times. */
export const restless =
  (pages: number, seed: number, going: () => boolean): GuestProgram =>
  async (guest: Guest) => {
    const draw = drawFrom(seed);
    for (let count = 1n; going(); count += 1n) {
      const address = draw(pages) * pageBytes + 8 * draw(pageBytes / 8);
      await guest.memory.write64(address, (BigInt(seed) << 56n) | count);
      if (draw(4) === 0) await guest.memory.read64(address);
    }
  };
