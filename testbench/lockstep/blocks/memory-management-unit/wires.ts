/** How units and their keeper are wired together, and the ports of all of them as one. */
import {
  memoryKeeperPortList,
  memoryManagementUnitPortList,
  toAll,
  toOne,
} from '../../../../rtl/memory-management-unit/interface.ts';
import { keeperParameters, type SystemParameters, unitParameters } from './parameters.ts';

const told: readonly string[] = [...toAll, ...toOne];

/** Where a port of a part is outside: an outer port by its name, or within, between the parts. */
export interface Outer {
  readonly name: string;
  readonly direction: 'input' | 'output';
  readonly width: number;
  readonly part: 'keeper' | number;
  readonly inner: string;
}

/**
 * The ports of the system: those of each unit after `u0_`, `u1_` and so on, those of the keeper after `keeper_`; and what they tell each
 * other, to be watched.
 */
export const outerPorts = (p: SystemParameters): readonly Outer[] => {
  const units = Array.from({ length: p.units }, (_, unit) =>
    memoryManagementUnitPortList(unitParameters(p))
      .filter(({ name }) => name !== 'aresetn' && !told.includes(name))
      .map((port): Outer => ({ ...port, name: `u${unit}_${port.name}`, part: unit, inner: port.name })),
  );
  const keeper = memoryKeeperPortList(keeperParameters(p))
    .filter(({ name, direction }) => name !== 'aresetn' && !(name.startsWith('u') && direction === 'input'))
    .map((port): Outer => {
      const name = port.name.startsWith('u') ? port.name : `keeper_${port.name}`;
      return { ...port, name, part: 'keeper', inner: port.name };
    });
  return [...units.flat(), ...keeper];
};
