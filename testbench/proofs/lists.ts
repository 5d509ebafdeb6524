/** Every proof that blocks and parts ask for. */
import { packetUnitProofs } from '../../rtl/packet-unit/proofs.ts';
import type { ProofList } from '../../rtl/parts/proof-target.ts';
import { partProofs } from '../../rtl/parts/proofs.ts';

export const proofLists: readonly ProofList[] = [packetUnitProofs, ...partProofs];
