"""Sends what no everyday program sends.

Usage: send.py bursts ADDRESS...              UDP datagrams in runs of growing length to each address in turn
       send.py discard PORT                   receives UDP datagrams and throws them away (RFC 863)
       send.py multicast GROUP INTERFACE      UDP datagrams to a multicast group, which it joins first
       send.py options ADDRESS INTERFACE      UDP over IPv6 with destination options, hop-by-hop options, a routing header, all three
       send.py authenticated ADDRESS...       authentication headers (RFC 4302) before UDP, by a raw socket: the check value is made up
       send.py snap INTERFACE SOURCE DESTINATION HARDWARE
                                                  IPv4 and UDP over SNAP, another organization's protocol over SNAP, plain LLC
"""

import socket
import struct
import sys
import time

IPV6_HOPOPTS = 54
IPV6_RTHDR = 57
IPV6_DSTOPTS = 59


def bursts(*addresses):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("", 20000))
    lengths = [1, 2, 3, 5, 8, 13, 21]
    for turn in range(28):
        for number in range(lengths[turn % len(lengths)]):
            sender.sendto(bytes([turn, number]) + bytes(10 + 7 * turn), (addresses[turn % len(addresses)], 9))
        time.sleep(0.002 if turn % 4 else 0.02)


def discard(port):
    receiver = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    receiver.bind(("::", int(port)))
    while True:
        receiver.recv(65536)


def multicast(group, interface):
    family = socket.AF_INET6 if ":" in group else socket.AF_INET
    index = socket.if_nametoindex(interface)
    sender = socket.socket(family, socket.SOCK_DGRAM)
    sender.bind(("", 5000))
    if family == socket.AF_INET6:
        sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(family, group) + struct.pack("@I", index))
        target = (group, 5000, 0, index)
    else:
        joined = struct.pack("=4s4si", socket.inet_aton(group), bytes(4), index)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, joined)
        target = (group, 5000)
    for number in range(6):
        sender.sendto(b"to the whole group " + bytes([number]), target)
        time.sleep(0.05)


def options(address, interface):
    pad = lambda units: bytes([0, units, 1, 4 + 8 * units]) + bytes(4 + 8 * units)
    # Routing type 253, for experiments (RFC 4727), is refused by the kernel; a segment routing header (RFC 8754) of one segment is not.
    segment = bytes([0, 2, 4, 0, 0, 0, 0, 0]) + socket.inet_pton(socket.AF_INET6, address)
    choices = {
        "destination options": [(IPV6_DSTOPTS, pad(0))],
        "long destination options": [(IPV6_DSTOPTS, pad(2))],
        "hop-by-hop options": [(IPV6_HOPOPTS, pad(0))],
        "routing": [(IPV6_RTHDR, segment)],
        "all": [(IPV6_HOPOPTS, pad(1)), (IPV6_RTHDR, segment), (IPV6_DSTOPTS, pad(0))],
    }
    for name, headers in choices.items():
        for number in range(3):
            sender = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            for option, header in headers:
                sender.setsockopt(socket.IPPROTO_IPV6, option, header)
            sender.sendto(f"{name} {number}".encode(), (address, 4000 + number))
            sender.close()


def authenticated(*addresses):
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sender = socket.socket(family, socket.SOCK_RAW, 51)
        for number in range(3):
            # 12 bytes of check value make the header 24 bytes, a multiple of 8 as IPv6 asks.
            header = struct.pack("!BBHII", 17, 4, 0, 256, number + 1) + bytes(12)
            datagram = struct.pack("!HHHH", 22000, 9, 12, 0) + b"text"
            sender.sendto(header + datagram, (address, 0))


def snap(interface, source, destination, destination_hardware):
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.bind((interface, 0))
    hardware = bytes.fromhex(destination_hardware.replace(":", "")) + sender.getsockname()[4]
    frame = lambda header, data: hardware + struct.pack("!H", len(header) + len(data)) + header + data

    def checksum(data):
        total = sum(struct.unpack(f"!{len(data) // 2}H", data))
        while total > 0xFFFF:
            total = (total & 0xFFFF) + (total >> 16)
        return ~total & 0xFFFF

    for number in range(4):
        text = f"IPv4 over SNAP {number}".encode()
        # A UDP checksum of 0 says that there is none (RFC 768).
        datagram = struct.pack("!HHHH", 21000, 9, 8 + len(text), 0) + text
        fields = lambda value: struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(datagram), number, 0, 64, 17, value)
        addresses = socket.inet_aton(source) + socket.inet_aton(destination)
        header = fields(checksum(fields(0) + addresses)) + addresses
        sender.send(frame(bytes.fromhex("aaaa030000000800"), header + datagram))
        sender.send(frame(bytes.fromhex("aaaa0300005e0001"), b"a protocol of another organization"))
        sender.send(frame(bytes.fromhex("0000e3"), b"LLC without SNAP: the TEST command"))
        time.sleep(0.02)


globals()[sys.argv[1]](*sys.argv[2:])
