/** A domain 0 that dies at any access to its ring or its disks, and is started anew on the same pages and disks: for tests. */
import type { Platform, Processor } from '../../hardware/platform/index.ts';
import { type DevicePort, DiskError, PlatformDisk } from '../../hypervisor/disk/platform-disk.ts';
import { mortalDoors } from '../ring/mortal-door.ts';
import { type RingService, serveRing } from '../ring/ring-service.ts';
import type { TwoProcessors } from '../ring/two-processors.ts';
import { Answers } from '../server/answers.ts';
import { Locks } from '../server/locks.ts';
import { Session, sessionLimits } from '../server/session.ts';
import { DiskTree } from './disk-tree.ts';

/** The disks of a platform, by the port of processor 0; null for one that has failed. */
export const disksOf = ({ clock }: Platform, port: DevicePort): Promise<(PlatformDisk | null)[]> =>
  Promise.all(
    ([0, 1] as const).map((index) =>
      PlatformDisk.open(clock, port, index).catch((error: unknown) => {
        if (error instanceof DiskError) return null;
        throw error;
      }),
    ),
  );

export class MortalDomain0 {
  deaths = 0;
  /** Disks that the living one writes to. */
  disks = 0;
  readonly #platform: Platform;
  #plan: number[] = [];
  readonly #doors: ReturnType<typeof mortalDoors>;
  #left = Number.POSITIVE_INFINITY;
  #life = 0;
  #service: RingService | null = null;
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor({ platform, server }: TwoProcessors) {
    this.#platform = platform;
    this.#doors = mortalDoors(server.door, () => this.#count());
  }

  /** @param plan accesses that each life has, this one from now on; when they are used up, it lives on */
  letDie(plan: readonly number[]): void {
    this.#plan = [...plan];
    this.#left = this.#plan.shift() ?? Number.POSITIVE_INFINITY;
  }

  /** Resolves when it serves. */
  async begin(): Promise<void> {
    this.#life += 1;
    const mine = this.#life;
    const door = this.#doors.next();
    const port = {
      do: async <Result>(work: (processor: Processor) => Promise<Result>): Promise<Result> => {
        if (mine !== this.#life) throw new Error('the domain 0 that had this port is no more');
        const result = work(this.#platform.processors[0]!);
        this.#inFlight.add(result);
        try {
          return await result;
        } finally {
          this.#inFlight.delete(result);
          if (mine === this.#life) this.#count();
        }
      },
    };
    const now = (): bigint => 10n * BigInt(this.#platform.clock.now);
    this.#left = this.#plan.shift() ?? Number.POSITIVE_INFINITY;
    const tree = await DiskTree.open(await disksOf(this.#platform, port), { now });
    const answers = await Answers.open(tree.journal, tree);
    if (mine !== this.#life) return;
    this.disks = tree.disks;
    this.#service = serveRing(
      door,
      (messageSize) => new Session({ tree, locks: new Locks(), answers, limits: { ...sessionLimits, messageSize } }),
    );
  }

  #count(): void {
    this.#left -= 1;
    if (this.#left === 0) void this.#die();
  }

  async #die(): Promise<void> {
    this.deaths += 1;
    this.#life += 1;
    this.#left = Number.POSITIVE_INFINITY;
    const service = this.#service;
    this.#service = null;
    // Dead for the ring too, whatever comes of the next one.
    this.#doors.next();
    await service?.stop();
    // What it had asked of the machine is answered before another one begins.
    await Promise.allSettled([...this.#inFlight]);
    await this.begin().catch((error: unknown) => {
      // This one died too, before it served.
      if (!(error instanceof Error && error.message.includes('is no more'))) throw error;
    });
  }
}
