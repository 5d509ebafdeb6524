/** The chains as the independent dissector sees them: which frames belong together, their hash, their client, and why they end. */
import { dissect } from '../../../captures/dissect.ts';
import type { Dissection } from '../../../captures/dissection.ts';
import { type RssHashType, rssInput } from '../../../captures/rss.ts';
import { toeplitzHash } from '../../../captures/toeplitz.ts';
import type { Configuration } from './configuration.ts';
import type { SeenRecord } from './watch.ts';

/** Numbers of the hash types; a type's bit in the register is its place in this list less one, but `destination` has bit 0. */
const typeNumbers: readonly RssHashType[] = ['none', 'ipv4', 'tcp_ipv4', 'udp_ipv4', 'ipv6', 'tcp_ipv6', 'udp_ipv6'];
const destinationType = 7;
const closeReasons = { difference: 1, packets: 2, bytes: 3, idle: 4 } as const;
const headerLimit = 128;
const extensionHeaderLimit = 4;

/** What tells chains apart in a frame whose headers are all within the unit's reach; text, so that equality is easy. */
interface FrameKey {
  readonly text: string;
  readonly hashType: number;
  readonly hash: number;
  readonly destination: number;
}

const octets = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

/** Whether the unit, which looks less far than the standards do, and the dissector must agree on the frame. */
const withinReach = ({ faults, tags, snap, arp, ipv4, ipv6, transport }: Dissection): boolean => {
  if (faults.length > 0 || tags.length > 2 || (snap !== undefined && tags.length > 1)) return false;
  if (arp !== undefined) {
    return (
      arp.hardwareType === 1 && arp.protocolType === 0x0800 && arp.hardwareLength === 6 && arp.protocolLength === 4
    );
  }
  const headers = ipv6?.extensionHeaders ?? [];
  const lastHeader = headers.at(-1);
  const end =
    transport === undefined ? (lastHeader === undefined ? 0 : lastHeader.offset + lastHeader.length) : transport.offset;
  if (headers.length > extensionHeaderLimit || (ipv6 !== undefined && end + 4 > headerLimit)) return false;
  return ipv4 === undefined || ipv4.totalLength >= ipv4.headerLength;
};

const sapOf = ({ llc, snap, etherType }: Dissection): readonly [sap: number, llc: boolean] => {
  if (etherType !== undefined) return [etherType, false];
  if (snap !== undefined) return [snap.protocol, true];
  return [(llc?.destination ?? 0) * 256 + (llc?.source ?? 0), true];
};

/** Null for a frame that the dissector is no judge of. */
export const frameKey = (data: Uint8Array, configuration: Configuration): FrameKey | null => {
  const frame = dissect(data);
  if (!withinReach(frame) || frame.destination === undefined || frame.source === undefined) return null;
  const enabled = new Set(
    typeNumbers.filter((_, number) => number > 0 && ((configuration.hashTypes >>> number) & 1) === 1),
  );
  const rss = rssInput(frame, enabled);
  const [sap, llc] = sapOf(frame);
  const [outer = 0, inner = 0] = frame.tags.map((tag) => tag.identifier);
  const u16 = (value: number): number[] => [value >>> 8, value & 0xff];
  let hashType = typeNumbers.indexOf(rss.type);
  let input = rss.input;
  if (hashType === 0 && (configuration.hashTypes & 1) === 1) {
    hashType = destinationType;
    input = Uint8Array.from([...frame.destination, ...u16(outer), ...u16(inner), ...u16(sap)]);
  }
  const uses = (bit: number): boolean => ((configuration.chainKey >>> bit) & 1) === 1;
  const toDestination = hashType === destinationType;
  const ip = frame.ipv4 ?? frame.ipv6;
  const hasPorts = ip?.fragment === 'whole' && frame.transport?.sourcePort !== undefined;
  const { transport } = frame;
  const anyAllSap = configuration.allSap.some((entry) => entry.enable);
  const parts = [
    `type ${hashType}`,
    uses(0) || toDestination ? `tags ${frame.tags.length} ${outer} ${inner}` : '',
    uses(1) || toDestination ? `sap ${sap} ${llc}` : '',
    uses(2) || toDestination || anyAllSap ? `to ${octets(frame.destination)}` : '',
    uses(3) ? `from ${octets(frame.source)}` : '',
    uses(4) || (hashType >= 1 && hashType <= 6)
      ? `ip ${frame.ipv4 ? 4 : frame.ipv6 ? 6 : 0} ${octets(ip?.source)} ${octets(ip?.destination)}`
      : '',
    uses(5) || [2, 3, 5, 6].includes(hashType)
      ? `ports ${hasPorts ? `${transport?.protocol} ${transport?.sourcePort} ${transport?.destinationPort}` : ''}`
      : '',
  ];
  return {
    text: parts.join(', '),
    hashType,
    hash: toeplitzHash(configuration.key, input),
    destination: Number.parseInt(octets(frame.destination), 16),
  };
};

