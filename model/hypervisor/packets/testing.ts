/** Frames for tests, and where the packet unit sends them. */
import type { TrustedGuest } from '../index.ts';

/** A frame of an experimental type to a destination, whose content is made of a number. */
export const testFrame = (destination: number, number: number, length = 64): Uint8Array => {
  const frame = Uint8Array.from({ length }, (_, index) => (number + index * 7) & 0xff);
  frame.set([2, 0, 0, 0, 0, destination, 2, 0, 0, 0, 1, 0, 0x88, 0xb5]);
  return frame;
};

/** Sends all frames from now on to a client. */
export const steerTo = ({ thread }: TrustedGuest, client: number): Promise<void> =>
  thread.access(async ({ registers: { packets }, devices }) => {
    const none = { destination: 0, ipv4: 0, tcp_ipv4: 0, udp_ipv4: 0, ipv6: 0, tcp_ipv6: 0, udp_ipv6: 0 };
    await packets.hash_types.write(none);
    await packets.default_client.write({ client });
    for (const port of devices.network) await port.control.write({ enable: 1 });
  });
