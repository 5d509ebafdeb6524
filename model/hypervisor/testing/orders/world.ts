/**
 * Four pages of zeros that are swept, while a guest writes one of them, another maps one and writes it, and a device is given one and writes
 * it. All of it is the hypervisor's own code, on a platform on which every access is a step.
 */
import { HypercallError } from '../../guest/errors.ts';
import { TrustedCalls } from '../../guest/index.ts';
import { grantAreaAddress, pageBytes } from '../../guest/layout.ts';
import { createHypervisor, type Hypervisor, type TrustedGuest } from '../../index.ts';
import { HypervisorError } from '../../memory/errors.ts';
import type { Copies } from '../../memory/interface.ts';
import { mapClient, unmapClient } from '../../packets/rings.ts';
import { Agent } from '../agent.ts';
import { launch } from '../machine.ts';
import { type Explored, everyOrder } from './explore.ts';
import { WatchedLocks } from './locks.ts';
import { createOrdersPlatform, type OrdersPlatform } from './platform.ts';
import type { SharedState } from './run.ts';

export const pages = 4;
const frames = 256;
const sweeping = 2;
const mapping = 3;
const inputOutput = 15;
const wordBytes = 8;

/** Who does something while the pages are swept, and with which page. */
export interface Beside {
  /** The guest writes a page of its own. */
  readonly writes?: number;
  /** Another guest maps a page that was granted to it, and writes it. */
  readonly maps?: number;
  /** A page, and the one behind it, become a packet client's, and the device writes it. */
  readonly opens?: number;
  /** They are a packet client's already; the device writes, and they are taken back from it. */
  readonly closes?: number;
  /** Tables for what is mapped are there, since something was mapped there before; else they are made. */
  readonly tables?: boolean;
}

interface Written {
  readonly by: string;
  readonly page: number;
  readonly word: number;
  readonly value: bigint;
}

/** How the other guest maps the page that was granted to it. */
const granted = { domain: sweeping, reference: 0, page: grantAreaAddress / pageBytes, write: true };
const values = { guest: 0x11n, grantee: 0x22n, device: 0x33n } as const;
/** Each has a word of its own in a page, in a line of its own. */
const wordOf = { guest: 0, grantee: 100, device: 511 } as const;

/** A program of domain 0 that does what a test says. */
class TrustedAgent {
  readonly #jobs: ((domain0: TrustedGuest) => Promise<void>)[] = [];
  #wake: () => void = () => {};

  readonly program = async (domain0: TrustedGuest): Promise<void> => {
    for (;;) {
      const job = this.#jobs.shift();
      if (job !== undefined) await job(domain0);
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  };

  do<Result>(job: (domain0: TrustedGuest) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#jobs.push((domain0) => job(domain0).then(resolve, reject));
      this.#wake();
    });
  }
}

const busy = (error: unknown): boolean =>
  (error instanceof HypercallError || error instanceof HypervisorError) &&
  ['EBUSY', 'ENOENT', 'ENOMEM'].includes(error.code);

export class SweptPages {
  readonly made: OrdersPlatform;
  readonly hypervisor: Hypervisor;
  readonly #locks: WatchedLocks;
  readonly #sweeper = new Agent();
  readonly #writer = new Agent();
  readonly #grantee = new Agent();
  readonly #driver = new TrustedAgent();
  #written: Written[] = [];
  /** Numbers of pages that sweeps have taken. */
  readonly taken = new Set<number>();

  private constructor(made: OrdersPlatform, hypervisor: Hypervisor, locks: WatchedLocks) {
    this.made = made;
    this.hypervisor = hypervisor;
    this.#locks = locks;
  }

