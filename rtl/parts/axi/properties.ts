import { type Bits, bit, bits, input, type ModuleBody, module } from '../../hdl/index.ts';
import { checkParameters, type ParameterValues, parameters } from '../parameters.ts';
import { addressRules } from './address-properties.ts';
import { axiRoles, handshakeRules, ruleStater, violationPorts, watchInterface } from './checking.ts';
import { exclusiveRules } from './exclusive-properties.ts';
import { readRules } from './read-properties.ts';
import { axi4Rules } from './rules.ts';
import { writeRules } from './write-properties.ts';

export const axi4PropertiesParameters = parameters({
  addressWidth: { kind: 'integer', minimum: 12, maximum: 64, default: 32, description: 'Bits of an address.' },
  dataWidth: {
    kind: 'choice',
    choices: [8, 16, 32, 64, 128, 256, 512, 1024],
    default: 64,
    description: 'Bits of data.',
  },
  idWidth: { kind: 'integer', minimum: 1, maximum: 32, default: 4, description: 'Bits of an identifier.' },
  maxOutstanding: {
    kind: 'integer',
    minimum: 1,
    maximum: 64,
    default: 8,
    description: 'Transactions of each direction that it can follow.',
  },
  dataAhead: {
    kind: 'integer',
    minimum: 0,
    maximum: 256,
    default: 4,
    description: 'Beats of write data that may pass before AWVALID of their burst.',
  },
  exclusiveReads: {
    kind: 'integer',
    minimum: 1,
    maximum: 64,
    default: 4,
    description: 'Identifiers whose last exclusive read it keeps until the exclusive write.',
  },
  role: {
    kind: 'choice',
    choices: axiRoles,
    default: 'monitor',
    description: 'Whose rules are assumed; the monitor asserts all.',
  },
});

export type Axi4PropertiesValues = ParameterValues<typeof axi4PropertiesParameters>;

/**
 * The rules of AXI4 (Arm IHI 0022) as named properties: `axi4Rules`. All ports are inputs by their standard names, without user signals; for each rule
 * there is an output that is high in a cycle that breaks it. In a `role` other than `monitor`, the rules that one side keeps are assumptions.
 *
 * @throws ParameterError
 */
export const axi4Properties = (values: Axi4PropertiesValues = {}) => {
  const p = checkParameters(axi4PropertiesParameters, values, 'axi4_properties');
  const { addressWidth, dataWidth, idWidth, maxOutstanding, dataAhead, exclusiveReads, role } = p;
  const id = bits<number>(idWidth);
  const address = bits<number>(addressWidth);
  const data = bits<number>(dataWidth);
  const busBytes = dataWidth / 8;
  return module(
    'axi4_properties',
    {
      awid: input(id),
      awaddr: input(address),
      awlen: input(bits(8)),
      awsize: input(bits(3)),
      awburst: input(bits(2)),
      awlock: input(bit),
      awcache: input(bits(4)),
      awprot: input(bits(3)),
      awqos: input(bits(4)),
      awregion: input(bits(4)),
      awvalid: input(bit),
      awready: input(bit),
      wdata: input(data),
      wstrb: input(bits<number>(busBytes)),
      wlast: input(bit),
      wvalid: input(bit),
      wready: input(bit),
      bid: input(id),
      bresp: input(bits(2)),
      bvalid: input(bit),
      bready: input(bit),
      arid: input(id),
      araddr: input(address),
      arlen: input(bits(8)),
      arsize: input(bits(3)),
      arburst: input(bits(2)),
      arlock: input(bit),
      arcache: input(bits(4)),
      arprot: input(bits(3)),
      arqos: input(bits(4)),
      arregion: input(bits(4)),
      arvalid: input(bit),
      arready: input(bit),
      rid: input(id),
      rdata: input(data),
      rresp: input(bits(2)),
      rlast: input(bit),
      rvalid: input(bit),
      rready: input(bit),
      ...violationPorts(axi4Rules),
    },
    (io, m) => {
      const { never, done } = ruleStater(m, io, axi4Rules, role);
      const { fresh } = m.regs({ fresh: { type: bit, reset: 1 } });
      fresh.set(0);
      const writeAddress = [io.awid, io.awaddr, io.awlen, io.awsize, io.awburst, io.awlock, io.awcache, io.awprot];
      const readAddress = [io.arid, io.araddr, io.arlen, io.arsize, io.arburst, io.arlock, io.arcache, io.arprot];
      const aw = handshakeRules(
        m,
        'aw',
        { valid: io.awvalid, ready: io.awready, payload: [...writeAddress, io.awqos, io.awregion] },
        fresh,
        never,
      );
      const w = handshakeRules(
        m,
        'w',
        { valid: io.wvalid, ready: io.wready, payload: [io.wdata, io.wstrb, io.wlast] },
        fresh,
        never,
      );
      const b = handshakeRules(
        m,
        'b',
        { valid: io.bvalid, ready: io.bready, payload: [io.bid, io.bresp] },
        fresh,
        never,
      );
      const ar = handshakeRules(
        m,
        'ar',
        { valid: io.arvalid, ready: io.arready, payload: [...readAddress, io.arqos, io.arregion] },
        fresh,
        never,
      );
      const r = handshakeRules(
        m,
        'r',
        { valid: io.rvalid, ready: io.rready, payload: [io.rid, io.rdata, io.rresp, io.rlast] },
        fresh,
        never,
      );
      const write = {
        valid: io.awvalid,
        id: io.awid,
        addr: io.awaddr,
        len: io.awlen,
        size: io.awsize,
        burst: io.awburst,
        lock: io.awlock,
        cache: io.awcache,
        prot: io.awprot,
        region: io.awregion,
        starts: aw.starts,
        fire: aw.fires,
      };
      const read = {
        valid: io.arvalid,
        id: io.arid,
        addr: io.araddr,
        len: io.arlen,
        size: io.arsize,
        burst: io.arburst,
        lock: io.arlock,
        cache: io.arcache,
        prot: io.arprot,
        region: io.arregion,
        starts: ar.starts,
        fire: ar.fires,
      };
      addressRules('aw', write, busBytes, never);
      addressRules('ar', read, busBytes, never);
      writeRules(
        m,
        {
          aw: write,
          w: { valid: io.wvalid, strb: io.wstrb, last: io.wlast, fire: w.fires },
          b: { valid: io.bvalid, id: io.bid, resp: io.bresp, fire: b.fires },
        },
        { maxOutstanding, dataAhead, busBytes },
        never,
      );
      const reads = readRules(
        m,
        { ar: read, r: { valid: io.rvalid, id: io.rid, resp: io.rresp, last: io.rlast, fire: r.fires } },
        maxOutstanding,
        never,
      );
      exclusiveRules(m, { aw: write, ar: read }, reads, exclusiveReads, never);
      done();
    },
    {
      documentation:
        'The rules of AXI4 (Arm IHI 0022) as named properties; each output is high in a cycle that breaks its rule.',
      parameters: p,
    },
  );
};

/**
 * Holds one AXI4 interface to the rules, in a module around a block: an instance of `axi4Properties` on these signals (either side of a bundle
 * without user signals), called `name`. `observations` are signals inside the instance that properties around it speak of, as `observed` takes them:
 * they are outputs of what is returned.
 */
export const watchAxi4 = (
  m: ModuleBody,
  name: string,
  bus: object,
  values: Axi4PropertiesValues,
  observations: Readonly<Record<string, string>> = {},
): Readonly<Record<string, Bits>> => watchInterface(m, name, bus, axi4Properties(values), observations);
