/** Two sides of a ring on two processors of the model platform, and what they do with the shared pages, counted. */
import {
  type CreatePlatform,
  createModelPlatform,
  type Platform,
  type PlatformRequest,
  startFirmware,
} from '../../hardware/platform/index.ts';
import type { RingDoor } from './door.ts';
import { Signal } from './signal.ts';

/** What one side did. */
export interface Traffic {
  loads: number;
  stores: number;
  bytesLoaded: number;
  bytesStored: number;
  events: number;
}

export interface Side {
  readonly door: RingDoor;
  readonly traffic: Traffic;
}

export interface TwoProcessors {
  readonly platform: Platform;
  readonly guest: Side;
  readonly server: Side;
  close(): void;
}

const ringBase = 0x10_0000;
/** Pending events: a byte for each side, as the hypervisor's shared page has a bit. */
const pendingBase = 0x0f_f000;

const sideOf = (platform: Platform, index: number, pagesBytes: number, own: Signal, other: Signal): Side => {
  const space = platform.processors[index]!.machine;
  const view = space.view(ringBase, pagesBytes);
  const traffic: Traffic = { loads: 0, stores: 0, bytesLoaded: 0, bytesStored: 0, events: 0 };
  const load = <T>(bytes: number, access: Promise<T>): Promise<T> => {
    traffic.loads += 1;
    traffic.bytesLoaded += bytes;
    return access;
  };
  const store = (bytes: number, access: Promise<void>): Promise<void> => {
    traffic.stores += 1;
    traffic.bytesStored += bytes;
    return access;
  };
  const door: RingDoor = {
    pages: {
      bytes: pagesBytes,
      read: (address, bytes) => load(bytes, view.read(address, bytes)),
      read32: (address) => load(4, view.read32(address)),
      read64: (address) => load(8, view.read64(address)),
      write: (address, data) => store(data.length, view.write(address, data)),
      write32: (address, value) => store(4, view.write32(address, value)),
      write64: (address, value) => store(8, view.write64(address, value)),
    },
    notify: async () => {
      traffic.events += 1;
      await space.write8(pendingBase + index, 1);
      other.send();
    },
    wait: () => own.wait(),
  };
  return { door, traffic };
};

/** A platform whose processor 0 is domain 0's and whose processor 1 is the guest's, with a ring between them. @param create what it is made of; the models when left out */
export const twoProcessors = async (
  areaBytes: number,
  { parameters, options }: PlatformRequest = {},
  create: CreatePlatform = createModelPlatform,
): Promise<TwoProcessors> => {
  const platform = await create({
    parameters: { processors: 2, ...parameters },
    options: { memoryBytes: 4 * 2 ** 20, ...options },
  });
  await platform.run(() => startFirmware(platform));
  const [toServer, toGuest] = [new Signal(), new Signal()];
  return {
    platform,
    server: sideOf(platform, 0, 4096 + areaBytes, toServer, toGuest),
    guest: sideOf(platform, 1, 4096 + areaBytes, toGuest, toServer),
    close: () => platform.close(),
  };
};

export const quiet = (traffic: Traffic): void => {
  Object.assign(traffic, { loads: 0, stores: 0, bytesLoaded: 0, bytesStored: 0, events: 0 });
};
