/** The aggregator: gathers neighbours into chains. Source: `docs/systems/packet-unit.md`, "Aggregator". */
import { closeReasons, frameStatuses, hashTypes } from '../../../rtl/packet-unit/interface.ts';
import type { Buffer } from '../primitives/buffer.ts';
import {
  type Descriptor,
  emptyDescriptor,
  hashesAddresses,
  hashesPorts,
  hashTypeOf,
  sameAddresses,
} from './descriptor.ts';
import type { FrameEvent, Item } from './entries.ts';
import type { HashEngine } from './hash-engine.ts';
import { chainKeyBit, place, type Registers } from './registers.ts';

/** Chains that may be started and not yet resolved. */
export const unresolvedLimit = 8;

const greatestPackets = 0xffff;
const greatestBytes = 2 ** 31;
const allOnes = 0xffff_ffff;

export class Aggregator {
  readonly #registers: Registers;
  readonly #engine: HashEngine;
  #open = false;
  #full = false;
  #packets = 0;
  #bytes = 0;
  #fullReason = 0;
  #keyType = 0;
  #key = emptyDescriptor();
  #inFrame = false;
  #nextNumber = 0;
  #unresolved = 0;
  #idle = 0;

  constructor(registers: Registers, engine: HashEngine) {
    this.#registers = registers;
    this.#engine = engine;
  }

  reset(): void {
    this.#open = false;
    this.#full = false;
    this.#packets = 0;
    this.#bytes = 0;
    this.#fullReason = 0;
    this.#keyType = 0;
    this.#key = emptyDescriptor();
    this.#inFrame = false;
    this.#nextNumber = 0;
    this.#unresolved = 0;
    this.#idle = 0;
  }

  /** Cycles until the open chain is closed, where nothing comes. */
  rest(): number {
    const idleLimit = this.#registers.words[place.idle_limit]!;
    if (!this.#open) return Number.POSITIVE_INFINITY;
    if (this.#full) return 0;
    return idleLimit === 0 ? Number.POSITIVE_INFINITY : Math.max(0, idleLimit - this.#idle);
  }

  /** Passes over cycles in which nothing comes. */
  skip(cycles: number): void {
    this.#idle = Math.min(allOnes, this.#idle + cycles);
  }

  /**
   * @param arriving a beat waits before the parser, or a frame is in it.
   * @param resolved the resolver takes a hashed chain in this cycle.
   */
  step(events: Buffer<FrameEvent>, items: Buffer<Item>, arriving: boolean, resolved: boolean): void {
    const idleLimit = this.#registers.words[place.idle_limit]!;
    const idle = idleLimit !== 0 && this.#idle >= idleLimit;
    const quiet = !arriving && !events.valid && !this.#inFrame;
    if (events.valid) this.#considerEvent(events, items);
    else if (this.#open && !this.#inFrame && items.ready && (this.#full || idle)) this.#closeAlone(items);
    if (resolved) this.#unresolved -= 1;
    if (!quiet) this.#idle = 0;
    else if (this.#idle < allOnes) this.#idle += 1;
  }

  #considerEvent(events: Buffer<FrameEvent>, items: Buffer<Item>): void {
    const { words } = this.#registers;
    const event = events.front;
    if (event.begin) {
      const type = hashTypeOf(event.descriptor, words[place.hash_types]!);
      const same = this.#isSameChain(event.descriptor, type);
      const canStart = this.#engine.canStart && this.#unresolved < unresolvedLimit;
      if (!items.ready || !(same || canStart)) return;
      if (same) this.#continueChain(items.push());
      else this.#startChain(items.push(), event.descriptor, type);
      this.#inFrame = true;
      if (event.descriptor.status === frameStatuses.malformed) words[place.malformed]! += 1;
      if (event.descriptor.status === frameStatuses.truncated) words[place.truncated]! += 1;
    }
    events.pop();
    if (event.end) this.#endFrame(event.length);
  }

  #isSameChain(descriptor: Descriptor, type: number): boolean {
    const key = this.#key;
    if (!this.#open || this.#full || key.status !== descriptor.status || this.#keyType !== type) return false;
    const chosen = this.#registers.words[place.chain_key]!;
    const byDestination = type === hashTypes.destination;
    if (
      (chosen & chainKeyBit.vlan || byDestination) &&
      (key.tags !== descriptor.tags || key.outer !== descriptor.outer || key.inner !== descriptor.inner)
    ) {
      return false;
    }
    if ((chosen & chainKeyBit.sap || byDestination) && (key.llc !== descriptor.llc || key.sap !== descriptor.sap)) {
      return false;
    }
    if (
      (chosen & chainKeyBit.destination || byDestination || this.#registers.anyAllSap) &&
      (key.destinationHigh !== descriptor.destinationHigh || key.destinationLow !== descriptor.destinationLow)
    ) {
      return false;
    }
    if (
      chosen & chainKeyBit.source &&
      (key.sourceHigh !== descriptor.sourceHigh || key.sourceLow !== descriptor.sourceLow)
    ) {
      return false;
    }
    if ((chosen & chainKeyBit.addresses || hashesAddresses(type)) && !sameAddresses(key, descriptor)) return false;
    if (
      (chosen & chainKeyBit.ports || hashesPorts(type)) &&
      (key.transport !== descriptor.transport || key.ports !== descriptor.ports)
    ) {
      return false;
    }
    return true;
  }

  /** The open chain as it stands before the frame that ends it. */
  #close(item: Item, otherwise: number): void {
    item.close = true;
    item.packets = this.#packets;
    item.bytes = this.#bytes;
    item.reason = this.#full ? this.#fullReason : otherwise;
  }

  #continueChain(item: Item): void {
    item.close = false;
    item.frame = true;
    item.start = false;
    this.#packets += 1;
  }

  #startChain(item: Item, descriptor: Descriptor, type: number): void {
    const { words } = this.#registers;
    item.close = false;
    if (this.#open) this.#close(item, closeReasons.difference);
    item.frame = true;
    item.start = true;
    item.number = this.#nextNumber;
    this.#engine.start(descriptor, type);
    this.#nextNumber = (this.#nextNumber + 1) & 0xffff;
    this.#unresolved += 1;
    this.#packets = 1;
    this.#bytes = 0;
    this.#open = true;
    this.#full = false;
    this.#key = descriptor;
    this.#keyType = type;
    words[place.chains]! += 1;
    if (type !== hashTypes.none) words[place.hashes]! += 1;
  }

  #endFrame(length: number): void {
    const { words } = this.#registers;
    const packetLimit = words[place.packet_limit]!;
    const byteLimit = words[place.byte_limit]!;
    this.#bytes += length;
    this.#inFrame = false;
    if (this.#packets === greatestPackets || (packetLimit !== 0 && this.#packets >= packetLimit)) {
      this.#full = true;
      this.#fullReason = closeReasons.packets;
    } else if (this.#bytes >= greatestBytes || (byteLimit !== 0 && this.#bytes >= byteLimit)) {
      this.#full = true;
      this.#fullReason = closeReasons.bytes;
    } else {
      this.#full = false;
    }
    words[place.frames]! += 1;
  }

  #closeAlone(items: Buffer<Item>): void {
    const item = items.push();
    this.#close(item, closeReasons.idle);
    item.frame = false;
    item.start = false;
    this.#open = false;
    this.#full = false;
  }
}
