/** The resolver: joins chains with their hashes. Source: `docs/systems/packet-unit.md`, "Resolver". */
import type { Buffer } from '../primitives/buffer.ts';
import { type ChainRecordWords, createTag, type HashedChain, type Item, type Tag } from './entries.ts';

export class Resolver {
  /** The current chain; `start` of it means nothing. */
  readonly #chain = createTag();

  reset(): void {
    Object.assign(this.#chain, createTag());
  }

  /** @returns whether a hashed chain is taken in this cycle. */
  step(
    items: Buffer<Item>,
    clients: Buffer<HashedChain>,
    records: Buffer<ChainRecordWords>,
    tags: Buffer<Tag>,
    accepting: number,
  ): boolean {
    if (!items.valid) return false;
    const item = items.front;
    const goes = (!item.close || records.ready) && (!item.frame || tags.ready) && (!item.start || clients.valid);
    if (!goes) return false;
    items.pop();
    if (item.close) this.#record(item, records.push());
    if (item.start) this.#startChain(item.number, clients.pop(), accepting);
    if (item.frame) this.#tag(item, tags.push());
    return item.start;
  }

  #startChain(number: number, hashed: HashedChain, accepting: number): void {
    const chain = this.#chain;
    chain.number = number;
    chain.hash = hashed.hash;
    chain.hashType = hashed.hashType;
    chain.client = hashed.client;
    chain.wanted = hashed.copies | (1 << hashed.client);
    chain.mask = chain.wanted & accepting;
  }

  #tag(item: Item, tag: Tag): void {
    const chain = this.#chain;
    tag.number = chain.number;
    tag.hash = chain.hash;
    tag.hashType = chain.hashType;
    tag.client = chain.client;
    tag.wanted = chain.wanted;
    tag.mask = chain.mask;
    tag.start = Number(item.start);
  }

  #record(item: Item, record: ChainRecordWords): void {
    const chain = this.#chain;
    record[0] = chain.hash;
    record[1] = item.bytes;
    record[2] = item.packets | (chain.number << 16);
    record[3] = chain.client | (item.reason << 8) | (chain.hashType << 12) | (chain.mask << 16);
  }
}
