/** The controller with its signals by name, cycle by cycle, for tests. */
import type { ResourceAccessControllerParameterValues } from '../../../rtl/resource-access-controller/interface.ts';
import { type Entry, ResourceAccessDriver, type SteppedController } from './driver.ts';
import { createResourceAccessControllerModel } from './model.ts';
import type { RegisterName } from './registers.ts';

export class Bench {
  readonly driver: ResourceAccessDriver;

  /** @param unit the model with these parameters unless given. */
  constructor(
    parameters: ResourceAccessControllerParameterValues = {},
    unit: SteppedController = createResourceAccessControllerModel(parameters),
  ) {
    this.driver = new ResourceAccessDriver(unit);
    const { ports } = this.driver.unit.parameters;
    this.set({ s_axi_rready: 1, s_axi_bready: 1 });
    for (let port = 0; port < ports; port += 1) {
      this.set({ [`m${port}_axi_awready`]: 1, [`m${port}_axi_arready`]: 1, [`m${port}_axi_wready`]: 1 });
    }
  }

  /** One entry of 64 KiB for each resource given, at 0x1000_0000 + 0x1_0000 times its place in the list. */
  map(...entries: Partial<Entry>[]): this {
    entries.forEach((entry, index) => {
      const defaults = {
        base: 0x1000_0000 + 0x1_0000 * index,
        size: 0x1_0000,
        device: 0x1_0000 * index,
        resource: index,
      };
      this.driver.setEntry(index, { ...defaults, port: 0, ...entry });
    });
    return this;
  }

  set(values: Readonly<Record<string, number>>): this {
    for (const [name, value] of Object.entries(values)) this.driver.inputs[this.driver.inputWord(name)] = value;
    return this;
  }

  /** An output in the cycle that was run last. */
  get(name: string): number {
    return this.driver.outputs[this.driver.outputWord(name)]!;
  }

  /** A further 32 bits of an input, counted from the lowest. */
  setWord(name: string, word: number, value: number): this {
    this.driver.inputs[this.driver.inputWord(name) + word] = value;
    return this;
  }

  /** As `setWord`, of an output in the cycle that was run last. */
  getWord(name: string, word: number): number {
    return this.driver.outputs[this.driver.outputWord(name) + word]!;
  }

  /** Several outputs, those of a channel in short. */
  see(prefix: string, ...names: string[]): number[] {
    return names.map((name) => this.get(`${prefix}${name}`));
  }

  /** Runs one cycle with these inputs, which stay. */
  tick(values: Readonly<Record<string, number>> = {}): this {
    this.set(values);
    this.driver.step();
    return this;
  }

  /** Runs one cycle with a request on a channel of the processor, and takes it away again. */
  ask(channel: 'aw' | 'ar', id: number, address: number, length = 0, lock = 0): this {
    const name = (signal: string): string => `s_axi_${channel}${signal}`;
    this.set({
      [name('id')]: id,
      [name('addr')]: address,
      [name('len')]: length,
      [name('size')]: 3,
      [name('lock')]: lock,
    });
    return this.tick({ [name('valid')]: 1 }).set({ [name('valid')]: 0 });
  }

  /**
   * Gives a pulse of bit 0 of a register, with an input at another value in one cycle.
   * @param cycles from the pulse to that cycle: 0 for that of the pulse, down to -2
   */
  pulseAmid(register: RegisterName, name: string, value: number, cycles: number): this {
    // The handshake is in the first cycle, the WRITE in the second.
    const at = this.driver.cycle + 2 + cycles;
    const otherwise = this.driver.inputs[this.driver.inputWord(name)]!;
    this.driver.surroundings = {
      drive: (_, cycle) => void this.set({ [name]: cycle === at ? value : otherwise }),
      observe: () => undefined,
    };
    this.driver.write(register, 1);
    this.set({ [name]: otherwise });
    this.driver.surroundings = undefined;
    return this;
  }

  /** Cycles until an output is 1: 1 for the next one. */
  until(name: string, most = 2000): number {
    for (let cycle = 1; cycle <= most; cycle += 1) if (this.tick().get(name) !== 0) return cycle;
    throw new Error(`${name} has not come in ${most} cycles`);
  }
}
