/** A packet client's record in the hypervisor's memory, 128 bytes. Source: `docs/systems/hypervisor.md`, "Packet clients". */
import type { Processor, View } from '../../hardware/platform/index.ts';
import type { Areas, Backing, Copies } from '../memory/interface.ts';
import { clientRecordBytes } from '../memory/layout.ts';
import { bytesOf, wordsOf } from '../memory/words.ts';

const states = ['free', 'opening', 'open', 'closing'] as const;
const copies: readonly Copies[] = ['first', 'second', 'both'];

export interface ClientRecord {
  readonly state: (typeof states)[number];
  readonly owner: number;
  /** Entries of its ring, log2. */
  readonly entries: number;
  /** First page of its ring, in its owner's page map. */
  readonly page: number;
  /** Its owner wants no interrupts. */
  readonly alwaysPolled: boolean;
  readonly polled: boolean;
  readonly accepting: boolean;
  /** Looks in a row that found nothing new, and interrupts in a row with many chains. */
  readonly empty: number;
  readonly busy: number;
  /** Of the client's page. */
  readonly backing: Backing;
  /** Bits a second; 0: as many as come. */
  readonly cap: bigint;
  /** What the bucket holds, in bits times the cycles of a second, and when it was filled last. */
  readonly credit: bigint;
  readonly filled: number;
  /** The ring's indices, as they were at the last look. */
  readonly producer: number;
  readonly consumer: number;
  /** Counters of the packet unit and the receive engine, as they were then. */
  readonly chains: number;
  readonly packets: number;
  readonly overflow: number;
  readonly bytes: number;
  /** Frames that the unit has counted, and that are neither in the ring nor lost yet, and their bytes. */
  readonly coming: number;
  readonly comingBytes: number;
  /** Bytes of the frames in the ring that are not paid for. */
  readonly owed: number;
  /** When it was closed. */
  readonly closed: number;
}

export const freeClient: ClientRecord = {
  state: 'free',
  owner: 0,
  entries: 0,
  page: 0,
  alwaysPolled: false,
  polled: false,
  accepting: false,
  empty: 0,
  busy: 0,
  backing: { frame: 0, copies: 'both', form: 0 },
  cap: 0n,
  credit: 0n,
  filled: 0,
  producer: 0,
  consumer: 0,
  chains: 0,
  packets: 0,
  overflow: 0,
  bytes: 0,
  coming: 0,
  comingBytes: 0,
  owed: 0,
  closed: 0,
};

const pack = (...fields: readonly (readonly [value: number | boolean, low: number])[]): bigint =>
  fields.reduce((word, [value, low]) => word | (BigInt(value) << BigInt(low)), 0n);

const encode = (record: ClientRecord): readonly bigint[] => [
  pack(
    [states.indexOf(record.state), 0],
    [record.owner, 4],
    [record.entries, 8],
    [record.alwaysPolled, 12],
    [record.polled, 13],
    [record.accepting, 14],
    [record.empty, 16],
    [record.busy, 24],
    [record.page, 32],
  ),
  pack([record.backing.frame, 0], [copies.indexOf(record.backing.copies), 32], [record.backing.form, 36]),
  record.cap,
  record.credit,
  BigInt(record.filled),
  pack([record.producer, 0], [record.consumer, 16], [record.chains, 32]),
  pack([record.packets, 0], [record.overflow, 32]),
  BigInt(record.bytes),
  pack([record.coming, 0], [record.comingBytes, 32]),
  BigInt(record.owed),
  BigInt(record.closed),
];

const decode = (words: readonly bigint[]): ClientRecord => {
  const field = (word: number, low: number, width: number): number =>
    Number((words[word]! >> BigInt(low)) & ((1n << BigInt(width)) - 1n));
  return {
    state: states[field(0, 0, 2)]!,
    owner: field(0, 4, 4),
    entries: field(0, 8, 4),
    alwaysPolled: field(0, 12, 1) === 1,
    polled: field(0, 13, 1) === 1,
    accepting: field(0, 14, 1) === 1,
    empty: field(0, 16, 8),
    busy: field(0, 24, 8),
    page: field(0, 32, 32),
    backing: { frame: field(1, 0, 32), copies: copies[field(1, 32, 2)]!, form: field(1, 36, 3) },
    cap: words[2]!,
    credit: words[3]!,
    filled: Number(words[4]!),
    producer: field(5, 0, 16),
    consumer: field(5, 16, 16),
    chains: field(5, 32, 32),
    packets: field(6, 0, 32),
    overflow: field(6, 32, 32),
    bytes: Number(words[7]!),
    coming: field(8, 0, 32),
    comingBytes: field(8, 32, 32),
    owed: Number(words[9]!),
    closed: Number(words[10]!),
  };
};

export class ClientRecords {
  readonly #areas: Areas;

  constructor(areas: Areas) {
    this.#areas = areas;
  }

  #view(processor: Processor, client: number): View {
    return this.#areas.view(processor, 'clients').view(clientRecordBytes * client, clientRecordBytes);
  }

  async read(processor: Processor, client: number): Promise<ClientRecord> {
    return decode(wordsOf(await this.#view(processor, client).read(0, clientRecordBytes)));
  }

  write(processor: Processor, client: number, record: ClientRecord): Promise<void> {
    return this.#view(processor, client).write(0, bytesOf(encode(record)));
  }
}
