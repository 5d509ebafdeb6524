/** The whole machine. Source: `docs/systems/platform.md`. */
import {
  type Assignable,
  type Bits,
  concat,
  lit,
  type ModuleBody,
  type ModuleDefinition,
  module,
  type Outside,
  type Ports,
  resettable,
} from '../hdl/index.ts';
import { interconnect } from '../interconnect/interconnect.ts';
import { managerPort, subordinatePort } from '../interconnect/interface.ts';
import { memoryKeeper } from '../memory-management-unit/keeper.ts';
import { joinUnit } from '../memory-management-unit/system.ts';
import { memoryManagementUnit } from '../memory-management-unit/unit.ts';
import { memoryPath } from '../memory-path/path.ts';
import { packetReceive } from '../packet-receive/receive.ts';
import { packetUnit } from '../packet-unit/unit.ts';
import { word } from '../parts/rings.ts';
import { resourceAccessController } from '../resource-access-controller/controller.ts';
import { managerPrefix } from '../resource-access-controller/interface.ts';
import { writeGate } from '../write-gate/gate.ts';
import {
  blockParameters,
  bridgeAddressWidth,
  bridgeWindow,
  deviceNames,
  domainWidth,
  firstUnitWindow,
  interruptLines,
  interruptWidth,
  memoryAddressWidth,
  type PlatformParameters,
  virtualWidth,
  windows,
} from './interface.ts';
import { joinAxi4 } from './join.ts';
import { type PlatformSides, platformPorts } from './ports.ts';
import { registerBridge } from './register-bridge.ts';

/** A port of an instance, or of the machine, whose name is made of a number. */
const portOf = (of: object, name: string): object => Reflect.get(of, name) as object;
const wireOf = (of: object, name: string): Bits => Reflect.get(of, name) as Bits;
const connect = (one: object, other: object): void => (one as { connect(side: object): void }).connect(other);
const lowBits = (value: Bits, width: number): Bits => value.slice<number, number>(width - 1, 0);

const numbered = <P extends Ports>(
  m: ModuleBody,
  name: string,
  count: number,
  definition: ModuleDefinition<P>,
): readonly Outside<P>[] =>
  Object.values(
    m.instances(Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, definition]))),
  ) as unknown as readonly Outside<P>[];

const instances = (m: ModuleBody, p: PlatformParameters) => {
  const of = blockParameters(p);
  return {
    fronts: numbered(m, 'front', p.processors, interconnect(of.front)),
    units: numbered(m, 'unit', p.processors, memoryManagementUnit(of.unit)),
    ...m.instances({
      network: memoryManagementUnit(of.network),
      keeper: memoryKeeper(of.keeper),
      devices: interconnect(of.devices),
      controller: resourceAccessController(of.controller),
      bridge: registerBridge(p),
      packets: packetUnit(of.packets),
      receiver: packetReceive(of.receiver),
      gate: writeGate(of.gate),
    }),
    sides: numbered(m, 'side', 2, resettable(interconnect(of.side))),
    paths: numbered(m, 'path', 2, resettable(memoryPath(of.path))),
  };
};
type Parts = ReturnType<typeof instances>;

/** From a processor to its unit, and to the devices. */
const connectProcessor = (io: PlatformSides, u: Parts, processor: number): void => {
  const [front, unit] = [u.fronts[processor] as Parts['fronts'][0], u.units[processor] as Parts['units'][0]];
  const axi = portOf(io, `p${processor}_axi`);
  joinAxi4(axi, front.s0_axi, (channel) => {
    const address = wireOf(axi, `${channel}addr`);
    const user = wireOf(io, `p${processor}_axi_${channel}user`);
    return concat(
      address.bit(virtualWidth),
      wireOf(axi, `${channel}prot`).bit(0),
      user,
      lowBits(address, virtualWidth),
    ) as Bits;
  });
  const source = portOf(front, subordinatePort(0));
  joinAxi4(source, unit.s_axi);
  for (const channel of ['aw', 'ar'] as const)
    (Reflect.get(unit, `s_axi_${channel}user`) as Assignable).set(
      wireOf(source, `${channel}addr`).slice<number, number>(virtualWidth + domainWidth - 1, virtualWidth),
    );
  joinAxi4(portOf(front, subordinatePort(1)), portOf(u.devices, managerPort(processor)));
};

/** What units and their keeper tell each other. */
const connectKeeper = (u: Parts): void => {
  for (const [number, unit] of [...u.units, u.network].entries()) joinUnit(unit, u.keeper, number);
};

