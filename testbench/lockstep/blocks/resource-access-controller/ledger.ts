/** Follows every transaction of the processor through the ports, and says when one is not answered as it may be. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { type Axi4Words, axi4Words } from '../../../axi/words.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { decide } from './decode.ts';
import type { Guarantees } from './guarantees.ts';
import { type Newest, PortLedger } from './port-ledger.ts';
import { RegisterShadow } from './register-shadow.ts';
import { registers } from './registers.ts';
import { equalWords, readRequest, readWriteBeat } from './requests.ts';
import { type DeviceBeat, type Followed, type FollowedWrite, follow, OpenByIdentifier } from './transactions.ts';

const nothingNew = (): Newest => ({
  read: null,
  write: null,
  beat: null,
  beatWrite: -1,
  beatIndex: 0,
  readUsed: true,
  writeUsed: true,
  beatUsed: true,
});

const nameOf = ({ kind, request, decision }: Followed): string =>
  `the ${kind} of 0x${request.address.toString(16)} with identifier ${request.id} (${decision.verdict}, resource ${decision.resource}, port ${decision.port})`;

export class Ledger {
  readonly shadow: RegisterShadow;
  readonly ports: readonly PortLedger[];
  /** All since the last reset. */
  readonly transactions: Followed[] = [];
  resets = 0;
  private readonly parameters: ResourceAccessControllerParameters;
  private readonly guarantees: Guarantees;
  private readonly words: Axi4Words;
  private readonly requestWord: number;
  private readonly acknowledgeWord: number;
  private readonly writes: FollowedWrite[] = [];
  private readonly numbers = new Map<FollowedWrite, number>();
  private readonly openReads = new OpenByIdentifier<Followed>();
  private readonly openWrites = new OpenByIdentifier<FollowedWrite>();
  private newest = nothingNew();
  /** The write that the processor's next beat belongs to; its address may not have come yet. */
  private dataWrite = 0;
  private dataBeat = 0;
  /** Beats of writes whose address has not come yet, by number of the write. */
  private readonly ahead: { write: number; beat: ReturnType<typeof readWriteBeat> }[] = [];
  private readonly waiting = { b: false, r: false };
  private fakeWords: number[];

  constructor(layout: PortLayout, p: ResourceAccessControllerParameters, guarantees: Guarantees) {
    this.parameters = p;
    this.guarantees = guarantees;
    this.words = axi4Words(layout, 's_axi', 'input');
    this.shadow = new RegisterShadow(layout, p);
    this.ports = Array.from({ length: p.ports }, (_, port) => new PortLedger(layout, port));
    this.requestWord = outputSlot(layout, 'reset_request').word;
    this.acknowledgeWord = inputSlot(layout, 'reset_acknowledge').word;
    this.fakeWords = Array.from({ length: p.ports }, () => 0);
  }

  /** Whether nothing may ever be faked of a transaction that this decision sends to a device. */
  safe({ decision: { port, resource } }: Followed): boolean {
    return this.guarantees.ports[port] === true && this.guarantees.resources[resource] === true;
  }

  reset(): void {
    this.resets += 1;
    this.shadow.reset();
    for (const port of this.ports) port.reset();
    this.transactions.length = 0;
    this.writes.length = 0;
    this.numbers.clear();
    this.openReads.clear();
    this.openWrites.clear();
    this.newest = nothingNew();
    this.dataWrite = 0;
    this.dataBeat = 0;
    this.ahead.length = 0;
    this.waiting.b = false;
    this.waiting.r = false;
    this.fakeWords.fill(0);
  }

  /** One cycle with `aresetn` high. Returns what is wrong, or null. */
  cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number): string | null {
    for (const port of this.ports) {
      const wrong = port.loads(outputs, this.newest, (write) => this.numbers.get(write) ?? -1, cycle);
      if (wrong !== null) return wrong;
    }
    const wrong = this.responses(outputs, cycle);
    if (wrong !== null) return wrong;
    this.requests(inputs, outputs, cycle);
    const cleared = (outputs[this.requestWord] ?? 0) & (inputs[this.acknowledgeWord] ?? 0);
    for (const [index, port] of this.ports.entries()) {
      port.cycle(inputs, outputs, cycle);
      if (((cleared >>> index) & 1) === 1) port.clear();
    }
    for (const port of this.fakeWords.keys()) this.fakeWords[port] = this.shadow.word(registers.fakeWord + 4 * port);
    this.shadow.cycle(inputs, outputs);
    return null;
  }

  private responses(outputs: Uint32Array, cycle: number): string | null {
    const { b, r } = this.words;
    if (outputs[b.valid] !== 0 && !this.waiting.b) {
      const id = outputs[b.id] ?? 0;
      const write = this.openWrites.oldest(id);
      if (write === undefined || write.data.length < write.request.beats) {
        return `s_axi: a write response with identifier ${id} came for no write whose data are all there`;
      }
      this.openWrites.drop(id, (each) => each === write);
      const wrong = this.answer(write, { data: new Uint32Array(0), response: outputs[b.response] ?? 0 }, true, cycle);
      if (wrong !== null) return wrong;
    }
    if (outputs[r.valid] !== 0 && !this.waiting.r) {
      const id = outputs[r.id] ?? 0;
      const read = this.openReads.oldest(id);
      if (read === undefined) return `s_axi: a beat of read data with identifier ${id} came for no read`;
      const last = read.beats === read.request.beats - 1;
      if ((outputs[r.last] !== 0) !== last) {
        return `s_axi: rlast is ${outputs[r.last]} at beat ${read.beats} of ${read.request.beats}`;
      }
      if (last) this.openReads.drop(id, (each) => each === read);
      const { word, words } = r.data;
      const seen = { data: outputs.slice(word, word + words), response: outputs[r.response] ?? 0 };
      const wrong = this.answer(read, seen, last, cycle);
      if (wrong !== null) return wrong;
    }
    return null;
  }

  /** Judges one response or beat. */
  private answer(transaction: Followed, seen: DeviceBeat, last: boolean, cycle: number): string | null {
    const { decision, answers, beats } = transaction;
    const own = transaction.forwarded && !transaction.cut ? answers[beats] : undefined;
    const same = (one: DeviceBeat): boolean => one.response === seen.response && equalWords(one.data, seen.data);
    const real = own !== undefined && same(own);
    const faked = seen.response === decision.code && seen.data.every((word) => word === this.fakeWord(transaction));
    const text = (): string => `${nameOf(transaction)}, beat ${beats}, got response ${seen.response}`;
    if (!real && !faked) return `${text()} and data that are neither the device's own nor the faked ones`;
    if (real && seen.response === 1 && !transaction.request.exclusive) return `${text()}, EXOKAY for a normal access`;
    if (!real && decision.verdict === 'forward' && this.safe(transaction)) {
      return `${text()}: it was faked, and its device is healthy`;
    }
    if (!real) {
      if (transaction.firstFaked < 0) transaction.firstFaked = cycle;
      if (own === undefined) transaction.cut = true;
    }
    transaction.beats += 1;
    if (last) {
      transaction.end = real ? (faked ? 'either' : 'real') : 'faked';
      transaction.ended = cycle;
    }
    return null;
  }

  private fakeWord({ decision: { policy, port } }: Followed): number {
    return policy === 0 ? 0xffff_ffff : policy === 2 ? (this.fakeWords[port] ?? 0) : 0;
  }

  private requests(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    const { aw, w, b, ar, r } = this.words;
    const { newest, shadow, parameters } = this;
    this.waiting.b = outputs[b.valid] !== 0 && inputs[b.ready] === 0;
    this.waiting.r = outputs[r.valid] !== 0 && inputs[r.ready] === 0;
    if (inputs[aw.valid] !== 0 && outputs[aw.ready] !== 0) {
      const request = readRequest(inputs, aw);
      const number = this.writes.length;
      const data = this.ahead.filter((each) => each.write === number).map(({ beat }) => beat);
      const followed = follow('write', request, decide(shadow, parameters, request.address, 'write'), cycle);
      const write: FollowedWrite = { ...followed, kind: 'write', data };
      this.writes.push(write);
      this.numbers.set(write, number);
      this.transactions.push(write);
      this.openWrites.push(write);
      newest.write = write;
      newest.writeUsed = false;
    }
    if (inputs[w.valid] !== 0 && outputs[w.ready] !== 0) {
      const beat = readWriteBeat(inputs, this.words);
      const write = this.writes[this.dataWrite];
      if (write === undefined) this.ahead.push({ write: this.dataWrite, beat });
      else write.data.push(beat);
      newest.beat = beat;
      newest.beatWrite = this.dataWrite;
      newest.beatIndex = this.dataBeat;
      newest.beatUsed = false;
      this.dataBeat = beat.last ? 0 : this.dataBeat + 1;
      if (beat.last) this.dataWrite += 1;
    }
    if (inputs[ar.valid] !== 0 && outputs[ar.ready] !== 0) {
      const request = readRequest(inputs, ar);
      const read = follow('read', request, decide(shadow, parameters, request.address, 'read'), cycle);
      this.transactions.push(read);
      this.openReads.push(read);
      newest.read = read;
      newest.readUsed = false;
    }
  }
}
