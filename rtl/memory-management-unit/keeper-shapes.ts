import { bit, bits, record } from '../hdl/index.ts';
import { frameWidth, lineBytes, type MemoryKeeperParameters, physicalWidth } from './interface.ts';

/** The parameters of a whole keeper: its parts take what they need of them. */
export type KeeperGeometry = MemoryKeeperParameters;

/** Beats of a line. */
export const lineBeats = (p: KeeperGeometry): number => (8 * lineBytes) / p.dataWidth;

/** What the engine reads of a memory. */
export const copiedBeat = (p: KeeperGeometry) => record({ data: bits<number>(p.dataWidth), resp: bits(2), last: bit });
/** Whose frames are copied, and where to. */
export const copyRequest = (p: KeeperGeometry) =>
  record({ target: bit, from: bits<number>(frameWidth(p)), to: bits<number>(frameWidth(p)), pages: bits(20) });
/** The address of a line in a memory. */
export const lineAddress = (p: KeeperGeometry) => bits<number>(physicalWidth(p));
