"""A VLAN interface in user space: a TAP device whose frames travel over a trunk with the given tags, outermost first.

Usage: vlan-interface.py TRUNK NAME TAG [TAG ...]     with TAG as PROTOCOL:IDENTIFIER, for example 88a8:200 8100:10

Serves where the kernel has no 8021q module: programs use the device NAME like any other, and the frames on the trunk are those that
kernel VLAN interfaces would send (IEEE 802.1Q, 9.3 to 9.6). Ends when the terminal or the recording script ends it.
"""

import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4
SOL_PACKET = 263
PACKET_AUXDATA = 8
TP_STATUS_VLAN_VALID = 1 << 4
TP_STATUS_VLAN_TPID_VALID = 1 << 6


def receive(trunk):
    """The next frame that arrived on the trunk, with the tag that the kernel took off put back; None for frames sent by ourselves."""
    frame, ancillary, _, address = trunk.recvmsg(65536, socket.CMSG_SPACE(20))
    if address[2] == PACKET_OUTGOING:
        return None
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, control, protocol = struct.unpack("=IIIHHHH", data[:20])
            if status & TP_STATUS_VLAN_VALID:
                protocol = protocol if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
                frame = frame[:12] + struct.pack("!HH", protocol, control) + frame[12:]
    return frame


def main():
    trunk_name, name, *tags = sys.argv[1:]
    pairs = [tuple(int(part, base) for part, base in zip(tag.split(":"), (16, 10))) for tag in tags]
    inserted = b"".join(struct.pack("!HH", *pair) for pair in pairs)
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    trunk = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    trunk.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    trunk.bind((trunk_name, ETH_P_ALL))
    while True:
        for ready in select.select([device, trunk], [], [])[0]:
            if ready is device:
                frame = os.read(device, 65536)
                trunk.send(frame[:12] + inserted + frame[12:])
                continue
            frame = receive(trunk)
            if frame is None:
                continue
            end = 12 + 4 * len(pairs)
            found = [struct.unpack("!HH", frame[at : at + 4]) for at in range(12, min(end, len(frame) - 3), 4)]
            plain = struct.unpack("!H", frame[end : end + 2])[0] not in (0x8100, 0x88A8) if len(frame) >= end + 2 else False
            if plain and [(protocol, control & 0xFFF) for protocol, control in found] == pairs:
                os.write(device, frame[:12] + frame[end:])


main()
