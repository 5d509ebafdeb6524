import { spawnSync } from 'node:child_process';
import { ethernetText, ipv4Text, ipv6Text } from './addresses.ts';
import type { Dissection } from './dissection.ts';

/** Header fields of a frame under names of our own, as text; what a frame does not have is not there. */
export type HeaderFields = Readonly<Record<string, string>>;

/** Whether tshark, Wireshark's dissector for terminals (Debian package tshark), can be run. */
export const tsharkPresent = (): boolean => spawnSync('tshark', ['--version']).status === 0;

const columns = [
  'frame.time_epoch',
  'frame.cap_len',
  'frame.len',
  'frame.protocols',
  'eth.dst',
  'eth.src',
  'eth.type',
  'eth.len',
  'vlan.id',
  'vlan.priority',
  'vlan.etype',
  'vlan.len',
  'ieee8021ad.id',
  'ieee8021ad.svid',
  'ieee8021ad.cvid',
  'llc.dsap',
  'llc.ssap',
  'llc.control',
  'llc.oui',
  'llc.type',
  'arp.opcode',
  'arp.src.hw_mac',
  'arp.src.proto_ipv4',
  'arp.dst.proto_ipv4',
  'ip.hdr_len',
  'ip.len',
  'ip.id',
  'ip.flags.mf',
  'ip.frag_offset',
  'ip.ttl',
  'ip.proto',
  'ip.src',
  'ip.dst',
  'ip.checksum.status',
  'ipv6.plen',
  'ipv6.nxt',
  'ipv6.hlim',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.fraghdr.offset',
  'ipv6.fraghdr.more',
  'ipv6.fraghdr.ident',
  'tcp.srcport',
  'tcp.dstport',
  'udp.srcport',
  'udp.dstport',
] as const;

type Column = (typeof columns)[number];
type Row = Readonly<Record<Column, readonly string[]>>;

export interface WitnessedFrame {
  /** `seconds.nanoseconds` since 1970. */
  readonly time: string;
  /** Bytes kept, and bytes on the line. */
  readonly kept: number;
  readonly original: number;
  readonly fields: HeaderFields;
}

