/** The walker of page tables. Source: `docs/systems/memory-management-unit.md`, "Unit: TLB and walker". */
import {
  entryBytes,
  faultCauses,
  type MemoryManagementUnitParameters,
  markBits,
  memoryIdWidth,
} from '../../../rtl/memory-management-unit/interface.ts';
import type { HeldBeat } from '../primitives/channels.ts';
import type { Check } from './check.ts';
import type { Events } from './events.ts';
import { type Geometry, isError, type Memory, memories, setOf, superStart } from './geometry.ts';
import type { MemoryPort } from './memory-port.ts';
import type { Registers } from './registers.ts';
import { burstTypes, loadRequest, ownRest } from './requests.ts';
import { decodeEntry, directLeaf, type Leaf, type Translations } from './tables.ts';
import type { Tlb } from './tlb.ts';
import type { Wires } from './wires.ts';

export const walkStates = { idle: 0, ask: 1, wait: 2, index: 3, value: 4, fill: 5, fault: 6 } as const;
const topLevel = 3;
const levelBits = 9;

/** What a walk is for. */
export interface Walk {
  /** 0 read, 1 write. */
  readonly direction: number;
  readonly domain: number;
  readonly page: number;
}

const noWalk: Walk = { direction: 0, domain: 0, page: 0 };

export class Walker {
  state: number = walkStates.idle;
  /** The memory that it waits for. */
  port: Memory = 0;
  cause = 0;
  /** The memory whose AR register it asks for in this cycle. */
  asked: Memory | undefined;
  readonly #p: MemoryManagementUnitParameters;
  readonly #geometry: Geometry;
  readonly #registers: Registers;
  readonly #ports: readonly MemoryPort[];
  readonly #tlb: Tlb;
  readonly #check: Check;
  readonly #events: Events;
  readonly #beats: number;
  #walk = noWalk;
  #level = 0;
  #pointer: Translations = { enabled: 0, frames: [0, 0], forms: [0, 0] };
  #leaf: Leaf | undefined;
  #tried = 0;
  #marks = 0;
  #dirty = false;
  readonly #words = new Uint32Array(4);
  #beat = 0;
  #refused = false;
  #spoiled = false;
  #granted = false;

  constructor(
    parameters: MemoryManagementUnitParameters,
    geometry: Geometry,
    registers: Registers,
    ports: readonly MemoryPort[],
    tlb: Tlb,
    check: Check,
    events: Events,
  ) {
    this.#p = parameters;
    this.#geometry = geometry;
    this.#registers = registers;
    this.#ports = ports;
    this.#tlb = tlb;
    this.#check = check;
    this.#events = events;
    this.#beats = entryBytes / geometry.beatBytes;
  }

  reset(): void {
    this.state = walkStates.idle;
    this.port = 0;
    this.#walk = noWalk;
    this.#dirty = false;
    this.#marks = 0;
    this.#tried = 0;
  }

  /** Nothing is looked up while it reads a cookie, or fills an entry. */
  get keepsOut(): boolean {
    return this.state === walkStates.index || this.state === walkStates.fill;
  }

  get atRest(): boolean {
    return this.state === walkStates.idle || this.state === walkStates.fault;
  }

  get waiting(): boolean {
    return this.state === walkStates.wait;
  }

  /** It has found a fault for just this. */
  faults({ direction, domain, page }: Walk): boolean {
    const walk = this.#walk;
    const same = walk.direction === direction && walk.domain === domain && walk.page === page;
    return this.state === walkStates.fault && same;
  }

