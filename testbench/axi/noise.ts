/** A payload without valid means nothing, so it becomes noise: hardware that looks at it all the same is found out. */
import type { PortSlot } from '../../rtl/hdl/port-layout.ts';
import type { AddressWords, Axi4Words } from './words.ts';

const lastMask = (width: number): number => (width % 32 === 0 ? 0xffff_ffff : 2 ** (width % 32) - 1);

export class Noise {
  private state: number;
  private readonly words: Axi4Words;

  constructor(words: Axi4Words, owner: 'manager' | 'subordinate', seed = 0) {
    this.words = words;
    this.state = (owner === 'manager' ? 0x2545_f491 : 0x9e37_79b9) ^ Math.imul(seed, 0x85eb_ca6b) || 1;
  }

  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state >>> 0;
  }

  private fill(record: Uint32Array, slot: PortSlot): void {
    for (let word = 0; word < slot.words - 1; word += 1) record[slot.word + word] = this.next();
    record[slot.word + slot.words - 1] = this.next() & lastMask(slot.width);
  }

  address(record: Uint32Array, words: AddressWords): void {
    const bits = this.next();
    record[words.id] = this.next() & this.words.idMask;
    this.fill(record, words.address);
    record[words.length] = bits & 0xff;
    record[words.size] = (bits >>> 8) & 7;
    record[words.burst] = (bits >>> 11) & 3;
    record[words.lock] = (bits >>> 13) & 1;
    record[words.cache] = (bits >>> 14) & 15;
    record[words.prot] = (bits >>> 18) & 7;
    record[words.qos] = (bits >>> 21) & 15;
    record[words.region] = (bits >>> 25) & 15;
  }

  w(record: Uint32Array): void {
    const { data, strobes, last } = this.words.w;
    this.fill(record, data);
    this.fill(record, strobes);
    record[last] = this.next() & 1;
  }

  b(record: Uint32Array): void {
    const { id, response } = this.words.b;
    record[id] = this.next() & this.words.idMask;
    record[response] = this.next() & 3;
  }

  r(record: Uint32Array): void {
    const { id, data, response, last } = this.words.r;
    const bits = this.next();
    record[id] = this.next() & this.words.idMask;
    this.fill(record, data);
    record[response] = bits & 3;
    record[last] = (bits >>> 2) & 1;
  }
}
