import { bit, bits, record } from '../hdl/index.ts';
import { axiStreamData } from '../parts/axi/bundles.ts';
import {
  beatBytes,
  beatWidth,
  clientWidth,
  frameUserWidth,
  indexWidth,
  lengthWidth,
  type PacketReceiveParameters,
} from './interface.ts';

/** The parameters of the whole engine: its parts take what they need of them. */
export type Geometry = PacketReceiveParameters;

export const clientMask = (p: Geometry) => bits<number>(p.clients);

/** A beat of the stream. */
export const frameBeat = (p: Geometry) =>
  axiStreamData({
    dataWidth: p.dataWidth as number,
    keep: true,
    destWidth: clientWidth(p),
    userWidth: frameUserWidth(p),
  });

/** What the engine takes of a chain's record. */
export const chainRecord = (p: Geometry) => record({ packets: bits(16), mask: clientMask(p) });

/** A packet in a buffer, or the end of a chain: of that the mask alone counts. */
export const job = (p: Geometry) =>
  record({
    chain: bit,
    mask: clientMask(p),
    buffer: bit,
    client: bits<number>(clientWidth(p)),
    hash: bits(32),
    hash_type: bits(3),
    chain_number: bits(16),
    chain_start: bit,
    length: bits<number>(lengthWidth),
    stored: bits<number>(beatWidth),
    truncated: bit,
    strobes: bits<number>(beatBytes(p)),
  });

/** A burst on its way, perhaps the last of an entry, or the end of a chain behind those before it. */
export const passing = (p: Geometry) => record({ chain: bit, end: bit, mask: clientMask(p) });

export const writeRequest = (p: Geometry) => record({ address: bits<number>(p.addressWidth), len: bits(8) });
export const writeBeat = (p: Geometry) =>
  record({ data: bits<number>(p.dataWidth), strb: bits<number>(beatBytes(p)), last: bit });

/** What software has set of a ring; `base` is the address from the page up. */
export const ringSettings = (p: Geometry) =>
  record({
    enable: bit,
    entries: bits(4),
    base: bits<number>(p.addressWidth - 12),
    consumer: bits<number>(indexWidth),
  });
