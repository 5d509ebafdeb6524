/** Packet clients: rings of the receive engine in guests' own pages. Source: `docs/systems/hypervisor.md`, "Packet clients". */
import type { Processor } from '../../hardware/platform/index.ts';
import { below, CallRefusal } from '../calls/refusal.ts';
import { isOwnPage } from '../grants/grants.ts';
import { calls, clientPage, mostPacketEntriesLog2, ownPages, packetsPolled, pageBytes } from '../guest/layout.ts';
import type { Call, CallTable, Domains, EventSender } from '../interface.ts';
import { HypervisorError, type HypervisorMemory } from '../memory/interface.ts';
import { Lock } from '../memory/lock.ts';
import type { Scheduler, Thread } from '../schedule/index.ts';
import type { Traps } from '../virtual/traps.ts';
import { HeldWrites } from './held-writes.ts';
import { look, lookCycles, type Reason, restart, setInterrupt } from './look.ts';
import { type ClientRecord, ClientRecords, freeClient } from './record.ts';
import { clientStride, enginePage, mapClient, ringPages, stridePages, unmapClient } from './rings.ts';
import { Watch } from './watch.ts';

export interface PacketParts {
  readonly memory: HypervisorMemory;
  readonly scheduler: Scheduler;
  readonly domains: Domains;
  readonly events: EventSender;
  readonly traps: Traps;
}

/** What an entry that the engine had begun may still take, beside what memories that die make it wait. */
const entryCycles = 4096;
/** How often a ring is asked to start again before its caller is told to try later. */
const mostRestarts = 200;

/** A guest has a part of all clients at most, so that it does not use up others'. */
const mostOf = (clients: number): number => Math.max(1, clients / 4);

export class PacketClients {
  readonly #parts: PacketParts;
  readonly #records: ClientRecords;
  readonly #clients: number;
  readonly #lock = new Lock();
  readonly #watch: Watch;
  readonly heldWrites: HeldWrites;
  /** Domains known to have clients, each with its own. */
  readonly #owners = new Map<number, Set<number>>();

  constructor(parts: PacketParts) {
    const { memory, scheduler, domains } = parts;
    this.#parts = parts;
    this.#records = new ClientRecords(memory.areas);
    this.#clients = memory.platform.parameters.clients;
    this.#watch = new Watch(memory.platform, scheduler, (processor, client, reason) =>
      this.#look(processor, client, reason),
    );
    this.heldWrites = new HeldWrites({
      platform: memory.platform,
      scheduler,
      withRings: (processor, domain, body) =>
        this.#lock.hold(async () => body(await this.#enginePages(processor, domain))),
    });
    domains.onDestroy((thread, domain) => this.#destroy(thread, domain));
  }

