/** The control registers. Source: `docs/systems/receive-engine.md`, "Registers". */
import {
  type PacketReceiveParameters,
  packetReceiveRegisters,
  registerAddressWidth,
} from '../../../rtl/packet-receive/interface.ts';
import { RegisterWords } from '../primitives/register-space.ts';

export type RegisterName = Exclude<keyof ReturnType<typeof packetReceiveRegisters>['registers'], number | symbol>;

export const stoppedBit = 1 << 16;

export class Registers extends RegisterWords<RegisterName> {
  readonly #clients: number;

  constructor(parameters: PacketReceiveParameters) {
    super(packetReceiveRegisters(parameters).placed, registerAddressWidth);
    this.#clients = parameters.clients;
  }

  of(name: RegisterName, element = 0): number {
    return this.words[this.place[name] + element]!;
  }

  set(name: RegisterName, element: number, value: number): void {
    this.words[this.place[name] + element] = value;
  }

  countUp(name: RegisterName, element = 0): void {
    this.words[this.place[name] + element]! += 1;
  }

  enabled(client: number): boolean {
    return (this.of('ring_control', client) & 0x100) !== 0;
  }

  /** Entries of a ring. */
  entries(client: number): number {
    return 2 ** (this.of('ring_control', client) & 15);
  }

  get clients(): number {
    return this.#clients;
  }
}
