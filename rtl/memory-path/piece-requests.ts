import { type Bits, concat, lit, type ValueOf } from '../hdl/index.ts';
import { type attributes, type Geometry, widthsOf } from './shapes.ts';

/** An identifier of the path's own requests: those of the processor have a 0 before them. */
export const ownIdentifier = (p: Geometry, number: Bits | number): Bits => {
  const width = widthsOf(p).memoryId - 1;
  return concat(lit(1, 1), typeof number === 'number' ? lit<number>(width, number) : number.resize<number>(width));
};

interface Piece {
  readonly id: Bits;
  readonly line: Bits;
  readonly first: Bits<2>;
  readonly last: Bits<2>;
  readonly attributes: ValueOf<typeof attributes>;
}

/** Beats less one of the memory burst for some blocks. */
export const burstLength = (p: Geometry, first: Bits<2>, last: Bits<2>): Bits<8> => {
  const blocks = last.subtract(first);
  return widthsOf(p).beats === 1 ? blocks.extend(8) : concat(blocks, lit(1, 1)).extend(8);
};

/** The request to memory for whole blocks of a line. */
export const pieceRequest = (p: Geometry, { id, line, first, last, attributes }: Piece) => ({
  id,
  addr: concat(line, first, lit(4, 0)) as Bits,
  len: burstLength(p, first, last),
  size: lit(3, Math.log2(widthsOf(p).bytes)),
  burst: lit(2, 1),
  lock: lit(1, 0),
  cache: attributes.cache,
  prot: attributes.prot,
  qos: attributes.qos,
  region: attributes.region,
});
