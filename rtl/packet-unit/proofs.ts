import type { ModuleDefinition, Ports } from '../hdl/index.ts';
import type { ProofList } from '../parts/proof-target.ts';
import { packetUnitParameters } from './interface.ts';
import { checkedPacketUnit } from './properties.ts';

/** The smallest unit that there is: what its edges show does not depend on widths. */
const smallest = packetUnitParameters({ dataWidth: 64, clients: 2 });

export const packetUnitProofs: ProofList = {
  block: 'packet_unit',
  targets: [
    {
      name: 'the edges of the smallest unit',
      parameters: { ...smallest },
      section: 'docs/systems/packet-unit.md, Ports',
      thorough: true,
      module: () => checkedPacketUnit(smallest) as unknown as ModuleDefinition<Ports>,
    },
  ],
};
