/** Random traffic for the register bridge, and what must come of it. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { bridgeWindow, type PlatformParameters, responses, windowsOf } from '../../../../rtl/platform/interface.ts';
import { Random } from '../../../simulator/random.ts';
import type { Driver, Scoreboard } from '../../driver.ts';
import { inputSlot, outputSlot, readSlot, writeSlot } from '../../ports.ts';

interface Request {
  readonly write: boolean;
  readonly id: bigint;
  readonly address: number;
  readonly len: number;
  readonly size: number;
  /** The beats of a write. */
  readonly data: readonly bigint[];
  readonly strobes: readonly bigint[];
}

/** What a window has been asked for, and has not answered. */
interface Asked {
  address: boolean;
  data: boolean;
  offered: boolean;
}

const pathWindows = [2, 3];

export class BridgeTraffic implements Driver, Scoreboard {
  readonly name = 'register bridge';
  readonly #layout: PortLayout;
  readonly #random: Random;
  readonly #lanes: number;
  readonly #windows: readonly number[];
  readonly #queues: { readonly [channel in 'aw' | 'w' | 'ar']: Record<string, bigint>[] } = { aw: [], w: [], ar: [] };
  readonly #owed: { readonly reads: Request[]; readonly writes: Request[] } = { reads: [], writes: [] };
  readonly #asked = new Map<number, Asked>();
  #unavailable = 0;
  /** Whether a window has been unavailable since its transaction began. */
  #gone = false;
  /** What the window answered, which is due on the other side. */
  #answer: { readonly data: bigint; readonly response: bigint } | undefined;
  #beat = 0;
  #left: number;
  served = { answered: 0, refused: 0, gone: 0 };

  constructor(p: PlatformParameters, layout: PortLayout, seed: number, requests: number) {
    this.#layout = layout;
    this.#random = new Random(seed);
    this.#lanes = p.dataWidth / 32;
    this.#windows = windowsOf(p);
    this.#left = requests;
    for (const window of this.#windows) this.#asked.set(window, { address: false, data: false, offered: false });
  }

  #chance(one: number): boolean {
    return this.#random.below(one) === 0;
  }

