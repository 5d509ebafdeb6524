import { bit, bits, bundle, flip, input, output } from '../hdl/index.ts';
import {
  chainRecordWidth,
  clientWidth,
  frameUserWidth,
  type PacketUnitParameters,
  registerAddressWidth,
} from './interface.ts';

/** Frames into the unit: AXI4-Stream (Arm IHI 0051), seen from the sender. */
export const frameInput = (p: { readonly dataWidth: number }) =>
  bundle({ tdata: bits(p.dataWidth), tkeep: bits(p.dataWidth / 8), tlast: bit, tvalid: bit, tready: flip(bit) });

/** The ports of the unit as shapes, in the specified order. */
export const packetUnitPorts = (p: PacketUnitParameters) => ({
  s_axis: input(frameInput(p)),
  m_axis: output(
    bundle({
      tdata: bits(p.dataWidth),
      tkeep: bits(p.dataWidth / 8),
      tlast: bit,
      tdest: bits(clientWidth(p)),
      tuser: bits(frameUserWidth(p)),
      tvalid: bit,
      tready: flip(bit),
    }),
  ),
  m_axis_chain: output(bundle({ tdata: bits(chainRecordWidth), tvalid: bit, tready: flip(bit) })),
  accepting: input(bits(p.clients)),
  s_axil: input(
    bundle({
      awaddr: bits(registerAddressWidth),
      awprot: bits(3),
      awvalid: bit,
      awready: flip(bit),
      wdata: bits(32),
      wstrb: bits(4),
      wvalid: bit,
      wready: flip(bit),
      bresp: flip(bits(2)),
      bvalid: flip(bit),
      bready: bit,
      araddr: bits(registerAddressWidth),
      arprot: bits(3),
      arvalid: bit,
      arready: flip(bit),
      rdata: flip(bits(32)),
      rresp: flip(bits(2)),
      rvalid: flip(bit),
      rready: bit,
    }),
  ),
});
