/** Memory management units joined with the keeper that they share. */
import { connect, input, module, output, type Port, type Ports } from '../hdl/index.ts';
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parts/parameters.ts';
import {
  type MemoryKeeperParameters,
  type MemoryManagementUnitParameters,
  memoryKeeperParameterSchema,
  memoryKeeperParameters,
  memoryManagementUnitParameterSchema,
  memoryManagementUnitParameters,
  toAll,
  toKeeper,
  toOne,
} from './interface.ts';
import { memoryKeeper } from './keeper.ts';
import { memoryManagementUnit } from './unit.ts';

export const memoryManagementSystemParameterSchema = parameters({
  ...memoryManagementUnitParameterSchema,
  units: memoryKeeperParameterSchema.units,
});
export type MemoryManagementSystemParameterValues = ParameterValues<typeof memoryManagementSystemParameterSchema>;
export type MemoryManagementSystemParameters = Parameters<typeof memoryManagementSystemParameterSchema>;

/** @throws ParameterError naming the parameter, its value and what is allowed */
export const memoryManagementSystemParameters = (
  values: MemoryManagementSystemParameterValues = {},
): MemoryManagementSystemParameters =>
  checkParameters(memoryManagementSystemParameterSchema, values, 'memory_management_system');

export const unitParameters = ({
  units: _,
  ...unit
}: MemoryManagementSystemParameters): MemoryManagementUnitParameters => memoryManagementUnitParameters(unit);

export const keeperParameters = (p: MemoryManagementSystemParameters): MemoryKeeperParameters =>
  memoryKeeperParameters({
    dataWidth: p.dataWidth,
    addressWidth: p.addressWidth,
    formWidth: p.formWidth,
    cookieWidth: p.cookieWidth,
    cookieIndexWidth: p.cookieIndexWidth,
    units: p.units,
  });

type Side = Readonly<Record<string, never>>;

/** Joins what a unit and its keeper tell each other. @param number the unit's at the keeper */
export const joinUnit = (unit: object, keeper: object, number: number): void => {
  const [one, common] = [unit, keeper] as readonly [Side, Side];
  for (const name of toAll) connect(one[name]!, common[name]!);
  for (const name of toOne) connect(one[name]!, common[`u${number}_${name}`]!);
  for (const name of toKeeper) connect(common[`u${number}_${name}`]!, one[name]!);
};

/** A port of a part as a port of the whole: what registers drive there is passed on. */
const passedOn = ({ flow, directed }: Port): Port => (flow === 'in' ? input(directed) : output(directed));

/** A port of a part that is a port of the whole too: its name there, and in the part. */
interface Shown {
  readonly outer: string;
  readonly inner: string;
  readonly port: Port;
}

/**
 * Units, all alike, and their keeper as one module. Their ports are those of the parts after `u0_`, `u1_` and so on, and after `keeper_`.
 *
 * @param shows of what the parts tell each other, what is shown outside as well; nothing when left out
 */
export const joinedSystem = (
  p: MemoryManagementSystemParameters,
  { name, documentation, shows }: { name: string; documentation: string; shows?: (inner: string) => boolean },
) => {
  const unit = memoryManagementUnit(unitParameters(p));
  const keeper = memoryKeeper(keeperParameters(p));
  const told: readonly string[] = [...toAll, ...toOne];
  const within: readonly string[] = [...told, ...toKeeper];
  const isShown = (inner: string, { flow }: Port): boolean =>
    !within.includes(inner.replace(/^u\d+_/, '')) || (flow === 'out' && shows?.(inner) === true);
  const shown = (prefix: string, ports: Ports): readonly Shown[] =>
    Object.entries(ports)
      .filter(([inner, port]) => isShown(inner, port))
      .map(([inner, port]) => ({ outer: /^u\d+_/.test(inner) ? inner : `${prefix}${inner}`, inner, port }));
  const units = Array.from({ length: p.units }, (_, number) => shown(`u${number}_`, unit.ports as Ports));
  const keepers = shown('keeper_', keeper.ports as Ports);
  const ports: Ports = Object.fromEntries(
    [...units.flat(), ...keepers].map(({ outer, port }) => [outer, passedOn(port)]),
  );
  return module(
    name,
    ports,
    (io, m) => {
      const outside = io as Side;
      const all = m.instances({
        ...Object.fromEntries(Array.from({ length: p.units }, (_, number) => [`unit_${number}`, unit])),
        shared_keeper: keeper,
      }) as unknown as Readonly<Record<string, Side>>;
      const common = all.shared_keeper as Side;
      for (const { outer, inner } of keepers) connect(outside[outer]!, common[inner]!);
      for (const [number, mine] of units.entries()) {
        const part = all[`unit_${number}`] as Side;
        for (const { outer, inner } of mine) connect(outside[outer]!, part[inner]!);
        joinUnit(part, common, number);
      }
    },
    { documentation, parameters: { ...p } },
  );
};

/**
 * Memory management units before two memories, with the keeper that they share: what stands between processors and an interconnect to the
 * memories. To the cycle: `docs/systems/memory-management-unit.md`. Sources: US 6,732,250 and US 7,234,038.
 */
export const memoryManagementSystem = (p: MemoryManagementSystemParameters) =>
  joinedSystem(p, {
    name: 'memory_management_system',
    documentation: 'Memory management units, all alike, with their keeper.',
  });
