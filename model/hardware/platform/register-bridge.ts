/** The model of the register bridge. Source: `docs/systems/platform.md`, "The register bridge". */
import {
  blockParameters,
  bridgeWindow,
  type PlatformParameters,
  registerBridgePortList,
  responses,
  windowBytes,
  windowsOf,
} from '../../../rtl/platform/interface.ts';
import { HeldBeat, placeChannel } from '../primitives/channels.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import type { Part } from './wiring.ts';

const phases = { idle: 0, asking: 1, waiting: 2, answering: 3, dropping: 4 } as const;

/** Words of a held request: identifier, address, then len, size. */
const request = { id: 0, address: 1, len: 2, size: 3 } as const;

interface WindowPlaces {
  readonly out: Readonly<
    Record<'awaddr' | 'awvalid' | 'wdata' | 'wstrb' | 'wvalid' | 'bready' | 'araddr' | 'arvalid' | 'rready', number>
  >;
  readonly in: Readonly<
    Record<'awready' | 'wready' | 'bresp' | 'bvalid' | 'arready' | 'rdata' | 'rresp' | 'rvalid', number>
  >;
}

const outNames = ['awaddr', 'awvalid', 'wdata', 'wstrb', 'wvalid', 'bready', 'araddr', 'arvalid', 'rready'] as const;
const inNames = ['awready', 'wready', 'bresp', 'bvalid', 'arready', 'rdata', 'rresp', 'rvalid'] as const;

export class RegisterBridge implements Part {
  readonly layout: PortLayout;
  readonly #image: Uint32Array;
  readonly #windows = new Map<number, WindowPlaces>();
  readonly #laneWords: number;
  readonly #at;
  readonly #read: HeldBeat;
  readonly #write: HeldBeat;
  readonly #data: HeldBeat;
  #phase: number = phases.idle;
  #writes = false;
  #id = 0;
  #left = 0;
  #window = 0;
  #address = 0;
  #word = 0;
  #strobes = 0;
  #tookAddress = false;
  #tookData = false;
  #answer = 0;
  #response = 0;
  #lastKind = 1;