  static async make({ copies = 'both' }: { readonly copies?: Copies } = {}): Promise<SweptPages> {
    const made = createOrdersPlatform(frames * pageBytes, 4);
    const locks = new WatchedLocks(made.steps, made.places);
    const hypervisor = await createHypervisor(made.platform, { pages: 1 });
    const world = new SweptPages(made, hypervisor, locks);
    made.units.domainTable = hypervisor.memory.areas.layout.areas.domainTable.firstFrame * pageBytes;
    await hypervisor.run(async (domain0) => {
      // Its frames are free again, and are the next to be given.
      const before = await launch(hypervisor, domain0, [async () => {}], { pages, maximum: pages, copies });
      const programs = [world.#sweeper.program, world.#writer.program];
      await launch(hypervisor, domain0, programs, { pages, maximum: pages, copies });
      await launch(hypervisor, domain0, [world.#grantee.program], { pages: 1, maximum: 1 });
      await new TrustedCalls(domain0).destroy(before.domain);
    });
    hypervisor.start(world.#driver.program);
    await new Promise((resolve) => setImmediate(resolve));
    return world;
  }

  /** What frames held before is not cleared before they are given. */
  #soilFreeFrames(): void {
    const { content } = this.made;
    const { layout } = this.hypervisor.memory.areas;
    const soil = new Uint8Array(pageBytes).fill(0xa5);
    for (const memory of [0, 1] as const)
      for (let frame = 0; frame < frames; frame += 1) {
        const record = layout.areas.frameTable.firstFrame * pageBytes + wordBytes * (memory * frames + frame);
        if ((content.word(memory, record) & 0xfn) === 0n) content.write(memory, frame * pageBytes, soil);
      }
  }

  /** Sweeps in every order with what is done beside it. @throws OrderError */
  async everyOrder(beside: Beside): Promise<Explored> {
    const { steps, content, units, scanners } = this.made;
    await this.#prepare(beside);
    this.#soilFreeFrames();
    content.keep();
    const shared: SharedState = {
      restore: () => {
        content.restore();
        units.reset();
      },
      mark: () => {
        const [mark, { walks }] = [content.mark(), units];
        return () => {
          content.back(mark);
          units.restoreWalks(walks);
        };
      },
      get fingerprint() {
        return units.fingerprint(content.fingerprint);
      },
    };
    const begin = (): Promise<unknown> => {
      for (const scanner of scanners) scanner.reset();
      this.#written = [];
      return this.#begin(beside);
    };
    const outcomes = () => Object.fromEntries(this.#written.map(({ by, page }) => [by, `wrote ${page}`]));
    return everyOrder({ steps, shared, begin, outcomes, judge: () => this.#judge(beside) });
  }

  async #prepare({ maps, opens, closes, tables = false }: Beside): Promise<void> {
    if (maps !== undefined) await this.#sweeper.do(({ grants }) => grants.grant(mapping, maps));
    if (maps !== undefined && tables)
      await this.#grantee.do(async ({ calls }) => calls.grantUnmap(await calls.grantMap(granted)));
    if (opens !== undefined && tables)
      await this.#driver.do(async ({ thread }) => {
        await this.#open(thread, opens);
        await unmapClient(thread, this.hypervisor.memory, 0);
      });
    if (closes !== undefined) await this.#driver.do(({ thread }) => this.#open(thread, closes));
  }

  #open(thread: TrustedGuest['thread'], page: number) {
    return mapClient(thread, this.hypervisor.memory, 0, { owner: sweeping, page, entries: 1 });
  }

  #begin({ writes, maps, opens, closes }: Beside): Promise<unknown> {
    const { steps } = this.made;
    const { memory } = this.hypervisor;
    const running: Promise<unknown>[] = [];
    const agent = (name: string, who: Agent, job: Parameters<Agent['do']>[0]): void =>
      void running.push(who.do((kit) => steps.as(name, () => job(kit))));
    agent('sweep', this.#sweeper, async ({ calls }) => {
      const taken = await calls.sweep({ pattern: 0n, page: 0, count: pages });
      this.taken.add(taken);
    });
    if (writes !== undefined)
      agent('guest', this.#writer, async ({ guest }) => {
        await guest.memory.write64(writes * pageBytes + wordBytes * wordOf.guest, values.guest);
        this.#written.push({ by: this.made.steps.actor, page: writes, word: wordOf.guest, value: values.guest });
      });
    if (maps !== undefined)
      agent('grantee', this.#grantee, async ({ guest, calls }) => {
        try {
          await calls.grantMap(granted);
        } catch (error) {
          if (busy(error)) return;
          throw error;
        }
        await guest.memory.write64(grantAreaAddress + wordBytes * wordOf.grantee, values.grantee);
        this.#written.push({ by: this.made.steps.actor, page: maps, word: wordOf.grantee, value: values.grantee });
      });
    if (opens !== undefined)
      running.push(
        this.#driver.do(({ thread }) =>
          steps.as('driver', async () => {
            try {
              await this.#open(thread, opens);
            } catch (error) {
              if (!busy(error)) throw error;
              return unmapClient(thread, memory, 0);
            }
            return this.#deviceWrites(opens);
          }),
        ),
      );
    if (closes !== undefined) {
      running.push(steps.as('device', () => this.#deviceWrites(closes)));
      running.push(this.#driver.do(({ thread }) => steps.as('driver', () => unmapClient(thread, memory, 0))));
    }
    return Promise.all(running);
  }

  /** By the page map of input and output; what is refused is written nowhere. */
  async #deviceWrites(page: number): Promise<void> {
    const data = new Uint8Array(wordBytes);
    new DataView(data.buffer).setBigUint64(0, values.device, true);
    const written = await this.made.units.access(inputOutput, wordBytes * wordOf.device, data);
    if (written !== undefined)
      this.#written.push({ by: this.made.steps.actor, page, word: wordOf.device, value: values.device });
  }

  async #judge(beside: Beside): Promise<void> {
    const { memory, reclaim, platform } = this.hypervisor;
    const processor = platform.processors[0]!;
    for (const error of this.made.failures) throw error;
    for (let page = 0; page < pages; page += 1) await this.#judgePage(page);
    const findings = [...(await memory.audit(processor)), ...(await reclaim.audit(processor))];
    if (findings.length > 0) throw new Error(findings.map(({ where, what }) => `${where} ${what}`).join('; '));
    const own = this.#written.some(({ page, value }) => page === beside.writes && value === values.guest);
    if (beside.writes !== undefined && !own) throw new Error("the guest's own write was not done");
  }

  async #judgePage(page: number): Promise<void> {
    const { maps, areas } = this.hypervisor.memory;
    const processor = this.hypervisor.platform.processors[0]!;
    const entry = await maps.with(processor, sweeping, (map) => map.read(page));
    const expected = new BigUint64Array(pageBytes / wordBytes);
    for (const written of this.#written) if (written.page === page) expected[written.word] = written.value;
    if (entry.kind === 'swept') {
      const pattern = await areas.view(processor, 'patterns').read64(16 * entry.pattern);
      if (pattern !== 0n) throw new Error(`page ${page} was zeros, and was taken as one of 0x${pattern.toString(16)}`);
      const lost = expected.findIndex((word) => word !== 0n);
      if (lost >= 0) throw new Error(`page ${page} was taken, and word ${lost} is 0x${expected[lost]!.toString(16)}`);
      return;
    }
    if (entry.kind !== 'page') throw new Error(`page ${page} is ${entry.kind} in the end`);
    const { copies, frame } = entry.backing;
    for (const memory of [0, 1] as const) {
      if (copies === (memory === 0 ? 'second' : 'first')) continue;
      for (const [word, value] of expected.entries()) {
        const holds = this.made.content.word(memory, frame * pageBytes + wordBytes * word);
        if (holds !== value)
          throw new Error(
            `page ${page}, word ${word} is 0x${holds.toString(16)} in memory ${memory}, not 0x${value.toString(16)}`,
          );
      }
    }
  }

  close(): void {
    this.#locks.close();
    this.made.platform.close();
  }
}
