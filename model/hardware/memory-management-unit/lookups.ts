/** Requests, and how they are looked up and enter. Source: `docs/systems/memory-management-unit.md`, "Unit: requests". */
import { faultCauses, responses } from '../../../rtl/memory-management-unit/interface.ts';
import type { Events } from './events.ts';
import { both, type Geometry, memories, pageBytes, setOf, superStart, withinSuper } from './geometry.ts';
import type { MemoryPort } from './memory-port.ts';
import { type ReadSlot, type ReadSlots, readStates } from './read-slots.ts';
import { fetches, type HeldRequest, loadRequest, pageOf, privileged, type Request } from './requests.ts';
import type { Slot } from './slots.ts';
import type { Entry, Tlb } from './tlb.ts';
import type { Walker } from './walker.ts';
import type { Wires } from './wires.ts';
import { type WriteSlot, type WriteSlots, writeStates } from './write-slots.ts';

export const directions = { read: 0, write: 1 } as const;

/** What asks: a slot in state again, or a candidate, which would take a new slot. */
interface Asker {
  readonly request: Request;
  readonly slot: Slot | undefined;
}

/** What becomes of an access. */
interface Verdict {
  readonly local: boolean;
  readonly response: number;
  readonly cause: number;
  /** Of reads. */
  readonly route: number;
}

const local = (response: number, cause: number): Verdict => ({ local: true, response, cause, route: 0 });

/** What was looked up in a cycle. */
interface Lookup {
  readonly direction: number;
  readonly asker: Asker;
  /** Undefined: a miss. */
  readonly hit: { readonly entry: Entry; readonly number: number } | undefined;
  /** Of a hit, or of a fault that the walker found. */
  readonly verdict: Verdict | undefined;
  readonly enters: boolean;
  readonly starts: boolean;
}

export class Lookups {
  compareWanted = false;
  readonly #heldRead: HeldRequest;
  readonly #heldWrite: HeldRequest;
  readonly #reads: ReadSlots;
  readonly #writes: WriteSlots;
  readonly #ports: readonly MemoryPort[];
  readonly #tlb: Tlb;
  readonly #walker: Walker;
  readonly #geometry: Geometry;
  readonly #events: Events;
  #lookedLast: number = directions.write;
  #lookup: Lookup | undefined;
  #stopped = false;

  constructor(parts: {
    readonly heldRead: HeldRequest;
    readonly heldWrite: HeldRequest;
    readonly reads: ReadSlots;
    readonly writes: WriteSlots;
    readonly ports: readonly MemoryPort[];
    readonly tlb: Tlb;
    readonly walker: Walker;
    readonly geometry: Geometry;
    readonly events: Events;
  }) {
    this.#heldRead = parts.heldRead;
    this.#heldWrite = parts.heldWrite;
    this.#reads = parts.reads;
    this.#writes = parts.writes;
    this.#ports = parts.ports;
    this.#tlb = parts.tlb;
    this.#walker = parts.walker;
    this.#geometry = parts.geometry;
    this.#events = parts.events;
  }

  reset(): void {
    this.compareWanted = false;
    this.#lookedLast = directions.write;
  }