  mayStart(direction: number): boolean {
    return this.state === walkStates.idle || (this.state === walkStates.fault && this.#walk.direction === direction);
  }

  /** Whether a beat with this last may be its next. */
  expects(memory: Memory, last: boolean): boolean {
    return this.waiting && this.port === memory && last === (this.#beat === this.#beats - 1);
  }

  decide(inputs: Uint32Array, wires: Wires): void {
    this.#spoiled = this.#dirty || wires.bumpFlush;
    const usable = this.#pointer.enabled & wires.readable & ~this.#tried;
    const asks = this.state === walkStates.ask && !this.#spoiled;
    this.asked = asks ? memories.find((memory) => (usable & setOf(memory)) !== 0) : undefined;
    this.#granted = this.asked !== undefined && this.#ports[this.asked]!.ar.free(inputs);
  }

  /**
   * The edge.
   * @param beat what comes to it in this cycle
   * @param place where the TLB would fill, by the state before the edge; and whether it was full
   */
  edge(wires: Wires, beat: HeldBeat | undefined, place: number, wasFull: boolean): void {
    const leaf = this.#leaf;
    const marked = leaf !== undefined && this.#isMarked(leaf.index);
    if (wires.bump && this.state !== walkStates.idle) this.#note(wires);
    switch (this.state) {
      case walkStates.ask:
        this.#ask();
        break;
      case walkStates.wait:
        this.#wait(wires, beat);
        break;
      case walkStates.index:
        if (this.#spoiled) this.#begin();
        else {
          this.#check.cookieIndex = leaf!.index;
          this.state = walkStates.value;
        }
        break;
      case walkStates.value:
        if (this.#spoiled) this.#begin();
        else this.state = walkStates.fill;
        break;
      case walkStates.fill:
        if (this.#spoiled) this.#begin();
        else if (marked) this.#readAgain();
        else this.#fill(leaf!, wires.cookie, place, wasFull);
        break;
      default:
    }
  }

  #isMarked(index: number): boolean {
    return ((this.#marks >>> (index % markBits(this.#p))) & 1) !== 0;
  }

  #note({ bumpIndex, bumpFlush }: Wires): void {
    this.#marks |= 1 << (bumpIndex % markBits(this.#p));
    if (!bumpFlush) return;
    if (this.state === walkStates.fault) this.state = walkStates.idle;
    else this.#dirty = true;
  }

  /** A walk starts at the edge of a miss. */
  start(walk: Walk): void {
    this.#walk = walk;
    this.#events.misses += 1;
    this.#begin();
  }

  /** Its fault has been taken by a request. */
  taken(): void {
    this.state = walkStates.idle;
  }

  #begin(): void {
    this.#level = topLevel;
    this.#tried = 0;
    this.#marks = 0;
    this.#dirty = false;
    if (this.#registers.direct) {
      this.#leaf = directLeaf(this.#walk.page, this.#geometry, this.#p);
      if (this.#leaf === undefined) this.#fault(faultCauses.no_translation);
      else this.state = walkStates.index;
      return;
    }
    const { tables } = this.#registers;
    if (tables === undefined) {
      this.#fault(faultCauses.no_translation);
      return;
    }
    this.#pointer = tables;
    this.state = walkStates.ask;
  }

  /** Reads the leaf once more; the entries that led to it still stand. */
  #readAgain(): void {
    if (this.#level === topLevel) {
      this.#begin();
      return;
    }
    this.#tried = 0;
    this.#marks = 0;
    this.state = walkStates.ask;
  }

  #fault(cause: number): void {
    this.cause = cause;
    this.state = walkStates.fault;
  }

  #ask(): void {
    if (this.#spoiled) this.#begin();
    else if (this.asked === undefined) this.#fault(faultCauses.lost);
    else if (this.#granted) this.#load(this.asked);
  }

  #load(memory: Memory): void {
    const { frames, forms } = this.#pointer;
    const { domain, page } = this.#walk;
    const index =
      this.#level === topLevel ? domain : Math.floor(page / 2 ** (levelBits * this.#level)) % 2 ** levelBits;
    const table = frames[memory] - (frames[memory] % 2);
    const { ar } = this.#ports[memory]!;
    loadRequest(ar, this.#geometry, {
      id: 2 ** (memoryIdWidth(this.#p) - 1),
      address: this.#geometry.physical(forms[memory], table, index * entryBytes),
      length: this.#beats - 1,
      size: this.#geometry.wholeBeat,
      burst: burstTypes.increment,
      lock: 0,
      rest: ownRest,
    });
    ar.of = 'walker';
    this.port = memory;
    this.#beat = 0;
    this.#refused = false;
    this.state = walkStates.wait;
  }

  #wait(wires: Wires, beat: HeldBeat | undefined): void {
    if ((wires.failed & setOf(this.port)) !== 0) this.#again();
    if (beat === undefined) return;
    const { dataWords } = this.#geometry;
    for (let word = 0; word < dataWords; word += 1) this.#words[this.#beat * dataWords + word] = beat.word(1 + word);
    if (isError(beat.word(1 + dataWords))) this.#refused = true;
    this.#beat += 1;
    if (this.#beat === this.#beats) this.#read();
  }

  /** Tries the other memory. */
  #again(): void {
    this.#tried |= setOf(this.port);
    this.state = walkStates.ask;
  }

  #read(): void {
    if (this.#spoiled) {
      this.#begin();
      return;
    }
    if (this.#refused) {
      this.#events.error |= setOf(this.port);
      this.#again();
      return;
    }
    const found = decodeEntry(this.#words, this.#level, this.#geometry, this.#p);
    if (found.kind === 'fault') this.#fault(found.cause);
    else if (found.kind === 'leaf') {
      this.#leaf = found.leaf;
      this.state = walkStates.index;
    } else {
      this.#pointer = found.pointer;
      this.#level -= 1;
      this.#tried = 0;
      this.state = walkStates.ask;
    }
  }

  #fill(leaf: Leaf, cookie: number, place: number, wasFull: boolean): void {
    const { domain, page } = this.#walk;
    this.#tlb.fill(place, wasFull, { domain, page: leaf.superPage ? superStart(page) : page, cookie, leaf });
    this.state = walkStates.idle;
  }
}
