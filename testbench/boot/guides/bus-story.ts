/** What guides tell of a run: its bus trace and its event log, searched for what happened first, last, or between. */
import type { TraceRecord } from '../../../model/hardware/platform/index.ts';
import type { Listener } from '../run.ts';

export interface Handshake {
  readonly cycle: number;
  readonly channel: string;
  readonly payload: Readonly<Record<string, bigint>>;
}

type Wanted = (handshake: Handshake) => boolean;

const processorPort = /^p(\d)_axi_/;

/** The processor at whose port a handshake was. */
export const processorOf = ({ channel }: Handshake): number => Number(processorPort.exec(channel)![1]);

/** Of an AR or AW: the address. */
export const addressOf = ({ channel, payload }: Handshake): number =>
  Number(payload[channel.endsWith('_ar') ? 'araddr' : 'awaddr']);

const isData = /_axi_(w|r)$/;

/** Beats in the middle of bursts, and data at memories, are told nowhere. */
const isKept = ({ channel, payload }: Handshake): boolean =>
  !isData.test(channel) || (processorPort.test(channel) && (payload.wlast ?? payload.rlast) === 1n);

export class BusStory implements Listener {
  readonly #handshakes: Handshake[] = [];
  readonly #events: { readonly cycle: number; readonly text: string }[] = [];
  readonly #from: number;

  /** @param from handshakes before this cycle are told nowhere */
  constructor(from: number) {
    this.#from = from;
  }

  event(cycle: number, text: string): void {
    this.#events.push({ cycle, text });
  }

  record({ cycle, handshakes }: TraceRecord): void {
    if (cycle < this.#from) return;
    for (const { channel, payload } of handshakes) {
      const one = { cycle, channel, payload };
      if (isKept(one)) this.#handshakes.push(one);
    }
  }

  /** The first cycle from one on in whose event the text is. @throws when there is none */
  logged(from: number, text: string): number {
    const found = this.#events.find((event) => event.cycle >= from && event.text.includes(text));
    if (found === undefined) throw new Error(`the run's log does not say '${text}' from cycle ${from} on`);
    return found.cycle;
  }

  /** The event of a cycle in which a text is. */
  text(cycle: number, part: string): string {
    return this.#events.find((event) => event.cycle === cycle && event.text.includes(part))?.text ?? '';
  }

  /** Handshakes of a channel, from one cycle to before another. */
  between(from: number, to: number, channel: RegExp, wanted: Wanted = () => true): readonly Handshake[] {
    return this.#handshakes.filter(
      (one) => one.cycle >= from && one.cycle < to && channel.test(one.channel) && wanted(one),
    );
  }

  /** @param what for the error when it never happened */
  first(from: number, channel: RegExp, what: string, wanted: Wanted = () => true): Handshake {
    const found = this.#handshakes.find((one) => one.cycle >= from && channel.test(one.channel) && wanted(one));
    if (found === undefined) throw new Error(`the run has no ${what} from cycle ${from} on`);
    return found;
  }

  /** Writes of processors to an address, each with the word of 32 bits that it writes there. */
  writesTo(from: number, to: number, address: number): readonly (Handshake & { readonly word: number })[] {
    return this.between(from, to, /^p\d_axi_aw$/, (one) => addressOf(one) === address).map((one) => {
      const channel = one.channel.replace(/aw$/, 'w');
      const { payload } = this.first(one.cycle, new RegExp(`^${channel}$`), 'data of a write');
      // Of beats of 16 bytes.
      const word = (payload.wdata! >> BigInt(8 * (address % 16))) & 0xffff_ffffn;
      return { ...one, word: Number(word) };
    });
  }
}
