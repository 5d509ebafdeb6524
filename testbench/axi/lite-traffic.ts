/** Random AXI4-Lite traffic on the signals of one interface, cycle by cycle, legal before faults. */
import fc, { type Arbitrary } from 'fast-check';

export type LiteSignals = Record<string, number>;

/** What may happen in a cycle: a bit for each channel's offer and ready, and what payloads are made of. */
interface LiteChoice {
  readonly offers: number;
  readonly readies: number;
  readonly seed: number;
  readonly resets: boolean;
}

const channelBits = { aw: 1, w: 2, b: 4, ar: 8, r: 16 } as const;
type Channel = keyof typeof channelBits;
const channels = Object.keys(channelBits) as Channel[];

const payloads: Readonly<Record<Channel, readonly (readonly [signal: string, width: number])[]>> = {
  aw: [
    ['awaddr', 32],
    ['awprot', 3],
  ],
  w: [
    ['wdata', 32],
    ['wstrb', 4],
  ],
  b: [['bresp', 2]],
  ar: [
    ['araddr', 32],
    ['arprot', 3],
  ],
  r: [
    ['rdata', 32],
    ['rresp', 2],
  ],
};

const choices: Arbitrary<readonly LiteChoice[]> = fc.array(
  fc.record({
    offers: fc.nat(31),
    readies: fc.nat(31),
    seed: fc.nat(0xffff),
    resets: fc.integer({ min: 0, max: 63 }).map((value) => value === 63),
  }),
  { minLength: 1, maxLength: 60, size: 'max' },
);

const scramble = (seed: number, place: number, width: number): number => {
  const value = Math.imul(seed * 31 + place + 1, 0x9e37_79b1) >>> 0;
  return width === 32 ? value : value >>> (32 - width);
};

/** Cycles of legal traffic: at most `outstanding` requests of a kind wait for their answers. The first two are of reset. */
const trafficOf = (list: readonly LiteChoice[], outstanding: number): LiteSignals[] => {
  const owed = { aw: 0, w: 0, ar: 0 };
  let held: LiteSignals = {};
  let fresh = true;
  const cycles: LiteSignals[] = [{ aresetn: 0 }, { aresetn: 0 }];
  for (const { offers, readies, seed, resets } of list) {
    if (resets) {
      cycles.push({ aresetn: 0 });
      Object.assign(owed, { aw: 0, w: 0, ar: 0 });
      held = {};
      fresh = true;
      continue;
    }
    const now: LiteSignals = { aresetn: 1, ...held };
    const may: Readonly<Record<Channel, boolean>> = {
      aw: owed.aw < outstanding,
      w: owed.w < outstanding,
      ar: owed.ar < outstanding,
      b: owed.aw > 0 && owed.w > 0,
      r: owed.ar > 0,
    };
    held = {};
    const fired = new Set<Channel>();
    for (const [place, channel] of channels.entries()) {
      const waits = now[`${channel}valid`] === 1;
      const offered = waits || (!fresh && may[channel] && (offers & channelBits[channel]) !== 0);
      now[`${channel}valid`] = offered ? 1 : 0;
      now[`${channel}ready`] = (readies & channelBits[channel]) === 0 ? 0 : 1;
      for (const [index, [signal, width]] of payloads[channel].entries()) {
        if (!waits) now[signal] = scramble(seed, 3 * place + index, width);
        // AXI4-Lite has no EXOKAY.
        if (width === 2 && now[signal] === 1 && offered) now[signal] = 0;
        if (offered && now[`${channel}ready`] === 0) held[signal] = now[signal] ?? 0;
      }
      if (offered && now[`${channel}ready`] === 0) held[`${channel}valid`] = 1;
      if (offered && now[`${channel}ready`] === 1) fired.add(channel);
    }
    fresh = false;
    for (const channel of ['aw', 'w', 'ar'] as const) {
      const answer = channel === 'ar' ? 'r' : 'b';
      owed[channel] += (fired.has(channel) ? 1 : 0) - (fired.has(answer) ? 1 : 0);
    }
    cycles.push(now);
  }
  return cycles;
};

/** Legal traffic of a 32-bit interface. */
export const liteTraffic = (outstanding: number): Arbitrary<readonly LiteSignals[]> =>
  choices.map((list) => trafficOf(list, outstanding));

/** The same with bits of any signals turned over. */
export const faultyLiteTraffic = (outstanding: number): Arbitrary<readonly LiteSignals[]> =>
  fc
    .tuple(
      choices,
      fc.array(fc.record({ cycle: fc.nat(61), signal: fc.nat(63), bit: fc.nat(31) }), { minLength: 1, maxLength: 3 }),
    )
    .map(([list, flips]) => {
      const cycles = trafficOf(list, outstanding);
      for (const { cycle, signal, bit } of flips) {
        const seen = cycles[cycle];
        const names = channels.flatMap((channel) => [
          [`${channel}valid`, 1] as const,
          [`${channel}ready`, 1] as const,
          ...payloads[channel],
        ]);
        const [name, width] = names[signal % names.length] ?? ['awvalid', 1];
        if (seen !== undefined) seen[name] = ((seen[name] ?? 0) ^ (1 << (bit % width))) >>> 0;
      }
      return cycles;
    });
