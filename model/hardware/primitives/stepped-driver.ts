/** A block in plain terms: cycles, registers by name over its register port, and what stands around it. */
import { type PortLayout, wordOf } from './ports.ts';

/** Anything that is stepped like a model, over records of words. */
export interface Stepped {
  readonly layout: PortLayout;
  /** Writes the outputs during this cycle, then advances by one clock edge. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

/** What stands around the block: processor, memory, devices. Register accesses are the driver's. */
export interface Surroundings {
  /** Sets inputs of the cycle. */
  drive(inputs: Uint32Array, cycle: number): void;
  /** Sees the cycle. */
  observe(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void;
}

/** Cycles after which what is waited for cannot be expected any more. */
const patience = 100_000;

export class SteppedDriver<Unit extends Stepped, RegisterName extends string> {
  readonly unit: Unit;
  /** The words of the present cycle, in the order of the unit's layout. */
  readonly inputs: Uint32Array;
  readonly outputs: Uint32Array;
  /** Cycles run so far. */
  cycle = 0;
  surroundings: Surroundings | undefined;
  readonly #input: ReadonlyMap<string, number>;
  readonly #output: ReadonlyMap<string, number>;
  readonly #addresses: ReadonlyMap<string, number>;

  /**
   * @param unit is brought through a cycle of reset
   * @param addresses byte address of each register, or of the first of an array
   */
  constructor(unit: Unit, addresses: ReadonlyMap<string, number>, surroundings?: Surroundings) {
    this.unit = unit;
    this.surroundings = surroundings;
    const { inputs, outputs, inputWords, outputWords } = unit.layout;
    this.#input = new Map(inputs.map(({ name }) => [name, wordOf(inputs, name)]));
    this.#output = new Map(outputs.map(({ name }) => [name, wordOf(outputs, name)]));
    this.#addresses = addresses;
    this.inputs = new Uint32Array(inputWords);
    this.outputs = new Uint32Array(outputWords);
    unit.step(this.inputs, this.outputs);
    this.inputs[this.inputWord('aresetn')] = 1;
  }

  /** The first word of an input. */
  inputWord(name: string): number {
    return this.#input.get(name) ?? wordOf(this.unit.layout.inputs, name);
  }

  /** The first word of an output. */
  outputWord(name: string): number {
    return this.#output.get(name) ?? wordOf(this.unit.layout.outputs, name);
  }

  /** Runs one cycle. */
  step(): void {
    this.surroundings?.drive(this.inputs, this.cycle);
    this.unit.step(this.inputs, this.outputs);
    this.surroundings?.observe(this.inputs, this.outputs, this.cycle);
    this.cycle += 1;
  }

  run(cycles: number): void {
    for (let count = 0; count < cycles; count += 1) this.step();
  }

  /**
   * Runs until `holds` does, looked at after each cycle.
   * @throws Error when it does not, for very long.
   */
  runUntil(holds: () => boolean, what: string): void {
    for (let count = 0; !holds(); count += 1) {
      if (count === patience) throw new Error(`${what} has not come in ${patience} cycles, up to cycle ${this.cycle}`);
      this.step();
    }
  }

  /**
   * Reads a register.
   * @throws Error when the block answers with an error.
   */
  read(register: RegisterName, element = 0): number {
    const { response, value } = this.access(false, this.addressOf(register, element), 0);
    if (response !== 0) throw new Error(`the read of '${register}' was answered with response ${response}`);
    return value;
  }

  /** Writes a register; as `read`. */
  write(register: RegisterName, value: number, element = 0): void {
    const { response } = this.access(true, this.addressOf(register, element), value);
    if (response !== 0) throw new Error(`the write of '${register}' was answered with response ${response}`);
  }

  /** Address in bytes of a register of this block. */
  addressOf(register: RegisterName, element = 0): number {
    const address = this.#addresses.get(register);
    if (address === undefined) throw new Error(`a block with these parameters has no register '${register}'`);
    return address + 4 * element;
  }

  /** Makes one access and waits for its response. */
  access(write: boolean, address: number, value: number): { response: number; value: number } {
    const set = (signal: string, to: number): void => {
      this.inputs[this.inputWord(`s_axil_${signal}`)] = to;
    };
    const seen = (signal: string): number => this.outputs[this.outputWord(`s_axil_${signal}`)]!;
    const channels = write ? ['aw', 'w'] : ['ar'];
    const back = write ? 'b' : 'r';
    set(write ? 'awaddr' : 'araddr', address);
    set('wdata', value);
    set('wstrb', 15);
    for (const channel of channels) set(`${channel}valid`, 1);
    set(`${back}ready`, 1);
    do {
      this.step();
      for (const channel of channels) if (seen(`${channel}ready`) !== 0) set(`${channel}valid`, 0);
    } while (seen(`${back}valid`) === 0);
    set(`${back}ready`, 0);
    return { response: seen(`${back}resp`), value: write ? 0 : seen('rdata') };
  }
}
