/** Read data on its way to the processor. Source: `docs/systems/memory-management-unit.md`, "Unit: reads". */
import { responses } from '../../../rtl/memory-management-unit/interface.ts';
import type { HeldBeat, OutputRegister } from '../primitives/channels.ts';
import type { Check } from './check.ts';
import type { Events } from './events.ts';
import { both, type Geometry, isError, type Memory, other, setOf } from './geometry.ts';
import type { MemoryPort } from './memory-port.ts';
import { type ReadSlot, type ReadSlots, readStates } from './read-slots.ts';
import { lanesOf } from './requests.ts';
import { Stop } from './stop.ts';
import type { Walker } from './walker.ts';
import type { Wires } from './wires.ts';

/** What becomes of the R candidate of a port. */
type Fate =
  | 'none'
  | 'failed'
  | 'walker'
  | 'wrong'
  | 'again'
  | 'stays'
  /** It has come as far as pairs are looked for. */
  | 'comes'
  | 'skipped'
  | 'failover'
  | 'offers';

interface Candidate {
  fate: Fate;
  slot: ReadSlot | undefined;
}

export class Deliveries {
  readonly #ports: readonly [MemoryPort, MemoryPort];
  readonly #output: OutputRegister;
  readonly #slots: ReadSlots;
  readonly #walker: Walker;
  readonly #check: Check;
  readonly #geometry: Geometry;
  readonly #events: Events;
  readonly #walkerIdentifier: number;
  readonly #candidates: readonly [Candidate, Candidate] = [
    { fate: 'none', slot: undefined },
    { fate: 'none', slot: undefined },
  ];
  #pair = false;
  #local: ReadSlot | undefined;
  /** The source that wins the processor's register. */
  #winner = -1;
  #last = 0;
  /** The processor does not take what it is offered in this cycle. */
  #waits = false;
  readonly #stop: Stop;
  /** It has taken nothing for too long. */
  stopped = false;

  constructor(
    ports: readonly [MemoryPort, MemoryPort],
    output: OutputRegister,
    slots: ReadSlots,
    walker: Walker,
    check: Check,
    geometry: Geometry,
    events: Events,
    walkerIdentifier: number,
    timerWidth: number,
  ) {
    this.#stop = new Stop(timerWidth);
    this.#ports = ports;
    this.#output = output;
    this.#slots = slots;
    this.#walker = walker;
    this.#check = check;
    this.#geometry = geometry;
    this.#events = events;
    this.#walkerIdentifier = walkerIdentifier;
  }

  reset(): void {
    this.#last = 0;
    this.#stop.reset();
  }

  #response({ r }: MemoryPort): number {
    return r.word(1 + this.#geometry.dataWords);
  }

  #isLast({ r }: MemoryPort): boolean {
    return r.word(2 + this.#geometry.dataWords) !== 0;
  }

  /** The beat that comes to the walker in this cycle. */
  get walkerBeat(): HeldBeat | undefined {
    const index = this.#candidates.findIndex(({ fate }) => fate === 'walker');
    return index < 0 ? undefined : this.#ports[index]!.r;
  }

  /** Whether the port's candidate moves in this cycle and is the walker's, or one of this slot's. */
  passes(port: MemoryPort, of: ReadSlot | 'walker'): boolean {
    const { fate, slot } = this.#candidates[port.memory];
    if (fate === 'none' || this.#isStaying(port)) return false;
    return of === 'walker' ? fate === 'walker' : slot === of;
  }

  #isStaying({ memory }: MemoryPort): boolean {
    const { fate } = this.#candidates[memory];
    const source = this.#pair ? 0 : memory;
    return fate === 'wrong' || fate === 'stays' || (fate === 'offers' && this.#winner !== source);
  }

  decide(inputs: Uint32Array, wires: Wires, timeout: number): void {
    this.stopped = this.#stop.isSpent(timeout);
    this.#waits = !this.#output.free(inputs);
    for (const port of this.#ports) this.#look(inputs, wires, port);
    const [first, second] = this.#candidates;
    this.#pair = first.fate === 'comes' && second.fate === 'comes' && first.slot === second.slot;
    if (this.#pair) {
      const fate = first.slot!.skip !== 0 ? 'skipped' : 'offers';
      first.fate = fate;
      second.fate = fate;
    } else for (const port of this.#ports) this.#single(wires, port);
    this.#local = this.#slots.oldest(
      (slot) =>
        slot.local &&
        slot.state === readStates.flight &&
        this.#check.sure(slot) &&
        this.#slots.olderThan(slot).length === 0,
    );
    const offers = [first.fate === 'offers', second.fate === 'offers' && !this.#pair, this.#local !== undefined];
    this.#winner = -1;
    if (!this.#output.free(inputs)) return;
    for (let step = 1; step <= 3 && this.#winner < 0; step += 1) {
      if (offers[(this.#last + step) % 3] === true) this.#winner = (this.#last + step) % 3;
    }
  }

  /** Up to where pairs are looked for. */
  #look(inputs: Uint32Array, wires: Wires, port: MemoryPort): void {
    const { memory, r, ar } = port;
    const candidate = this.#candidates[memory];
    candidate.slot = undefined;
    const fateOf = (): Fate => {
      if (!r.has) return 'none';
      if ((wires.failed & setOf(memory)) !== 0) return 'failed';
      const id = r.word(0);
      const last = this.#isLast(port);
      if (id >= this.#walkerIdentifier) {
        return this.#walker.expects(memory, last) && !ar.holds('walker', inputs) ? 'walker' : 'wrong';
      }
      const slot = this.#slots.oldest((each) => each.request.id === id && (each.pending & setOf(memory)) !== 0);
      if (slot === undefined || ar.holds(slot, inputs)) return 'wrong';
      candidate.slot = slot;
      if (slot.state === readStates.again) return 'again';
      if (last !== (slot.skip === 0 && slot.delivered === slot.request.length)) return 'wrong';
      return this.#check.sure(slot) ? 'comes' : 'stays';
    };
    candidate.fate = fateOf();
  }

  #single(wires: Wires, port: MemoryPort): void {
    const candidate = this.#candidates[port.memory];
    if (candidate.fate !== 'comes') return;
    const { route, skip, enabled, excluded } = candidate.slot!;
    const otherSet = setOf(other(port.memory));
    const canFailOver = (enabled & wires.readable & ~excluded & otherSet) !== 0;
    if (route === both) candidate.fate = 'stays';
    else if (skip !== 0) candidate.fate = 'skipped';
    else candidate.fate = isError(this.#response(port)) && canFailOver ? 'failover' : 'offers';
  }

  /** The edge. */
  edge(): void {
    this.#stop.step(this.#waits);
    if (this.#winner >= 0) this.#deliver();
    if (this.#pair && this.#candidates[0].fate === 'skipped') this.#candidates[0].slot!.skip -= 1;
    for (const port of this.#ports) this.#move(port);
  }

  #move(port: MemoryPort): void {
    const { memory, r } = port;
    const { fate, slot } = this.#candidates[memory];
    if (fate === 'none') return;
    if (fate === 'wrong') this.#events.failure |= setOf(memory);
    if (fate === 'again') this.#drop(port, slot!);
    if (fate === 'skipped' && !this.#pair) slot!.skip -= 1;
    if (fate === 'failover') {
      this.#events.error |= setOf(memory);
      this.#events.failovers += 1;
      this.#slots.failOver(slot!, memory);
      this.#drop(port, slot!);
    }
    if (this.#isStaying(port)) r.keep();
    else r.empty();
  }

  #drop(port: MemoryPort, slot: ReadSlot): void {
    if (this.#isLast(port)) slot.pending &= ~setOf(port.memory);
  }

  #deliver(): void {
    const winner = this.#winner;
    this.#last = winner;
    const slot = winner === 2 ? this.#local! : this.#candidates[winner as Memory].slot!;
    const { request, delivered } = slot;
    const isLast = delivered === request.length;
    const { image, place } = this.#output;
    const { dataWords } = this.#geometry;
    const data = place.at + 1;
    image[place.at] = request.id;
    if (winner === 2) image.fill(slot.cause === 0 ? 0xffff_ffff : 0, data, data + dataWords);
    const own = winner === 2 ? slot.response : this.#pair ? this.#both(slot) : this.#one(winner as Memory, slot);
    const response = slot.granted && own === responses.okay ? responses.exclusive_okay : own;
    if (response === responses.exclusive_okay) slot.granted = true;
    image[data + dataWords] = response;
    image[data + dataWords + 1] = Number(isLast);
    this.#output.fill();
    slot.delivered += 1;
    if (!isLast) return;
    slot.valid = false;
    slot.pending = 0;
    if (winner === 2 && slot.cause !== 0) this.#events.readFault = slot;
  }

  #copy({ r }: MemoryPort): void {
    const data = this.#output.place.at + 1;
    for (let word = 0; word < this.#geometry.dataWords; word += 1) this.#output.image[data + word] = r.word(1 + word);
  }

  /** Gives one memory's data; returns the response. */
  #one(memory: Memory, { asked, delivered }: ReadSlot): number {
    const port = this.#ports[memory];
    this.#copy(port);
    const response = this.#response(port);
    if (isError(response)) this.#events.error |= setOf(memory);
    if (response !== responses.exclusive_okay) return response;
    return asked !== 0 && delivered === 0 ? response : responses.okay;
  }

  /** Gives the data of the first memory that did not refuse. */
  #both(slot: ReadSlot): number {
    const refused = this.#ports.map((port) => isError(this.#response(port)));
    this.#copy(this.#ports[refused[0] === true && refused[1] !== true ? 1 : 0]);
    this.#events.error |= Number(refused[0]) | (Number(refused[1]) << 1);
    if (refused[0] === true || refused[1] === true) {
      return refused[0] === true && refused[1] === true ? responses.subordinate_error : responses.okay;
    }
    if (this.#differ(slot)) {
      this.#events.differences += 1;
      this.#events.different = { slot, beat: slot.delivered };
    }
    return responses.okay;
  }

  #differ({ request, delivered }: ReadSlot): boolean {
    const { first, last } = lanesOf(request, delivered, this.#geometry.beatBytes);
    const [one, two] = this.#ports.map(({ r }) => r);
    for (let lane = first; lane <= last; lane += 1) {
      const word = 1 + (lane >> 2);
      if ((((one!.word(word) ^ two!.word(word)) >>> (8 * (lane & 3))) & 0xff) !== 0) return true;
    }
    return false;
  }
}
