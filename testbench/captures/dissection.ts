/** What a frame holds, layer by layer, as the standards read it. Absent layers are undefined. */
export interface Dissection {
  /** Bytes of the frame as captured. */
  readonly length: number;
  readonly destination?: Uint8Array;
  readonly source?: Uint8Array;
  /** VLAN tags, outermost first; only whole ones. */
  readonly tags: readonly DissectedTag[];
  /** Length/type field behind the tags. */
  readonly lengthOrType?: number;
  readonly llc?: DissectedLlc;
  readonly snap?: DissectedSnap;
  /** The protocol that an EtherType names: the type field's, or that of SNAP with organization 0 (RFC 1042). */
  readonly etherType?: number;
  readonly arp?: DissectedArp;
  readonly ipv4?: DissectedIpv4;
  readonly ipv6?: DissectedIpv6;
  /** What the network layer carries; undefined in a later fragment, and where it was not reached. */
  readonly transport?: DissectedTransport;
  readonly faults: readonly DissectionFault[];
}

export interface DissectedTag {
  /** Tag protocol identifier: 0x8100 or 0x88A8. */
  readonly protocol: number;
  readonly priority: number;
  readonly dropEligible: boolean;
  readonly identifier: number;
}

export interface DissectedLlc {
  /** Destination and source service access point. */
  readonly destination: number;
  readonly source: number;
  /** One octet for unnumbered formats; two octets, the second in the high half, for the others. */
  readonly control: number;
}

export interface DissectedSnap {
  readonly organization: number;
  readonly protocol: number;
}

export interface DissectedArp {
  readonly hardwareType: number;
  readonly protocolType: number;
  readonly hardwareLength: number;
  readonly protocolLength: number;
  readonly operation: number;
  readonly senderHardware: Uint8Array;
  readonly senderProtocol: Uint8Array;
  readonly targetHardware: Uint8Array;
  readonly targetProtocol: Uint8Array;
}

/** `whole`: no fragment; `first`: offset 0 and more to come; `later`: any other. */
export type FragmentState = 'whole' | 'first' | 'later';

export interface DissectedIpv4 {
  /** Offset of the header in the frame. */
  readonly offset: number;
  /** Bytes of the header with its options. */
  readonly headerLength: number;
  readonly totalLength: number;
  readonly identification: number;
  readonly moreFragments: boolean;
  /** In bytes. */
  readonly fragmentOffset: number;
  readonly fragment: FragmentState;
  readonly timeToLive: number;
  readonly protocol: number;
  readonly checksumGood: boolean;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly options: Uint8Array;
}

export interface DissectedExtensionHeader {
  /** 0 hop-by-hop options, 43 routing, 44 fragment, 51 authentication, 60 destination options. */
  readonly kind: number;
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

export interface DissectedIpv6 {
  readonly offset: number;
  readonly payloadLength: number;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly extensionHeaders: readonly DissectedExtensionHeader[];
  readonly fragment: FragmentState;
  /** Of the fragment header; in bytes. */
  readonly fragmentOffset: number;
  readonly identification?: number;
}

export interface DissectedTransport {
  readonly protocol: number;
  readonly offset: number;
  /** Of TCP (6) and UDP (17). */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

export interface DissectionFault {
  /** `truncated`: the frame ends too early for what it announces; `malformed`: it contradicts the standard. */
  readonly kind: 'truncated' | 'malformed';
  readonly layer: 'ethernet' | 'vlan' | 'llc' | 'snap' | 'arp' | 'ipv4' | 'ipv6' | 'extension' | 'transport';
  /** Where in the frame the field or the missing bytes lie. */
  readonly offset: number;
  readonly text: string;
  /** Whether the headers behind the fault cannot be told any more. */
  readonly stops: boolean;
}
