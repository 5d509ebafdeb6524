#!/bin/sh
# Records the captures of recorded/ anew: real programs that talk inside network namespaces of this machine. Nothing leaves them.
# Needs Linux, root, and: iproute2 tcpdump wireshark-common (mergecap) curl python3 dnsmasq-base bind9-dnsutils iputils-ping
# iputils-arping iperf3 ethtool (names of Debian packages).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
output=${1:-$here/recorded}
work=$(mktemp -d)
mark=portcullis-$$
hosts='a b c d'
started=''

finish() {
  [ "$?" = 0 ] || cat "$work/log" >&2
  for id in $started; do kill "$id" 2>/dev/null || true; done
  for name in switch $hosts; do ip netns delete "$mark-$name" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT INT TERM

need() {
  for program in "$@"; do
    command -v "$program" >/dev/null || { echo "record.sh: needs the program $program" >&2; exit 2; }
  done
}
need ip tcpdump mergecap curl python3 dnsmasq dig ping arping iperf3 ethtool
[ "$(id -u)" = 0 ] || { echo 'record.sh: needs root, to make network namespaces' >&2; exit 2; }
mkdir -p "$output"

inside() { name=$1; shift; ip netns exec "$mark-$name" "$@"; }
# The started program itself, not a shell around it, is what $! names.
background() {
  name=$1
  shift
  ( exec ip netns exec "$mark-$name" "$@" ) >>"$work/log" 2>&1 &
  started="$started $!"
}

# A switch with one port to each host. Offloads are off, so that frames are as they would be on a line: no larger than the MTU, with
# right checksums. Fixed addresses make two recordings alike. IPv6 addresses are usable at once, without duplicate detection.
ip netns add "$mark-switch"
inside switch sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
inside switch ip link add name bridge type bridge stp_state 1 forward_delay 200 hello_time 100
inside switch ip link set bridge address 02:00:00:00:00:ff
number=0
for host in $hosts; do
  number=$((number + 1))
  ip netns add "$mark-$host"
  inside "$host" sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
    net.ipv6.conf.all.router_solicitations=0 net.ipv6.conf.default.router_solicitations=0
  inside switch ip link add "port-$host" type veth peer name line netns "$mark-$host"
  inside switch ip link set "port-$host" address "02:00:00:00:01:0$number" mtu 1508 master bridge
  inside "$host" ip link set line address "02:00:00:00:00:0$number" mtu 1500
  for device in "switch port-$host" "$host line"; do
    set -- $device
    inside "$1" ethtool -K "$2" tso off gso off gro off tx off rx off >/dev/null 2>&1 || true
    inside "$1" ip link set "$2" up
  done
  inside "$host" ip link set lo up
  inside "$host" ip address add "192.0.2.$number/24" dev line
  inside "$host" ip address add "2001:db8::$number/64" dev line nodad
  # The host itself sends no larger packets than usual, but the line has room for two tags more.
  inside "$host" ip route change 192.0.2.0/24 dev line mtu 1500
done
inside switch ip link set bridge up
sleep 6

capture=''
record() { # record HOST FILE [OPTION or FILTER ...]
  host=$1 file=$2
  shift 2
  : >"$work/tcpdump"
  ( exec ip netns exec "$mark-$host" tcpdump -i line -U -Z root -s 0 -w "$work/$file" "$@" ) 2>"$work/tcpdump" &
  capture=$!
  started="$started $capture"
  until grep -q 'listening on' "$work/tcpdump"; do
    kill -0 "$capture" 2>/dev/null || { cat "$work/tcpdump" >&2; exit 2; }
    sleep 0.1
  done
}
# The kernel hands over a part-filled buffer after a second.
recorded() {
  sleep 2
  kill "$capture"
  wait "$capture" || true
}
forget() { for host in $hosts; do inside "$host" ip neighbour flush dev line; done; }

# Servers on host b: web over both families, names.
mkdir "$work/site"
python3 -c 'print("".join(f"<p>Paragraph {number} of a page that fills several segments.</p>\n" for number in range(60)))' >"$work/site/page.html"
background b python3 -m http.server 80 --bind :: --directory "$work/site"
background b dnsmasq --no-daemon --no-resolv --no-hosts --user=root --pid-file="$work/names" --listen-address=192.0.2.2,2001:db8::2 --bind-interfaces \
  --address=/www.example.test/192.0.2.2 --address=/www.example.test/2001:db8::2 --txt-record=example.test,text
sleep 1

echo 'web.pcap' >&2
forget
record a web.pcap
for server in 192.0.2.2 2001:db8::2; do
  inside a dig "@$server" +tries=1 www.example.test A >/dev/null
  inside a dig "@$server" +tries=1 www.example.test AAAA >/dev/null
  inside a dig "@$server" +tries=1 +tcp example.test TXT >/dev/null
done
for address in 192.0.2.2 '[2001:db8::2]'; do
  inside a curl -s -o "$work/page" --resolve "www.example.test:80:$address" http://www.example.test/page.html
  inside a curl -s -o "$work/page" --resolve "www.example.test:80:$address" http://www.example.test/missing.html
done
recorded

echo 'ping.pcapng' >&2
forget
record a ping-a.pcap
first=$capture
record b ping-b.pcap icmp6 or ip6
second=$capture
inside a arping -q -c 2 -I line 192.0.2.2
inside a ping -q -c 3 -i 0.1 192.0.2.2 >/dev/null
inside a ping -q -c 3 -i 0.1 2001:db8::2 >/dev/null
inside a ping -q -c 2 -i 0.1 -s 4000 192.0.2.2 >/dev/null
inside a ping -q -c 2 -i 0.1 -s 4000 2001:db8::2 >/dev/null
inside a ping -q -c 2 -i 0.1 -R 192.0.2.2 >/dev/null
inside a ping -q -c 2 -i 0.1 -T tsandaddr 192.0.2.2 >/dev/null
inside a ping -q -c 2 -i 0.1 -R -s 3000 192.0.2.2 >/dev/null
capture=$first
recorded
capture=$second
recorded
# Two captures of two interfaces become one file with two interface descriptions. mergecap notes the running kernel; which one matters
# to nobody.
mergecap -F pcapng -I none -w "$work/ping.pcapng" "$work/ping-a.pcap" "$work/ping-b.pcap"
python3 - "$work/ping.pcapng" "$(uname -r)" <<'end'
import pathlib, sys
path, release = pathlib.Path(sys.argv[1]), sys.argv[2].encode()
path.write_bytes(path.read_bytes().replace(release, b"-" * len(release)))
end

echo 'streams.pcap' >&2
for host in b c d; do background "$host" iperf3 -s; done
sleep 1
record a streams.pcap
senders=''
for host in 2 3 4; do
  inside a iperf3 -c "192.0.2.$host" -u -b 1M -l 300 -n 6000 >/dev/null &
  senders="$senders $!"
done
for id in $senders; do wait "$id"; done
inside a iperf3 -c 2001:db8::3 -l 1400 -n 28000 >/dev/null
for host in b c d; do background "$host" python3 "$here/recording/send.py" discard 9; done
sleep 0.5
inside a python3 "$here/recording/send.py" bursts 192.0.2.2 192.0.2.3 192.0.2.4
recorded

echo 'headers.pcap' >&2
forget
record a headers.pcap
for port in 4000 4001 4002; do background b python3 "$here/recording/send.py" discard "$port"; done
sleep 0.5
inside a python3 "$here/recording/send.py" options 2001:db8::2 line
inside a python3 "$here/recording/send.py" multicast 239.1.2.3 line
inside a python3 "$here/recording/send.py" multicast ff15::1:2 line
inside a python3 "$here/recording/send.py" snap line 192.0.2.1 192.0.2.2 02:00:00:00:00:02
inside a python3 "$here/recording/send.py" authenticated 192.0.2.2 2001:db8::2
recorded

echo 'vlan.pcap' >&2
for host in a b; do inside "$host" ip link set line mtu 1508; done
number=0
for host in a b; do
  number=$((number + 1))
  background "$host" python3 "$here/recording/vlan-interface.py" line customer 8100:10
  background "$host" python3 "$here/recording/vlan-interface.py" line other 8100:11
  background "$host" python3 "$here/recording/vlan-interface.py" line stacked 88a8:200 8100:10
  for device in customer other stacked; do
    until inside "$host" ip link show "$device" >/dev/null 2>&1; do sleep 0.1; done
  done
  for device in '1 customer' '2 other' '3 stacked'; do
    set -- $device
    inside "$host" ip link set "$2" address "02:00:00:00:$1$1:0$number" mtu 1500 up
    inside "$host" ip address add "198.51.100.$((number + 16 * $1))/28" dev "$2"
    inside "$host" ip address add "2001:db8:$1::$number/64" dev "$2" nodad
  done
done
record a vlan.pcap --time-stamp-precision=nano
for device in 1 2 3; do
  inside a ping -q -c 2 -i 0.1 "198.51.100.$((2 + 16 * device))" >/dev/null
  inside a ping -q -c 2 -i 0.1 "2001:db8:$device::2" >/dev/null
  inside a ping -q -c 1 -s 2000 "198.51.100.$((2 + 16 * device))" >/dev/null
  inside a curl -s -o "$work/page" "http://[2001:db8:$device::2]/page.html"
done
inside a curl -s -o "$work/page" http://198.51.100.18/page.html &
one=$!
inside a curl -s -o "$work/page2" http://198.51.100.34/page.html &
two=$!
inside a curl -s -o "$work/page3" http://198.51.100.50/page.html
wait "$one" "$two"
recorded

for file in web.pcap ping.pcapng streams.pcap headers.pcap vlan.pcap; do
  cp "$work/$file" "$output/$file"
  ls -l "$output/$file" >&2
done
