/** A processor's bus side: offers what software asks for, and takes the answers. Source: `docs/systems/platform.md`. */
import type { PortLayout } from '../../primitives/ports.ts';
import { wordOf } from '../../primitives/ports.ts';
import type { Burst, Transfer } from '../transfer.ts';
import { type SubordinatePlaces, subordinatePlaces } from './axi-places.ts';

const identifiers = 16;
const incrementing = 1;
/** Bufferable, modifiable: what memory is. */
const cache = 3;

class Direction {
  readonly queue: Burst[] = [];
  /** By identifier. */
  readonly flying: (Burst | undefined)[] = Array.from({ length: identifiers }, () => undefined);
  offered = false;

  get count(): number {
    return this.queue.length + this.flying.filter((burst) => burst !== undefined).length;
  }
}

export class ProcessorPort {
  readonly #at: SubordinatePlaces;
  readonly #users: { readonly aw: number; readonly ar: number };
  readonly #reads = new Direction();
  readonly #writes = new Direction();
  /** Bursts whose data are to be sent, in the order of their addresses. */
  readonly #data: Burst[] = [];
  #beatOffered = false;
  #open = 0;
  /** Transfers answered in this cycle, writes before reads. */
  readonly answered: Transfer[] = [];
  readonly #standing = new Set<Transfer>();

  constructor(layout: PortLayout, prefix: string) {
    this.#at = subordinatePlaces(layout, prefix);
    this.#users = { aw: wordOf(layout.inputs, `${prefix}_awuser`), ar: wordOf(layout.inputs, `${prefix}_aruser`) };
  }

  /** Transfers that have not been answered. */
  get open(): number {
    return this.#standing.size;
  }

  get standing(): ReadonlySet<Transfer> {
    return this.#standing;
  }

  ask(transfer: Transfer): void {
    this.#standing.add(transfer);
    const direction = transfer.access.write ? this.#writes : this.#reads;
    for (const burst of transfer.bursts()) {
      direction.queue.push(burst);
      this.#open += 1;
    }
  }

  drive(inputs: Uint32Array): void {
    const at = this.#at.in;
    inputs[at.rready] = 1;
    inputs[at.bready] = 1;
    if (this.#open === 0) return;
    this.#offer(this.#reads, 'ar', inputs);
    const write = this.#offer(this.#writes, 'aw', inputs);
    if (write !== undefined) this.#data.push(write);
    const data = this.#data[0];
    if (this.#beatOffered || data === undefined) return;
    this.#beatOffered = true;
    inputs[at.wstrb] = data.transfer.put(data, inputs, at.wdata);
    inputs[at.wlast] = Number(data.beat > data.len);
    inputs[at.wvalid] = 1;
  }

  /** Puts the next request on its channel, if that is free and an identifier is. */
  #offer(direction: Direction, channel: 'ar' | 'aw', inputs: Uint32Array): Burst | undefined {
    if (direction.offered || direction.queue.length === 0) return undefined;
    const id = direction.flying.indexOf(undefined);
    if (id < 0) return undefined;
    const burst = direction.queue.shift()!;
    direction.flying[id] = burst;
    direction.offered = true;
    const at = this.#at.in;
    const { domain, privileged } = burst.transfer.access.context;
    inputs[at[`${channel}id`]] = id;
    inputs[at[`${channel}addr`]] = burst.address % 2 ** 32;
    inputs[at[`${channel}addr`] + 1] = Math.floor(burst.address / 2 ** 32);
    inputs[at[`${channel}len`]] = burst.len;
    inputs[at[`${channel}size`]] = burst.size;
    inputs[at[`${channel}burst`]] = incrementing;
    inputs[at[`${channel}cache`]] = cache;
    inputs[at[`${channel}prot`]] = Number(privileged);
    inputs[this.#users[channel]] = domain;
    inputs[at[`${channel}valid`]] = 1;
    return burst;
  }

  observe(inputs: Uint32Array, outputs: Uint32Array): void {
    if (this.#open === 0) return;
    const { in: into, out } = this.#at;
    if (outputs[out.bvalid] !== 0) {
      const burst = this.#end(this.#writes, outputs[out.bid]!);
      if (burst.transfer.answered(outputs[out.bresp]!)) this.#answer(burst.transfer);
    }
    if (outputs[out.rvalid] !== 0) this.#takeBeat(outputs);
    if (inputs[into.awvalid] !== 0 && outputs[out.awready] !== 0) {
      this.#writes.offered = false;
      inputs[into.awvalid] = 0;
    }
    if (inputs[into.arvalid] !== 0 && outputs[out.arready] !== 0) {
      this.#reads.offered = false;
      inputs[into.arvalid] = 0;
    }
    if (inputs[into.wvalid] === 0 || outputs[out.wready] === 0) return;
    inputs[into.wvalid] = 0;
    this.#beatOffered = false;
    if (this.#data[0]!.beat > this.#data[0]!.len) this.#data.shift();
  }

  #takeBeat(outputs: Uint32Array): void {
    const { out } = this.#at;
    const id = outputs[out.rid]!;
    const burst = this.#reads.flying[id];
    if (burst === undefined) throw new Error(`the machine answers a read ${id} that was not asked for`);
    const response = outputs[out.rresp]!;
    burst.transfer.take(burst, outputs, out.rdata);
    const last = outputs[out.rlast] !== 0;
    if (last !== burst.beat > burst.len) throw new Error(`the machine ends read ${id} after ${burst.beat} beats`);
    if (!last) {
      burst.transfer.worsen(response);
      return;
    }
    this.#end(this.#reads, id);
    if (burst.transfer.answered(response)) this.#answer(burst.transfer);
  }

  #end(direction: Direction, id: number): Burst {
    const burst = direction.flying[id];
    if (burst === undefined) throw new Error(`the machine answers a write ${id} that was not asked for`);
    direction.flying[id] = undefined;
    this.#open -= 1;
    return burst;
  }

  #answer(transfer: Transfer): void {
    this.#standing.delete(transfer);
    this.answered.push(transfer);
  }
}
