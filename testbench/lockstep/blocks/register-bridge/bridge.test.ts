import { expect, test } from 'vitest';
import { RegisterBridge } from '../../../../model/hardware/platform/register-bridge.ts';
import { elaborate, type Ports, portLayout } from '../../../../rtl/hdl/index.ts';
import { platformParameters, registerBridgePortList, responses } from '../../../../rtl/platform/interface.ts';
import { registerBridge } from '../../../../rtl/platform/register-bridge.ts';
import { compile } from '../../../simulator/index.ts';
import { lockstep } from '../../lockstep.ts';
import { modelWay, rtlWay } from '../../ways.ts';
import { BridgeTraffic } from './traffic.ts';

const requests = process.env.PORTCULLIS_THOROUGH === '1' ? 100_000 : 500;

test.each([{ processors: 2 }, { processors: 4, dataWidth: 128 }])(
  'the register bridge keeps its ledger, as its model does in every cycle: %j',
  (values) => {
    const p = platformParameters(values as Parameters<typeof platformParameters>[0]);
    const module = elaborate(registerBridge(p));
    const layout = portLayout(module);
    expect([...layout.inputs, ...layout.outputs].map(({ name, width }) => `${name} ${width}`).sort()).toEqual(
      registerBridgePortList(p)
        .map(({ name, width }) => `${name} ${width}`)
        .sort(),
    );
    const traffic = new BridgeTraffic(p, layout, values.processors, requests);
    const ways = [modelWay(new RegisterBridge(p)), rtlWay(module)];
    const { difference, ended } = lockstep(ways, traffic, 1000 * requests, { scoreboards: [traffic], chunk: 1 });
    expect(difference).toBeNull();
    expect(ended).toBe(true);
    const { answered, refused, gone } = traffic.served;
    for (const count of [answered, refused, gone]) expect(count).toBeGreaterThan(requests / 40);
  },
);

test('a read takes five cycles to its answer, and a burst is refused beat by beat', () => {
  const simulator = compile<Ports>(elaborate(registerBridge(platformParameters())));
  const { in: input, out: output } = simulator;
  Object.assign(input, { aresetn: 1, s_axi_rready: 1, w0_axil_arready: 1 });
  const seen: string[] = [];
  const run = (cycles: number): string[] => {
    seen.length = 0;
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      simulator.settle();
      // The window answers in the second cycle after it was asked.
      input.w0_axil_rvalid = Number(seen.at(-2)?.startsWith('asks') === true);
      simulator.settle();
      const { s_axi_rvalid, s_axi_rid, s_axi_rdata, s_axi_rresp, s_axi_rlast, w0_axil_arvalid, w0_axil_araddr } =
        output;
      if (w0_axil_arvalid === 1) seen.push(`asks ${w0_axil_araddr}`);
      else if (s_axi_rvalid === 1)
        seen.push(
          `answers ${s_axi_rid} ${s_axi_rdata?.toString(16)} ${s_axi_rresp}${s_axi_rlast === 1 ? ' last' : ''}`,
        );
      else seen.push('');
      simulator.step();
      input.s_axi_arvalid = 0;
    }
    return [...seen];
  };
  Object.assign(input, {
    s_axi_arvalid: 1,
    s_axi_arid: 5,
    s_axi_araddr: 0x010,
    s_axi_arsize: 2,
    w0_axil_rdata: 0xabcd,
  });
  expect(run(7)).toEqual(['', '', 'asks 16', '', '', 'answers 5 abcd0000abcd 0 last', '']);
  Object.assign(input, { s_axi_arvalid: 1, s_axi_arid: 6, s_axi_arlen: 2 });
  const error = responses.subordinate_error;
  expect(run(6)).toEqual(['', '', `answers 6 0 ${error}`, `answers 6 0 ${error}`, `answers 6 0 ${error} last`, '']);
});
