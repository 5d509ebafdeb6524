/**
 * A hostile guest's steps, drawn: it fills its pages with what looks like entries of page tables, grants at random, makes any call, and has pages
 * go and come while it reaches for all that it ever had. A neighbour keeps what it wrote, and a device writes into a ring of the guest's.
 */
import fc from 'fast-check';
import {
  grantAreaAddress,
  grantTableAddress,
  HypercallError,
  PageFault,
  pageBytes,
  sharedPageAddress,
} from '../guest/index.ts';
import type { TrustedGuest } from '../index.ts';
import { HypervisorError, type HypervisorMemory } from '../memory/interface.ts';
import { mapClient, unmapClient } from '../packets/rings.ts';
import type { Kit } from './agent.ts';
import type { Units } from './orders/units.ts';

/** Of the guest and of its neighbour. */
export const hostilePages = 4;
export const neighbourPages = 6;
/** The neighbour's page that lists what it gives back, and the one that it grants. */
const listPage = 0;
const grantedPage = 1;
const references = 4;
/** Domains in the order in which they are made. */
const hostileNumber = 1;
const neighbourNumber = 2;
/** Pages at which grants are mapped. */
const spots = 2;
const secret = 0x5ec2_e700_0000_0000n;

/** Entries of a valid leaf of a guest's, with both copies, and of a pointer to a table, of one frame. */
const forged = (frame: number, leaf: boolean): bigint => (leaf ? 0b1_1110_1111n : 0b1101n) | (BigInt(frame) << 12n);

const frame = fc.nat({ max: 511 });
const ownPage = fc.nat({ max: hostilePages - 1 });
const someWord = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 32n + 1n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 600n }),
);

const reference = fc.nat({ max: references - 1 });

/** Pages go and come more often than all else. */
export const hostileStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('give' as const, 'report' as const, 'take' as const, 'take' as const),
      pages: fc.array(ownPage, { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('forge' as const), page: ownPage, frame, leaf: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('sweep' as const),
      page: ownPage,
      frame: fc.option(frame),
      leaf: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('map' as const),
      of: fc.constantFrom(neighbourNumber, neighbourNumber, 0, 1, 3),
      reference: fc.constantFrom(0, 0, 1, 2, 3),
      spot: fc.nat({ max: spots - 1 }),
      write: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('unmap' as const), handle: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('grant' as const), reference, page: ownPage }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('entry' as const), reference, word: someWord }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), reference }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('protect' as const),
      page: ownPage,
      count: fc.nat({ max: 4 }),
      rights: fc.nat({ max: 7 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      number: fc.oneof(someWord, fc.bigInt({ min: 0n, max: 48n })),
      given: fc.array(someWord, { maxLength: 6 }),
    }),
  },
);
export type HostileStep = typeof hostileStep extends fc.Arbitrary<infer Step> ? Step : never;

/** An access, by where it goes: to an own page, to a place for grants, or anywhere. */
export const hostileAccess = fc.record({
  where: fc.oneof(
    { weight: 12, arbitrary: fc.nat({ max: hostilePages }) },
    {
      weight: 6,
      arbitrary: fc.nat({ max: spots - 1 }).map((spot) => grantAreaAddress / pageBytes + spot),
    },
    { weight: 1, arbitrary: fc.nat({ max: 2 ** 27 - 1 }) },
  ),
  write: fc.boolean(),
});
export type HostileAccess = typeof hostileAccess extends fc.Arbitrary<infer Access> ? Access : never;

export const neighbourStep = fc.constantFrom('write', 'go', 'come', 'grant', 'end', 'map', 'check');
export type NeighbourStep = typeof neighbourStep extends fc.Arbitrary<infer Step> ? Step : never;

/** Calls that would end or stop it, and those of packet clients, which take time. */
const untried = new Set([2n, 3n, 15n, 16n]);

const refused = (error: unknown): undefined => {
  if (error instanceof HypercallError || error instanceof HypervisorError || error instanceof PageFault)
    return undefined;
  throw error;
};

/** Of lists, in the shared page, behind all that the hypervisor reads there. */
const listAddress = sharedPageAddress + 0x700;
const grantEntry = (domain: number, page: number): bigint => 1n | (BigInt(domain) << 16n) | (BigInt(page) << 32n);
const placeOf = (spot: number): number => grantAreaAddress / pageBytes + spot;
const pageOf = (word: bigint): Uint8Array => new Uint8Array(new BigUint64Array(pageBytes / 8).fill(word).buffer);
const listOf = (pages: readonly number[]): Uint8Array =>
  new Uint8Array(new BigUint64Array(pages.map((page) => BigInt(page))).buffer);

const hostileCall = async ({ guest, calls }: Kit, step: HostileStep): Promise<unknown> => {
  const { memory } = guest;
  switch (step.kind) {
    case 'forge':
      return memory.write(step.page * pageBytes, pageOf(forged(step.frame, step.leaf)));
    case 'sweep': {
      const pattern = step.frame === null ? 0n : forged(step.frame, step.leaf);
      return calls.sweep({ pattern, page: step.page, count: hostilePages - step.page });
    }
    case 'grant':
      return memory.write64(grantTableAddress + 8 * step.reference, grantEntry(neighbourNumber, step.page));
    case 'entry':
      return memory.write64(grantTableAddress + 8 * step.reference, step.word);
    case 'map':
      return calls.grantMap({
        domain: step.of,
        reference: step.reference,
        page: placeOf(step.spot),
        write: step.write,
      });
    case 'unmap':
      return calls.grantUnmap(step.handle);
    case 'end':
      return calls.grantEnd(step.reference);
    case 'protect':
      return calls.call(14, step.page, step.count, step.rights);
    case 'call':
      return untried.has(step.number) ? undefined : calls.call(Number(step.number), ...step.given);
    default: {
      await memory.write(listAddress, listOf(step.pages));
      if (step.kind === 'take') return calls.take(listAddress, step.pages.length);
      return calls.giveBack(listAddress, step.pages.length, step.kind === 'report');
    }
  }
};