  #readAsker(): Asker | undefined {
    const isAgain = (slot: ReadSlot): boolean => slot.state === readStates.again;
    const slot = this.#reads.oldest(isAgain);
    if (slot === undefined) return this.#candidate(this.#heldRead, this.#reads.next);
    return this.#reads.some((each) => isAgain(each) && each.pending !== 0)
      ? undefined
      : { slot, request: slot.request };
  }

  #writeAsker(): Asker | undefined {
    const slot = this.#writes.oldest(({ state }) => state === writeStates.again);
    if (slot !== undefined) return { slot, request: slot.request };
    return this.#candidate(this.#heldWrite, this.#writes.next);
  }

  #candidate(held: HeldRequest, next: Slot): Asker | undefined {
    return held.beat.has && !next.valid ? { slot: undefined, request: held.request } : undefined;
  }

  /**
   * @param allowed whether something may begin on both memories in this cycle
   * @param stopped whether the processor takes no answers to reads
   */
  decide(inputs: Uint32Array, wires: Wires, allowed: boolean, stopped: boolean): void {
    this.#lookup = undefined;
    this.#stopped = stopped;
    if (wires.bump || this.#walker.keepsOut) return;
    const askers = [stopped ? undefined : this.#readAsker(), this.#writeAsker()];
    const turn = 1 - this.#lookedLast;
    const direction = askers[turn] === undefined ? 1 - turn : turn;
    const asker = askers[direction];
    if (asker === undefined) return;
    const { request } = asker;
    const number = this.#tlb.find(request.domain, pageOf(request));
    this.#lookup =
      number < 0
        ? this.#miss(direction, asker)
        : this.#hit(inputs, wires, allowed, direction, asker, { entry: this.#tlb.at(number)!, number });
  }

  #miss(direction: number, asker: Asker): Lookup {
    const { domain } = asker.request;
    const found = this.#walker.faults({ direction, domain, page: pageOf(asker.request) });
    const { cause } = this.#walker;
    const response = cause === faultCauses.lost ? responses.subordinate_error : responses.decode_error;
    const verdict = found ? local(response, cause) : undefined;
    const starts = !found && this.#walker.mayStart(direction);
    return { direction, asker, hit: undefined, verdict, enters: found, starts };
  }

  #hit(
    inputs: Uint32Array,
    wires: Wires,
    allowed: boolean,
    direction: number,
    asker: Asker,
    hit: { readonly entry: Entry; readonly number: number },
  ): Lookup {
    const slot = asker.slot as ReadSlot | undefined;
    const verdict = this.#judge(wires, direction, asker.request, slot, hit.entry);
    const enters =
      direction === directions.write || verdict.local || this.#canEnter(inputs, asker, verdict.route, allowed);
    return { direction, asker, hit, verdict, enters, starts: false };
  }

  #judge(wires: Wires, direction: number, request: Request, slot: ReadSlot | undefined, { leaf }: Entry): Verdict {
    const writes = direction === directions.write;
    const permitted = writes ? leaf.write : fetches(request) ? leaf.execute : leaf.read;
    if (!permitted || (!privileged(request) && !leaf.user)) {
      return local(responses.subordinate_error, faultCauses.permission);
    }
    if (leaf.fake) return local(responses.okay, 0);
    if (writes) {
      // No monitor watches both copies.
      if (request.lock !== 0 && leaf.enabled === both) return local(responses.okay, 0);
      return { local: false, response: 0, cause: 0, route: 0 };
    }
    const reachable = leaf.enabled & wires.readable;
    const usable = reachable & ~(slot?.excluded ?? 0) || reachable;
    if (usable === 0) return local(responses.subordinate_error, faultCauses.lost);
    const route = usable === both && !leaf.compare ? setOf(0) : usable;
    return { local: false, response: 0, cause: 0, route };
  }

  #canEnter(inputs: Uint32Array, asker: Asker, route: number, allowed: boolean): boolean {
    const slot = asker.slot as ReadSlot | undefined;
    const { id } = asker.request;
    const sameIdentifier =
      slot === undefined ? this.#reads.slots.filter((each) => each.valid && each.request.id === id) : undefined;
    const older = sameIdentifier ?? this.#reads.olderThan(slot!);
    if (older.some((each) => each.route !== route)) return false;
    const asks = memories.filter((memory) => (route & setOf(memory)) !== 0);
    if (asks.some((memory) => this.#walker.asked === memory || !this.#ports[memory]!.ar.free(inputs))) return false;
    if (route !== both) return true;
    const open = this.#reads.some((each) => each !== slot && each.state === readStates.flight && each.route === both);
    return !open && this.compareWanted && allowed;
  }

  /** The edge; it must come after all else that changes slots, but for what is sent again. Returns what enters by a hit. */
  edge(): { readonly slot: Slot; readonly number: number; readonly entry: Entry } | undefined {
    const lookup = this.#lookup;
    const read = lookup?.direction === directions.read;
    if (this.#stopped) this.compareWanted = false;
    const enters = lookup?.enters === true;
    if (lookup !== undefined) {
      this.#lookedLast = lookup.direction;
      const { request } = lookup.asker;
      if (lookup.starts) {
        this.#walker.start({ direction: lookup.direction, domain: request.domain, page: pageOf(request) });
      }
      if (read) this.compareWanted = lookup.hit !== undefined && lookup.verdict!.route === both && !enters;
    }
    this.#settle(this.#heldRead, enters && read && lookup.asker.slot === undefined);
    this.#settle(this.#heldWrite, enters && !read && lookup.asker.slot === undefined);
    if (!enters) return undefined;
    const { hit, verdict } = lookup;
    const slot = read ? this.#readSlot(lookup) : this.#writeSlot(lookup);
    slot.local = verdict!.local;
    slot.response = verdict!.response;
    slot.cause = verdict!.cause;
    slot.checked = hit === undefined;
    if (hit === undefined) this.#walker.taken();
    else {
      this.#events.hits += 1;
      this.#translate(slot, hit.entry);
    }
    if (read) this.#enterRead(slot as ReadSlot, verdict!.route);
    else this.#enterWrite(slot as WriteSlot);
    return hit && { slot, ...hit };
  }

  #settle({ beat }: HeldRequest, moves: boolean): void {
    if (!beat.has) return;
    if (moves) beat.empty();
    else beat.keep();
  }

  #readSlot({ asker }: Lookup): ReadSlot {
    if (asker.slot !== undefined) return asker.slot as ReadSlot;
    const slot = this.#reads.next;
    this.#reads.tail = this.#reads.after(this.#reads.tail);
    return Object.assign(slot, { valid: true, request: asker.request, delivered: 0, excluded: 0, granted: false });
  }

  #writeSlot({ asker }: Lookup): WriteSlot {
    if (asker.slot !== undefined) return asker.slot as WriteSlot;
    const slot = this.#writes.next;
    this.#writes.tail = this.#writes.after(this.#writes.tail);
    return Object.assign(slot, { valid: true, request: asker.request, worst: 0 });
  }

  #translate(slot: Slot, { leaf }: Entry): void {
    const page = pageOf(slot.request);
    const offset = slot.request.address % pageBytes;
    const frame = (number: number): number => (leaf.superPage ? superStart(number) + withinSuper(page) : number);
    const [first, second] = leaf.frames;
    slot.enabled = leaf.enabled;
    slot.index = leaf.index;
    slot.frames = [frame(first), frame(second)];
    slot.addresses = [
      this.#geometry.physical(leaf.forms[0], slot.frames[0], offset),
      this.#geometry.physical(leaf.forms[1], slot.frames[1], offset),
    ];
  }

  #enterRead(slot: ReadSlot, route: number): void {
    slot.state = readStates.flight;
    slot.route = route;
    slot.pending = route;
    slot.skip = slot.delivered;
    slot.asked = slot.enabled === both || slot.delivered !== 0 ? 0 : slot.request.lock;
    for (const memory of memories) {
      if ((route & setOf(memory)) === 0) continue;
      const { ar } = this.#ports[memory]!;
      loadRequest(ar, this.#geometry, { ...slot.request, address: slot.addresses[memory], lock: slot.asked });
      ar.of = slot;
    }
  }

  #enterWrite(slot: WriteSlot): void {
    Object.assign(slot, {
      state: writeStates.translated,
      cut: false,
      leaving: false,
      sent: false,
      route: 0,
      pending: 0,
    });
  }
}
