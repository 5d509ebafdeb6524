/** Captured frames through the unit, back to back, under all of its scoreboards. */
import { type Chain, chainsOf } from '../../../captures/chains.ts';
import { dissect } from '../../../captures/dissect.ts';
import type { LiteWrite } from '../../axi/lite-manager.ts';
import type { BlockParameters } from '../../block.ts';
import { lockstep } from '../../lockstep.ts';
import type { Way } from '../../way.ts';
import { packetUnitBlock as block } from './index.ts';
import { registers } from './registers.ts';
import { type Accepting, plainScenario } from './scenario.ts';
import { PacketUnitWatch } from './watch.ts';

const limit = 1_000_000;

export interface Replay {
  readonly watch: PacketUnitWatch;
  /** The chains of a dissector that knows nothing of the unit. */
  readonly expected: readonly Chain[];
}

export interface ReplayOptions {
  readonly parameters: BlockParameters;
  readonly packetLimit: number;
  /** Every client at all times unless given. */
  readonly accepting?: readonly Accepting[];
}

/**
 * Closes chains by differences and the packet limit alone; the line is idle only behind the last frame.
 * @param ways the first is the reference, whose ports are watched.
 * @throws Error where the ways differ or a scoreboard complains.
 */
export const replayCapture = (
  ways: readonly Way[],
  packets: readonly Uint8Array[],
  { parameters, packetLimit, accepting = [] }: ReplayOptions,
): Replay => {
  const [reference] = ways;
  if (reference === undefined) throw new Error('a replay needs at least one way to run');
  const write = (address: number, data: number): LiteWrite => ({
    kind: 'write',
    address,
    data,
    strobes: 15,
    wait: 0,
    dataWait: 0,
  });
  const settings = [
    write(registers.packetLimit, packetLimit),
    write(registers.byteLimit, 0),
    write(registers.idleLimit, 200),
  ];
  const scenario = plainScenario(packets, { settings, accepting, rest: 300 });
  const { driver, scoreboards } = block.bench(scenario, parameters, reference.layout);
  const watch = new PacketUnitWatch(reference.layout);
  const follow = { name: 'watch', cycle: (inputs: Uint32Array, outputs: Uint32Array) => watch.cycle(inputs, outputs) };
  const { difference, ended } = lockstep(ways, driver, limit, { scoreboards: [...scoreboards, follow] });
  if (difference !== null) throw new Error(JSON.stringify(difference, (_, value) => String(value)));
  if (!ended) throw new Error(`the replay has not ended after ${limit} cycles`);
  return { watch, expected: chainsOf(packets.map(dissect), { packetLimit }) };
};

/** What the register at the address read at the end. */
export const counter = (watch: PacketUnitWatch, address: number): number => watch.values.get(address) ?? -1;
