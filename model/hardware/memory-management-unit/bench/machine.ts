/** Units, their keeper, their processors and the two memories, wired together as the specification says. */
import {
  type MemoryKeeperParameters,
  type MemoryKeeperParameterValues,
  type MemoryManagementUnitParameters,
  type MemoryManagementUnitParameterValues,
  memoryKeeperParameters,
  memoryManagementUnitParameters,
} from '../../../../rtl/memory-management-unit/interface.ts';
import { randomNumbers } from '../../primitives/random-numbers.ts';
import { createMemoryKeeperModel } from '../keeper.ts';
import { type KeeperRegisterName, keeperRegisterAddresses } from '../keeper-registers.ts';
import { createMemoryManagementUnitModel } from '../model.ts';
import { type UnitRegisterName, unitRegisterAddresses } from '../registers.ts';
import type { Access, Answer } from './bursts.ts';
import { BenchMemory, MemorySide } from './memory.ts';
import { PageTables } from './page-tables.ts';
import { Part, type Stepped } from './part.ts';
import { Processor } from './processor.ts';
import { type Programme, patience, registerRead, registerWrite } from './programme.ts';

type UnitValues = Omit<MemoryManagementUnitParameterValues, keyof MemoryKeeperParameterValues>;
export type MachineValues = UnitValues &
  MemoryKeeperParameterValues & {
    readonly seed?: number;
    /** Whether each unit has a keeper of its own, which tells the others nothing, instead of one that all share. */
    readonly ownKeepers?: boolean;
  };

/** What the machine is made of: models, or anything with the same ports. */
export interface PartMakers {
  /** @param number that of the unit in its machine */
  unit(parameters: MemoryManagementUnitParameters, number: number): Stepped;
  /** @param number that of its unit, if it keeps for one alone, else 0 */
  keeper(parameters: MemoryKeeperParameters, number: number): Stepped;
}

const models: PartMakers = { unit: createMemoryManagementUnitModel, keeper: createMemoryKeeperModel };

const toAll = ['bump', 'bump_index', 'bump_flush', 'failed', 'restoring', 'port_clear', 'claim', 'claim_memory'];
const toOne = ['cookie_value', 'turn', 'turn_contended'];
const toKeeper = [
  'cookie_index',
  'bump_busy',
  'turn_request',
  'event_error',
  'event_failure',
  'event_timeout',
  'claim_busy',
];
/** Cycles that a memory needs to be in reset, and out of it again. */
const resetCycles = 3;

export class Machine {
  readonly parameters: Readonly<Record<'addressWidth' | 'cookieIndexWidth' | 'units' | 'dataWidth', number>>;
  readonly memories: readonly [BenchMemory, BenchMemory];
  readonly tables: PageTables;
  readonly units: readonly Part[];
  readonly processors: readonly Processor[];
  /** The one that all units share, or one for each. */
  readonly keepers: readonly Part[];
  /** What else has a clock: whoever puts it there drives its ports. */
  readonly beside: Part[] = [];
  readonly random: () => number;
  /** Called after the outputs of a cycle are known, before it ends. */
  watch: (() => void) | undefined;
  cycle = 0;
  readonly #sides: readonly (readonly MemorySide[])[];
  readonly #addresses: { readonly unit: ReadonlyMap<string, number>; readonly keeper: ReadonlyMap<string, number> };
  readonly #resetting: [number, number] = [0, 0];