  constructor(p: PlatformParameters) {
    const layout = layPorts(registerBridgePortList(p));
    this.layout = layout;
    const image = new Uint32Array(layout.outputWords);
    this.#image = image;
    this.#laneWords = blockParameters(p).controller.dataWidth / 32;
    for (const window of windowsOf(p)) {
      const place = <Name extends string>(side: 'inputs' | 'outputs', names: readonly Name[]) =>
        Object.fromEntries(
          names.map((name) => [name, wordOf(layout[side], `${bridgeWindow(window)}_${name}`)]),
        ) as Record<Name, number>;
      this.#windows.set(window, { out: place('outputs', outNames), in: place('inputs', inNames) });
    }
    const output = (name: string): number => wordOf(layout.outputs, `s_axi_${name}`);
    const input = (name: string): number => wordOf(layout.inputs, name);
    this.#at = {
      aresetn: input('aresetn'),
      unavailable: input('unavailable'),
      bready: input('s_axi_bready'),
      rready: input('s_axi_rready'),
      bid: output('bid'),
      bresp: output('bresp'),
      bvalid: output('bvalid'),
      rid: output('rid'),
      rdata: output('rdata'),
      rresp: output('rresp'),
      rlast: output('rlast'),
      rvalid: output('rvalid'),
    };
    const held = (channel: string, first: string) =>
      new HeldBeat(image, placeChannel(layout, 'inputs', `s_axi_${channel}`, first));
    this.#read = held('ar', 'id');
    this.#write = held('aw', 'id');
    this.#data = held('w', 'data');
    this.reset();
  }

  reset(): void {
    this.#image.fill(0);
    for (const beat of [this.#read, this.#write, this.#data]) beat.reset();
    this.#phase = phases.idle;
    this.#writes = false;
    this.#id = 0;
    this.#left = 0;
    this.#window = 0;
    this.#address = 0;
    this.#word = 0;
    this.#strobes = 0;
    this.#tookAddress = false;
    this.#tookData = false;
    this.#answer = 0;
    this.#response = 0;
    this.#lastKind = 1;
    this.#show();
  }

  rest(): number {
    const idle = this.#phase === phases.idle && this.#read.full + this.#write.full + this.#data.full === 0;
    return idle ? Number.POSITIVE_INFINITY : 0;
  }

  skip(): void {}

  show(outputs: Uint32Array): void {
    outputs.set(this.#image);
  }

  /** The outputs as functions of the state, but the readies, which the held beats keep. */
  #show(): void {
    const at = this.#at;
    const image = this.#image;
    const answers = this.#phase === phases.answering;
    image[at.bid] = this.#id;
    image[at.bresp] = this.#response;
    image[at.bvalid] = Number(answers && this.#writes);
    image[at.rid] = this.#id;
    for (let lane = 0; lane < this.#laneWords; lane += 1) image[at.rdata + lane] = this.#answer;
    image[at.rresp] = this.#response;
    image[at.rlast] = Number(this.#left === 0);
    image[at.rvalid] = Number(answers && !this.#writes);
    for (const [window, { out }] of this.#windows) {
      const asks = this.#phase === phases.asking && window === this.#window;
      const waits = this.#phase === phases.waiting && window === this.#window;
      image[out.awaddr] = this.#address;
      image[out.araddr] = this.#address;
      image[out.wdata] = this.#word;
      image[out.wstrb] = this.#strobes;
      image[out.awvalid] = Number(asks && this.#writes && !this.#tookAddress);
      image[out.wvalid] = Number(asks && this.#writes && !this.#tookData);
      image[out.arvalid] = Number(asks && !this.#writes && !this.#tookAddress);
      image[out.bready] = Number(waits && this.#writes);
      image[out.rready] = Number(waits && !this.#writes);
    }
  }

  step(inputs: Uint32Array, outputs: Uint32Array): void {
    this.show(outputs);
    if (inputs[this.#at.aresetn] === 0) {
      this.reset();
      return;
    }
    for (const beat of [this.#read, this.#write, this.#data]) beat.look(inputs);
    const [read, write, data] = [this.#read.full !== 0, this.#write.full !== 0, this.#data.full !== 0];
    this.#advance(inputs, read, write, data);
    if (!read && this.#read.has) this.#read.keep();
    if (!write && this.#write.has) this.#write.keep();
    if (!data && this.#data.has) this.#data.keep();
    this.#show();
  }

  #advance(inputs: Uint32Array, read: boolean, write: boolean, data: boolean): void {
    const unavailable = ((inputs[this.#at.unavailable]! >>> this.#window) & 1) !== 0;
    switch (this.#phase) {
      case phases.idle:
        this.#begin(inputs, read, write && data);
        break;
      case phases.asking:
        if (unavailable) this.#give(0, responses.subordinate_error);
        else this.#ask(inputs);
        break;
      case phases.waiting:
        if (unavailable) this.#give(0, responses.subordinate_error);
        else this.#wait(inputs);
        break;
      case phases.answering:
        if (inputs[this.#writes ? this.#at.bready : this.#at.rready] === 0) break;
        if (this.#left === 0) this.#phase = phases.idle;
        else this.#left -= 1;
        break;
      default:
        if (data) this.#drop();
    }
  }

  #drop(): void {
    if (this.#lastOf(this.#data) !== 0) this.#phase = phases.answering;
    this.#data.empty();
  }

  #lastOf(beat: HeldBeat): number {
    return beat.held[this.#laneWords + 1]!;
  }

  #begin(inputs: Uint32Array, read: boolean, write: boolean): void {
    if (!read && !write) return;
    this.#writes = write && !(read && this.#lastKind === 1);
    this.#lastKind = Number(this.#writes);
    const beat = this.#writes ? this.#write : this.#read;
    const address = beat.held[request.address]!;
    const len = beat.held[request.len]!;
    this.#id = beat.held[request.id]!;
    this.#window = address >>> 12;
    this.#address = address % windowBytes;
    this.#tookAddress = false;
    this.#tookData = false;
    const available = ((inputs[this.#at.unavailable]! >>> this.#window) & 1) === 0;
    const wanted = len === 0 && beat.held[request.size]! <= 2 && this.#windows.has(this.#window) && available;
    const lane = (address >>> 2) & (this.#laneWords - 1);
    this.#word = this.#data.held[lane]!;
    this.#strobes = (this.#data.held[this.#laneWords]! >>> (4 * lane)) & 15;
    beat.empty();
    if (wanted) {
      if (this.#writes) this.#data.empty();
      this.#phase = phases.asking;
      return;
    }
    this.#answer = 0;
    this.#response = responses.subordinate_error;
    this.#left = this.#writes ? 0 : len;
    this.#phase = this.#writes ? phases.dropping : phases.answering;
  }

  #ask(inputs: Uint32Array): void {
    const { in: into } = this.#windows.get(this.#window)!;
    if (this.#writes) {
      if (inputs[into.awready] !== 0) this.#tookAddress = true;
      if (inputs[into.wready] !== 0) this.#tookData = true;
      if (this.#tookAddress && this.#tookData) this.#phase = phases.waiting;
    } else if (inputs[into.arready] !== 0) this.#phase = phases.waiting;
  }

  #wait(inputs: Uint32Array): void {
    const { in: into } = this.#windows.get(this.#window)!;
    if (inputs[this.#writes ? into.bvalid : into.rvalid] === 0) return;
    if (this.#writes) this.#give(0, inputs[into.bresp]!);
    else this.#give(inputs[into.rdata]!, inputs[into.rresp]!);
  }

  #give(answer: number, response: number): void {
    this.#answer = answer;
    this.#response = response;
    this.#left = 0;
    this.#phase = phases.answering;
  }
}
