/** Two guests at work, of which one has its pages in one memory alone, while a memory dies and comes back: what must be so afterwards. */
import { Calls, type GuestProgram, HypercallError, MemoryWatch, pageBytes, TrustedCalls } from '../../guest/index.ts';
import type { Hypervisor, TrustedGuest } from '../../index.ts';
import { numbered, steerTo } from '../../packets/testing.ts';
import { launch, testHypervisor } from '../../testing/machine.ts';
import { audited } from '../../testing/without-time.ts';
import { Keeper } from './keeper.ts';
import { doing, type Kind, pages, type Work, writes } from './work.ts';

export interface Death {
  readonly kind: Kind;
  readonly memory: 0 | 1;
  readonly how: 'hangs' | 'errs';
  /** Cycles after the work has begun. */
  readonly after: number;
  /** Cycles after the death in which another stands there, which is brought back; left out: none ever does. */
  readonly replaced?: number | undefined;
  /** Where the second guest's pages lie. */
  readonly single: 'first' | 'second';
  /** Whether the other memory dies in the end. */
  readonly last: boolean;
}

/** Memories of so many frames: what costs least to restore. */
const memoryFrames = 208;
const frameCount = 24;
const own = { pages: pages.end, maximum: pages.end };

/** What both guests go by: the work ends, all look at what they keep, and look once more. */
interface Stage {
  now: 'work' | 'look' | 'rest' | 'look again' | 'end';
}

/** What a guest does. @see Work */
interface How extends Pick<Work, 'partner' | 'mayLose'> {
  readonly kind: Kind;
  /** What it has lost does not come back. */
  readonly forEver: boolean;
}

class Part {
  readonly keeper = new Keeper();
  /** Pages of its own that it was told to have lost. */
  told: readonly number[] = [];
  readonly taken: Uint8Array[] = [];
  looks = 0;
  /** One of its programs could not go on. */
  ended = false;
  client = 0;
  #opened: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => (this.#opened = resolve));
  #working = true;
  readonly #stage: Stage;
  readonly #how: How;

  constructor(stage: Stage, how: How) {
    this.#stage = stage;
    this.#how = how;
  }

  #work(guest: Parameters<GuestProgram>[0]): Work {
    return {
      ...this.#how,
      guest,
      keeper: this.keeper,
      taken: this.taken,
      going: () => this.#stage.now === 'work',
      opened: (client) => {
        this.client = client;
        this.#opened();
      },
    };
  }

  /** What none of its programs may end with. */
  #told(program: GuestProgram): GuestProgram {
    return (guest) =>
      program(guest).catch((error: unknown) => {
        this.keeper.wrong.push(`a program of domain ${guest.domain} ends: ${String(error)}`);
        this.ended = true;
      });
  }

  readonly programs: readonly GuestProgram[] = [
    this.#told(async (guest) => {
      await doing[this.#how.kind](this.#work(guest));
      this.#working = false;
    }),
    this.#told(async (guest) => {
      const calls = new Calls(guest);
      const until = async (reached: () => boolean): Promise<void> => {
        while (!reached()) await calls.block(guest.now + 1000);
      };
      await writes(this.#work(guest), this.#how.kind);
      await until(() => !this.#working);
      const { lost } = await new MemoryWatch(guest).take();
      this.told = lost.filter((page) => page < pages.end);
      // What was swept waits for its memory.
      if (!this.#how.forEver) await this.#look(guest);
      for (const page of [...this.keeper.lost, ...this.keeper.refused])
        if (!this.told.includes(page)) this.keeper.wrong.push(`page ${page} was lost, and its guest was not told`);
      if (this.#how.mayLose && !this.#how.forEver) await this.#renew(guest, calls);
      this.looks += 1;
      await until(() => this.#stage.now === 'look again' || this.#stage.now === 'end');
      if (this.#stage.now === 'look again' && !this.#how.mayLose) await this.#look(guest);
      this.looks += 1;
    }),
  ];

  async #look(guest: Parameters<GuestProgram>[0]): Promise<void> {
    for (let page = pages.kept; page < pages.end; page += 1) await this.keeper.check(guest, page);
  }

  /** Gives lost pages back, takes them again, and uses them. */
  async #renew(guest: Parameters<GuestProgram>[0], calls: Calls): Promise<void> {
    const { keeper } = this;
    const gone = [...keeper.lost].filter((page) => page >= pages.kept);
    const list = 0x60_0000_0000 + 0x700;
    for (const [index, page] of gone.entries()) await guest.memory.write64(list + 8 * index, BigInt(page));
    if (gone.length === 0) return;
    const counts = [await calls.giveBack(list, gone.length), await calls.take(list, gone.length)];
    if (counts.some((count) => count !== gone.length))
      keeper.wrong.push(`of ${gone.length} lost pages ${counts.join(' and ')} went and came`);
    for (const page of gone) {
      keeper.forget(page);
      await keeper.check(guest, page);
      await keeper.write(guest, page, 77n);
      await keeper.check(guest, page);
    }
    for (const page of gone)
      if (keeper.lost.has(page) || keeper.refused.has(page)) keeper.wrong.push(`page ${page} is lost for ever`);
  }
}

/** Waits for another memory there, and brings it back. */
const bringBack = async (domain0: TrustedGuest, { platform }: Hypervisor, memory: 0 | 1): Promise<boolean> => {
  const { clock } = platform;
  const end = clock.now + 400_000;
  for (;;) {
    try {
      await new TrustedCalls(domain0).memoryReplace(memory);
      return true;
    } catch (error) {
      if (!(error instanceof HypercallError) || !['EINVAL', 'EAGAIN'].includes(error.code)) throw error;
    }
    if (clock.now > end) return false;
    await domain0.thread.suspend(clock.sleep(1000));
  }
};

