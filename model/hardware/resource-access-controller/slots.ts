/** The transactions in flight in one direction. Source: `docs/systems/resource-access-controller.md`, "Requests". */

/** The lowest bit that is 1; the mask is not 0. */
export const lowest = (mask: number): number => 31 - Math.clz32(mask & -mask);

/** The first in cyclic order from `from` among the bits that are 1; the mask is not 0. */
export const firstFrom = (mask: number, from: number): number => {
  const after = mask & (-1 << from);
  return lowest(after !== 0 ? after : mask);
};

/** What a request's entry said in the cycle of its handshake. */
export interface Decoded {
  code: number;
  policy: number;
  resource: number;
  port: number;
}

/** Slots of one direction. What is a bit a slot is a mask, bit s for slot s. */
export class Slots {
  readonly count: number;
  valid = 0;
  local = 0;
  refused = 0;
  lock = 0;
  received = 0;
  delivered = 0;
  /** Those of rank 0: the oldest of their identifier. */
  front = 0;
  /** The valid slots of each port. */
  readonly ofPort: Int32Array;
  readonly id: Uint8Array;
  readonly port: Uint8Array;
  readonly resource: Uint8Array;
  readonly policy: Uint8Array;
  readonly code: Uint8Array;
  readonly beats: Uint8Array;
  readonly rank: Uint8Array;
  /** Cycles for which the device has kept the transaction waiting. */
  readonly age: Uint32Array;
  /** The address memory, in a low and a high word; it has no reset. */
  readonly addressLow: Uint32Array;
  readonly addressHigh: Uint32Array;
  readonly #all: number;

  constructor(count: number, ports: number) {
    this.count = count;
    this.#all = 2 ** count - 1;
    this.ofPort = new Int32Array(ports);
    const bytes = (): Uint8Array => new Uint8Array(count);
    this.id = bytes();
    this.port = bytes();
    this.resource = bytes();
    this.policy = bytes();
    this.code = bytes();
    this.beats = bytes();
    this.rank = bytes();
    this.age = new Uint32Array(count);
    this.addressLow = new Uint32Array(count);
    this.addressHigh = new Uint32Array(count);
  }

  reset(): void {
    this.valid = 0;
    this.local = 0;
    this.refused = 0;
    this.lock = 0;
    this.received = 0;
    this.delivered = 0;
    this.front = 0;
    this.ofPort.fill(0);
  }

  /** The lowest free slot, or -1. */
  get free(): number {
    const free = ~this.valid & this.#all;
    return free === 0 ? -1 : lowest(free);
  }

  /** The valid slots whose route is local. */
  routedLocal(isolated: number): number {
    let mask = this.local;
    for (let rest = isolated; rest !== 0; rest &= rest - 1) mask |= this.ofPort[lowest(rest)]!;
    return mask & this.valid;
  }

  /** Whether every valid slot with this identifier has this route: a port, or -1 for local. */
  agrees(id: number, route: number, isolated: number): boolean {
    if (this.valid === 0) return true;
    const local = this.routedLocal(isolated);
    const same = route < 0 ? local : this.ofPort[route]! & ~local;
    for (let rest = this.valid & ~same; rest !== 0; rest &= rest - 1) {
      if (this.id[lowest(rest)] === id) return false;
    }
    return true;
  }

  /** The edge at which a slot completes. */
  complete(slot: number): void {
    const bit = 1 << slot;
    this.valid &= ~bit;
    this.ofPort[this.port[slot]!]! &= ~bit;
    const id = this.id[slot]!;
    for (let rest = this.valid; rest !== 0; rest &= rest - 1) {
      const other = lowest(rest);
      if (this.id[other] !== id) continue;
      const rank = this.rank[other]! - 1;
      this.rank[other] = rank;
      if (rank === 0) this.front |= 1 << other;
    }
  }

  /** The edge at which a request enters; after `complete`, so that the rank leaves out what completes. */
  enter(
    slot: number,
    id: number,
    decoded: Decoded,
    local: boolean,
    refused: boolean,
    lock: number,
    beats: number,
  ): void {
    let rank = 0;
    for (let rest = this.valid; rest !== 0; rest &= rest - 1) if (this.id[lowest(rest)] === id) rank += 1;
    const bit = 1 << slot;
    this.valid |= bit;
    this.local = local ? this.local | bit : this.local & ~bit;
    this.refused = refused ? this.refused | bit : this.refused & ~bit;
    this.lock = lock !== 0 ? this.lock | bit : this.lock & ~bit;
    this.front = rank === 0 ? this.front | bit : this.front & ~bit;
    this.received &= ~bit;
    this.delivered &= ~bit;
    this.ofPort[decoded.port]! |= bit;
    this.id[slot] = id;
    this.port[slot] = decoded.port;
    this.resource[slot] = decoded.resource;
    this.policy[slot] = decoded.policy;
    this.code[slot] = decoded.code;
    this.beats[slot] = beats;
    this.rank[slot] = rank;
    this.age[slot] = 0;
  }

  /** The edge makes the slots of isolated ports local. */
  localize(isolated: number): void {
    for (let rest = isolated; rest !== 0; rest &= rest - 1) this.local |= this.ofPort[lowest(rest)]!;
  }

  /** The resources of the valid slots that are not local, as a mask. */
  get resourcesAtDevices(): number {
    let resources = 0;
    for (let rest = this.valid & ~this.local; rest !== 0; rest &= rest - 1) {
      resources |= 1 << this.resource[lowest(rest)]!;
    }
    return resources;
  }
}