  #request(): void {
    const random = this.#random;
    const write = this.#chance(2);
    const len = this.#chance(5) ? 1 + random.below(4) : 0;
    const size = this.#chance(6) ? 3 : random.below(3);
    const window = this.#chance(3) ? pathWindows[random.below(2)]! : random.below(16);
    const address = (window << 12) | random.below(4096);
    const id = random.bits(inputSlot(this.#layout, 's_axi_arid').width);
    const beats = write ? len + 1 : 0;
    const request = {
      write,
      id,
      address,
      len,
      size,
      data: Array.from({ length: beats }, () => random.bits(32 * this.#lanes)),
      strobes: Array.from({ length: beats }, () => random.bits(4 * this.#lanes)),
    };
    const channel = write ? 'aw' : 'ar';
    this.#queues[channel].push({
      [`${channel}id`]: id,
      [`${channel}addr`]: BigInt(address),
      [`${channel}len`]: BigInt(len),
      [`${channel}size`]: BigInt(size),
    });
    for (const [index, data] of request.data.entries())
      this.#queues.w.push({ wdata: data, wstrb: request.strobes[index]!, wlast: BigInt(index === len) });
    this.#owed[write ? 'writes' : 'reads'].push(request);
  }

  next(inputs: Uint32Array, outputs: Uint32Array): boolean {
    const input = (name: string): bigint => readSlot(inputs, inputSlot(this.#layout, name));
    const output = (name: string): bigint => readSlot(outputs, outputSlot(this.#layout, name));
    const set = (name: string, value: bigint): void => writeSlot(inputs, inputSlot(this.#layout, name), value);
    const flag = (name: string, value: boolean): void => set(name, BigInt(value));
    set('aresetn', 1n);
    if (this.#left > 0 && this.#chance(4)) {
      this.#left -= 1;
      this.#request();
    }
    for (const channel of ['aw', 'w', 'ar'] as const) {
      const [valid, ready] = [`s_axi_${channel}valid`, `s_axi_${channel}ready`];
      const took = input(valid) === 1n && output(ready) === 1n;
      if (took) this.#queues[channel].shift();
      if (input(valid) === 1n && !took) continue;
      const [head] = this.#queues[channel];
      const offers = head !== undefined && !this.#chance(3);
      flag(valid, offers);
      if (offers) for (const [name, value] of Object.entries(head)) set(`s_axi_${name}`, value);
    }
    flag('s_axi_bready', !this.#chance(3));
    flag('s_axi_rready', !this.#chance(3));
    for (const window of pathWindows) if (this.#chance(40)) this.#unavailable ^= 1 << window;
    set('unavailable', BigInt(this.#unavailable));
    for (const window of this.#windows) {
      const prefix = bridgeWindow(window);
      const asked = this.#asked.get(window)!;
      for (const name of ['arready', 'awready', 'wready']) flag(`${prefix}_${name}`, !this.#chance(3));
      const may = asked.address && asked.data && (asked.offered || !this.#chance(3));
      const write = this.#writing;
      if (may && !asked.offered) {
        for (const channel of ['r', 'b'] as const) set(`${prefix}_${channel}resp`, BigInt(2 * this.#random.below(2)));
        set(`${prefix}_rdata`, this.#random.bits(32));
      }
      asked.offered = may;
      flag(`${prefix}_rvalid`, may && !write);
      flag(`${prefix}_bvalid`, may && write);
    }
    return this.#left > 0 || this.#owed.reads.length + this.#owed.writes.length > 0;
  }

  /** Whether the transaction at the windows is a write. */
  #writing = false;

  #wanted({ len, size, address }: Request): boolean {
    return len === 0 && size <= 2 && this.#windows.includes(address >> 12);
  }

  cycle(inputs: Uint32Array, outputs: Uint32Array): string | null {
    const at = (name: string): bigint => {
      const found = this.#layout.inputs.find((slot) => slot.name === name);
      return found ? readSlot(inputs, found) : readSlot(outputs, outputSlot(this.#layout, name));
    };
    const fires = (prefix: string, channel: string): boolean =>
      at(`${prefix}_${channel}valid`) === 1n && at(`${prefix}_${channel}ready`) === 1n;
    for (const window of this.#windows) {
      const prefix = bridgeWindow(window);
      const asked = this.#asked.get(window)!;
      const lane = (of: readonly bigint[], request: Request, width: number): bigint =>
        BigInt.asUintN(width, of[0]! >> BigInt(width * ((request.address >> 2) % this.#lanes)));
      for (const channel of ['ar', 'aw', 'w'] as const) {
        if (!fires(prefix, channel)) continue;
        const write = channel !== 'ar';
        const request = this.#owed[write ? 'writes' : 'reads'].find((each) => this.#wanted(each));
        if (request === undefined || request.address >> 12 !== window)
          return `${prefix}_${channel} is asked for nothing`;
        this.#writing = write;
        if (channel === 'w') {
          if (at(`${prefix}_wdata`) !== lane(request.data, request, 32)) return `${prefix}_wdata is another lane's`;
          if (at(`${prefix}_wstrb`) !== lane(request.strobes, request, 4)) return `${prefix}_wstrb is another lane's`;
        } else if (Number(at(`${prefix}_${channel}addr`)) !== request.address % 4096)
          return `${prefix}_${channel}addr is not the request's`;
        if (!write) asked.data = true;
        asked[channel === 'w' ? 'data' : 'address'] = true;
      }
      const answered = fires(prefix, 'r') || fires(prefix, 'b');
      if (answered) {
        const write = fires(prefix, 'b');
        this.#answer = { data: write ? 0n : at(`${prefix}_rdata`), response: at(`${prefix}_${write ? 'b' : 'r'}resp`) };
      }
      const gone = ((this.#unavailable >> window) & 1) === 1;
      this.#gone ||= gone;
      if (answered || gone) Object.assign(asked, { address: false, data: false, offered: false });
    }
    for (const [channel, owed] of [
      ['r', this.#owed.reads],
      ['b', this.#owed.writes],
    ] as const) {
      if (!fires('s_axi', channel)) continue;
      const wrong = this.#judge(owed, channel, at);
      if (wrong !== null) return wrong;
    }
    return null;
  }

  #judge(owed: Request[], channel: 'r' | 'b', at: (name: string) => bigint): string | null {
    const [request] = owed;
    if (request === undefined || at(`s_axi_${channel}id`) !== request.id) return `s_axi_${channel} answers nobody`;
    const [response, data] = [at(`s_axi_${channel}resp`), channel === 'r' ? at('s_axi_rdata') : 0n];
    const refused = response === BigInt(responses.subordinate_error) && data === 0n;
    if (!this.#wanted(request)) {
      if (!refused) return 'what is refused is answered 0 and SLVERR';
      this.served.refused += 1;
    } else if (this.#answer !== undefined && !(refused && this.#gone)) {
      const every = Array.from({ length: this.#lanes }, () => this.#answer!.data);
      const wide = channel === 'r' ? every.reduce((value, lane) => (value << 32n) | lane, 0n) : 0n;
      if (response !== this.#answer.response || data !== wide) return 'the answer is not the window’s';
      this.served.answered += 1;
    } else if (!refused || !this.#gone) return 'what no window answered is answered';
    else this.served.gone += 1;
    this.#beat += 1;
    const last = channel === 'b' || this.#beat > request.len;
    if (channel === 'r' && at('s_axi_rlast') !== BigInt(last)) return 'the last beat is not where it should be';
    if (!last) return null;
    this.#beat = 0;
    this.#answer = undefined;
    this.#gone = false;
    owed.shift();
    return null;
  }
}
