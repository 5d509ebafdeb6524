/**
 * The ports of a block as plain data, and those of AXI4 and AXI4-Lite interfaces among them by their standard names
 * (Arm IHI 0022). Free of hardware, so that a block's `interface.ts` may be read by its model and its documents.
 */

export interface Port {
  readonly name: string;
  readonly direction: 'input' | 'output';
  readonly width: number;
}

type Direction = Port['direction'];
const opposite = (direction: Direction): Direction => (direction === 'input' ? 'output' : 'input');

const signals = (prefix: string, direction: Direction, widths: Readonly<Record<string, number>>): Port[] =>
  Object.entries(widths).map(([name, width]) => ({ name: `${prefix}_${name}`, direction, width }));

/** Widths in bits of an AXI4 interface. */
export interface Axi4Widths {
  readonly dataWidth: number;
  readonly addressWidth: number;
  readonly idWidth: number;
}

/**
 * The signals of an AXI4 interface without user signals, in order.
 *
 * @param prefix such as `s_axi`
 * @param requests the direction of requests, seen from the block: input for a subordinate, output for a manager
 */
export const axi4Ports = (prefix: string, requests: Direction, p: Axi4Widths): Port[] => {
  const back = opposite(requests);
  const address = (channel: 'aw' | 'ar'): Port[] => [
    ...signals(prefix, requests, {
      [`${channel}id`]: p.idWidth,
      [`${channel}addr`]: p.addressWidth,
      [`${channel}len`]: 8,
      [`${channel}size`]: 3,
      [`${channel}burst`]: 2,
      [`${channel}lock`]: 1,
      [`${channel}cache`]: 4,
      [`${channel}prot`]: 3,
      [`${channel}qos`]: 4,
      [`${channel}region`]: 4,
      [`${channel}valid`]: 1,
    }),
    ...signals(prefix, back, { [`${channel}ready`]: 1 }),
  ];
  return [
    ...address('aw'),
    ...signals(prefix, requests, { wdata: p.dataWidth, wstrb: p.dataWidth / 8, wlast: 1, wvalid: 1 }),
    ...signals(prefix, back, { wready: 1, bid: p.idWidth, bresp: 2, bvalid: 1 }),
    ...signals(prefix, requests, { bready: 1 }),
    ...address('ar'),
    ...signals(prefix, back, { rid: p.idWidth, rdata: p.dataWidth, rresp: 2, rlast: 1, rvalid: 1 }),
    ...signals(prefix, requests, { rready: 1 }),
  ];
};

/** The signals of a block's register port, 32-bit AXI4-Lite, in order. */
export const registerPortPorts = (addressWidth: number): Port[] => [
  ...signals('s_axil', 'input', { awaddr: addressWidth, awprot: 3, awvalid: 1 }),
  ...signals('s_axil', 'output', { awready: 1 }),
  ...signals('s_axil', 'input', { wdata: 32, wstrb: 4, wvalid: 1 }),
  ...signals('s_axil', 'output', { wready: 1, bresp: 2, bvalid: 1 }),
  ...signals('s_axil', 'input', { bready: 1, araddr: addressWidth, arprot: 3, arvalid: 1 }),
  ...signals('s_axil', 'output', { arready: 1, rdata: 32, rresp: 2, rvalid: 1 }),
  ...signals('s_axil', 'input', { rready: 1 }),
];
