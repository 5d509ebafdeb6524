import { all, any, type Bits, bit, record, type ValueOf } from '../hdl/index.ts';
import type { HashChoice } from './hash-type.ts';
import { addressIndexes } from './network-header.ts';
import type { descriptor } from './shapes.ts';

/** The register `chain_key`. */
export const chainKey = record({ vlan: bit, sap: bit, destination: bit, source: bit, addresses: bit, ports: bit });

type Descriptor = ValueOf<typeof descriptor>;

/**
 * Whether a frame belongs to a chain by its fields and its hash type: all that is programmed, and all that the chain's hash covers.
 *
 * @param copying an all-SAP entry is enabled, so that the destination decides about copies
 */
export const sameChain = (
  frame: Descriptor,
  choice: HashChoice,
  chain: Descriptor,
  chainCode: Bits<3>,
  key: ValueOf<typeof chainKey>,
  copying: Bits<1>,
): Bits<1> => {
  const equal = (name: 'tagged' | 'stacked' | 'outer' | 'inner' | 'llc' | 'sap' | 'destination' | 'source'): Bits<1> =>
    (frame[name] as Bits).eq(chain[name]);
  const word = (index: number): Bits<1> => frame.addresses.get(index).eq(chain.addresses.get(index));
  const both = (name: 'malformed' | 'truncated' | 'ipv4' | 'ipv6' | 'tcp' | 'udp'): Bits<1> =>
    frame[name].eq(chain[name]);

  const vlan = all([equal('tagged'), equal('stacked'), equal('outer'), equal('inner')]);
  const sap = equal('llc').and(equal('sap'));
  // IPv4 has words 1 and 2 only; without a network protocol the words mean nothing.
  const [first, ...rest] = [
    word(1).and(word(2)),
    ...addressIndexes.filter((index) => index !== 1 && index !== 2).map(word),
  ];
  const addresses = all([
    both('ipv4'),
    both('ipv6'),
    frame.ipv4
      .or(frame.ipv6)
      .not()
      .or(first as Bits<1>),
    frame.ipv6.not().or(all(rest)),
  ]);
  const ports = all([both('tcp'), both('udp'), frame.tcp.or(frame.udp).not().or(frame.ports.eq(chain.ports))]);

  const hashesAddresses = choice.ipv4.or(choice.ipv6);
  const hashesPorts = hashesAddresses.and(choice.ports);
  return all([
    both('malformed'),
    both('truncated'),
    choice.code.eq(chainCode),
    any([key.vlan, choice.destination]).implies(vlan),
    any([key.sap, choice.destination]).implies(sap),
    any([key.destination, choice.destination, copying]).implies(equal('destination')),
    key.source.implies(equal('source')),
    any([key.addresses, hashesAddresses]).implies(addresses),
    any([key.ports, hashesPorts]).implies(ports),
  ]);
};
