/**
 * Event channels. Source: `docs/systems/hypervisor.md`, "Event channels".
 *
 * A channel is two bound ports that name each other. Closing clears one end alone: the other still names it, and no longer is
 * named, so its next send finds nobody. No call writes the ports of another domain.
 */
import type { Processor, View } from '../../hardware/platform/index.ts';
import { type DomainRecords, recordWords } from '../domains/record.ts';
import type { SharedPages } from '../domains/shared-pages.ts';
import { eventBytes, sharedPage, type VirtualEvent, virtualEvents } from '../guest/layout.ts';
import { HypervisorError, type HypervisorMemory } from '../memory/interface.ts';
import { eventPorts, eventRecordBytes } from '../memory/layout.ts';
import { Lock } from '../memory/lock.ts';

const states = { closed: 0, open: 1, bound: 2, virtual: 3 } as const;

interface Port {
  readonly state: number;
  /** Who may bind it, or is bound; of a virtual one the event. */
  readonly domain: number;
  readonly port: number;
}

const closed: Port = { state: states.closed, domain: 0, port: 0 };

/** Bytes of pending bits in turn, so that events of the first 32 ports do not share one. */
const inTurn = Array.from(
  { length: eventPorts },
  (_, index) => (index % eventBytes) * 8 + Math.floor(index / eventBytes),
);

export class EventChannels {
  readonly #memory: HypervisorMemory;
  readonly #records: DomainRecords;
  readonly #shared: SharedPages;
  readonly #wake: (domain: number) => void;
  readonly #lock = new Lock();

  constructor(memory: HypervisorMemory, records: DomainRecords, shared: SharedPages, wake: (domain: number) => void) {
    this.#memory = memory;
    this.#records = records;
    this.#shared = shared;
    this.#wake = wake;
  }

