/** Every proof that blocks and parts ask for. */

import { interconnectProofs } from '../../rtl/interconnect/proofs.ts';
import { memoryManagementUnitProofs } from '../../rtl/memory-management-unit/proofs.ts';
import { memoryPathProofs } from '../../rtl/memory-path/proofs.ts';
import { packetReceiveProofs } from '../../rtl/packet-receive/proofs.ts';
import { packetUnitProofs } from '../../rtl/packet-unit/proofs.ts';
import type { ProofList } from '../../rtl/parts/proof-target.ts';
import { partProofs } from '../../rtl/parts/proofs.ts';
import { resourceAccessControllerProofs } from '../../rtl/resource-access-controller/proofs.ts';
import { writeGateProofs } from '../../rtl/write-gate/proofs.ts';

export const proofLists: readonly ProofList[] = [
  memoryManagementUnitProofs,
  memoryPathProofs,
  packetUnitProofs,
  resourceAccessControllerProofs,
  interconnectProofs,
  packetReceiveProofs,
  writeGateProofs,
  ...partProofs,
];
