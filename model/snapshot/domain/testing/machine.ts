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
import type { PageEntry } from '../../../hypervisor/memory/interface.ts';
import { launch, TwoGuests } from '../../../hypervisor/testing/machine.ts';
import type { Storage } from '../../storage.ts';
import { drawFrom } from '../../testing/machine.ts';
import { type DomainSnapshotOptions, type DomainSnapshots, FrameStorage, SnapshotService } from '../index.ts';

/** What whoever looks when a domain is still is called with. */
type Look = (domain: number, when: 'before' | 'after' | 'stopped') => Promise<void>;

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
  const stopped: Hypervisor['deviceWrites']['stopped'] = (processor, domain, body) =>
    hypervisor.deviceWrites.stopped(processor, domain, async (stop) => {
      const result = await body(stop);
      await look(domain, 'stopped');
      return result;
    });
  const { deviceWrites } = hypervisor;
  return {
    ...hypervisor,
    deviceWrites: {
      stopped,
      letGo: (...given) => deviceWrites.letGo(...given),
      onHeld: (handler) => deviceWrites.onHeld(handler),
    },
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

/** By their processors. */
const machines = new Map<number, Promise<TwoGuests>>();
const kits = new Map<number, Promise<Kit>>();

const madeOnce = <Made>(all: Map<number, Promise<Made>>, key: number, make: () => Promise<Made>): Promise<Made> => {
  const made = all.get(key) ?? make();
  all.set(key, made);
  return made;
};

/** One for all tests of snapshots, with two processors: four cost twice as much. */
export const twoGuests = (processors = 2): Promise<TwoGuests> =>
  madeOnce(machines, processors, () => TwoGuests.make(processors));

const makeKit = async (processors: number): Promise<Kit> => {
  const { hypervisor } = await twoGuests(processors);
  const seen = lookedAt(hypervisor, (domain, when) => kit.look(domain, when));
  const kit: Kit = { hypervisor: seen, service: new SnapshotService(seen), look: async () => undefined };
  return kit;
};

/** Where pages of a domain's own lie. */
const placesOf = (
  { memory }: Hypervisor,
  { thread }: TrustedGuest,
  domain: number,
  pages: number,
): Promise<readonly { readonly page: number; readonly entry: PageEntry }[]> =>
  thread.access((processor) => memory.maps.with(processor, domain, (map) => map.entries(0, pages)));

/** A domain's own memory as it is, which takes no time. */
const seenFromOutside = (
  { platform }: Hypervisor,
  entries: readonly { readonly page: number; readonly entry: PageEntry }[],
  pages: number,
): Uint8Array => {
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
  /**
   * The domain's own memory when it had just become still for each snapshot or restore, and when it was about to go on, in order; the cycles of
   * the former. And when its pages had been trapped, and no write of a device was on its way.
   */
  readonly images: Readonly<Record<'before' | 'after' | 'stopped', Uint8Array[]>> & { readonly instants: number[] };
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
  /** Two when left out, which the machine's two guests keep busy: who wants one may wait for a slice of their time. */
  readonly processors?: number;
}

/** Runs a body of domain 0's with all of that; then nothing may be left unaccounted for. */
export const withSnapshots = async (
  { programs, domain: request, storePages = 0, storeOn, snapshots: options, processors = 2 }: SnapshotMachineOptions,
  body: (machine: SnapshotMachine) => Promise<void>,
): Promise<void> => {
  const kit = await madeOnce(kits, processors, () => makeKit(processors));
  const { hypervisor, service } = kit;
  const { pages } = request;
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const none = (): Uint8Array[] => [];
    const images = { before: none(), after: none(), stopped: none(), instants: [] as number[] };
    let places: Awaited<ReturnType<typeof placesOf>> = [];
    kit.look = async (domain, when) => {
      // Writes of devices are stopped in the midst of an access, and pages lie where they lay when the domain became still.
      if (when !== 'stopped') places = await placesOf(hypervisor, domain0, domain, pages);
      if (when === 'before') images.instants.push(hypervisor.platform.clock.now);
      images[when].push(seenFromOutside(hypervisor, places, pages));
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
  expect(await (await twoGuests(processors)).audit()).toEqual([]);
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
