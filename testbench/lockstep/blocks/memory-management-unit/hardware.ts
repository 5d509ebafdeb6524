/** Units and their keeper as one module, with what they tell each other shown. */
import { connect, input, module, output, type Port, type Ports } from '../../../../rtl/hdl/index.ts';
import { memoryKeeper } from '../../../../rtl/memory-management-unit/keeper.ts';
import { memoryManagementUnit } from '../../../../rtl/memory-management-unit/unit.ts';
import { keeperParameters, type SystemParameters, unitParameters } from './parameters.ts';
import { type Outer, outerPorts, toAll, toKeeper, toOne } from './wires.ts';

/** A port of a part as a port of the whole: what registers drive there is passed on. */
const passedOn = ({ flow, directed }: Port): Port => (flow === 'in' ? input(directed) : output(directed));

type Views = Readonly<Record<string, never>>;

export const memoryManagementSystem = (p: SystemParameters) => {
  const unit = memoryManagementUnit(unitParameters(p));
  const keeper = memoryKeeper(keeperParameters(p));
  /** The ports of a part that are there outside, with their names there; a bundle is there with all its signals. */
  const portsOf = (part: Outer['part'], ports: Ports): [string, Port, string][] => {
    const shown = outerPorts(p).filter((outer) => outer.part === part);
    return Object.entries(ports).flatMap(([inner, port]): [string, Port, string][] => {
      const signal = shown.find((outer) => outer.inner === inner || outer.inner.startsWith(`${inner}_aw`));
      if (signal === undefined) return [];
      return [[signal.name.slice(0, signal.name.length - signal.inner.length) + inner, passedOn(port), inner]];
    });
  };
  const units = Array.from({ length: p.units }, (_, number) => portsOf(number, unit.ports as Ports));
  const keepers = portsOf('keeper', keeper.ports as Ports);
  const ports: Ports = Object.fromEntries([...units.flat(), ...keepers].map(([name, port]) => [name, port]));
  return module(
    'memory_management_system',
    ports,
    (io, m) => {
      const outside = io as Views;
      const all = m.instances({
        ...Object.fromEntries(Array.from({ length: p.units }, (_, number) => [`unit_${number}`, unit])),
        shared_keeper: keeper,
      }) as unknown as Readonly<Record<string, Views>>;
      const common = all.shared_keeper as Views;
      for (const [outer, , inner] of keepers) connect(outside[outer]!, common[inner]!);
      for (const [number, mine] of units.entries()) {
        const part = all[`unit_${number}`]!;
        for (const [outer, , inner] of mine) connect(outside[outer]!, part[inner]!);
        for (const name of toAll) connect(part[name]!, common[name]!);
        for (const name of toOne) connect(part[name]!, common[`u${number}_${name}`]!);
        for (const name of toKeeper) connect(common[`u${number}_${name}`]!, part[name]!);
      }
    },
    { documentation: 'Memory management units and their keeper, for tests.', parameters: { ...p } },
  );
};
