import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { frameStream } from './arbitrary-frames.ts';
import { chainKey, chainsOf, unitReadsAlike } from './chains.ts';
import { dissect } from './dissect.ts';
import { hardFrames } from './hard-frames.ts';
import { type RecordedCapture, readRecorded, recordedCaptures } from './recorded.ts';
import { allRssHashTypes, type RssHashType, rssInput } from './rss.ts';
import { verificationKey } from './rss-verification-suite.ts';
import { toeplitzHash } from './toeplitz.ts';

describe('the nine hard frames', () => {
  test.each(hardFrames)('$name', ({ frame, hashType, hash }) => {
    const found = dissect(frame);
    expect(found.faults).toEqual([]);
    const { type, input } = rssInput(found);
    expect(type).toBe(hashType);
    expect(toeplitzHash(verificationKey, input)).toBe(hash);
  });

  test('hash types that are not enabled fall back to addresses, then to nothing', () => {
    const found = dissect(hardFrames[0]!.frame);
    expect(rssInput(found, new Set(['ipv4', 'udp_ipv4'])).type).toBe('ipv4');
    expect(rssInput(found, new Set(['ipv6', 'tcp_ipv6']))).toEqual({ type: 'none', input: new Uint8Array() });
  });
});

describe('chains', () => {
  const limits = fc.record({ packetLimit: fc.nat(4), byteLimit: fc.nat(300) });

  test.prop([frameStream(), limits])(
    'cover the frames in order, keep to the limits, and are as long as they can be',
    (frames, limit) => {
      const dissections = frames.map(dissect);
      const chains = chainsOf(dissections, limit);
      let next = 0;
      chains.forEach(({ first, packets, bytes, closed }, index) => {
        expect(first).toBe(next);
        const inside = dissections.slice(first, first + packets);
        expect(new Set(inside.map((frame) => chainKey(frame))).size).toBe(1);
        expect(bytes).toBe(inside.reduce((sum, { length }) => sum + length, 0));
        const full = limit.packetLimit > 0 && packets === limit.packetLimit;
        const heavy = limit.byteLimit > 0 && bytes >= limit.byteLimit;
        const last = index === chains.length - 1;
        expect(closed).toBe(full ? 'packets' : heavy ? 'bytes' : last ? 'end' : 'difference');
        if (limit.packetLimit > 0) expect(packets).toBeLessThanOrEqual(limit.packetLimit);
        if (limit.byteLimit > 0) expect(bytes - inside.at(-1)!.length).toBeLessThan(limit.byteLimit);
        if (closed === 'difference') expect(chainKey(dissections[first + packets]!)).not.toBe(chainKey(inside[0]!));
        next = first + packets;
      });
      expect(next).toBe(frames.length);
    },
  );

  // The bursts of streams.pcap: 28 runs of 1, 2, 3, 5, 8, 13, 21 datagrams to port 9 of three hosts in turn.
  test('of the recorded bursts have the lengths that were sent', () => {
    const frames = readRecorded('streams.pcap')
      .packets.map(({ data }) => dissect(data))
      .filter(({ transport }) => transport?.sourcePort === 20000 && transport.destinationPort === 9);
    const sent = Array.from({ length: 28 }, (_, turn) => [1, 2, 3, 5, 8, 13, 21][turn % 7]);
    expect(chainsOf(frames).map(({ packets }) => packets)).toEqual(sent);
  });

  // Frames, chains by destination and flow (all RSS hash types), chains by the patent's destination information alone.
  const counts: Readonly<Record<RecordedCapture, readonly [number, number, number]>> = {
    'web.pcap': [90, 76, 76],
    'ping.pcapng': [89, 44, 44],
    'streams.pcap': [443, 217, 205],
    'headers.pcap': [66, 59, 45],
    'vlan.pcap': [148, 112, 112],
  };
  test.each(recordedCaptures)(
    'gather the frames of %s, all of which the packet unit reads as the standards do',
    (name) => {
      const frames = readRecorded(name).packets.map(({ data }) => dissect(data));
      expect(frames.every(unitReadsAlike)).toBe(true);
      const [perFlow, perDestination] = [allRssHashTypes, new Set<RssHashType>()].map(
        (hashTypes) => chainsOf(frames, { hashTypes }).length,
      );
      expect([frames.length, perFlow, perDestination]).toEqual(counts[name]);
    },
  );
});
