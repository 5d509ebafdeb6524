/** Calls into the hypervisor, by name: the call block is filled, the trap taken, the result read. */
import { errorName, HypercallError } from './errors.ts';
import type { Guest } from './interface.ts';
import {
  callBlock,
  callRequestBytes,
  calls,
  type DomainRequest,
  encodeDomainRequest,
  giveBackReport,
  packetsPolled,
  rightBits,
  sharedPageAddress,
  sweepBackground,
  sweepRegular,
} from './layout.ts';

export interface GrantMapping {
  /** The granter. */
  readonly domain: number;
  readonly reference: number;
  /** Where to map it, in the grant area. */
  readonly page: number;
  readonly write: boolean;
}

export interface SweepOrder {
  readonly pattern: bigint;
  /** The first page, and how many. */
  readonly page: number;
  readonly count: number;
  /** Pages of super pages too. */
  readonly regular?: boolean;
  /** When nothing else is ready. */
  readonly background?: boolean;
}

export interface PageRights {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
}

const nameOf = (number: number): string =>
  Object.entries(calls).find(([, value]) => value === number)?.[0] ?? 'without a name';

/** All calls throw HypercallError when they are refused. */
export class Calls {
  readonly #guest: Guest;
  /** A block holds one call at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /**
   * Any call, by its number.
   *
   * @throws HypercallError for a negative result
   */
  call(number: number, ...given: readonly (bigint | number)[]): Promise<bigint> {
    const before = this.#last;
    const result = (async () => {
      await before;
      return this.#call(number, given);
    })();
    this.#last = result.catch(() => {});
    return result;
  }

  async #call(number: number, given: readonly (bigint | number)[]): Promise<bigint> {
    const { memory, virtualProcessor } = this.#guest;
    const block = sharedPageAddress + callBlock(virtualProcessor);
    const request = new Uint8Array(callRequestBytes);
    const view = new DataView(request.buffer);
    view.setBigUint64(0, BigInt(number), true);
    for (const [index, value] of given.entries())
      view.setBigUint64(8 * (index + 1), BigInt.asUintN(64, BigInt(value)), true);
    await memory.write(block, request);
    await this.#guest.hypercall();
    const result = BigInt.asIntN(64, await memory.read64(block + callRequestBytes));
    if (result < 0n) throw new HypercallError(errorName(result), number, nameOf(number));
    return result;
  }

  async #number(number: number, ...given: readonly (bigint | number)[]): Promise<number> {
    return Number(await this.call(number, ...given));
  }

  async #done(number: number, ...given: readonly (bigint | number)[]): Promise<void> {
    await this.call(number, ...given);
  }

  yield(): Promise<void> {
    return this.#done(calls.yield);
  }

  /** Waits for an event that is not masked, or for that cycle. */
  block(until = 0): Promise<void> {
    return this.#done(calls.block, until);
  }

  /** Ends this virtual processor. */
  async exit(reason = 0): Promise<never> {
    await this.call(calls.exit, reason);
    throw new Error('a virtual processor that has ended runs on');
  }

  /** Opens a port that the domain may bind. */
  eventOpen(domain: number): Promise<number> {
    return this.#number(calls.eventOpen, domain);
  }

  /** Binds a new port to another domain's open one. */
  eventBind(domain: number, port: number): Promise<number> {
    return this.#number(calls.eventBind, domain, port);
  }

  eventSend(port: number): Promise<void> {
    return this.#done(calls.eventSend, port);
  }

  eventClose(port: number): Promise<void> {
    return this.#done(calls.eventClose, port);
  }

  /** Maps another domain's page; gives the handle. */
  grantMap({ domain, reference, page, write }: GrantMapping): Promise<number> {
    return this.#number(calls.grantMap, domain, reference, page, Number(write));
  }

  grantUnmap(handle: number): Promise<void> {
    return this.#done(calls.grantUnmap, handle);
  }

  /** Ends a grant of this domain's: nobody reaches the page any more. */
  grantEnd(reference: number): Promise<void> {
    return this.#done(calls.grantEnd, reference);
  }

  /**
   * Gives pages back that are listed in memory, at most 512; says how many could go.
   *
   * @param report they are pages of zeros that take no room, and come back when they are touched
   */
  giveBack(list: number, count: number, report = false): Promise<number> {
    return this.#number(calls.giveBack, list, BigInt(count) | (report ? giveBackReport : 0n));
  }

  /** Takes pages again that were given back, as zeros; says how many there are now. */
  take(list: number, count: number): Promise<number> {
    return this.#number(calls.take, list, count);
  }

  /** Has pages taken back that hold a pattern in every 8 bytes; says how many. Whoever touches one later finds the pattern there. */
  sweep({ pattern, page, count, regular = false, background = false }: SweepOrder): Promise<number> {
    const flags = (regular ? sweepRegular : 0n) | (background ? sweepBackground : 0n);
    return this.#number(calls.sweep, pattern, page, BigInt(count) | flags);
  }

  /** Sets the rights of own pages, at most 512. */
  protect(page: number, count: number, rights: PageRights): Promise<void> {
    const bits =
      Number(rights.read) * rightBits.read +
      Number(rights.write) * rightBits.write +
      Number(rights.execute) * rightBits.execute;
    return this.#done(calls.protect, page, count, bits);
  }

  /** Makes own pages a ring of 2^entries entries, with a page of the client's behind it; gives the client. */
  packetsOpen(page: number, entries: number, polled = false): Promise<number> {
    return this.#number(calls.packetsOpen, page, entries, polled ? packetsPolled : 0);
  }

  packetsClose(client: number): Promise<void> {
    return this.#done(calls.packetsClose, client);
  }
}

/** Those of domain 0 alone. */
export class TrustedCalls extends Calls {
  /** Makes a domain, which is built but does not run: gives its number. */
  async create(request: DomainRequest): Promise<number> {
    return Number(await this.call(calls.create, ...encodeDomainRequest(request)));
  }

  async destroy(domain: number): Promise<void> {
    await this.call(calls.destroy, domain);
  }

  async pause(domain: number): Promise<void> {
    await this.call(calls.pause, domain);
  }

  async unpause(domain: number): Promise<void> {
    await this.call(calls.unpause, domain);
  }

  /** Sets how many pages the domain should have. */
  async setTarget(domain: number, pages: number): Promise<void> {
    await this.call(calls.setTarget, domain, pages);
  }

  /** Caps what a packet client gets, in bits a second; 0: no cap. */
  async packetsCap(client: number, bits: number): Promise<void> {
    await this.call(calls.packetsCap, client, bits);
  }

  /** Whether a packet client takes chains. */
  async packetsAccept(client: number, accepting: boolean): Promise<void> {
    await this.call(calls.packetsAccept, client, Number(accepting));
  }

  /** Brings a memory back that was replaced. @throws HypercallError EAGAIN while nothing new stands there, or when it fails again */
  async memoryReplace(memory: 0 | 1): Promise<void> {
    await this.call(calls.memoryReplace, memory);
  }
}
