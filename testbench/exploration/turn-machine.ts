/**
 * A small machine in which two units write to both memories: the hardware's keeper and units, two processors, and in front of each memory an interconnect
 * that takes requests in any order and data in the order of requests.
 */
import {
  all,
  any,
  type Bits,
  bit,
  bits,
  elaborate,
  input,
  lit,
  type ModuleBody,
  module,
  output,
} from '../../rtl/hdl/index.ts';
import { memoryKeeperParameters, memoryManagementUnitParameters } from '../../rtl/memory-management-unit/interface.ts';
import { memoryKeeper } from '../../rtl/memory-management-unit/keeper.ts';
import { memoryManagementUnit } from '../../rtl/memory-management-unit/unit.ts';
import { register } from '../../rtl/parts/rings.ts';
import { deadKeeperState, deadUnitState } from './dead-unit-state.ts';
import type { SmallMachine } from './explore.ts';
import {
  anyOf,
  Choices,
  connectUnit,
  lastBeat,
  leaveIdle,
  liteManagerSignals,
  managerSignals,
  portOf,
  queueOfTwo,
  subordinateSignals,
} from './small-bench.ts';

export interface TurnMachineOptions {
  readonly name: string;
  /** Writes that a processor has under way. */
  readonly writes: 1 | 2;
  /** Beats of each. */
  readonly beats: 1 | 2;
  /** Whether it is a fault that two units have writes at memory at once, or only what comes of it. */
  readonly overlapIsFault: boolean;
}

const p = memoryManagementUnitParameters({
  ...{ dataWidth: 64, addressWidth: 24, formWidth: 0, virtualWidth: 32, idWidth: 1, domainWidth: 1 },
  ...{ entries: 4, reads: 2, writes: 2, timerWidth: 4, cookieWidth: 2, cookieIndexWidth: 1 },
});
const { dataWidth, addressWidth, formWidth, cookieWidth, cookieIndexWidth } = p;
const keeperParameters = memoryKeeperParameters({
  ...{ dataWidth, addressWidth, formWidth, cookieWidth, cookieIndexWidth, units: 2 },
});

type Side = ReturnType<typeof portOf>;
const isOne = (side: Side, signal: string): Bits<1> => side(signal).bit(0);
const fires = (side: Side, channel: string): Bits<1> =>
  all([isOne(side, `${channel}valid`), isOne(side, `${channel}ready`)]);

const counter = (m: ModuleBody, name: string, comes: Bits<1>, goes: Bits<1>): Bits => {
  const counted = register(m, name, bits(2));
  counted.set(counted.add(comes.extend(2)).subtract(goes.extend(2)));
  return counted;
};

/** A processor that writes again and again; whether it waits for an answer. */
const processor = (
  m: ModuleBody,
  name: string,
  bus: object,
  choices: Choices,
  options: TurnMachineOptions,
): Bits<1> => {
  const side = portOf(bus);
  leaveIdle(
    bus,
    managerSignals.filter((signal) => !/^(awlen|awvalid|wvalid|wstrb|wlast|bready)$/.test(signal)),
  );
  const open = register(m, `${name}_open`, bits(2));
  const unsent = register(m, `${name}_unsent`, bits(2));
  const asks = choices.when(all([isOne(side, 'awready'), open.lt(options.writes)]));
  const sends = choices.when(all([isOne(side, 'wready'), unsent.isNonZero()]));
  side('awvalid').set(asks);
  side('wvalid').set(sends);
  side('wstrb').set(0xff);
  side('awlen').set(options.beats - 1);
  const last = lastBeat(m, `${name}_half`, options.beats, sends);
  side('wlast').set(last);
  side('bready').set(1);
  open.set(open.add(asks.extend(2)).subtract(fires(side, 'b').extend(2)));
  unsent.set(unsent.add(asks.extend(2)).subtract(all([sends, last]).extend(2)));
  return open.isNonZero();
};