/**
 * Has a table for grants be made of frames that it had filled with entries; it stays, as the platform without time has it that no table above
 * a leaf changes under a walk. The neighbour has granted it a page.
 */
export const forgeTable = async ({ guest, calls }: Kit): Promise<void> => {
  const { memory } = guest;
  const pages = Array.from({ length: hostilePages }, (_, page) => page);
  for (const page of pages) await memory.write(page * pageBytes, pageOf(forged(page, true)));
  await memory.write(listAddress, listOf(pages));
  await calls.giveBack(listAddress, pages.length);
  const wanted = { domain: neighbourNumber, reference: 0, page: placeOf(0), write: false };
  const handle = await calls.grantMap(wanted);
  for (let spot = 1; spot < 512; spot += 1) await memory.read64(placeOf(spot) * pageBytes).catch(refused);
  await calls.grantUnmap(handle);
  await calls.take(listAddress, pages.length);
};

export const hostileSteps = async (kit: Kit, steps: readonly HostileStep[]): Promise<void> => {
  for (const step of steps) await hostileCall(kit, step).catch(refused);
};

/** As many at a time are in flight. */
const together = 3;

export const hostileAccesses = async (
  { guest: { memory } }: Kit,
  accesses: readonly HostileAccess[],
): Promise<void> => {
  for (let from = 0; from < accesses.length; from += together)
    await Promise.all(
      accesses.slice(from, from + together).map(({ where, write }) => {
        const at = where * pageBytes + 8 * (from % 512);
        return (write ? memory.write64(at, forged(from % 512, true)) : memory.read64(at)).catch(refused);
      }),
    );
};

/** What a neighbour has written, beside the page that it grants; gives what it found changed. */
export class Neighbour {
  readonly #written = new Map<number, bigint>();
  readonly changed: string[] = [];
  #count = 0n;

  async #write({ guest }: Kit): Promise<void> {
    for (let page = grantedPage + 1; page < neighbourPages; page += 1) {
      this.#count += 1n;
      const wrote = await guest.memory.write64(page * pageBytes + 8 * page, secret + this.#count).then(
        () => true,
        (error: unknown) => refused(error) ?? false,
      );
      if (wrote) this.#written.set(page, secret + this.#count);
    }
  }

  async #check({ guest }: Kit): Promise<void> {
    for (const [page, wanted] of this.#written) {
      const found = await guest.memory.read(page * pageBytes, pageBytes);
      for (const [index, word] of new BigUint64Array(found.slice().buffer).entries())
        if (word !== (index === page ? wanted : 0n))
          this.changed.push(`page ${page}, word ${index} is 0x${word.toString(16)}`);
    }
  }

  async #listed({ guest }: Kit): Promise<readonly [number, number]> {
    const pages = [2, 3, 4];
    for (const page of pages) this.#written.delete(page);
    await guest.memory.write(listPage * pageBytes, listOf(pages));
    return [listPage * pageBytes, pages.length];
  }

  async #step(kit: Kit, step: NeighbourStep): Promise<unknown> {
    const { guest, calls } = kit;
    switch (step) {
      case 'write':
        return this.#write(kit);
      case 'go':
        return calls.giveBack(...(await this.#listed(kit)));
      case 'come':
        return calls.take(...(await this.#listed(kit)));
      case 'grant':
        return guest.memory.write64(grantTableAddress, grantEntry(hostileNumber, grantedPage));
      case 'end':
        return calls.grantEnd(0);
      case 'map': {
        const handle = await calls.grantMap({ domain: hostileNumber, reference: 1, page: placeOf(0), write: false });
        await guest.memory.read64(grantAreaAddress).catch(refused);
        return calls.grantUnmap(handle);
      }
      default:
        return this.#check(kit);
    }
  }

  /** Grants the guest its page, and has a table for grants itself. */
  async begin(kit: Kit): Promise<void> {
    await kit.guest.memory.write64(grantTableAddress + 8, grantEntry(neighbourNumber, grantedPage));
    const own = { domain: neighbourNumber, reference: 1, page: placeOf(0), write: false };
    await kit.calls.grantUnmap(await kit.calls.grantMap(own));
    await this.#step(kit, 'grant');
  }

  async steps(kit: Kit, steps: readonly NeighbourStep[]): Promise<void> {
    for (const step of [...steps, 'check'] as const) await this.#step(kit, step).catch(refused);
  }
}

/** Has two pages of a guest's be a ring, written by a device all the while, and takes them back, so many times. */
export const ringComesAndGoes = async (
  { thread }: TrustedGuest,
  memory: HypervisorMemory,
  units: Units,
  { owner, pages }: { readonly owner: number; readonly pages: readonly number[] },
): Promise<void> => {
  for (const page of pages) {
    const writing: Promise<unknown>[] = [];
    try {
      await mapClient(thread, memory, 0, { owner, page, entries: 1 });
      for (let word = 0; word < 6; word += 1) writing.push(units.access(15, 8 * word, new Uint8Array(8).fill(0xd5)));
    } catch (error) {
      refused(error);
    }
    await unmapClient(thread, memory, 0);
    await Promise.all(writing);
  }
};
