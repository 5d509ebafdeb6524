import { type Bits, type BitsSignal, bit, bits, input, log2Ceil, type ModuleBody, module } from '../../hdl/index.ts';
import { checkParameters, type ParameterValues, parameters } from '../parameters.ts';
import { axiRoles, handshakeRules, ruleStater, violationPorts, watchInterface } from './checking.ts';
import { axiLiteRules } from './rules.ts';

export const axiLitePropertiesParameters = parameters({
  addressWidth: { kind: 'integer', minimum: 1, maximum: 64, default: 32, description: 'Bits of an address.' },
  dataWidth: { kind: 'choice', choices: [32, 64], default: 32, description: 'Bits of data (B1.1).' },
  maxOutstanding: {
    kind: 'integer',
    minimum: 1,
    maximum: 255,
    default: 8,
    description: 'Transactions of each direction that it can follow.',
  },
  role: {
    kind: 'choice',
    choices: axiRoles,
    default: 'monitor',
    description: 'Whose rules are assumed; the monitor asserts all.',
  },
});

/** A counter of requests without a response. @returns its value before this cycle. */
const owed = (m: ModuleBody, name: string, most: number, asked: Bits<1>, answered: Bits<1>): Bits => {
  const declared = m.regs({ [name]: { type: bits<number>(log2Ceil(most + 1)), reset: 0 } });
  const count = Object.values(declared)[0] as BitsSignal;
  m.when(asked.and(answered.not()).and(count.ne(most)), () => count.set(count.add(1)));
  m.when(answered.and(asked.not()).and(count.isNonZero()), () => count.set(count.subtract(1)));
  return count;
};

export type AxiLitePropertiesValues = ParameterValues<typeof axiLitePropertiesParameters>;

/**
 * The rules of AXI4-Lite (Arm IHI 0022, B1) as named properties: `axiLiteRules`. All ports are inputs by their standard names; for each rule there is an
 * output that is high in a cycle that breaks it.
 *
 * @throws ParameterError
 */
export const axiLiteProperties = (values: AxiLitePropertiesValues = {}) => {
  const p = checkParameters(axiLitePropertiesParameters, values, 'axi4_lite_properties');
  const { addressWidth, dataWidth, maxOutstanding, role } = p;
  const address = bits<number>(addressWidth);
  const data = bits<number>(dataWidth);
  return module(
    'axi4_lite_properties',
    {
      awaddr: input(address),
      awprot: input(bits(3)),
      awvalid: input(bit),
      awready: input(bit),
      wdata: input(data),
      wstrb: input(bits<number>(dataWidth / 8)),
      wvalid: input(bit),
      wready: input(bit),
      bresp: input(bits(2)),
      bvalid: input(bit),
      bready: input(bit),
      araddr: input(address),
      arprot: input(bits(3)),
      arvalid: input(bit),
      arready: input(bit),
      rdata: input(data),
      rresp: input(bits(2)),
      rvalid: input(bit),
      rready: input(bit),
      ...violationPorts(axiLiteRules),
    },
    (io, m) => {
      const { never, done } = ruleStater(m, io, axiLiteRules, role);
      const { fresh } = m.regs({ fresh: { type: bit, reset: 1 } });
      fresh.set(0);
      const { fires: aw } = handshakeRules(
        m,
        'aw',
        { valid: io.awvalid, ready: io.awready, payload: [io.awaddr, io.awprot] },
        fresh,
        never,
      );
      const { fires: w } = handshakeRules(
        m,
        'w',
        { valid: io.wvalid, ready: io.wready, payload: [io.wdata, io.wstrb] },
        fresh,
        never,
      );
      const { fires: b } = handshakeRules(
        m,
        'b',
        { valid: io.bvalid, ready: io.bready, payload: [io.bresp] },
        fresh,
        never,
      );
      const { fires: ar } = handshakeRules(
        m,
        'ar',
        { valid: io.arvalid, ready: io.arready, payload: [io.araddr, io.arprot] },
        fresh,
        never,
      );
      const { fires: r } = handshakeRules(
        m,
        'r',
        { valid: io.rvalid, ready: io.rready, payload: [io.rdata, io.rresp] },
        fresh,
        never,
      );
      const addresses = owed(m, 'write_addresses', maxOutstanding, aw, b);
      const words = owed(m, 'write_words', maxOutstanding, w, b);
      const reads = owed(m, 'read_addresses', maxOutstanding, ar, r);
      never('b_after_address', io.bvalid.and(addresses.isZero()));
      never('b_after_data', io.bvalid.and(words.isZero()));
      never('b_exclusive', io.bvalid.and(io.bresp.eq(1)));
      never('r_after_address', io.rvalid.and(reads.isZero()));
      never('r_exclusive', io.rvalid.and(io.rresp.eq(1)));
      never('capacity_writes', aw.and(b.not()).and(addresses.eq(maxOutstanding)));
      never('capacity_data', w.and(b.not()).and(words.eq(maxOutstanding)));
      never('capacity_reads', ar.and(r.not()).and(reads.eq(maxOutstanding)));
      done();
    },
    {
      documentation:
        'The rules of AXI4-Lite (Arm IHI 0022, B1) as named properties; each output is high in a cycle that breaks its rule.',
      parameters: p,
    },
  );
};

/** Holds one AXI4-Lite interface to the rules, as `watchAxi4` does. */
export const watchAxiLite = (m: ModuleBody, name: string, bus: object, values: AxiLitePropertiesValues): void => {
  watchInterface(m, name, bus, axiLiteProperties(values));
};
