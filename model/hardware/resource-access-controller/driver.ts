/** A resource access controller in plain terms: entries, the log, and the way back of a device; registers by name. */
import { fakePolicies, faultCauses } from '../../../rtl/resource-access-controller/interface.ts';
import { SteppedDriver, type Surroundings } from '../primitives/stepped-driver.ts';
import { createResourceAccessControllerModel, type ResourceAccessControllerModel } from './model.ts';
import { type RegisterName, registerAddresses } from './registers.ts';

/** Anything that is stepped like the model and has the controller's ports and parameters. */
export type SteppedController = Pick<ResourceAccessControllerModel, 'layout' | 'parameters' | 'step'>;

/** A translation entry. Addresses and sizes in bytes, multiples of 4096; the size is a power of two. */
export interface Entry {
  readonly base: number;
  readonly size: number;
  readonly device: number;
  readonly resource: number;
  readonly port: number;
  readonly read?: boolean;
  readonly write?: boolean;
  readonly fake?: boolean;
  readonly policy?: keyof typeof fakePolicies;
  /** The response of faked accesses: 0, 2 or 3. */
  readonly code?: number;
}

export type FaultCause = keyof typeof faultCauses;

export interface Fault {
  readonly cause: FaultCause;
  readonly write: boolean;
  readonly port: number;
  readonly resource: number;
  readonly identifier: number;
  /** On the device's side; undefined when the fault is of no transaction. */
  readonly address: number | undefined;
  readonly cycle: number;
}

const pageBytes = 4096;
export class ResourceAccessDriver extends SteppedDriver<SteppedController, RegisterName> {
  /** @param unit a model with default parameters unless given; it is brought through a cycle of reset. */
  constructor(unit: SteppedController = createResourceAccessControllerModel(), surroundings?: Surroundings) {
    super(unit, registerAddresses(unit.parameters), surroundings);
  }

  /**
   * Programs a translation entry, which is invalid meanwhile.
   * @throws RangeError that names what is not a multiple of the page, or not a power of two.
   */
  setEntry(entry: number, to: Entry): void {
    const { base, size, device, resource, port, read = true, write = true, fake = false, code = 0 } = to;
    const policy = fakePolicies[to.policy ?? 'ones'];
    for (const [what, value] of Object.entries({ base, device })) {
      if (value % pageBytes !== 0)
        throw new RangeError(`${what} 0x${value.toString(16)} is not a multiple of ${pageBytes}`);
    }
    if (size < pageBytes || !Number.isInteger(Math.log2(size))) {
      throw new RangeError(`size ${size} is not a power of two of at least ${pageBytes}`);
    }
    this.removeEntry(entry);
    const writePages = (low: RegisterName, high: RegisterName, value: number): void => {
      this.write(low, value % 2 ** 32, entry);
      if (this.unit.parameters.addressWidth > 32) this.write(high, Math.floor(value / 2 ** 32), entry);
    };
    writePages('entry_base_low', 'entry_base_high', base);
    writePages('entry_size_low', 'entry_size_high', size - 1);
    writePages('entry_device_low', 'entry_device_high', device);
    const allowed = (Number(read) << 1) | (Number(write) << 2) | (Number(fake) << 3);
    this.write('entry_control', 1 | allowed | (policy << 4) | (code << 6) | (resource << 8) | (port << 16), entry);
  }

  removeEntry(entry: number): void {
    this.write('entry_control', 0, entry);
  }

  /** The first fault since the log was cleared. */
  readLog(): Fault | undefined {
    const log = this.read('log');
    if ((log & 1) === 0) return undefined;
    const number = (log >>> 4) & 15;
    const cause = (Object.keys(faultCauses) as FaultCause[]).find((name) => faultCauses[name] === number);
    if (cause === undefined) throw new Error(`the log names a cause ${number}, which there is not`);
    const wide = this.unit.parameters.addressWidth > 32;
    const address = (wide ? this.read('log_address_high') * 2 ** 32 : 0) + this.read('log_address_low');
    return {
      cause,
      write: (log & 2) !== 0,
      port: (log >>> 8) & 0xff,
      resource: (log >>> 16) & 0xff,
      identifier: log >>> 24,
      address: (log & 4) !== 0 ? address : undefined,
      cycle: this.read('log_cycle'),
    };
  }

  clearLog(): void {
    this.write('log_clear', 1);
  }

  isIsolated(port: number): boolean {
    return ((this.read('port_isolated') >>> port) & 1) !== 0;
  }

  isFaulted(resource: number): boolean {
    return ((this.read('resource_faulted') >>> resource) & 1) !== 0;
  }

  /**
   * Takes a port out of service. What is in flight there, and what is asked of it from then on, is faked. Of a port that is out of
   * service, it withdraws the reset request.
   */
  isolatePort(port: number): void {
    this.write('port_isolate', 2 ** port);
  }

  /** Brings an isolated port's devices through the reset handshake, once they have left the last, and waits until nothing is outstanding there. */
  resetPort(port: number): void {
    const acknowledged = (): boolean => ((this.read('port_reset_state') >>> (8 + port)) & 1) !== 0;
    this.runUntil(() => !acknowledged(), `the end of the last reset of port ${port}`);
    this.write('port_reset', 2 ** port);
    this.runUntil(() => ((this.read('port_drained') >>> port) & 1) !== 0, `the end of the reset of port ${port}`);
  }

  /** Puts a drained port back into service. Returns whether it is. */
  readmitPort(port: number): boolean {
    this.write('port_readmit', 2 ** port);
    return !this.isIsolated(port);
  }

  /** Ends the faking of a resource. Returns whether it has ended: not while a device has a transaction of it. */
  readmitResource(resource: number): boolean {
    this.write('resource_readmit', 2 ** resource);
    return !this.isFaulted(resource);
  }

  /**
   * Resets a failed device and puts its port and resource back into service.
   * @throws Error when it is not back after that.
   */
  bringBack(port: number, resource: number): void {
    if (this.isIsolated(port)) {
      this.resetPort(port);
      if (!this.readmitPort(port))
        throw new Error(`port ${port} is still isolated: its device sends before it is asked`);
    }
    // Not by `resource_busy`, which a request that waits keeps up, and a processor that polls always has one.
    this.runUntil(() => this.readmitResource(resource), `the end of what devices have of resource ${resource}`);
  }
}
