import type { BlockUnderTest } from '../block.ts';
import { interconnectBlock } from './interconnect/index.ts';
import { memoryManagementUnitBlock } from './memory-management-unit/index.ts';
import { memoryPathBlock } from './memory-path/index.ts';
import { packetReceiveBlock } from './packet-receive/index.ts';
import { packetUnitBlock } from './packet-unit/index.ts';
import { resourceAccessControllerBlock } from './resource-access-controller/index.ts';
import { writeGateBlock } from './write-gate/index.ts';

/** Every block that lockstep knows. */
export const blocksUnderTest: readonly BlockUnderTest[] = [
  packetUnitBlock,
  resourceAccessControllerBlock,
  memoryPathBlock,
  interconnectBlock,
  memoryManagementUnitBlock,
  packetReceiveBlock,
  writeGateBlock,
];
