import type { Report } from './checker.ts';
import { type Burst, firstLane, lastLane } from './transaction.ts';
import { type Axi4Words, readAddress } from './words.ts';

interface Burstlike {
  address: number;
  beats: number;
  size: number;
  burst: Burst;
}

/** The rules between AW, W and B (A3.2.2, A3.3.1, A3.4.3, A3.4.4). */
export class WriteChecker {
  private readonly words: Axi4Words;
  private readonly report: Report;
  private readonly dataAhead: number;
  /** Writes without a response, oldest first; the first `delivered` have had their last data. */
  private readonly ids: Uint32Array;
  private readonly locks: Uint8Array;
  private count = 0;
  private delivered = 0;
  /** Bursts whose data have not all been looked at, as a ring; some may have their response already. */
  private readonly bursts: Burstlike[];
  private firstBurst = 0;
  private waiting = 0;
  /** The burst on AW while it is not taken, and whether it has had all its data. */
  private readonly shown: Burstlike = { address: 0, beats: 1, size: 0, burst: 0 };
  private shownFilled = false;
  /** Beats of the burst at hand that have been looked at. */
  private beat = 0;
  /** Beats taken before their burst was seen: strobes and last, as a ring. */
  private readonly strobes: Uint32Array;
  private readonly lasts: Uint8Array;
  private head = 0;
  private queued = 0;

  constructor(words: Axi4Words, maxOutstanding: number, dataAhead: number, report: Report) {
    this.words = words;
    this.report = report;
    this.dataAhead = dataAhead;
    this.ids = new Uint32Array(maxOutstanding);
    this.locks = new Uint8Array(maxOutstanding);
    this.bursts = Array.from({ length: maxOutstanding + dataAhead }, () => ({
      address: 0,
      beats: 1,
      size: 0,
      burst: 0,
    }));
    this.strobes = new Uint32Array(dataAhead * words.w.strobes.words);
    this.lasts = new Uint8Array(dataAhead);
  }

  reset(): void {
    this.count = 0;
    this.delivered = 0;
    this.waiting = 0;
    this.shownFilled = false;
    this.beat = 0;
    this.queued = 0;
  }

  cycle(forth: Uint32Array, back: Uint32Array): void {
    const { aw, w, b } = this.words;
    const offered = forth[aw.valid] !== 0;
    if (offered) this.readBurst(forth, this.shown);
    // A response follows the last beat of data by a cycle at least, so it is judged by what came before this cycle.
    if (back[b.valid] !== 0) this.response(forth, back);
    this.data(forth, back, offered);
    if (forth[w.valid] !== 0 && back[w.ready] !== 0 && forth[w.last] !== 0) this.delivered += 1;
    if (offered && back[aw.ready] !== 0) this.take(forth);
  }

  private take(forth: Uint32Array): void {
    const { aw } = this.words;
    const { bursts, shownFilled } = this;
    this.shownFilled = false;
    if (this.count === this.ids.length || (!shownFilled && this.waiting === bursts.length)) {
      this.report('capacity_writes');
      return;
    }
    this.ids[this.count] = forth[aw.id] as number;
    this.locks[this.count] = forth[aw.lock] as number;
    this.count += 1;
    if (shownFilled) return;
    this.readBurst(forth, bursts[(this.firstBurst + this.waiting) % bursts.length] as Burstlike);
    this.waiting += 1;
  }

  private readBurst(forth: Uint32Array, burst: Burstlike): void {
    const { aw } = this.words;
    burst.address = readAddress(forth, aw.address);
    burst.beats = (forth[aw.length] as number) + 1;
    burst.size = forth[aw.size] as number;
    burst.burst = forth[aw.burst] as Burst;
  }

  private data(forth: Uint32Array, back: Uint32Array, offered: boolean): void {
    const { w } = this.words;
    const isShown = this.waiting === 0;
    const shown = offered && !this.shownFilled ? this.shown : null;
    const burst = isShown ? shown : (this.bursts[this.firstBurst] ?? null);
    const valid = forth[w.valid] !== 0;
    const taken = valid && back[w.ready] !== 0;
    const fromQueue = this.queued > 0;
    if (burst !== null && (fromQueue || valid)) {
      const last = fromQueue ? this.lasts[this.head] !== 0 : forth[w.last] !== 0;
      this.judge(
        burst,
        last,
        fromQueue ? this.strobes : forth,
        fromQueue ? this.head * w.strobes.words : w.strobes.word,
      );
      if (fromQueue || taken) this.pass(burst, last, isShown);
      if (fromQueue) {
        this.head = (this.head + 1) % this.dataAhead;
        this.queued -= 1;
      }
    }
    if (taken && (fromQueue || burst === null)) this.keep(forth);
  }

  private judge(burst: Burstlike, last: boolean, record: Uint32Array, from: number): void {
    const { w, busBytes } = this.words;
    const final = this.beat === burst.beats - 1;
    if (last && !final) this.report('w_last_early');
    if (final && !last) this.report('w_last_missing');
    const low = firstLane(burst, this.beat, busBytes);
    const high = lastLane(burst, this.beat, busBytes);
    for (let word = 0; word < w.strobes.words; word += 1) {
      const strobes = record[from + word] as number;
      for (let lane = 0; lane < 32 && 32 * word + lane < busBytes; lane += 1) {
        if (((strobes >>> lane) & 1) === 0) continue;
        if (32 * word + lane >= low && 32 * word + lane <= high) continue;
        this.report('w_strobes');
        return;
      }
    }
  }

  private pass(burst: Burstlike, last: boolean, isShown: boolean): void {
    this.beat += 1;
    if (!last && this.beat < burst.beats) return;
    this.beat = 0;
    if (isShown) this.shownFilled = true;
    else {
      this.firstBurst = (this.firstBurst + 1) % this.bursts.length;
      this.waiting -= 1;
    }
  }

  private keep(forth: Uint32Array): void {
    const { w } = this.words;
    if (this.queued === this.dataAhead) {
      this.report('capacity_data');
      return;
    }
    const place = (this.head + this.queued) % this.dataAhead;
    for (let word = 0; word < w.strobes.words; word += 1)
      this.strobes[place * w.strobes.words + word] = forth[w.strobes.word + word] as number;
    this.lasts[place] = forth[w.last] as number;
    this.queued += 1;
  }

  private response(forth: Uint32Array, back: Uint32Array): void {
    const { b } = this.words;
    let place = 0;
    while (place < this.count && this.ids[place] !== back[b.id]) place += 1;
    if (place === this.count) {
      this.report('b_identifier');
      return;
    }
    if (place >= this.delivered) this.report('b_after_data');
    if (back[b.response] === 1 && this.locks[place] === 0) this.report('b_exclusive');
    if (forth[b.ready] === 0) return;
    this.count -= 1;
    if (place < this.delivered) this.delivered -= 1;
    this.ids.copyWithin(place, place + 1);
    this.locks.copyWithin(place, place + 1);
  }
}
