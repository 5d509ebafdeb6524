/** Source: Microsoft, "Verifying the RSS hash calculation" (Windows driver documentation, NDIS receive side scaling). */

/** The secret key of the suite, 40 bytes. */
export const verificationKey: Uint8Array = Uint8Array.from([
  0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b,
  0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac,
  0x01, 0xfa,
]);

export interface VerificationVector {
  readonly network: 4 | 6;
  readonly destination: string;
  readonly destinationPort: number;
  readonly source: string;
  readonly sourcePort: number;
  /** Hash of source and destination address. */
  readonly addressHash: number;
  /** Hash of source and destination address, source and destination TCP port. */
  readonly tcpHash: number;
}

const vector = (
  network: 4 | 6,
  [destination, destinationPort]: readonly [string, number],
  [source, sourcePort]: readonly [string, number],
  addressHash: number,
  tcpHash: number,
): VerificationVector => ({ network, destination, destinationPort, source, sourcePort, addressHash, tcpHash });

export const verificationSuite: readonly VerificationVector[] = [
  vector(4, ['161.142.100.80', 1766], ['66.9.149.187', 2794], 0x323e8fc2, 0x51ccc178),
  vector(4, ['65.69.140.83', 4739], ['199.92.111.2', 14230], 0xd718262a, 0xc626b0ea),
  vector(4, ['12.22.207.184', 38024], ['24.19.198.95', 12898], 0xd2d0a5de, 0x5c2b394a),
  vector(4, ['209.142.163.6', 2217], ['38.27.205.30', 48228], 0x82989176, 0xafc7327f),
  vector(4, ['202.188.127.2', 1303], ['153.39.163.191', 44251], 0x5d1809c5, 0x10e828a2),
  vector(6, ['3ffe:2501:200:3::1', 1766], ['3ffe:2501:200:1fff::7', 2794], 0x2cc18cd5, 0x40207d3d),
  vector(6, ['ff02::1', 4739], ['3ffe:501:8::260:97ff:fe40:efab', 14230], 0x0f0c461c, 0xdde51bbf),
  vector(
    6,
    ['fe80::200:f8ff:fe21:67cf', 38024],
    ['3ffe:1900:4545:3:200:f8ff:fe21:67cf', 44251],
    0x4b61e985,
    0x02d1feef,
  ),
];
