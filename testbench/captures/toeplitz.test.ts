import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ethernetAddress, ethernetText, ipv4Address, ipv4Text, ipv6Address, ipv6Text } from './addresses.ts';
import { verificationKey, verificationSuite } from './rss-verification-suite.ts';
import { toeplitzHash } from './toeplitz.ts';

const port = (value: number): number[] => [value >>> 8, value & 0xff];
const key = fc.uint8Array({ minLength: 40, maxLength: 40 });

describe('Toeplitz hash', () => {
  test.each(verificationSuite)('Microsoft verification suite: $source to $destination', (vector) => {
    const parse = vector.network === 4 ? ipv4Address : ipv6Address;
    const addresses = [...parse(vector.source), ...parse(vector.destination)];
    expect(toeplitzHash(verificationKey, Uint8Array.from(addresses))).toBe(vector.addressHash);
    const ports = [...port(vector.sourcePort), ...port(vector.destinationPort)];
    expect(toeplitzHash(verificationKey, Uint8Array.from([...addresses, ...ports]))).toBe(vector.tcpHash);
  });

  test.prop([key, fc.uint8Array({ maxLength: 36 })])(
    'equals the definition by a shifted 320-bit key',
    (bytes, input) => {
      let shifted = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
      let expected = 0n;
      for (const byte of input)
        for (let bit = 7; bit >= 0; bit -= 1) {
          if (((byte >> bit) & 1) === 1) expected ^= shifted >> 288n;
          shifted = (shifted << 1n) & ((1n << 320n) - 1n);
        }
      expect(BigInt(toeplitzHash(bytes, input))).toBe(expected);
    },
  );

  test('a key that is too short is refused', () => {
    expect(() => toeplitzHash(verificationKey, new Uint8Array(37))).toThrow('give a key of 41 bytes');
  });
});

describe('addresses', () => {
  test.prop([fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.uint8Array({ minLength: 16, maxLength: 16 })])(
    'read what they wrote',
    (bytes, mask) => {
      const octets = bytes.map((byte, index) => (mask[index]! < 128 ? 0 : byte));
      expect(ipv6Address(ipv6Text(octets))).toEqual(octets);
      expect(ipv4Address(ipv4Text(octets.subarray(0, 4)))).toEqual(octets.subarray(0, 4));
      expect(ethernetAddress(ethernetText(octets.subarray(0, 6)))).toEqual(octets.subarray(0, 6));
    },
  );

  test('an IPv4 address at the end of an IPv6 one', () => {
    expect(ipv6Text(ipv6Address('::ffff:192.0.2.1'))).toBe('::ffff:c000:201');
    expect(ipv6Text(ipv6Address('64:ff9b:1:2:3:4:192.0.2.1'))).toBe('64:ff9b:1:2:3:4:c000:201');
    expect(ipv6Text(ipv6Address('::'))).toBe('::');
  });

  test.each([() => ipv4Address('192.0.2'), () => ipv6Address('1::2::3'), () => ethernetAddress('02-00-00-00-00-01')])(
    'what is none is refused %#',
    (parse) => {
      expect(parse).toThrow(/is no .* address; write one like/);
    },
  );
});
