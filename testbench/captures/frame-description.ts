/**
 * A frame as its headers, from which its bytes are made: what tests write down, what generated frames shrink to. Lengths and checksums
 * are right unless a description says otherwise.
 */
export interface FrameDescription {
  /** Ethernet addresses, written like `02:00:00:00:00:01`. */
  readonly destination: string;
  readonly source: string;
  /** Outermost first. */
  readonly tags?: readonly VlanTag[];
  readonly link?: LinkEncapsulation;
  readonly content: Content;
  /** Bytes of zeros after the content until the frame has this length, as a sender pads to 60 bytes. */
  readonly padTo?: number;
  /** The frame is cut to this many bytes; at least 1. */
  readonly keep?: number;
  /** Bytes overwritten after all else; those beyond the frame's end do not count. */
  readonly overwritten?: readonly { readonly at: number; readonly value: number }[];
}

/** IEEE 802.1Q, 9.3 to 9.6: protocol 0x8100 for a customer tag, 0x88A8 for a service tag. */
export interface VlanTag {
  readonly protocol: number;
  readonly identifier: number;
  readonly priority?: number;
  readonly dropEligible?: boolean;
}

/** How the content is named: by EtherType (none given), or by IEEE 802.2 LLC after a length field, with or without SNAP. */
export type LinkEncapsulation =
  | { readonly kind: 'type' }
  | {
      readonly kind: 'llc';
      readonly destination: number;
      readonly source: number;
      /** One octet for unnumbered formats (low bits 11), else two, the second in the high half. */
      readonly control: number;
    }
  | {
      readonly kind: 'snap';
      readonly organization: number;
      /** Protocol identifier; the content's EtherType unless given. */
      readonly protocol?: number;
    };

export type Content = ArpContent | Ipv4Content | Ipv6Content | RawContent;

/** Bytes under an EtherType of their own (which LLC has no room for). */
export interface RawContent {
  readonly kind: 'raw';
  readonly etherType: number;
  readonly bytes: readonly number[];
}

/** RFC 826, for Ethernet and IPv4 unless the first six bytes are overwritten. */
export interface ArpContent {
  readonly kind: 'arp';
  readonly operation: number;
  readonly senderHardware: string;
  readonly senderProtocol: string;
  readonly targetHardware: string;
  readonly targetProtocol: string;
  /** Hardware type, protocol type, hardware length, protocol length in place of 1, 0x0800, 6, 4. */
  readonly start?: readonly [number, number, number, number];
}

/** RFC 791. */
export interface Ipv4Content {
  readonly kind: 'ipv4';
  readonly source: string;
  readonly destination: string;
  /** Bytes of options; filled up with zeros to a multiple of 4, at most 40. */
  readonly options?: readonly number[];
  readonly identification?: number;
  /** In units of 8 bytes. */
  readonly fragmentOffset?: number;
  readonly moreFragments?: boolean;
  /** In place of 4. */
  readonly version?: number;
  /** Header length field, in units of 4 bytes, in place of the right one. */
  readonly headerLength?: number;
  /** Total length field in place of the right one. */
  readonly totalLength?: number;
  readonly payload: Payload;
}

/** RFC 8200. */
export interface Ipv6Content {
  readonly kind: 'ipv6';
  readonly source: string;
  readonly destination: string;
  readonly extensionHeaders?: readonly ExtensionHeader[];
  /** In place of 6. */
  readonly version?: number;
  /** Payload length field in place of the right one. */
  readonly payloadLength?: number;
  readonly payload: Payload;
}

export type ExtensionHeader =
  /** Hop-by-hop options (0), routing (43), destination options (60): `units` of 8 bytes beyond the first 8. */
  | { readonly kind: 0 | 43 | 60; readonly units?: number }
  /** Fragment (44). */
  | { readonly kind: 44; readonly offset?: number; readonly moreFragments?: boolean; readonly identification?: number }
  /** Authentication (51, RFC 4302): `words` of 4 bytes of check value after the fixed 12 bytes. */
  | { readonly kind: 51; readonly words?: number };

export type Payload =
  | {
      readonly kind: 'tcp' | 'udp';
      readonly sourcePort: number;
      readonly destinationPort: number;
      readonly length?: number;
    }
  /** ICMP for IPv4, ICMPv6 for IPv6: an echo request. */
  | { readonly kind: 'echo'; readonly identifier?: number; readonly sequence?: number; readonly length?: number }
  /** Any protocol number, with `length` bytes: no header of ours. */
  | { readonly kind: 'other'; readonly protocol: number; readonly length?: number };
