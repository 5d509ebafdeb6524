import type { Report } from './checker.ts';
import { bursts } from './transaction.ts';
import type { AddressWords } from './words.ts';

const isPowerOfTwo = (value: number): boolean => (value & (value - 1)) === 0;

/** What an address channel asks for, by itself (A3.4.1, A4.4, A7.2.4). */
export class AddressChecker {
  private readonly channel: 'aw' | 'ar';
  private readonly words: AddressWords;
  private readonly busBytes: number;
  private readonly report: Report;

  constructor(channel: 'aw' | 'ar', words: AddressWords, busBytes: number, report: Report) {
    this.channel = channel;
    this.words = words;
    this.busBytes = busBytes;
    this.report = report;
  }

  cycle(forth: Uint32Array): void {
    const { words, channel, report } = this;
    if (forth[words.valid] === 0) return;
    const beats = (forth[words.length] as number) + 1;
    const bytes = 1 << (forth[words.size] as number);
    const inPage = (forth[words.address.word] as number) % 4096;
    const cache = forth[words.cache] as number;
    if (bytes > this.busBytes) report(`${channel}_size`);
    switch (forth[words.burst]) {
      case bursts.fixed:
        if (beats > 16) report(`${channel}_fixed_length`);
        break;
      case bursts.incrementing:
        if (inPage - (inPage % bytes) + beats * bytes > 4096) report(`${channel}_boundary`);
        break;
      case bursts.wrapping:
        if (beats < 2 || beats > 16 || !isPowerOfTwo(beats)) report(`${channel}_wrap_length`);
        if (inPage % bytes !== 0) report(`${channel}_wrap_aligned`);
        break;
      default:
        report(`${channel}_burst`);
    }
    if (cache > 3 && (cache & 2) === 0) report(`${channel}_cache`);
    if (forth[words.lock] === 0) return;
    const total = beats * bytes;
    if (total > 128 || !isPowerOfTwo(total)) report(`${channel}_exclusive_bytes`);
    else if (beats <= 16 && inPage % total !== 0) report(`${channel}_exclusive_aligned`);
    if (beats > 16) report(`${channel}_exclusive_beats`);
  }
}
