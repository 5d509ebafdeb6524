import { describe, expect, it } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import { bit, elaborate, input, module, output, type PortSlot, portLayout, stream } from '../../hdl/index.ts';
import { ParameterError } from '../parameters.ts';
import { buffer } from '../stream/buffer.ts';
import { receiveAxiStream, sendAxiStream } from './as-stream.ts';
import { axi4, axiLite, axiStream, axiStreamData } from './bundles.ts';

const names = (slots: readonly PortSlot[]): string => slots.map((slot) => `${slot.name}:${slot.width}`).join(' ');

describe('AXI bundles', () => {
  it('give the standard names, in order', () => {
    const streams = module(
      'wires',
      {
        s_axis: input(axiStream({ dataWidth: 64, keep: true })),
        m_axis: output(axiStream({ dataWidth: 64, keep: true, destWidth: 3, userWidth: 60, idWidth: 4, strobe: true })),
        m_axis_chain: output(axiStream({ dataWidth: 128, last: false })),
      },
      (io) => {
        io.s_axis.tready.set(io.m_axis.tready.and(io.m_axis_chain.tready));
        io.m_axis.tdata.set(io.s_axis.tdata);
        io.m_axis.tkeep.set(io.s_axis.tkeep);
        io.m_axis.tstrb.set(io.s_axis.tkeep);
        io.m_axis.tlast.set(io.s_axis.tlast);
        io.m_axis.tvalid.set(io.s_axis.tvalid);
        io.m_axis.tid.set(1);
        io.m_axis.tdest.set(2);
        io.m_axis.tuser.set(3);
        io.m_axis_chain.tdata.set(io.s_axis.tdata.extend(128));
        io.m_axis_chain.tvalid.set(io.s_axis.tvalid);
      },
    );
    const layout = portLayout(elaborate(streams));
    expect(names(layout.inputs)).toBe(
      's_axis_tdata:64 s_axis_tkeep:8 s_axis_tlast:1 s_axis_tvalid:1 m_axis_tready:1 m_axis_chain_tready:1',
    );
    expect(names(layout.outputs)).toBe(
      's_axis_tready:1 m_axis_tdata:64 m_axis_tstrb:8 m_axis_tkeep:8 m_axis_tlast:1 m_axis_tid:4 m_axis_tdest:3 m_axis_tuser:60 ' +
        'm_axis_tvalid:1 m_axis_chain_tdata:128 m_axis_chain_tvalid:1',
    );
  });

  it('join a manager to a subordinate, all channels both ways', () => {
    const full = { addressWidth: 40, dataWidth: 128, idWidth: 6, userWidth: 5 } as const;
    const through = module(
      'through',
      {
        s_axi: input(axi4(full)),
        m_axi: output(axi4(full)),
        s_axil: input(axiLite({ addressWidth: 12 })),
        m_axil: output(axiLite({ addressWidth: 12 })),
      },
      (io) => {
        io.s_axi.connect(io.m_axi);
        io.s_axil.connect(io.m_axil);
      },
    );
    const layout = portLayout(elaborate(through));
    const towards = layout.outputs.filter((slot) => slot.name.startsWith('m_axi_')).map((slot) => slot.name.slice(6));
    expect(towards.join(' ')).toBe(
      'awid awaddr awlen awsize awburst awlock awcache awprot awqos awregion awuser awvalid wdata wstrb wlast wuser wvalid bready ' +
        'arid araddr arlen arsize arburst arlock arcache arprot arqos arregion aruser arvalid rready',
    );
    const back = layout.inputs
      .filter((slot) => slot.name.startsWith('m_axi_'))
      .map((slot) => `${slot.name.slice(6)}:${slot.width}`);
    expect(back.join(' ')).toBe(
      'awready:1 wready:1 bid:6 bresp:2 buser:5 bvalid:1 arready:1 rid:6 rdata:128 rresp:2 rlast:1 ruser:5 rvalid:1',
    );
    const lite = [...layout.inputs, ...layout.outputs].filter((slot) => slot.name.startsWith('s_axil_'));
    expect(names(lite)).toBe(
      's_axil_awaddr:12 s_axil_awprot:3 s_axil_awvalid:1 s_axil_wdata:32 s_axil_wstrb:4 s_axil_wvalid:1 s_axil_bready:1 ' +
        's_axil_araddr:12 s_axil_arprot:3 s_axil_arvalid:1 s_axil_rready:1 s_axil_awready:1 s_axil_wready:1 s_axil_bresp:2 ' +
        's_axil_bvalid:1 s_axil_arready:1 s_axil_rdata:32 s_axil_rresp:2 s_axil_rvalid:1',
    );
  });

  it('are streams of records to the parts', () => {
    const options = { dataWidth: 16, keep: true, destWidth: 2 } as const;
    const beat = axiStreamData(options);
    const buffered = module(
      'buffered',
      {
        s_axis: input(axiStream(options)),
        m_axis: output(axiStream(options)),
        idle: output(bit),
        side: output(stream(bit)),
      },
      (io, m) => {
        const { held } = m.instances({ held: buffer({ type: beat }) });
        receiveAxiStream(io.s_axis, held.push, beat);
        sendAxiStream(held.pop, io.m_axis, beat);
        io.idle.set(held.pop.valid.not());
        io.side.valid.set(0);
        io.side.data.set(0);
      },
    );
    const simulator = compile(elaborate(buffered));
    Object.assign(simulator.in, {
      aresetn: 1,
      s_axis_tdata: 0xabcd,
      s_axis_tkeep: 3,
      s_axis_tlast: 1,
      s_axis_tdest: 2,
      s_axis_tvalid: 1,
    });
    simulator.step();
    expect({ ...simulator.out }).toMatchObject({
      m_axis_tdata: 0xabcd,
      m_axis_tkeep: 3,
      m_axis_tlast: 1,
      m_axis_tdest: 2,
      m_axis_tvalid: 1,
      s_axis_tready: 1,
      idle: 0,
    });
  });

  it('refuse widths that the specification does not have', () => {
    expect(() => axi4({ addressWidth: 32, dataWidth: 48, idWidth: 1 } as never)).toThrow(
      "parameter 'dataWidth' of the AXI4 bundle is 48, but it must be 8, 16, 32, 64, 128, 256, 512 or 1024; the nearest allowed value is 32",
    );
    expect(() => axiLite({ addressWidth: 0 })).toThrow(ParameterError);
    expect(() => axiStream({ dataWidth: 12 })).toThrow(ParameterError);
  });
});
