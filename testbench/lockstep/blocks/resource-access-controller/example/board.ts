/** The board of the worked example: a processor, the controller, and a device at each port, with every cycle kept. */
import {
  ResourceAccessDriver,
  type SteppedController,
} from '../../../../../model/hardware/resource-access-controller/index.ts';
import { textWave } from '../../../../waves/text-wave.ts';
import { slotValue } from '../../../../waves/wave.ts';

/** A device with registers of 32 bits, which answers three cycles after it is asked, as long as its firmware runs. */
export class ExampleDevice {
  /** By byte address at the device. */
  readonly registers = new Map<number, number>();
  /** What it has been asked to write, also with no strobes. */
  readonly written: { readonly address: number; readonly strobes: number }[] = [];
  hung = false;
  private readonly reads: { readonly id: number; readonly address: number; readonly asked: number }[] = [];
  private readonly writes: { readonly id: number; readonly address: number }[] = [];
  private readonly answers: { readonly id: number; readonly asked: number }[] = [];
  private inReset = false;

  drive(set: (signal: string, value: number) => void, cycle: number): void {
    const read = this.reads[0];
    const answer = this.answers[0];
    const due = (one: { readonly asked: number } | undefined): boolean =>
      one !== undefined && !this.hung && cycle >= one.asked + 3;
    for (const ready of ['arready', 'awready', 'wready']) set(ready, 1);
    set('rvalid', Number(due(read)));
    set('rid', read?.id ?? 0);
    set('rdata', this.registers.get(read?.address ?? 0) ?? 0);
    set('rlast', 1);
    set('bvalid', Number(due(answer)));
    set('bid', answer?.id ?? 0);
  }

  observe(inputs: (signal: string) => number, outputs: (signal: string) => number, cycle: number): void {
    if (inputs('rvalid') && outputs('rready')) this.reads.shift();
    if (inputs('bvalid') && outputs('bready')) this.answers.shift();
    if (outputs('arvalid')) this.reads.push({ id: outputs('arid'), address: outputs('araddr'), asked: cycle });
    if (outputs('awvalid')) this.writes.push({ id: outputs('awid'), address: outputs('awaddr') });
    const write = this.writes[0];
    if (!outputs('wvalid') || write === undefined) return;
    this.writes.shift();
    this.written.push({ address: write.address, strobes: outputs('wstrb') });
    if (outputs('wstrb') === 15) this.registers.set(write.address, outputs('wdata'));
    this.answers.push({ id: write.id, asked: cycle });
  }

  /** Follows the reset handshake. Returns the acknowledgement. */
  reset(requested: boolean): boolean {
    this.inReset = requested;
    if (requested) {
      this.reads.length = 0;
      this.writes.length = 0;
      this.answers.length = 0;
      this.hung = false;
    }
    return this.inReset;
  }
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
const responseNames = ['OKAY', 'EXOKAY', 'SLVERR', 'DECERR'];

export class Board {
  readonly driver: ResourceAccessDriver;
  readonly devices: readonly ExampleDevice[];
  private readonly kept: { readonly inputs: Uint32Array; readonly outputs: Uint32Array }[] = [];
  private requested = 0;

  constructor(unit: SteppedController) {
    this.devices = Array.from({ length: unit.parameters.ports }, () => new ExampleDevice());
    this.driver = new ResourceAccessDriver(unit, {
      drive: (_, cycle) => {
        let acknowledged = 0;
        for (const [port, device] of this.devices.entries()) {
          if (device.reset(((this.requested >>> port) & 1) === 1)) acknowledged |= 1 << port;
          device.drive((signal, value) => this.set(`m${port}_axi_${signal}`, value), cycle);
        }
        this.set('reset_acknowledge', acknowledged);
      },
      observe: (inputs, outputs, cycle) => {
        this.kept.push({ inputs: inputs.slice(), outputs: outputs.slice() });
        this.requested = this.get('reset_request');
        for (const [port, device] of this.devices.entries()) {
          const place = (signal: string): string => `m${port}_axi_${signal}`;
          const { driver } = this;
          device.observe(
            (signal) => inputs[driver.inputWord(place(signal))] ?? 0,
            (signal) => this.get(place(signal)),
            cycle,
          );
        }
      },
    });
    this.set('s_axi_rready', 1);
    this.set('s_axi_bready', 1);
  }

  set(input: string, value: number): void {
    this.driver.inputs[this.driver.inputWord(input)] = value;
  }

  /** An output in the cycle that was run last. */
  get(output: string): number {
    return this.driver.outputs[this.driver.outputWord(output)] ?? 0;
  }

  /** A load of 32 bits by the processor, and how it went. */
  load(address: number, id = 1): string {
    const begin = this.request('ar', address, id);
    this.driver.runUntil(() => this.get('s_axi_rvalid') === 1, `the answer to the load of ${hex(address)}`);
    const response = responseNames[this.get('s_axi_rresp')];
    return `load  ${hex(address)} gives ${hex(this.get('s_axi_rdata'))}, ${response}, in ${this.driver.cycle - begin} cycles`;
  }

  /** A store of 32 bits; otherwise as `load`. */
  store(address: number, value: number, id = 1): string {
    this.set('s_axi_wdata', value);
    this.set('s_axi_wstrb', 15);
    this.set('s_axi_wlast', 1);
    this.set('s_axi_wvalid', 1);
    const begin = this.request('aw', address, id);
    this.set('s_axi_wvalid', 0);
    this.driver.runUntil(() => this.get('s_axi_bvalid') === 1, `the answer to the store to ${hex(address)}`);
    return `store ${hex(address)} ends with ${responseNames[this.get('s_axi_bresp')]}, in ${this.driver.cycle - begin} cycles`;
  }

  /** Ports over some cycles, as `portcullis wave` draws them. */
  wave(first: number, cycles: number, ports: readonly string[]): string {
    const { inputs, outputs } = this.driver.unit.layout;
    const records = this.kept.slice(first, first + cycles);
    const signals = ports.map((name) => {
      const input = inputs.find((slot) => slot.name === name);
      const slot = input ?? outputs.find((each) => each.name === name);
      if (slot === undefined) throw new Error(`the controller has no port '${name}'`);
      const values = records.map((record) => slotValue(input === undefined ? record.outputs : record.inputs, 0, slot));
      return { path: [name], width: slot.width, values };
    });
    return textWave({ firstCycle: first, signals }, { cellWidth: 5 });
  }

  /** Returns the cycle of the request. All channels of the controller are free in this example. */
  private request(channel: 'aw' | 'ar', address: number, id: number): number {
    const begin = this.driver.cycle;
    this.set(`s_axi_${channel}id`, id);
    this.set(`s_axi_${channel}addr`, address);
    this.set(`s_axi_${channel}size`, 2);
    this.set(`s_axi_${channel}valid`, 1);
    this.driver.step();
    this.set(`s_axi_${channel}valid`, 0);
    return begin;
  }
}
