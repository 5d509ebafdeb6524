/** The registers that software writes, followed from the signals of `s_axil` alone, as `docs/parts/register-port.md` says. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import {
  portWidth,
  type ResourceAccessControllerParameters,
  resourceWidth,
} from '../../../../rtl/resource-access-controller/interface.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { registers } from './registers.ts';

type P = ResourceAccessControllerParameters;

const mask = (width: number): number => (width >= 32 ? 0xffff_ffff : 2 ** width - 1);

/** The bits of a word that keep what is written. */
const writable = (p: P): Uint32Array => {
  const masks = new Uint32Array(1024);
  const put = (base: number, count: number, bits: number): void => {
    masks.fill(bits, base / 4, base / 4 + count);
  };
  put(registers.fakeWord, p.ports, 0xffff_ffff);
  put(registers.timeout, p.resources, mask(p.timerWidth));
  put(registers.errorLimit, p.resources, 0xf);
  for (const base of [registers.baseLow, registers.sizeLow, registers.deviceLow]) put(base, p.entries, 0xffff_f000);
  for (const base of [registers.baseHigh, registers.sizeHigh, registers.deviceHigh]) {
    put(base, p.entries, mask(p.addressWidth - 32));
  }
  put(registers.control, p.entries, 0xff | (mask(resourceWidth(p)) << 8) | (mask(portWidth(p)) << 16));
  return masks;
};

const bytesOf = (strobes: number): number => {
  let bits = 0;
  for (let byte = 0; byte < 4; byte += 1) if (((strobes >>> byte) & 1) === 1) bits |= 0xff << (8 * byte);
  return bits >>> 0;
};

export class RegisterShadow {
  /** The words in this cycle. */
  readonly words = new Uint32Array(1024);
  /** The last value read from each address. */
  readonly values = new Map<number, number>();
  /** The pulse that a write of the last cycle gives in this one, by its address; 0 without one. */
  pulseAddress = 0;
  pulse = 0;
  private readonly parameters: P;
  private readonly masks: Uint32Array;
  private readonly at;
  private address = 0;
  private data = 0;
  private strobes = 0;
  private reads: number[] = [];

  constructor(layout: PortLayout, p: P) {
    this.parameters = p;
    this.masks = writable(p);
    const input = (name: string): number => inputSlot(layout, `s_axil_${name}`).word;
    const output = (name: string): number => outputSlot(layout, `s_axil_${name}`).word;
    this.at = {
      awvalid: input('awvalid'),
      awready: output('awready'),
      awaddr: input('awaddr'),
      wvalid: input('wvalid'),
      wready: output('wready'),
      wdata: input('wdata'),
      wstrb: input('wstrb'),
      bvalid: output('bvalid'),
      bready: input('bready'),
      arvalid: input('arvalid'),
      arready: output('arready'),
      araddr: input('araddr'),
      rvalid: output('rvalid'),
      rready: input('rready'),
      rdata: output('rdata'),
    };
    this.reset();
  }

  reset(): void {
    this.words.fill(0);
    const { resources, timerWidth } = this.parameters;
    this.words.fill(mask(timerWidth), registers.timeout / 4, registers.timeout / 4 + resources);
    this.values.clear();
    this.reads = [];
    this.pulseAddress = 0;
    this.pulse = 0;
  }

  word(address: number): number {
    return this.words[address / 4] ?? 0;
  }

  /** Ends a cycle. */
  cycle(inputs: Uint32Array, outputs: Uint32Array): void {
    const { at } = this;
    const held = outputs[at.awready] === 0 && outputs[at.wready] === 0;
    this.pulseAddress = 0;
    this.pulse = 0;
    if (held && (outputs[at.bvalid] === 0 || inputs[at.bready] !== 0)) this.write();
    if (inputs[at.awvalid] !== 0 && outputs[at.awready] !== 0) this.address = inputs[at.awaddr] ?? 0;
    if (inputs[at.wvalid] !== 0 && outputs[at.wready] !== 0) {
      this.data = inputs[at.wdata] ?? 0;
      this.strobes = inputs[at.wstrb] ?? 0;
    }
    if (outputs[at.rvalid] !== 0 && inputs[at.rready] !== 0) {
      const address = this.reads.shift();
      if (address !== undefined) this.values.set(address, outputs[at.rdata] ?? 0);
    }
    if (inputs[at.arvalid] !== 0 && outputs[at.arready] !== 0) this.reads.push(inputs[at.araddr] ?? 0);
  }

  private write(): void {
    const index = this.address >>> 2;
    const strobed = bytesOf(this.strobes);
    const bits = (this.masks[index] ?? 0) & strobed;
    this.words[index] = ((this.words[index] ?? 0) & ~bits) | (this.data & bits);
    this.pulseAddress = 4 * index;
    this.pulse = (this.data & strobed) >>> 0;
  }
}
