import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sampleFrames } from './arbitrary-frames.ts';
import { dissect } from './dissect.ts';
import type { Dissection } from './dissection.ts';
import { furtherCaptures, furtherCapturesFolder } from './further-captures.ts';
import { hardFrames } from './hard-frames.ts';
import { readRecorded, recordedCaptures, recordedPath } from './recorded.ts';
import { type HeaderFields, headerFields, tsharkPresent, witness } from './tshark-witness.ts';
import { type PacketToWrite, writePcap } from './write-pcap.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** A folder of further captures to compare; not needed. */
const further = furtherCapturesFolder();
const present = tsharkPresent();
const skipped = present ? '' : ' (skipped: tshark is not installed)';
const folder = mkdtempSync(join(tmpdir(), 'captures-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Where tshark reads a frame otherwise than the standards, or further than our dissector goes, and so cannot witness. */
const setAside = ({ tags, lengthOrType, llc, snap, arp, ipv6, faults }: Dissection): string | null => {
  if (tags.at(-1)?.protocol === 0x88a8 && lengthOrType !== undefined && lengthOrType <= 1500)
    return 'tshark does not look for LLC behind a service tag';
  if (ipv6?.fragment === 'later' && ipv6.extensionHeaders.filter(({ kind }) => kind === 44).length > 1)
    return 'tshark walks on behind the second fragment header of a later fragment';
  if (llc?.destination === 0xff && llc.source === 0xff) return 'tshark takes FF FF for raw IPX';
  if (llc?.destination === 0xaa && llc.source === 0xaa && snap === undefined)
    return 'tshark takes AA AA for SNAP whatever the control';
  if (snap?.organization === 0xf8) return 'tshark enters the tunnels of IEEE 802.1H';
  if (
    arp !== undefined &&
    [arp.hardwareType, arp.protocolType, arp.hardwareLength, arp.protocolLength].join() !== '1,2048,6,4'
  )
    return 'ARP for other addresses';
  if (faults.some(({ layer }) => layer === 'vlan')) return 'a tag without the type behind it';
  return null;
};

/** Differences between the two dissections, as text; empty where they agree or cannot be compared. */
const differences = (ours: HeaderFields, theirs: HeaderFields, found: Dissection): string => {
  const stopped = found.faults.some(({ stops }) => stops);
  // Behind a fault that stops us tshark may guess on; and over IPv4 it enters authentication headers.
  const unsure = stopped ? ['extensions', 'fragment', 'identification'] : [];
  if (found.ipv4?.protocol === 51) unsure.push('ports');
  const names = new Set([...Object.keys(ours), ...(stopped ? [] : Object.keys(theirs))]);
  return [...names]
    .filter((name) => !unsure.includes(name) && ours[name] !== theirs[name])
    .map((name) => `${name}: ${ours[name]}, tshark ${theirs[name]}`)
    .join('; ');
};

/** Compares frames through one capture file. Returns how many could be compared. */
const compare = (frames: readonly PacketToWrite[], name: string): number => {
  const path = join(folder, name);
  writeFileSync(path, writePcap(frames, { precision: 'nanoseconds' }));
  const seen = witness(path);
  expect(seen).toHaveLength(frames.length);
  const wrong: string[] = [];
  let compared = 0;
  frames.forEach(({ data }, index) => {
    const found = dissect(data);
    if (setAside(found) !== null) return;
    compared += 1;
    const text = differences(headerFields(found), seen[index]!.fields, found);
    if (text !== '') wrong.push(`frame ${index + 1} (${Buffer.from(data.subarray(0, 120)).toString('hex')}): ${text}`);
  });
  expect(wrong.slice(0, 5)).toEqual([]);
  return compared;
};

const asPackets = (frames: readonly Uint8Array[]): PacketToWrite[] =>
  frames.map((data, index) => ({ timestampNanoseconds: BigInt(index), data }));

describe.skipIf(!present)(`tshark as a witness${skipped}`, () => {
  test.each(recordedCaptures)('reads and dissects %s alike', (name) => {
    const { packets } = readRecorded(name);
    const seen = witness(recordedPath(name));
    const nanoseconds = (text: string): bigint => BigInt(text.replace('.', ''));
    expect(seen.map(({ time, kept, original }) => [nanoseconds(time), kept, original])).toEqual(
      packets.map(({ timestampNanoseconds, data, originalLength }) => [
        timestampNanoseconds,
        data.length,
        originalLength,
      ]),
    );
    const wrong = packets.flatMap(({ data }, index) => {
      const found = dissect(data);
      expect(setAside(found)).toBeNull();
      const text = differences(headerFields(found), seen[index]!.fields, found);
      return text === '' ? [] : [`frame ${index + 1}: ${text}`];
    });
    expect(wrong).toEqual([]);
  });

  test('dissects generated frames alike', () => {
    const frames = [...hardFrames.map(({ frame }) => frame), ...sampleFrames(thorough ? 20_000 : 2000, 7)];
    const compared = compare(asPackets(frames), 'generated.pcap');
    expect(compared).toBeGreaterThan(frames.length * 0.8);
  });

  test.skipIf(further === null)('dissects the captures in the folder PORTCULLIS_CAPTURES alike', () => {
    const frames = furtherCaptures(further!).flatMap(({ packets }) => packets);
    expect(compare(asPackets(frames), 'further.pcap')).toBeGreaterThan(frames.length * 0.8);
  });
});