  provide(table: CallTable): void {
    const client = (value: bigint | undefined): number => below(value, this.#clients, 'a packet client');
    table.provide(calls.packetsOpen, (call) => this.#open(call));
    table.provide(calls.packetsClose, async ({ thread, domain, arguments: [number] }) => {
      const index = client(number);
      await this.#close(thread, index, ({ state, owner }) => state === 'open' && owner === domain);
      return 0;
    });
    table.provide(calls.packetsCap, async ({ thread, arguments: [number, bits] }) => {
      const [index, cap] = [client(number), BigInt(below(bits, 2 ** 40, 'bits a second'))];
      await thread.access((processor) => this.#cap(processor, index, cap));
      this.#watch.at(index, this.#parts.memory.platform.clock.now);
      return 0;
    });
    table.provide(calls.packetsAccept, async ({ thread, arguments: [number, flag] }) => {
      const [index, accepting] = [client(number), below(flag, 2, 'the flag') === 1];
      await thread.access((processor) => this.#accept(processor, index, accepting));
      return 0;
    });
  }

  /** A guest is about to wait: what has come for its clients is told before. */
  async beforeBlock(thread: Thread, domain: number): Promise<void> {
    for (const client of this.#owners.get(domain) ?? [])
      this.#watch.at(client, await thread.access((processor) => this.#look(processor, client, 'block')));
  }

  /** The engine's page of each page of a domain's rings. The clients' own pages are not among them, which the engine does not write. */
  async #enginePages(processor: Processor, domain: number): Promise<ReadonlyMap<number, number>> {
    const found = new Map<number, number>();
    for (const client of this.#owners.get(domain) ?? []) {
      const { state, page, entries } = await this.#records.read(processor, client);
      if (state !== 'open') continue;
      for (let index = 0; index < ringPages(entries); index += 1) found.set(page + index, enginePage(client) + index);
    }
    return found;
  }

  #look(processor: Processor, client: number, reason: Reason): Promise<number | undefined> {
    const { memory, events } = this.#parts;
    return this.#lock.hold(() => look({ memory, events, records: this.#records }, processor, client, reason));
  }

  async #open(call: Call): Promise<number> {
    const { thread, domain, arguments: given } = call;
    const page = below(given[0], ownPages, 'the first page');
    const entries = below(given[1], mostPacketEntriesLog2 + 1, 'the logarithm of the entries');
    const alwaysPolled = below(given[2], 2, 'flags') === packetsPolled;
    if (entries === 0) throw new HypervisorError('EINVAL', 'a ring has two entries at least');
    if (!isOwnPage(page + ringPages(entries)))
      throw new HypervisorError('EPERM', "a client's ring is in its domain's own memory");
    const wanted = { owner: domain, page, entries, alwaysPolled, polled: alwaysPolled, accepting: true };
    const { client, closed } = await thread.access((processor) => this.#reserve(processor, wanted));
    try {
      await this.#quiet(thread, client, closed);
      const pages = Array.from({ length: ringPages(entries) + 1 }, (_, index) => page + index);
      await this.#parts.traps.release(thread, domain, pages);
      const backing = await mapClient(thread, this.#parts.memory, client, wanted);
      await thread.access((processor) => this.#begin(processor, client, { ...freeClient, ...wanted, backing }));
    } catch (error) {
      await this.#close(thread, client, () => true);
      throw error;
    }
    this.#owners.set(domain, (this.#owners.get(domain) ?? new Set()).add(client));
    if (alwaysPolled) this.#watch.at(client, this.#parts.memory.platform.clock.now + lookCycles);
    this.#watch.start();
    return client;
  }

  /** Takes a client that nobody has. @throws ENOSPC */
  #reserve(
    processor: Processor,
    wanted: Partial<ClientRecord> & { readonly owner: number },
  ): Promise<{ readonly client: number; readonly closed: number }> {
    return this.#lock.hold(async () => {
      const all: ClientRecord[] = [];
      for (let client = 0; client < this.#clients; client += 1) all.push(await this.#records.read(processor, client));
      const own = all.filter(({ state, owner }) => state !== 'free' && owner === wanted.owner).length;
      const client = all.findIndex(({ state }) => state === 'free');
      if (client < 0 || (wanted.owner !== 0 && own >= mostOf(this.#clients)))
        throw new HypervisorError('ENOSPC', `domain ${wanted.owner} gets no packet client more`);
      const { closed } = all[client]!;
      await this.#records.write(processor, client, { ...freeClient, ...wanted, state: 'opening', closed });
      return { client, closed };
    });
  }

  /**
   * Waits until the engine has nothing on its way to the one who had the client before: it does not say so, but ends an entry as soon as
   * the unit has answered, which waits for each memory once at most, and as the gate has nothing that waits before it.
   */
  async #quiet(thread: Thread, client: number, closed: number): Promise<void> {
    const { clock } = this.#parts.memory.platform;
    if (closed > 0) {
      const { cycles } = await thread.access(({ registers }) => registers.network.timeout.read());
      for (let free = Math.max(closed, await this.heldWrites.free(thread)), seen = -1; free !== seen; ) {
        await thread.suspend(clock.until(Math.max(clock.now, free + 2 * cycles + entryCycles)));
        seen = free;
        free = Math.max(closed, await this.heldWrites.free(thread));
      }
    }
    for (let tries = 0; tries < mostRestarts; tries += 1)
      if (await thread.access((processor) => restart(processor, client))) return;
    throw new CallRefusal('EAGAIN', `the ring of client ${client} does not come to rest`);
  }

  /** Lets the engine have the ring, which begins where its indices are. */
  #begin(processor: Processor, client: number, record: ClientRecord): Promise<void> {
    return this.#lock.hold(async () => {
      const { receiver, packets } = processor.registers;
      const { windows } = this.#parts.memory;
      const { index } = await receiver.producer.at(client).read();
      await receiver.consumer.at(client).write({ index });
      const base = client * clientStride;
      await receiver.ring_base_low.at(client).write({ base: base / pageBytes });
      await receiver.interrupt_status.write({ chains: 1 << client });
      const page = await windows.view(processor, record.backing);
      await page.write64(clientPage.consumer, BigInt(index));
      await page.write64(clientPage.producer, BigInt(index));
      await this.#records.write(processor, client, {
        ...record,
        state: 'open',
        producer: index,
        consumer: index,
        chains: Number(await packets.client_chains.at(client).read()),
      });
      await setInterrupt(processor, client, !record.polled);
      await receiver.ring_control.at(client).write({ entries: record.entries, enable: 1 });
    });
  }

