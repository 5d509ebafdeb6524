/** Everything that the verbs can be asked for by name. */
import type { ModuleDefinition, Ports } from '../../rtl/hdl/index.ts';
import { interconnect } from '../../rtl/interconnect/interconnect.ts';
import { interconnectParameterSchema, interconnectParameters } from '../../rtl/interconnect/interface.ts';
import {
  memoryKeeperParameterSchema,
  memoryKeeperParameters,
  memoryKeeperRegisters,
  memoryManagementUnitParameterSchema,
  memoryManagementUnitParameters,
  memoryManagementUnitRegisters,
} from '../../rtl/memory-management-unit/interface.ts';
import { memoryKeeper } from '../../rtl/memory-management-unit/keeper.ts';
import { lookup } from '../../rtl/memory-management-unit/lookup.ts';
import {
  memoryManagementSystem,
  memoryManagementSystemParameterSchema,
  memoryManagementSystemParameters,
} from '../../rtl/memory-management-unit/system.ts';
import { tableHeader, tableSource } from '../../rtl/memory-management-unit/table-declarations.ts';
import { memoryManagementUnit } from '../../rtl/memory-management-unit/unit.ts';
import {
  memoryPathParameterSchema,
  memoryPathParameters,
  memoryPathRegisters,
} from '../../rtl/memory-path/interface.ts';
import { memoryPath } from '../../rtl/memory-path/path.ts';
import {
  packetReceiveParameterSchema,
  packetReceiveParameters,
  packetReceiveRegisters,
} from '../../rtl/packet-receive/interface.ts';
import { packetReceive } from '../../rtl/packet-receive/receive.ts';
import { packetHash } from '../../rtl/packet-unit/hash.ts';
import {
  packetUnitParameterSchema,
  packetUnitParameters,
  packetUnitRegisters,
} from '../../rtl/packet-unit/interface.ts';
import { packetUnit } from '../../rtl/packet-unit/unit.ts';
import { axiLiteProperties, axiLitePropertiesParameters } from '../../rtl/parts/axi/lite-properties.ts';
import { axi4Properties, axi4PropertiesParameters } from '../../rtl/parts/axi/properties.ts';
import { checkParameters, type ParameterSchema, type ParameterValue } from '../../rtl/parts/parameters.ts';
import type { RegisterMap } from '../../rtl/parts/register-map/declare.ts';
import { platformParameterSchema, platformParameters } from '../../rtl/platform/interface.ts';
import { platform } from '../../rtl/platform/platform.ts';
import { registerBridge } from '../../rtl/platform/register-bridge.ts';
import { resourceAccessController } from '../../rtl/resource-access-controller/controller.ts';
import {
  resourceAccessControllerParameterSchema,
  resourceAccessControllerParameters,
  resourceAccessControllerRegisters,
} from '../../rtl/resource-access-controller/interface.ts';
import { accessPath } from '../../rtl/resource-access-controller/path.ts';
import { writeGate } from '../../rtl/write-gate/gate.ts';
import { writeGateParameterSchema, writeGateParameters, writeGateRegisters } from '../../rtl/write-gate/interface.ts';
import type { Design } from '../designs/choose-design.ts';
import { systemParameterSchema, systemParameters } from '../lockstep/blocks/memory-management-unit/parameters.ts';
import type { WayName } from '../lockstep/way.ts';
import { cipherParts } from './cipher-parts.ts';

export type BlockParameters = Readonly<Record<string, ParameterValue>>;

export interface Block {
  readonly name: string;
  readonly summary: string;
  /** Whether it is a block in its own right, with a model to be compared with, or a part of one that can be generated and measured alone. */
  readonly whole: boolean;
  /** Whether it watches somebody's interface: it is generated with its assertions as well, and there is nothing to compare or to place. */
  readonly checker?: boolean;
  readonly schema: ParameterSchema;
  /**
   * What the first run does instead where the block at its defaults would take minutes: other parameters, and no place and route; or it leaves
   * the block to the thorough run.
   */
  readonly quick?: BlockParameters | 'left out';
  /** False: the first run leaves out its synthesis, which takes too long even so. */
  readonly quickSynthesis?: false;
  /** Whether no run over all blocks has it, because of its size: it is written and measured where it is named. */
  readonly named?: boolean;
  /** The parameters of what is compared, where that is more than the block alone. */
  readonly compared?: Pick<Block, 'schema' | 'parameters'>;
  /** Set for a design of the user's own. */
  readonly own?: { readonly design: Design; readonly core: { readonly library: string; readonly version: string } };
  /** The ways that are compared when none are named; all four when left out. */
  readonly ways?: readonly WayName[];
  /** Checks the values and fills in the defaults. @throws ParameterError */
  parameters(values: BlockParameters): BlockParameters;
  definition(parameters: BlockParameters): ModuleDefinition<Ports>;
  registers(parameters: BlockParameters): RegisterMap | null;
  /** What software needs beside the registers. @param name the block's, with its prefix */
  declarations?(
    name: string,
    parameters: BlockParameters,
  ): readonly { readonly kind: 'c-header' | 'typescript'; readonly file: string; readonly text: string }[];
}