  /** @param makers make the units and the keeper; the models unless given */
  constructor({ seed = 1, units = 1, ownKeepers = false, ...values }: MachineValues = {}, makers: PartMakers = models) {
    this.random = randomNumbers(seed);
    const { dataWidth = 64, addressWidth = 24, formWidth = 3, cookieWidth = 8, cookieIndexWidth = 8 } = values;
    const shared = { dataWidth, addressWidth, formWidth, cookieWidth, cookieIndexWidth };
    const keeperParameters = memoryKeeperParameters({ ...shared, units: ownKeepers ? 1 : units });
    const keepers = Array.from({ length: ownKeepers ? units : 1 }, (_, number) =>
      makers.keeper(keeperParameters, number),
    );
    const made = Array.from({ length: units }, (_, unit) =>
      makers.unit(memoryManagementUnitParameters({ ...values, ...shared }), unit),
    );
    this.parameters = { ...shared, units };
    this.#addresses = {
      unit: unitRegisterAddresses(memoryManagementUnitParameters({ ...values, ...shared })),
      keeper: keeperRegisterAddresses(keeperParameters),
    };
    this.memories = [new BenchMemory(2 ** addressWidth, this.random), new BenchMemory(2 ** addressWidth, this.random)];
    this.tables = new PageTables(this.memories, 2 ** (addressWidth - 12) - 128);
    this.keepers = keepers.map((keeper) => new Part(keeper));
    this.units = made.map((unit) => new Part(unit));
    this.processors = this.units.map((part) => new Processor(part, this.random));
    this.#sides = this.memories.map((memory, index) =>
      [...this.keepers, ...this.units].map((part) => new MemorySide(memory, part, `m${index}_axi`)),
    );
  }

  /** The keeper, or the first unit's. */
  get keeper(): Part {
    return this.keepers[0]!;
  }

  step(): void {
    this.#wire();
    this.#reset();
    for (const [index, memory] of this.memories.entries()) {
      memory.cycle = this.cycle;
      if (this.#resetting[index] === 0) for (const side of this.#sides[index]!) side.drive();
    }
    for (const processor of this.processors) processor.drive();
    this.watch?.();
    for (const part of [...this.keepers, ...this.units, ...this.beside]) part.take();
    for (const [index] of this.memories.entries()) {
      if (this.#resetting[index] === 0) for (const side of this.#sides[index]!) side.observe();
    }
    for (const processor of this.processors) processor.observe(this.cycle);
    for (const part of [...this.keepers, ...this.units, ...this.beside]) part.step();
    this.cycle += 1;
  }

  /** Inputs of a cycle that another part's state decides. Processors and memories leave what they offered as it was. */
  #wire(): void {
    for (const [number, unit] of this.units.entries()) {
      const [keeper, place] = this.keepers.length === 1 ? [this.keeper, number] : [this.keepers[number]!, 0];
      for (const name of toAll) unit.set(name, keeper.get(name));
      unit.set('claim_frame', keeper.get('claim_frame'));
      for (const name of toOne) unit.set(name, keeper.get(`u${place}_${name}`));
      for (const name of toKeeper) keeper.set(`u${place}_${name}`, unit.get(name));
    }
  }

  #reset(): void {
    let acknowledged = 0;
    for (const [index] of this.memories.entries()) {
      const wanted = this.keepers.some((keeper) => ((keeper.get('reset_request') >>> index) & 1) !== 0);
      const cycles = this.#resetting[index]!;
      this.#resetting[index] = wanted ? cycles + 1 : Math.max(0, Math.min(cycles, resetCycles) - 1);
      if (this.#resetting[index] > 0) for (const side of this.#sides[index]!) side.reset();
      if (this.#resetting[index] >= resetCycles) acknowledged |= 1 << index;
    }
    for (const keeper of this.keepers) keeper.set('reset_acknowledge', acknowledged);
  }

  run(cycles: number): void {
    for (let count = 0; count < cycles; count += 1) this.step();
  }

  runUntil(holds: () => boolean, what: string): void {
    for (let count = 0; !holds(); count += 1) {
      if (count === patience) throw new Error(`${what} has not come in ${patience} cycles`);
      this.step();
    }
  }

  /** Runs until all that was asked for has been answered. */
  settle(): void {
    this.runUntil(() => this.processors.every(({ busy }) => !busy), 'the last answer');
  }

  ask(access: Access, unit = 0): Answer {
    return this.processors[unit]!.ask(access);
  }

  /** Runs software of several processors at once, until all of it has ended. */
  together(programmes: readonly Programme[]): void {
    const begin = this.cycle;
    let running = programmes.filter((programme) => programme.next().done !== true);
    while (running.length > 0) {
      if (this.cycle - begin === patience) throw new Error(`software has not ended in ${patience} cycles`);
      this.step();
      running = running.filter((programme) => programme.next().done !== true);
    }
  }

  #alone<Result>(programme: Programme<Result>): Result {
    for (;;) {
      const { done, value } = programme.next();
      if (done === true) return value;
      this.step();
    }
  }

  read(register: UnitRegisterName, unit = 0): number {
    return this.#alone(registerRead(this.units[unit]!, this.#addresses.unit.get(register)!));
  }

  write(register: UnitRegisterName, value: number, unit = 0): void {
    this.#alone(registerWrite(this.units[unit]!, this.#addresses.unit.get(register)!, value));
  }

  readKeeper(register: KeeperRegisterName, element = 0): number {
    return this.#alone(registerRead(this.keeper, this.#addresses.keeper.get(register)! + 4 * element));
  }

  writeKeeper(register: KeeperRegisterName, value: number): void {
    this.#alone(registerWrite(this.keeper, this.#addresses.keeper.get(register)!, value));
  }

  /** Lets all units use the tables. */
  start(): void {
    this.runUntil(() => (this.readKeeper('memory_status') & 0x1_0000) !== 0, 'the clearing of cookies');
    for (const [unit] of this.units.entries()) {
      this.write('tables_first_low', this.tables.root % 2 ** 32, unit);
      this.write('tables_second_low', this.tables.root % 2 ** 32, unit);
      this.write('tables', 7, unit);
    }
  }

  /** Takes the pages of an index back. */
  bump(index: number, all = false): void {
    this.#alone(this.bumping(index, all));
  }

  /** The same, at one of several keepers, beside other software. */
  bumping(index: number, all = false, keeper = 0): Programme {
    const value = 2 ** 31 + (all ? 2 ** 30 : 0) + index;
    return registerWrite(this.keepers[keeper]!, this.#addresses.keeper.get('bump')!, value);
  }
}