/** From all that ask for a memory to the memory; in reset while the keeper resets it. */
const connectMemory = (io: PlatformSides, u: Parts, memory: 0 | 1): void => {
  const [side, path] = [u.sides[memory] as Parts['sides'][0], u.paths[memory] as Parts['paths'][0]];
  const runs = u.keeper.reset_request.bit(memory).not();
  side.aresetn.set(runs);
  path.aresetn.set(runs);
  for (const [number, asker] of [...u.units, u.network, u.keeper].entries())
    joinAxi4(portOf(asker, `m${memory}_axi`), portOf(side, managerPort(number)));
  joinAxi4(portOf(side, subordinatePort(0)), path.s_axi);
  path.tamper.set(io.tamper);
  connect(io[`m${memory}_axi`], path.m_axi);
};

const connectDevices = (io: PlatformSides, u: Parts): void => {
  const { controller } = u;
  const [toController, toBridge] = [portOf(u.devices, subordinatePort(0)), portOf(u.devices, subordinatePort(1))];
  joinAxi4(toController, controller.s_axi, (channel) =>
    lowBits(wireOf(toController, `${channel}addr`), memoryAddressWidth),
  );
  joinAxi4(toBridge, u.bridge.s_axi, (channel) => lowBits(wireOf(toBridge, `${channel}addr`), bridgeAddressWidth));
  for (const device of deviceNames.keys())
    connect(portOf(io, `d${device}_axi`), portOf(controller, managerPrefix(device)));
  controller.device_interrupt.set(io.device_interrupt);
  io.device_reset_request.set(controller.reset_request as Bits<6>);
  controller.reset_acknowledge.set(io.device_reset_acknowledge);
};

const connectNetwork = (io: PlatformSides, u: Parts): void => {
  const { packets, receiver, gate } = u;
  packets.s_axis.connect(io.network_axis);
  packets.m_axis.connect(receiver.s_axis);
  packets.m_axis_chain.connect(receiver.s_axis_chain);
  packets.accepting.set(receiver.accepting);
  joinAxi4(receiver.m_axi, gate.s_axi);
  joinAxi4(gate.m_axi, u.network.s_axi);
};

/** The machine: processors, devices and frames before two memories, of which either may die. To the cycle: `docs/systems/platform.md`. */
export const platform = (p: PlatformParameters) =>
  module(
    'platform',
    platformPorts(p),
    (io, m) => {
      const u = instances(m, p);
      const { keeper, network, controller, packets, receiver, gate } = u;
      for (let processor = 0; processor < p.processors; processor += 1) connectProcessor(io, u, processor);
      connectKeeper(u);
      connectMemory(io, u, 0);
      connectMemory(io, u, 1);
      connectDevices(io, u);
      connectNetwork(io, u);
      io.memory_reset_request.set(keeper.reset_request);
      keeper.reset_acknowledge.set(io.memory_reset_acknowledge);

      const [path0, path1] = u.paths as [Parts['paths'][0], Parts['paths'][0]];
      const registers: readonly (readonly [number, { readonly s_axil: object }])[] = [
        ...Object.entries({ keeper, network, path0, path1, controller, packets, receiver, gate }).map(
          ([name, block]) => [windows[name as keyof typeof windows], block] as const,
        ),
        ...u.units.map((unit, processor) => [firstUnitWindow + processor, unit] as const),
      ];
      for (const [window, { s_axil }] of registers) connect(portOf(u.bridge, bridgeWindow(window)), s_axil);
      u.bridge.unavailable.set(
        word(
          Array.from({ length: 2 ** (bridgeAddressWidth - 12) }, (_, window): Bits<1> => {
            const memory = window - windows.path0;
            return memory === 0 || memory === 1 ? keeper.reset_request.bit(memory) : lit(1, 0);
          }),
        ) as never,
      );

      const lines = new Map<number, Bits<1>>([
        [interruptLines.keeper, keeper.irq],
        [interruptLines.network, network.irq],
        [interruptLines.path0, path0.irq],
        [interruptLines.path1, path1.irq],
        [interruptLines.controller, controller.irq],
        [interruptLines.receiver, receiver.irq],
        [interruptLines.gate, gate.irq],
        ...u.units.map((unit, processor) => [interruptLines.unit0 + processor, unit.irq] as const),
        ...deviceNames.map((name, index) => [interruptLines[name], controller.resource_interrupt.bit(index)] as const),
      ]);
      const silent = lit(1, 0);
      io.interrupt.set(
        word(Array.from({ length: interruptWidth }, (_, line) => lines.get(line) ?? silent)) as Bits<24>,
      );
    },
    { documentation: 'The machine: processors, devices and frames before two memories.', parameters: { ...p } },
  );