/** What is in front of a memory. Of each unit, whether it has a write there that is not answered. */
const interconnect = (m: ModuleBody, name: string, buses: readonly object[], choices: Choices): readonly Bits<1>[] => {
  const sides = buses.map(portOf);
  const order = queueOfTwo(m, `${name}_order`, 1);
  for (const bus of buses)
    leaveIdle(
      bus,
      subordinateSignals.filter((signal) => !/^(awready|wready|bvalid)$/.test(signal)),
    );
  const [first, second] = sides as [Side, Side];
  // One request in a cycle.
  const firstGoes = all([order.free, choices.when(all([order.free, isOne(first, 'awvalid')]))]);
  const secondGoes = all([firstGoes.not(), choices.when(all([order.free, isOne(second, 'awvalid'), firstGoes.not()]))]);
  const taken = sides.map((side, unit) => {
    const isNext = all([order.isEmpty.not(), order.first.eq(unit)]);
    const takes = choices.when(all([isNext, isOne(side, 'wvalid')]));
    side('wready').set(takes);
    return all([takes, isOne(side, 'wlast')]);
  });
  first('awready').set(firstGoes);
  second('awready').set(secondGoes);
  order.moves(any([firstGoes, secondGoes]), secondGoes, any(taken));
  return sides.map((side, unit) => {
    const unanswered = register(m, `${name}_unanswered_${unit}`, bits(2));
    const answers = choices.when(unanswered.isNonZero());
    unanswered.set(unanswered.add((taken[unit] as Bits<1>).extend(2)).subtract(answers.extend(2)));
    side('bvalid').set(answers);
    return counter(m, `${name}_open_${unit}`, [firstGoes, secondGoes][unit] as Bits<1>, answers).isNonZero();
  });
};

const choiceWidth = 20;

const machineOf = (options: TurnMachineOptions) =>
  module(
    'turn_machine',
    { choices: input(bits(choiceWidth)), matters: output(bits(choiceWidth)), waits: output(bit) },
    (io, m) => {
      const choices = new Choices(io.choices);
      const { keeper, unit_0, unit_1 } = m.instances({
        keeper: memoryKeeper(keeperParameters),
        unit_0: memoryManagementUnit(p),
        unit_1: memoryManagementUnit(p),
      });
      const units = [unit_0, unit_1];
      for (const bus of [keeper.m0_axi, keeper.m1_axi]) leaveIdle(bus, subordinateSignals);
      leaveIdle(keeper.s_axil, liteManagerSignals);
      keeper.reset_acknowledge.set(0);
      for (const [number, unit] of units.entries()) {
        connectUnit(keeper, unit, number);
        leaveIdle(unit.s_axil, liteManagerSignals);
      }
      const owed = units.map((unit, number) => processor(m, `processor_${number}`, unit.s_axi, choices, options));
      const open = ([0, 1] as const).map((memory) =>
        interconnect(
          m,
          `memory_${memory}`,
          units.map((unit) => (memory === 0 ? unit.m0_axi : unit.m1_axi)),
          choices,
        ),
      );
      const busy = units.map((_, unit) => any(open.map((of) => of[unit] as Bits<1>)));
      if (options.overlapIsFault) m.assert(all(busy).not(), 'one unit at a time has writes under way to both memories');
      m.cover(busy[0] as Bits<1>, 'the first unit writes');
      m.cover(busy[1] as Bits<1>, 'the second unit writes');
      const ends = units.map((unit) => fires(portOf(unit.s_axi), 'b'));
      m.cover(ends[0] as Bits<1>, 'a write of the first unit ends');
      m.cover(ends[1] as Bits<1>, 'a write of the second unit ends');
      io.matters.set(choices.matters.resize(choiceWidth));
      io.waits.set(anyOf([...owed, lit(1, 0) as Bits<1>]));
    },
    { documentation: options.name },
  );

/** Idle cycles in which everything that counts up to an end has come to it. */
const settling = 80;

export const turnMachine = (options: TurnMachineOptions): SmallMachine => {
  const top = elaborate(machineOf(options));
  return {
    name: options.name,
    module: top,
    dead: [
      ...deadKeeperState('keeper'),
      ...[0, 1].flatMap((number) => deadUnitState(top, `unit_${number}`, 'keeper', number, p)),
    ],
    prepare(simulator) {
      simulator.in.choices = 0;
      simulator.in.aresetn = 0;
      simulator.step(2);
      simulator.in.aresetn = 1;
      simulator.step(settling);
      for (const number of [0, 1]) {
        simulator.poke(`unit_${number}.registers.settings_timeout_cycles`, 0n);
        simulator.poke(`unit_${number}.registers.settings_control_direct`, 1n);
      }
    },
  };
};
