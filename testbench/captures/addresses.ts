import { isIPv4, isIPv6 } from 'node:net';

const fault = (text: string, what: string, example: string): RangeError =>
  new RangeError(`'${text}' is no ${what}; write one like ${example}.`);

/** The six octets of an Ethernet address written like `02:00:00:00:00:01`. @throws RangeError */
export const ethernetAddress = (text: string): Uint8Array => {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) throw fault(text, 'Ethernet address', '02:00:00:00:00:01');
  return Uint8Array.from(text.split(':'), (octet) => Number.parseInt(octet, 16));
};

/** The four octets of an IPv4 address written like `192.0.2.1`. @throws RangeError */
export const ipv4Address = (text: string): Uint8Array => {
  if (!isIPv4(text)) throw fault(text, 'IPv4 address', '192.0.2.1');
  return Uint8Array.from(text.split('.'), Number);
};

/** The sixteen octets of an IPv6 address written as RFC 4291, section 2.2, has it, without a zone. @throws RangeError */
export const ipv6Address = (text: string): Uint8Array => {
  if (!isIPv6(text) || text.includes('%')) throw fault(text, 'IPv6 address', '2001:db8::1');
  const dotted = /[\d.]+$/.exec(text)?.[0] ?? '';
  const tail = dotted.includes('.') ? ipv4Address(dotted) : new Uint8Array();
  const groups = tail.length === 0 ? text : `${text.slice(0, -dotted.length)}`;
  const [before = '', after] = groups.split('::');
  const octets = (part: string): number[] =>
    part
      .split(':')
      .filter((group) => group !== '')
      .flatMap((group) => [Number.parseInt(group, 16) >>> 8, Number.parseInt(group, 16) & 0xff]);
  const bytes = new Uint8Array(16);
  bytes.set(octets(before));
  const end = [...octets(after ?? ''), ...tail];
  bytes.set(end, 16 - end.length);
  return bytes;
};

/** An Ethernet address as text: `02:00:00:00:00:01`. */
export const ethernetText = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(':');

/** An IPv4 address as text: `192.0.2.1`. */
export const ipv4Text = (octets: Uint8Array): string => octets.join('.');

/** An IPv6 address as text in the form of RFC 5952, without dotted decimals: `2001:db8::1`. */
export const ipv6Text = (octets: Uint8Array): string => {
  const groups = Array.from({ length: 8 }, (_, index) => (octets[2 * index]! << 8) | octets[2 * index + 1]!);
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (best.length === 1) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
};
