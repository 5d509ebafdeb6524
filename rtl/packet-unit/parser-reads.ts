import { all, any, type Bits, bit, bits, lit, type ModuleBody, mux } from '../hdl/index.ts';
import { type Geometry, laneShape } from './geometry.ts';
import { extensionHeaderLimit } from './interface.ts';
import * as network from './network-header.ts';
import type { StageTwo } from './parser-stages.ts';

/**
 * Stage 3 holds a beat while the extension headers in it are read, judges the network header, and finds the ports.
 *
 * @returns `reading`: the beat must stay; `decided`: the descriptor is final with this beat; and the fields of the descriptor that follow from it
 */
export const declareReads = (
  g: Geometry,
  m: ModuleBody,
  enter: Bits<1>,
  occupied: Bits<1>,
  two: StageTwo,
  header: network.HeaderView,
) => {
  const r = m.regs({
    words_3: { type: laneShape(g), reset: 'none' },
    available_3: { type: bits(g.countWidth), reset: 'none' },
    bytes_3: { type: bits(two.bytes.width), reset: 'none' },
    last_3: { type: bit, reset: 'none' },
    complete_3: { type: bit, reset: 'none' },
    tagged_3: { type: bit, reset: 'none' },
    stacked_3: { type: bit, reset: 'none' },
    llc_3: { type: bit, reset: 'none' },
    other_3: { type: bit, reset: 'none' },
    /** By protocol: the network header has arrived. */
    arp_3: { type: bit, reset: 'none' },
    ipv4_3: { type: bit, reset: 'none' },
    ipv6_3: { type: bit, reset: 'none' },
    arp_first: { type: bit, reset: 'none' },
    arp_second: { type: bit, reset: 'none' },
    ipv4_sound: { type: bit, reset: 'none' },
    ipv4_short: { type: bit, reset: 'none' },
    ipv4_bare: { type: bit, reset: 'none' },
    ipv4_fragment: { type: bit, reset: 'none' },
    ipv6_sound: { type: bit, reset: 'none' },
    /** What the next header is. */
    tcp: { type: bit, reset: 'none' },
    udp: { type: bit, reset: 'none' },
    fragment: { type: bit, reset: 'none' },
    authentication: { type: bit, reset: 'none' },
    options: { type: bit, reset: 'none' },
    /** Its first word, unless it lies beyond the limit of headers. */
    position: { type: bits(5), reset: 'none' },
    beyond: { type: bit, reset: 'none' },
    extensions_read: { type: bits(3), reset: 'none' },
    fetched: { type: bits(32), reset: 'none' },
    has_fetched: { type: bit, reset: 0 },
  });
  const setProtocol = (protocol: network.Protocol, when?: Bits<1>) => {
    for (const name of ['tcp', 'udp', 'fragment', 'authentication', 'options'] as const)
      r[name].set(when === undefined ? protocol[name] : protocol[name].and(when));
  };

  const [first, second, third] = [header.word(0), header.word(1), header.word(2)];
  const ipv4 = network.ipv4Facts(first);
  const { header_arrived } = m.named({
    header_arrived: two.complete.and(
      two.available.ge(network.headerEnd(two.place, two.ipv4, two.ipv6).extend(g.countWidth)),
    ),
  });
  m.when(enter, () => {
    r.words_3.set(two.words);
    r.available_3.set(two.available);
    r.bytes_3.set(two.bytes);
    r.last_3.set(two.last);
    r.complete_3.set(two.complete);
    r.tagged_3.set(two.tagged);
    r.stacked_3.set(two.stacked);
    r.llc_3.set(two.llc.and(two.complete));
    r.other_3.set(two.complete.and(any([two.arp, two.ipv4, two.ipv6]).not()));
    r.arp_3.set(two.arp.and(header_arrived));
    r.ipv4_3.set(two.ipv4.and(header_arrived));
    r.ipv6_3.set(two.ipv6.and(header_arrived));
  });
  m.when(enter.and(header.holds(0)), () => {
    r.arp_first.set(first.eq(network.arpFirstWord));
    r.ipv4_sound.set(ipv4.sound);
    r.ipv4_short.set(ipv4.short);
    r.ipv4_bare.set(ipv4.bare);
    r.ipv6_sound.set(first.slice(31, 28).eq(6));
    // Ports lie behind IPv4's header; IPv6's first extension header, or ports, behind its ten words.
    r.position.set(
      two.place
        .extend(5)
        .add(4)
        .add(mux(two.ipv6, lit(4, 10), ipv4.headerLength).extend(5)),
    );
    r.beyond.set(0);
    r.extensions_read.set(0);
  });
  m.when(enter.and(header.holds(1)), () => {
    r.arp_second.set(second.slice(31, 16).eq(network.arpSecondHalf));
    r.ipv4_fragment.set(network.isFragment(second));
  });
  const protocol = network.protocolOf(mux(two.ipv4, third.slice(23, 16), second.slice(15, 8)));
  m.when(enter.and(mux(two.ipv4, header.holds(2), header.holds(1))), () => setProtocol(protocol));

  const transport = r.tcp.or(r.udp);
  const extension = any([r.fragment, r.authentication, r.options]);
  const { ipv4_bad, ipv6_bad, arp_bad } = m.named({
    arp_bad: r.arp_first.and(r.arp_second).not(),
    ipv4_bad: r.ipv4_sound.not().or(r.ipv4_short).or(r.ipv4_bare.and(transport).and(r.ipv4_fragment.not())),
    ipv6_bad: r.ipv6_sound.not(),
  });
  const { wants_ports, wants_extension } = m.named({
    wants_ports: transport
      .and(r.beyond.not())
      .and(r.ipv4_3.and(ipv4_bad.not()).and(r.ipv4_fragment.not()).or(r.ipv6_3.and(ipv6_bad.not()))),
    wants_extension: r.ipv6_3
      .and(ipv6_bad.not())
      .and(extension)
      .and(r.beyond.not())
      .and(r.extensions_read.ne(extensionHeaderLimit)),
  });
  const { readable } = m.named({ readable: r.position.extend(g.countWidth).lt(r.available_3) });
  const { word } = m.named({ word: r.words_3.at(r.position.slice(g.laneWidth - 1, 0)) });
  const { reading } = m.named({ reading: wants_extension.and(readable) });

  m.when(occupied.and(reading), () => {
    r.has_fetched.set(r.has_fetched.not());
    m.when(r.has_fetched.not(), () => r.fetched.set(word)).otherwise(() => {
      const next = network.afterExtension(r.position, r.fetched, r.fragment, r.authentication);
      r.position.set(next.position);
      r.beyond.set(next.beyond);
      r.extensions_read.set(r.extensions_read.add(1));
      const ends = r.fragment.and(network.isPartOfPacket(r.fetched));
      setProtocol(network.protocolOf(r.fetched.slice(31, 24)), ends.not());
    });
  });

  const { decided } = m.named({
    decided: any([
      r.other_3,
      r.arp_3,
      r.ipv4_3.or(r.ipv6_3).and(wants_ports.or(wants_extension).not()),
      wants_ports.and(readable),
    ]),
  });
  const { malformed } = m.named({
    malformed: any([r.arp_3.and(arp_bad), r.ipv4_3.and(ipv4_bad), r.ipv6_3.and(ipv6_bad)]),
  });
  return {
    reading,
    decided,
    last: r.last_3,
    bytes: r.bytes_3,
    complete: r.complete_3,
    facts: {
      malformed,
      tagged: r.tagged_3,
      stacked: r.stacked_3,
      llc: r.llc_3,
      ipv4: all([r.ipv4_3, decided, ipv4_bad.not()]),
      ipv6: all([r.ipv6_3, decided, ipv6_bad.not()]),
      tcp: r.tcp.and(wants_ports).and(readable),
      udp: r.udp.and(wants_ports).and(readable),
      ports: word,
    },
  };
};
