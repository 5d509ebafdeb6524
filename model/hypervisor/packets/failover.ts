/** Network ports of which one takes frames, and the other takes over when it fails. Source: `docs/systems/hypervisor.md`, "Failover". */
import { BusError, deviceNames, type Processor } from '../../hardware/platform/index.ts';
import type { Hypervisor } from '../interface.ts';
import type { Thread } from '../schedule/index.ts';

/** Cycles between two looks at ports that nobody speaks of. */
export const portLookCycles = 20_000;
/** Between two looks at a port that is being brought back. */
const revivalCycles = 1000;

export interface FailoverOptions {
  /** Cycles between two looks; 20,000 when left out. */
  readonly every?: number;
}

interface Port {
  readonly index: 0 | 1;
  /** Of the controller's ports and resources. */
  readonly bit: number;
  failed: boolean;
  /** Its reset was asked for. */
  resetting: boolean;
  link: boolean;
  enabled: boolean;
  failures: number;
}

const portOf = (index: 0 | 1): Port => ({
  index,
  bit: 1 << deviceNames.indexOf(`network${index}`),
  failed: false,
  resetting: false,
  link: true,
  enabled: false,
  failures: 0,
});

const usable = ({ failed, link }: Port): boolean => !failed && link;

/** A program of domain 0's. While it runs, nobody else enables network ports, resets them, or clears the controller's interrupt. */
export class NetworkPorts {
  readonly #hypervisor: Hypervisor;
  readonly #every: number;
  readonly #ports = [portOf(0), portOf(1)] as const;
  #active: Port | undefined;
  #line: Promise<void> | undefined;
  #wake: () => void = () => {};

  private constructor(hypervisor: Hypervisor, { every = portLookCycles }: FailoverOptions) {
    this.#hypervisor = hypervisor;
    this.#every = every;
    hypervisor.start(({ thread }) => this.#serve(thread));
  }

  /** Enables the first port that is good, and from then on sees to it that one is. */
  static start(hypervisor: Hypervisor, options: FailoverOptions = {}): NetworkPorts {
    return new NetworkPorts(hypervisor, options);
  }

  /** The port that takes frames; nothing while both have failed. */
  get active(): 0 | 1 | undefined {
    return this.#active?.index;
  }

  /** How often each has failed, and whether it is out of service now. */
  get status(): readonly { readonly failures: number; readonly failed: boolean }[] {
    return this.#ports.map(({ failures, failed }) => ({ failures, failed }));
  }

  async #serve(thread: Thread): Promise<never> {
    const { clock } = this.#hypervisor.platform;
    for (;;) {
      await thread.access((processor) => this.#look(processor));
      const wait = this.#ports.some(({ failed }) => failed) ? Math.min(revivalCycles, this.#every) : this.#every;
      await thread.suspend(this.#something(clock.now + wait));
    }
  }

  /** Waits for the controller's line or a cycle. */
  async #something(due: number): Promise<void> {
    let callOff = (): void => {};
    const told = new Promise<void>((resolve) => {
      this.#wake = resolve;
      callOff = this.#hypervisor.scheduler.timers.at(due, resolve);
    });
    this.#line ??= this.#hypervisor.platform.processors[0]!.interrupts.wait('controller').then(
      () => {
        this.#line = undefined;
        this.#wake();
      },
      // Only a cut of power ends the wait otherwise.
      () => {},
    );
    await told;
    callOff();
  }

  async #look(processor: Processor): Promise<void> {
    const { controller } = processor.registers;
    // Cleared before it is looked: what happens from here on interrupts again.
    if (processor.interrupts.raised.has('controller')) await controller.interrupt_status.write({ fault: 1, ready: 0 });
    // A port that hangs is found out by being asked: the controller answers for it, and says so.
    for (const port of this.#ports) if (!port.failed) await this.#ask(processor, port);
    const out = await this.#outOfService(processor);
    for (const port of this.#ports)
      if (!port.failed && (out & port.bit) !== 0) {
        port.failed = true;
        port.failures += 1;
      }
    // One that only errs takes frames until it is in reset.
    for (const port of this.#ports) if (port.failed && !port.resetting) await this.#reset(processor, port);
    await this.#choose(processor);
    for (const port of this.#ports) if (port.failed) await this.#readmit(processor, port);
    await this.#choose(processor);
  }

  async #ask({ devices }: Processor, port: Port): Promise<void> {
    const { status, control } = devices.network[port.index];
    try {
      const [{ link }, { enable }] = await Promise.all([status.read(), control.read()]);
      port.link = link === 1;
      port.enabled = enable === 1;
    } catch (error) {
      // Of a controller that does not count errors.
      if (!(error instanceof BusError)) throw error;
      port.link = false;
    }
  }

  /** Of a port that speaks unasked, the controller's port is taken out of service, and no resource is blamed. */
  async #outOfService({ registers: { controller } }: Processor): Promise<number> {
    return (await controller.resource_faulted.read()).resources | (await controller.port_isolated.read()).ports;
  }

  /** Lets one port take frames that can: the others end first, so that no frame is taken by two. */
  async #choose({ devices }: Processor): Promise<void> {
    if (this.#active === undefined || !usable(this.#active))
      this.#active = this.#ports.find(usable) ?? this.#ports.find((port) => port === this.#active && !port.failed);
    const standing = this.#ports.filter(({ failed }) => !failed);
    for (const port of standing.sort((one, two) => Number(one === this.#active) - Number(two === this.#active))) {
      const enable = Number(port === this.#active);
      if (port.enabled !== (enable === 1)) await devices.network[port.index].control.write({ enable });
      port.enabled = enable === 1;
    }
  }

  async #reset({ registers: { controller } }: Processor, port: Port): Promise<void> {
    const ports = port.bit;
    if (((await controller.port_isolated.read()).ports & ports) === 0) await controller.port_isolate.write({ ports });
    await controller.port_reset.write({ ports });
    port.resetting = true;
  }

  /** Puts a port back that has come out of its reset; it takes no frames. */
  async #readmit(processor: Processor, port: Port): Promise<void> {
    const { controller } = processor.registers;
    const { bit } = port;
    if (((await controller.port_isolated.read()).ports & bit) !== 0) {
      if (((await controller.port_drained.read()).ports & bit) === 0) return;
      await controller.port_readmit.write({ ports: bit });
    }
    await controller.resource_readmit.write({ resources: bit });
    if (((await this.#outOfService(processor)) & bit) !== 0) return;
    port.failed = false;
    port.resetting = false;
    port.enabled = false;
  }
}