  /** Closes a client that one may close. @throws ENOENT for another */
  async #close(thread: Thread, client: number, mayBe: (record: ClientRecord) => boolean): Promise<void> {
    const { memory } = this.#parts;
    const owner = await thread.access((processor) =>
      this.#lock.hold(async () => {
        const record = await this.#records.read(processor, client);
        if (!mayBe(record)) throw new HypervisorError('ENOENT', `packet client ${client} is not open for its caller`);
        await processor.registers.receiver.ring_control.at(client).write({ entries: record.entries, enable: 0 });
        await setInterrupt(processor, client, false);
        await this.#records.write(processor, client, { ...record, state: 'closing' });
        return record.owner;
      }),
    );
    this.#owners.get(owner)?.delete(client);
    this.#watch.at(client, undefined);
    await unmapClient(thread, memory, client);
    await thread.access((processor) => this.heldWrites.letGoEngine(processor, enginePage(client), stridePages));
    await thread.access((processor) =>
      this.#records.write(processor, client, { ...freeClient, closed: memory.platform.clock.now }),
    );
  }

  /** @throws ENOENT for a client that nobody has */
  async #change(processor: Processor, client: number, change: (record: ClientRecord) => Promise<ClientRecord>) {
    await this.#lock.hold(async () => {
      const record = await this.#records.read(processor, client);
      if (record.state !== 'open') throw new HypervisorError('ENOENT', `nobody has packet client ${client}`);
      await this.#records.write(processor, client, await change(record));
    });
  }

  /** What came before a cap is not counted to it. */
  #cap(processor: Processor, client: number, cap: bigint): Promise<void> {
    const { packets, receiver } = processor.registers;
    return this.#change(processor, client, async (record) => {
      const since = record.cap > 0n ? {} : { credit: 0n, owed: 0, coming: 0, comingBytes: 0 };
      const counted = {
        overflow: Number(await receiver.overflow.at(client).read()),
        packets: Number(await packets.client_packets.at(client).read()),
        bytes: Number(await packets.client_bytes.at(client).read()),
      };
      const { now } = this.#parts.memory.platform.clock;
      return { ...record, cap, ...(record.cap === 0n && { ...since, ...counted, filled: now }) };
    });
  }

  #accept(processor: Processor, client: number, accepting: boolean): Promise<void> {
    return this.#change(processor, client, async (record) => {
      const control = processor.registers.receiver.ring_control.at(client);
      await control.write({ entries: record.entries, enable: Number(accepting) });
      return { ...record, accepting };
    });
  }

  async #destroy(thread: Thread, domain: number): Promise<void> {
    for (let client = 0; client < this.#clients; client += 1) {
      const { state, owner } = await thread.access((processor) => this.#records.read(processor, client));
      if (state !== 'free' && owner === domain) await this.#close(thread, client, () => true);
    }
    this.#owners.delete(domain);
  }
}