/** A domain's own pages that are marked as lost. */
const lostPages = ({ thread }: TrustedGuest, { memory }: Hypervisor, domain: number): Promise<readonly number[]> =>
  thread.access((processor) =>
    memory.maps.with(processor, domain, async (map) =>
      (await map.entries(0, pages.end)).filter(({ entry }) => entry.kind === 'lost').map(({ page }) => page),
    ),
  );

/** Where all frames went that were sent: what was taken is among them, in order, and all others are counted by who lost them. */
const packetsAccounted = async (
  { thread }: TrustedGuest,
  { platform }: Hypervisor,
  sent: readonly Uint8Array[],
  taken: readonly Uint8Array[],
): Promise<readonly string[]> => {
  const text = (frame: Uint8Array): string => Buffer.from(frame).toString('base64');
  let next = 0;
  const all = sent.map(text);
  for (const frame of taken) {
    const at = all.indexOf(text(frame), next);
    if (at < 0) return ['a frame was taken that did not come, or not in this order'];
    next = at + 1;
  }
  const counted = await thread.access(async ({ registers: { receiver, packets }, devices }) => {
    let sum = 0;
    for (const port of devices.network) sum += Number(await port.dropped.read());
    for (let client = 0; client < platform.parameters.clients; client += 1) {
      sum += Number(await packets.client_drops.at(client).read()) + Number(await receiver.overflow.at(client).read());
      sum += (await receiver.producer.at(client).read()).index;
    }
    return sum;
  });
  return counted === sent.length ? [] : [`of ${sent.length} frames ${counted} are accounted for`];
};

/** Says all that was not as it must be: nothing, if all is well. */
export const surviveDeath = async (death: Death): Promise<readonly unknown[]> => {
  const { kind, memory, how, after, replaced, single, last } = death;
  const hypervisor = await testHypervisor({ platform: { memoryBytes: memoryFrames * pageBytes } });
  const { clock, faults, outside } = hypervisor.platform;
  const wrong: unknown[] = [];
  const stage: Stage = { now: 'work' };
  const loses = (single === 'first') === (memory === 0);
  const mirrored = new Part(stage, { kind, partner: 2, mayLose: false, forEver: false });
  const alone = new Part(stage, { kind, partner: 1, mayLose: true, forEver: loses && replaced === undefined });
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const calls = new TrustedCalls(domain0);
    const until = async (what: string, reached: () => boolean): Promise<void> => {
      const end = clock.now + 400_000;
      const over = (): boolean => reached() || mirrored.ended || alone.ended;
      while (!over() && clock.now < end) await thread.suspend(clock.sleep(500));
      if (!reached()) wrong.push(`it never came that ${what}`);
    };
    await launch(hypervisor, domain0, mirrored.programs, own);
    await launch(hypervisor, domain0, alone.programs, { ...own, copies: single });
    const sent = kind === 'packets' ? numbered(frameCount) : [];
    let lastFrame = 0;
    if (kind === 'packets') {
      await thread.suspend(mirrored.opened);
      await steerTo(domain0, mirrored.client);
      for (const [index, frame] of sent.entries()) {
        lastFrame = clock.now + 1 + 900 * index;
        outside.network[0].send(frame, lastFrame);
      }
    }
    if (kind === 'balloon')
      hypervisor.start(async (its) => {
        for (let turn = 0; stage.now === 'work'; turn += 1) {
          for (const domain of [1, 2]) await new TrustedCalls(its).setTarget(domain, pages.end - ((turn * 3) % 5));
          await its.thread.suspend(clock.sleep(2500));
        }
      });
    faults.inject({ kind: 'memory-lost', memory, how }, clock.now + after);
    if (replaced === undefined) await thread.suspend(clock.sleep(after + 15_000));
    else {
      faults.inject({ kind: 'memory-replaced', memory }, clock.now + after + replaced);
      if (!(await bringBack(domain0, hypervisor, memory))) wrong.push(`memory ${memory} did not come back`);
    }
    await thread.suspend(clock.until(Math.max(clock.now, lastFrame + 10_000)));
    if (kind === 'packets' && mirrored.taken.length === 0) wrong.push('no frame was taken');
    await thread.suspend(clock.sleep(4000));
    stage.now = 'look';
    await until('both have looked', () => mirrored.looks === 1 && alone.looks === 1);
    if (!loses && (alone.told.length > 0 || alone.keeper.lost.size > 0))
      wrong.push('pages of the other memory were lost');
    for (const [domain, { told }] of [[1, mirrored] as const, [2, alone] as const])
      for (const page of await lostPages(domain0, hypervisor, domain))
        if (!told.includes(page)) wrong.push(`page ${page} of domain ${domain} is lost, and its guest was not told`);
    if (kind === 'packets') wrong.push(...(await packetsAccounted(domain0, hypervisor, sent, mirrored.taken)));
    wrong.push(...(await audited(hypervisor, domain0)));
    const again = last && replaced !== undefined;
    if (again) {
      faults.inject({ kind: 'memory-lost', memory: memory === 0 ? 1 : 0, how });
      await thread.suspend(clock.sleep(200));
    }
    stage.now = again ? 'look again' : 'end';
    await until('both have looked again', () => mirrored.looks === 2 && alone.looks === 2);
    for (const domain of [1, 2]) await calls.destroy(domain);
    wrong.push(...(await audited(hypervisor, domain0)));
  });
  for (const { keeper } of [mirrored, alone]) wrong.push(...keeper.wrong);
  for (const page of [...mirrored.told, ...mirrored.keeper.lost, ...mirrored.keeper.refused])
    wrong.push(`page ${page}, which had two copies, was lost`);
  hypervisor.platform.close();
  return wrong;
};