/** The block with the parameters of what is compared in its place. */
export const asCompared = (block: Block): Block => ({ ...block, ...block.compared });

export const blocks: readonly Block[] = [
  {
    name: 'packet_unit',
    summary: 'Packet hash unit: chains of Ethernet frames, hashed once, steered to clients',
    whole: true,
    schema: packetUnitParameterSchema,
    parameters: (values) => packetUnitParameters(values),
    definition: (values) => packetUnit(packetUnitParameters(values)),
    registers: (values) => packetUnitRegisters(packetUnitParameters(values)),
  },
  {
    name: 'packet_hash',
    summary: "The packet hash unit's parser and Toeplitz engine alone: one RSS hash a frame",
    whole: false,
    schema: packetUnitParameterSchema,
    parameters: (values) => packetUnitParameters(values),
    definition: (values) => packetHash(packetUnitParameters(values)),
    registers: () => null,
  },
  {
    name: 'resource_access_controller',
    summary: 'Resource access controller: a bridge to devices that a dead one cannot hang, and that answers for it',
    whole: true,
    schema: resourceAccessControllerParameterSchema,
    quick: { entries: 4, resources: 2, outstanding: 4, timerWidth: 12 },
    parameters: (values) => resourceAccessControllerParameters(values),
    definition: (values) => resourceAccessController(resourceAccessControllerParameters(values)),
    registers: (values) => resourceAccessControllerRegisters(resourceAccessControllerParameters(values)),
  },
  {
    name: 'resource_access_path',
    summary: 'The resource access controller without its table and registers: transactions, ports and faults',
    whole: false,
    schema: resourceAccessControllerParameterSchema,
    quick: 'left out',
    parameters: (values) => resourceAccessControllerParameters(values),
    definition: (values) => accessPath(resourceAccessControllerParameters(values)),
    registers: () => null,
  },
  {
    name: 'memory_path',
    summary: 'Memory path: address bits choose how data is encrypted, by AES-XTS or PRINCE, on its way to memory',
    whole: true,
    schema: memoryPathParameterSchema,
    quick: { dataWidth: 64, idWidth: 1, select: 2, keySlots: 2, unrolled: 1, reads: 2, writes: 2 },
    quickSynthesis: false,
    // Its gates, six engines of ciphers among them, take many minutes to make.
    ways: ['model', 'rtl', 'verilog'],
    parameters: (values) => memoryPathParameters(values),
    definition: (values) => memoryPath(memoryPathParameters(values)),
    registers: (values) => memoryPathRegisters(memoryPathParameters(values)),
  },
  {
    name: 'memory_management_unit',
    summary:
      'Memory management unit with two translations a page, so that either of two memories may die, and page mapping cookies',
    whole: true,
    schema: memoryManagementUnitParameterSchema,
    compared: { schema: systemParameterSchema, parameters: (values) => systemParameters(values) },
    quick: {
      addressWidth: 24,
      virtualWidth: 32,
      formWidth: 1,
      idWidth: 2,
      entries: 4,
      domainWidth: 1,
      reads: 4,
      writes: 4,
    },
    quickSynthesis: false,
    // The gates of two units and their keeper take many minutes to make.
    ways: ['model', 'rtl', 'verilog'],
    parameters: (values) => memoryManagementUnitParameters(values),
    definition: (values) => memoryManagementUnit(memoryManagementUnitParameters(values)),
    registers: (values) => memoryManagementUnitRegisters(memoryManagementUnitParameters(values)),
    declarations: (name, values) => {
      const p = memoryManagementUnitParameters(values);
      return [
        { kind: 'c-header', file: `${name}_tables.h`, text: tableHeader(name, p) },
        { kind: 'typescript', file: `${name}_tables.ts`, text: tableSource(name, p) },
      ];
    },
  },
  {
    name: 'memory_management_system',
    summary: 'Memory management units, all alike, joined with the keeper that they share',
    whole: false,
    schema: memoryManagementSystemParameterSchema,
    quick: 'left out',
    parameters: (values) => memoryManagementSystemParameters(values),
    definition: (values) => memoryManagementSystem(memoryManagementSystemParameters(values)),
    registers: () => null,
  },
  {
    name: 'memory_management_lookup',
    summary: "The memory management unit's lookup alone: TLB, rights and the comparison of cookies",
    whole: false,
    schema: memoryManagementUnitParameterSchema,
    quick: 'left out',
    parameters: (values) => memoryManagementUnitParameters(values),
    definition: (values) => lookup(memoryManagementUnitParameters(values)),
    registers: () => null,
  },
  {
    name: 'memory_keeper',
    summary:
      'What memory management units share: the state of the memories, the cookies, and the engine that fills a replaced memory',
    whole: false,
    schema: memoryKeeperParameterSchema,
    quick: 'left out',
    parameters: (values) => memoryKeeperParameters(values),
    definition: (values) => memoryKeeper(memoryKeeperParameters(values)),
    registers: (values) => memoryKeeperRegisters(memoryKeeperParameters(values)),
  },
  {
    name: 'axi4_interconnect',
    summary: 'AXI4 interconnect: every manager to every subordinate, by address, with errors for what nobody owns',
    whole: true,
    schema: interconnectParameterSchema,
    quick: { idWidth: 2, outstanding: 2, dataWidth: 32 },
    parameters: (values) => interconnectParameters(values),
    definition: (values) => interconnect(interconnectParameters(values)),
    registers: () => null,
  },
  {
    name: 'packet_receive',
    summary:
      'Packet receive engine: chains of packets into client rings in memory, an interrupt a chain, with moderation',
    whole: true,
    schema: packetReceiveParameterSchema,
    quick: { clients: 2, slotBytes: 512, outstanding: 2 },
    parameters: (values) => packetReceiveParameters(values),
    definition: (values) => packetReceive(packetReceiveParameters(values)),
    registers: (values) => packetReceiveRegisters(packetReceiveParameters(values)),
  },
  {
    name: 'write_gate',
    summary: "Write gate: a device's writes to pages that software has marked wait until it lets go of them",
    whole: true,
    schema: writeGateParameterSchema,
    quick: { pageWidth: 6, idWidth: 2 },
    parameters: (values) => writeGateParameters(values),
    definition: (values) => writeGate(writeGateParameters(values)),
    registers: (values) => writeGateRegisters(writeGateParameters(values)),
  },
  {
    name: 'platform',
    summary: 'The whole machine: processors, devices and frames before two memories, of which either may die',
    whole: false,
    schema: platformParameterSchema,
    named: true,
    parameters: (values) => platformParameters(values),
    definition: (values) => platform(platformParameters(values)),
    registers: () => null,
  },
  {
    name: 'register_bridge',
    summary: "The platform's bridge from AXI4 to the registers of its blocks",
    whole: false,
    schema: platformParameterSchema,
    quick: 'left out',
    parameters: (values) => platformParameters(values),
    definition: (values) => registerBridge(platformParameters(values)),
    registers: () => null,
  },
  {
    name: 'axi4_properties',
    summary: 'The rules of AXI4 as named properties, for any design, in simulation and in proofs',
    whole: false,
    checker: true,
    schema: axi4PropertiesParameters,
    parameters: (values) => checkParameters(axi4PropertiesParameters, values, 'axi4_properties'),
    definition: (values) => axi4Properties(values),
    registers: () => null,
  },
  {
    name: 'axi4_lite_properties',
    summary: 'The rules of AXI4-Lite as named properties, for any design, in simulation and in proofs',
    whole: false,
    checker: true,
    schema: axiLitePropertiesParameters,
    parameters: (values) => checkParameters(axiLitePropertiesParameters, values, 'axi4_lite_properties'),
    definition: (values) => axiLiteProperties(values),
    registers: () => null,
  },
  ...cipherParts,
];
