import fc from 'fast-check';
import { content, dataLength, ethernetPool, link, tags } from './arbitrary-headers.ts';
import { encodeFrame } from './encode-frame.ts';
import type { FrameDescription } from './frame-description.ts';

export interface ArbitraryFrameOptions {
  /** Longest frame in bytes; 1600 unless given, at least 1. */
  readonly maxLength?: number;
  /** Whether frames may be truncated, contradict the standards or be garbage; they may unless this is false. */
  readonly faulty?: boolean;
}

const fields = (faulty: boolean) => ({
  destination: ethernetPool,
  source: ethernetPool,
  tags,
  link: link(faulty),
  padTo: fc.constantFrom(60, 64, 128),
  content: content(faulty),
});

/** LLC gives a length, of at most 1500 bytes: what is longer goes without it. */
const fitting = (description: FrameDescription): FrameDescription => {
  const { link: named, ...rest } = description;
  if (named === undefined || named.kind === 'type') return description;
  return encodeFrame({ ...rest, tags: [], padTo: 0 }).length - 14 + 8 <= 1500 ? description : rest;
};

const faultyFields = {
  keep: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 140 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 1600 }) },
  ),
  overwritten: fc.array(fc.record({ at: fc.nat(90), value: fc.nat(255) }), { maxLength: 3 }),
};

/**
 * Frames as descriptions, of every mix of headers: none to three tags of both kinds, EtherType, LLC and SNAP; ARP, IPv4 with header lengths
 * of 20 to 60 bytes and fragments, IPv6 with up to five extension headers, TCP, UDP and others; with faults, also wrong versions and
 * lengths, overwritten bytes, and frames cut at any byte. Hop-by-hop options may stand anywhere, against RFC 8200, also
 * without faults. They shrink to a short untagged UDP datagram over IPv4.
 */
export const frameDescription = ({ faulty = true }: ArbitraryFrameOptions = {}): fc.Arbitrary<FrameDescription> => {
  const required = ['destination', 'source', 'content'] as const;
  const sound = fc.record(fields(false), { requiredKeys: [...required] }).map(fitting);
  if (!faulty) return sound;
  const broken = fc.record({ ...fields(true), ...faultyFields }, { requiredKeys: [...required] });
  return fc.oneof({ withCrossShrink: true }, { weight: 3, arbitrary: sound }, { weight: 1, arbitrary: broken });
};

const encodeWithin = (description: FrameDescription, maxLength: number): Uint8Array =>
  encodeFrame(description).subarray(0, maxLength);

/** Frames as bytes: those of `frameDescription`, and with faults some of plain garbage; 1 to `maxLength` bytes. */
export const frame = (options: ArbitraryFrameOptions = {}): fc.Arbitrary<Uint8Array> => {
  const { maxLength = 1600, faulty = true } = options;
  const described = frameDescription(options).map((description) => encodeWithin(description, maxLength));
  if (!faulty) return described;
  return fc.oneof(
    { weight: 9, arbitrary: described },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength, size: 'large' }) },
  );
};

const withData = (description: FrameDescription, length: number): FrameDescription => {
  const { content: inner } = description;
  if (inner.kind !== 'ipv4' && inner.kind !== 'ipv6') return description;
  return { ...description, content: { ...inner, payload: { ...inner.payload, length } } };
};

/**
 * Streams of frames in which chains form: a few flows that take turns, each with a run of frames that differ in the length of their data
 * alone; between them now and then a frame of its own kind.
 */
export const frameStream = (options: ArbitraryFrameOptions = {}): fc.Arbitrary<Uint8Array[]> => {
  const { maxLength = 1600 } = options;
  const runs = fc.array(
    fc.oneof(
      { withCrossShrink: true },
      {
        weight: 5,
        arbitrary: fc.record({ flow: fc.nat(3), data: fc.array(dataLength, { minLength: 1, maxLength: 8 }) }),
      },
      { weight: 1, arbitrary: frame(options) },
    ),
    { minLength: 1, maxLength: 12 },
  );
  const flows = fc.array(frameDescription(options), { minLength: 1, maxLength: 4 });
  return fc.tuple(flows, runs).map(([flow, turns]) =>
    turns.flatMap((turn) => {
      if (turn instanceof Uint8Array) return [turn];
      const description = flow[turn.flow % flow.length]!;
      return turn.data.map((length) => {
        const sized = withData(description, length);
        return encodeWithin(options.faulty === false ? fitting(sized) : sized, maxLength);
      });
    }),
  );
};

/** The first `count` frames of `frameStream`, the same for the same seed. */
export const sampleFrames = (count: number, seed: number, options: ArbitraryFrameOptions = {}): Uint8Array[] => {
  const frames: Uint8Array[] = [];
  for (let round = 0; frames.length < count; round += 1)
    for (const stream of fc.sample(frameStream(options), { seed: seed + round, numRuns: 10 })) frames.push(...stream);
  return frames.slice(0, count);
};
