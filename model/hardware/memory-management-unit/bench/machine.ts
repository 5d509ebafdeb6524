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

type UnitValues = Omit<MemoryManagementUnitParameterValues, keyof MemoryKeeperParameterValues>;
export type MachineValues = UnitValues & MemoryKeeperParameterValues & { readonly seed?: number };

/** What the machine is made of: models, or anything with the same ports. */
export interface PartMakers {
  /** @param number that of the unit in its machine */
  unit(parameters: MemoryManagementUnitParameters, number: number): Stepped;
  keeper(parameters: MemoryKeeperParameters): Stepped;
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
const patience = 60_000;

export class Machine {
  readonly parameters: Readonly<Record<'addressWidth' | 'cookieIndexWidth' | 'units' | 'dataWidth', number>>;
  readonly memories: readonly [BenchMemory, BenchMemory];
  readonly tables: PageTables;
  readonly units: readonly Part[];
  readonly processors: readonly Processor[];
  readonly keeper: Part;
  readonly random: () => number;
  /** Called after the outputs of a cycle are known, before it ends. */
  watch: (() => void) | undefined;
  cycle = 0;
  readonly #sides: readonly (readonly MemorySide[])[];
  readonly #addresses: { readonly unit: ReadonlyMap<string, number>; readonly keeper: ReadonlyMap<string, number> };
  readonly #resetting: [number, number] = [0, 0];

  /** @param makers make the units and the keeper; the models unless given */
  constructor({ seed = 1, units = 1, ...values }: MachineValues = {}, makers: PartMakers = models) {
    this.random = randomNumbers(seed);
    const { dataWidth = 64, addressWidth = 24, formWidth = 3, cookieWidth = 8, cookieIndexWidth = 8 } = values;
    const shared = { dataWidth, addressWidth, formWidth, cookieWidth, cookieIndexWidth };
    const keeper = makers.keeper(memoryKeeperParameters({ ...shared, units }));
    const made = Array.from({ length: units }, (_, unit) =>
      makers.unit(memoryManagementUnitParameters({ ...values, ...shared }), unit),
    );
    this.parameters = { ...shared, units };
    this.#addresses = {
      unit: unitRegisterAddresses(memoryManagementUnitParameters({ ...values, ...shared })),
      keeper: keeperRegisterAddresses(memoryKeeperParameters({ ...shared, units })),
    };
    this.memories = [new BenchMemory(2 ** addressWidth, this.random), new BenchMemory(2 ** addressWidth, this.random)];
    this.tables = new PageTables(this.memories, 2 ** (addressWidth - 12) - 128);
    this.keeper = new Part(keeper);
    this.units = made.map((unit) => new Part(unit));
    this.processors = this.units.map((part) => new Processor(part, this.random));
    this.#sides = this.memories.map((memory, index) =>
      [this.keeper, ...this.units].map((part) => new MemorySide(memory, part, `m${index}_axi`)),
    );
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
    for (const part of [this.keeper, ...this.units]) part.take();
    for (const [index] of this.memories.entries()) {
      if (this.#resetting[index] === 0) for (const side of this.#sides[index]!) side.observe();
    }
    for (const processor of this.processors) processor.observe(this.cycle);
    for (const part of [this.keeper, ...this.units]) part.step();
    this.cycle += 1;
  }

  /** Inputs of a cycle that another part's state decides. Processors and memories leave what they offered as it was. */
  #wire(): void {
    for (const [number, unit] of this.units.entries()) {
      for (const name of toAll) unit.set(name, this.keeper.get(name));
      unit.set('claim_frame', this.keeper.get('claim_frame'));
      for (const name of toOne) unit.set(name, this.keeper.get(`u${number}_${name}`));
      for (const name of toKeeper) this.keeper.set(`u${number}_${name}`, unit.get(name));
    }
  }

  #reset(): void {
    let acknowledged = 0;
    for (const [index] of this.memories.entries()) {
      const wanted = ((this.keeper.get('reset_request') >>> index) & 1) !== 0;
      const cycles = this.#resetting[index]!;
      this.#resetting[index] = wanted ? cycles + 1 : Math.max(0, Math.min(cycles, resetCycles) - 1);
      if (this.#resetting[index] > 0) for (const side of this.#sides[index]!) side.reset();
      if (this.#resetting[index] >= resetCycles) acknowledged |= 1 << index;
    }
    this.keeper.set('reset_acknowledge', acknowledged);
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

  #access(part: Part, write: boolean, address: number, value: number): number {
    const set = (signal: string, to: number): void => part.set(`s_axil_${signal}`, to);
    const back = write ? 'b' : 'r';
    const open = new Set(write ? ['aw', 'w'] : ['ar']);
    set(write ? 'awaddr' : 'araddr', address);
    set('wdata', value);
    set('wstrb', 15);
    for (const channel of open) set(`${channel}valid`, 1);
    set(`${back}ready`, 1);
    for (let count = 0; count < patience; count += 1) {
      const answered = part.is(`s_axil_${back}valid`);
      const response = part.get(`s_axil_${back}resp`);
      const data = part.get('s_axil_rdata');
      const taken = [...open].filter((channel) => part.is(`s_axil_${channel}ready`));
      this.step();
      for (const channel of taken) {
        open.delete(channel);
        set(`${channel}valid`, 0);
      }
      if (!answered) continue;
      set(`${back}ready`, 0);
      if (response !== 0) throw new Error(`an access to register 0x${address.toString(16)} was refused`);
      return data;
    }
    throw new Error(`an access to register 0x${address.toString(16)} is not answered`);
  }

  read(register: UnitRegisterName, unit = 0): number {
    return this.#access(this.units[unit]!, false, this.#addresses.unit.get(register)!, 0);
  }

  write(register: UnitRegisterName, value: number, unit = 0): void {
    this.#access(this.units[unit]!, true, this.#addresses.unit.get(register)!, value);
  }

  readKeeper(register: KeeperRegisterName, element = 0): number {
    return this.#access(this.keeper, false, this.#addresses.keeper.get(register)! + 4 * element, 0);
  }

  writeKeeper(register: KeeperRegisterName, value: number): void {
    this.#access(this.keeper, true, this.#addresses.keeper.get(register)!, value);
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
    this.writeKeeper('bump', (2 ** 31 + (all ? 2 ** 30 : 0) + index) % 2 ** 32);
  }
}