  async #read(processor: Processor, domain: number, port: number): Promise<Port> {
    const at = eventRecordBytes * (eventPorts * domain + port);
    const word = await this.#memory.areas.view(processor, 'events').read64(at);
    return { state: Number(word & 0xffn), domain: Number((word >> 8n) & 0xffn), port: Number((word >> 16n) & 0xffffn) };
  }

  /** Writes a port's record, and its bit among those in use. */
  async #write(processor: Processor, domain: number, port: number, value: Port): Promise<void> {
    const at = eventRecordBytes * (eventPorts * domain + port);
    const word = BigInt(value.state) | (BigInt(value.domain) << 8n) | (BigInt(value.port) << 16n);
    await this.#memory.areas.view(processor, 'events').write64(at, word);
    const view = this.#records.view(processor, domain);
    const byteAt = 8 * recordWords.eventBits + Math.floor(port / 8);
    const bit = 1 << (port % 8);
    const byte = await view.read8(byteAt);
    await view.write8(byteAt, value.state === states.closed ? byte & ~bit : byte | bit);
  }

  async #bits(processor: Processor, domain: number): Promise<Uint8Array> {
    return this.#records.view(processor, domain).read(8 * recordWords.eventBits, eventBytes);
  }

  async #free(processor: Processor, domain: number): Promise<number> {
    const bits = await this.#bits(processor, domain);
    const port = inTurn.find((candidate) => (bits[Math.floor(candidate / 8)]! & (1 << (candidate % 8))) === 0);
    if (port === undefined) throw new HypervisorError('ENOSPC', `all event ports of domain ${domain} are in use`);
    return port;
  }

  /** Opens the ports of the virtual events of a new domain; port 0 is nobody's. */
  async create(processor: Processor, domain: number): Promise<void> {
    await this.#lock.hold(async () => {
      await this.#write(processor, domain, 0, { state: states.virtual, domain: 0, port: 0 });
      for (const event of Object.values(virtualEvents))
        await this.#write(processor, domain, event, { state: states.virtual, domain: event, port: 0 });
    });
  }

  /** Closes all ports of a domain. */
  async destroy(processor: Processor, domain: number): Promise<void> {
    await this.#lock.hold(async () => {
      const bits = await this.#bits(processor, domain);
      for (let port = 0; port < eventPorts; port += 1)
        if ((bits[Math.floor(port / 8)]! & (1 << (port % 8))) !== 0) await this.#write(processor, domain, port, closed);
    });
  }

  open(processor: Processor, domain: number, other: number): Promise<number> {
    return this.#lock.hold(async () => {
      await this.#records.existing(processor, other);
      const port = await this.#free(processor, domain);
      await this.#write(processor, domain, port, { state: states.open, domain: other, port: 0 });
      return port;
    });
  }

  bind(processor: Processor, domain: number, other: number, otherPort: number): Promise<number> {
    return this.#lock.hold(async () => {
      await this.#records.existing(processor, other);
      const found = await this.#read(processor, other, otherPort);
      if (found.state !== states.open)
        throw new HypervisorError('ENOENT', `port ${otherPort} of domain ${other} is not open`);
      if (found.domain !== domain)
        throw new HypervisorError('EPERM', `port ${otherPort} of domain ${other} is open for domain ${found.domain}`);
      const port = await this.#free(processor, domain);
      await this.#write(processor, domain, port, { state: states.bound, domain: other, port: otherPort });
      await this.#write(processor, other, otherPort, { state: states.bound, domain, port });
      return port;
    });
  }

  /** Tells the other end; of the store's virtual port, the store in domain 0. */
  send(processor: Processor, domain: number, port: number): Promise<void> {
    return this.#lock.hold(async () => {
      const own = await this.#read(processor, domain, port);
      if (own.state === states.virtual && own.domain === virtualEvents.store) {
        await this.#set(processor, 0, virtualEvents.store);
        return;
      }
      if (own.state === states.virtual)
        throw new HypervisorError('EINVAL', `port ${port} is for events of the hypervisor's`);
      const other = own.state === states.bound ? await this.#read(processor, own.domain, own.port) : closed;
      if (other.state !== states.bound || other.domain !== domain || other.port !== port)
        throw new HypervisorError('ENOENT', `port ${port} of domain ${domain} is bound to nobody`);
      await this.#set(processor, own.domain, own.port);
    });
  }

  close(processor: Processor, domain: number, port: number): Promise<void> {
    return this.#lock.hold(async () => {
      const { state } = await this.#read(processor, domain, port);
      if (state === states.virtual)
        throw new HypervisorError('EINVAL', `port ${port} is for events of the hypervisor's`);
      if (state === states.closed) throw new HypervisorError('ENOENT', `port ${port} of domain ${domain} is closed`);
      await this.#write(processor, domain, port, closed);
    });
  }

  /**
   * Sends an event of the hypervisor's own. Of a domain that is gone nothing is done.
   *
   * @param prepare writes before what the event tells of, into the shared page, which is there as long
   */
  raise(
    processor: Processor,
    domain: number,
    event: VirtualEvent,
    prepare?: (page: View) => Promise<void>,
  ): Promise<void> {
    return this.#lock.hold(async () => {
      const port = virtualEvents[event];
      const { state } = await this.#read(processor, domain, port);
      if (state !== states.virtual) return;
      await prepare?.(await this.#shared.view(processor, domain, 'shared'));
      await this.#set(processor, domain, port);
    });
  }

  /** Sets a pending bit by an access of one byte, whose other bits the guest may clear meanwhile: they come back, and are never lost. */
  async #set(processor: Processor, domain: number, port: number): Promise<void> {
    const page = await this.#shared.view(processor, domain, 'shared');
    const byte = Math.floor(port / 8);
    const bit = 1 << (port % 8);
    const pending = await page.read8(sharedPage.pending + byte);
    await page.write8(sharedPage.pending + byte, pending | bit);
    const mask = await page.read8(sharedPage.mask + byte);
    if ((mask & bit) === 0) this.#wake(domain);
  }

  /** Whether an event that is not masked is pending. */
  async pending(processor: Processor, domain: number): Promise<boolean> {
    const page = await this.#shared.view(processor, domain, 'shared');
    const bytes = await page.read(sharedPage.pending, 2 * eventBytes);
    return bytes.subarray(0, eventBytes).some((byte, index) => (byte & ~bytes[eventBytes + index]!) !== 0);
  }
}