/** What tshark finds in each frame of a capture file, outermost network layer only. @throws Error with tshark's words when it fails. */
export const witness = (path: string): WitnessedFrame[] => {
  const preferences = [
    'ip.defragment:FALSE',
    'ipv6.defragment:FALSE',
    'ip.check_checksum:TRUE',
    'ip.tso_support:FALSE',
  ];
  const result = spawnSync(
    'tshark',
    [
      ...['-n', '-r', path, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a'],
      ...preferences.flatMap((preference) => ['-o', preference]),
      ...columns.flatMap((column) => ['-e', column]),
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (result.status !== 0) throw new Error(`tshark failed on ${path}: ${result.stderr}`);
  return result.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const cells = line.split('\t');
      const row = Object.fromEntries(
        columns.map((column, index) => [column, (cells[index] ?? '').split(',').filter((text) => text !== '')]),
      ) as Record<Column, string[]>;
      return {
        time: row['frame.time_epoch'][0] ?? '',
        kept: Number(row['frame.cap_len'][0]),
        original: Number(row['frame.len'][0]),
        fields: fieldsOf(row),
      };
    });
};

const extensionNames: Readonly<Record<string, number>> = {
  'ipv6.hopopts': 0,
  'ipv6.routing': 43,
  'ipv6.fraghdr': 44,
  ah: 51,
  'ipv6.dstopts': 60,
};

const number = (text: string | undefined): string | undefined => (text === undefined ? undefined : `${Number(text)}`);

/** Keeps the first value of every field: tshark lists those of inner headers, of tunnels and quoted packets, after it. */
const fieldsOf = (row: Row): HeaderFields => {
  const protocols = row['frame.protocols'][0]?.split(':') ?? [];
  const first = (column: Column): string | undefined => row[column][0];
  const isTag = (name: string): boolean => name === 'vlan' || name === 'ieee8021ad';
  const link = protocols.findIndex((name) => !['eth', 'ethertype', 'vlan', 'ieee8021ad', 'llc'].includes(name));
  const before = protocols.slice(0, link === -1 ? protocols.length : link);
  const after = link === -1 ? [] : protocols.slice(link);
  const tagged = before.filter(isTag);
  const customer = row['vlan.id'].slice(0, tagged.filter((name) => name === 'vlan').length);
  // Two service tags in a row are one layer to tshark, with identifiers under names of their own.
  const [pairs, single] = [row['ieee8021ad.cvid'].length, [...row['ieee8021ad.id']]];
  const service = tagged
    .filter((name) => name === 'ieee8021ad')
    .map((_, index) =>
      index < pairs ? [row['ieee8021ad.svid'][index], row['ieee8021ad.cvid'][index]] : [single.shift()],
    );
  const fields: Record<string, string | undefined> = {
    destination: first('eth.dst'),
    source: first('eth.src'),
    tags: tagged
      .flatMap((name) =>
        (name === 'vlan' ? [customer.shift()] : (service.shift() ?? [])).map((id) => `${name} ${number(id)}`),
      )
      .join(', '),
    length: tagged.length > 0 ? number(first('vlan.len')) : number(first('eth.len')),
  };
  if (before.includes('llc'))
    Object.assign(fields, {
      llc: [first('llc.dsap'), first('llc.ssap'), first('llc.control')].map(number).join(' '),
      organization: number(first('llc.oui')),
      snapType: number(first('llc.type')),
    });
  const network = after[0];
  if (network === 'arp')
    Object.assign(fields, {
      arp: [
        first('arp.opcode'),
        first('arp.src.hw_mac'),
        first('arp.src.proto_ipv4'),
        first('arp.dst.proto_ipv4'),
      ].join(' '),
    });
  if (network === 'ip')
    Object.assign(fields, {
      ipv4: [first('ip.src'), first('ip.dst')].join(' '),
      headerLength: first('ip.hdr_len'),
      totalLength: first('ip.len'),
      identification: number(first('ip.id')),
      timeToLive: first('ip.ttl'),
      protocol: first('ip.proto'),
      checksumGood: first('ip.checksum.status') === '1' ? 'true' : 'false',
      fragment: `${Number(first('ip.frag_offset')) * 8} ${['1', 'True'].includes(first('ip.flags.mf') ?? '')}`,
    });
  if (network === 'ipv6') {
    const chain = after.slice(1);
    const end = chain.findIndex((name) => !(name in extensionNames));
    const extensions = end === -1 ? chain : chain.slice(0, end);
    const fragments = extensions.filter((name) => name === 'ipv6.fraghdr').length;
    Object.assign(fields, {
      ipv6: [first('ipv6.src'), first('ipv6.dst')].join(' '),
      payloadLength: first('ipv6.plen'),
      nextHeader: first('ipv6.nxt'),
      hopLimit: first('ipv6.hlim'),
      extensions: extensions.map((name) => extensionNames[name]).join(' '),
      identification: fragments === 0 ? undefined : number(row['ipv6.fraghdr.ident'][fragments - 1]),
      fragment: fragments === 0 ? '0' : `${Number(row['ipv6.fraghdr.offset'][fragments - 1]) * 8}`,
    });
  }
  const transport = after.slice(1).find((name) => !(name in extensionNames));
  if ((network === 'ip' || network === 'ipv6') && (transport === 'tcp' || transport === 'udp'))
    fields.ports = `${transport} ${first(`${transport}.srcport`)} ${first(`${transport}.dstport`)}`;
  return defined(fields);
};

const defined = (fields: Readonly<Record<string, string | undefined>>): HeaderFields =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** The same fields as our dissector sees them. */
export const headerFields = (found: Dissection): HeaderFields => {
  const { destination, source, tags, lengthOrType, llc, snap, arp, ipv4, ipv6, transport } = found;
  const fields: Record<string, string | undefined> = {
    destination: destination && ethernetText(destination),
    source: source && ethernetText(source),
    tags: tags.map((tag) => `${tag.protocol === 0x8100 ? 'vlan' : 'ieee8021ad'} ${tag.identifier}`).join(', '),
    length: lengthOrType !== undefined && lengthOrType <= 1500 ? `${lengthOrType}` : undefined,
    llc: llc && `${llc.destination} ${llc.source} ${llc.control}`,
    organization: snap && `${snap.organization}`,
    snapType: snap?.organization === 0 ? `${snap.protocol}` : undefined,
    arp:
      arp &&
      [
        arp.operation,
        ethernetText(arp.senderHardware),
        ipv4Text(arp.senderProtocol),
        ipv4Text(arp.targetProtocol),
      ].join(' '),
  };
  if (ipv4 !== undefined)
    Object.assign(fields, {
      ipv4: `${ipv4Text(ipv4.source)} ${ipv4Text(ipv4.destination)}`,
      headerLength: `${ipv4.headerLength}`,
      totalLength: `${ipv4.totalLength}`,
      identification: `${ipv4.identification}`,
      timeToLive: `${ipv4.timeToLive}`,
      protocol: `${ipv4.protocol}`,
      checksumGood: `${ipv4.checksumGood}`,
      fragment: `${ipv4.fragmentOffset} ${ipv4.moreFragments}`,
    });
  if (ipv6 !== undefined)
    Object.assign(fields, {
      ipv6: `${ipv6Text(ipv6.source)} ${ipv6Text(ipv6.destination)}`,
      payloadLength: `${ipv6.payloadLength}`,
      nextHeader: `${ipv6.nextHeader}`,
      hopLimit: `${ipv6.hopLimit}`,
      extensions: ipv6.extensionHeaders.map(({ kind }) => kind).join(' '),
      identification: ipv6.identification === undefined ? undefined : `${ipv6.identification}`,
      fragment: `${ipv6.fragmentOffset}`,
    });
  if (transport?.sourcePort !== undefined)
    fields.ports = `${transport.protocol === 6 ? 'tcp' : 'udp'} ${transport.sourcePort} ${transport.destinationPort}`;
  return defined(fields);
};
