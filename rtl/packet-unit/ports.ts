import { bits, input, output } from '../hdl/index.ts';
import { axiLite, axiStream } from '../parts/axi/bundles.ts';
import {
  chainRecordWidth,
  clientWidth,
  frameUserWidth,
  type PacketUnitParameters,
  registerAddressWidth,
} from './interface.ts';

/** The ports of the unit, in the specified order. */
export const packetUnitPorts = (p: PacketUnitParameters) => ({
  s_axis: input(axiStream({ dataWidth: p.dataWidth as number, keep: true })),
  m_axis: output(
    axiStream({
      dataWidth: p.dataWidth as number,
      keep: true,
      destWidth: clientWidth(p),
      userWidth: frameUserWidth(p),
    }),
  ),
  m_axis_chain: output(axiStream({ dataWidth: chainRecordWidth, last: false })),
  accepting: input(bits<number>(p.clients)),
  s_axil: input(axiLite({ addressWidth: registerAddressWidth as number })),
});