const judgeEnd = (
  record: SeenRecord,
  lastBytes: number,
  { packetLimit, byteLimit, idleLimit }: Configuration,
): string | null => {
  const { reason, packets, bytes, chain } = record;
  const packetsFull = (packetLimit !== 0 && packets >= packetLimit) || packets === 65535;
  const bytesFull = byteLimit !== 0 && bytes >= byteLimit;
  const expected: readonly number[] = packetsFull
    ? [closeReasons.packets]
    : bytesFull
      ? [closeReasons.bytes]
      : [closeReasons.difference, closeReasons.idle];
  if (!expected.includes(reason))
    return `chain ${chain} of ${packets} packets and ${bytes} bytes closed for reason ${reason}`;
  if (packetLimit !== 0 && packets > packetLimit)
    return `chain ${chain} has ${packets} packets, over the limit of ${packetLimit}`;
  if (byteLimit !== 0 && bytes - lastBytes >= byteLimit)
    return `chain ${chain} went on after the limit of ${byteLimit} bytes`;
  if (reason === closeReasons.idle && idleLimit === 0)
    return `chain ${chain} closed for idleness, which is switched off`;
  return null;
};

const judgeMarks = (record: SeenRecord, first: FrameKey, configuration: Configuration): string | null => {
  const { chain, hash, hashType, client, mask } = record;
  if (hashType !== first.hashType)
    return `chain ${chain} has hash type ${hashType}; its first frame has ${first.hashType}`;
  if (hash !== first.hash)
    return `chain ${chain} has hash 0x${hash.toString(16)}; its first frame has 0x${first.hash.toString(16)}`;
  const named = hashType === 0 ? configuration.defaultClient : (configuration.table[hash & 0x7f] ?? 0);
  if (client !== named) return `chain ${chain} names client ${client}; its hash names ${named}`;
  const copies = configuration.allSap.reduce(
    (all, entry) => all | (entry.enable && entry.address === first.destination ? entry.mask : 0),
    0,
  );
  const stray = mask & ~(copies | (1 << client));
  return stray === 0 ? null : `chain ${chain} goes to clients 0x${stray.toString(16)}, who did not ask for it`;
};

/** Judges closed chains against the frames that came, in order. */
export const judgeChains = (
  frames: readonly Uint8Array[],
  records: readonly SeenRecord[],
  configuration: Configuration,
): string | null => {
  let came = 0;
  for (const record of records) {
    const members = frames.slice(came, came + record.packets);
    came += record.packets;
    const keys = members.map((data) => frameKey(data, configuration));
    const first = keys[0];
    const stranger = keys.find((key) => key !== null && first != null && key.text !== first.text);
    if (stranger != null) return `chain ${record.chain} begins with ${first?.text}, and also holds ${stranger.text}`;
    const end = judgeEnd(record, members.at(-1)?.length ?? 0, configuration);
    if (end !== null) return end;
    if (first == null) continue;
    const marks = judgeMarks(record, first, configuration);
    if (marks !== null) return marks;
    const next = frames[came];
    if (
      record.reason === closeReasons.difference &&
      next !== undefined &&
      frameKey(next, configuration)?.text === first.text
    ) {
      return `chain ${record.chain} closed for a difference, and the next frame has none: ${first.text}`;
    }
  }
  return null;
};
