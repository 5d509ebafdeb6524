/**
 * The platform as software sees it: the one door through which the hypervisor and everything on it reaches a machine.
 * The models, the compiled hardware and the Verilog read back implement it, and the same program makes the same bus
 * trace on each, cycle for cycle. The machine is specified in `docs/systems/platform.md`.
 *
 *     await platform.run(async () => {
 *       const { machine, registers } = platform.processors[0];
 *       await registers.unit.control.write({ direct: 1 });
 *       await machine.write32(0x1000, 42);
 *       const [a, b] = await Promise.all([machine.read32(0x1000), machine.read(0x2000, 4096)]); // In flight together.
 *     });
 *
 * **Time.** Software takes none: only its accesses take cycles. The clock stands still while any software can go on,
 * and moves when all of it waits for the platform. So await nothing but what this file gives and what other software
 * on the platform fulfils: no files, no sockets, no timers of JavaScript. What comes from outside enters as a `run` of
 * its own.
 *
 * Addresses and sizes are in bytes, times in cycles since power-on.
 */
import type {
  DeviceName,
  InterruptLine,
  PlatformParameters,
  PlatformParameterValues,
} from '../../../rtl/platform/interface.ts';
import type {
  ConsoleRegisters,
  DiskRegisters,
  NetworkRegisters,
  ProcessorRegisters,
  TimerRegisters,
} from './registers.ts';

/** Which machine runs. */
export type Way = 'model' | 'rtl' | 'verilog';

export interface Platform {
  readonly on: Way;
  readonly parameters: PlatformParameters;
  readonly options: ResolvedOptions;
  readonly processors: readonly Processor[];
  readonly clock: Clock;
  readonly faults: Faults;
  /** What stands outside the machine. */
  readonly outside: Outside;
  readonly trace: BusTrace;

  /**
   * Runs a program, and with it everything else that was started, until the program ends; then the clock stands still.
   * Programs may be run one after the other, or beside each other. A run within a run is the same as a call.
   *
   * @throws what the program throws
   * @throws StalledError when the program waits and nothing can happen any more: it awaits what is not the platform's,
   * or what nobody will fulfil
   */
  run<T>(program: () => Promise<T>): Promise<T>;

  /**
   * Starts a program in the background: it goes on whenever the clock runs, also in later `run`s. What it throws is
   * thrown by the `run` in whose time it happens, unless somebody awaits the promise given back.
   */
  start<T>(program: () => Promise<T>): Promise<T>;

  /**
   * The whole state of the machine and of what stands outside, as its history, between two runs; needs the option
   * `history`. Give it to any way of making a platform: it runs the history again, and stands where this one stood. Software is not
   * part of it, so nothing may be in flight.
   */
  snapshot(): Snapshot;

  /** Ends the machine, freeing what it holds. */
  close(): void;
}

export interface Clock {
  /** Cycles since power-on. */
  readonly now: number;
  /** Waits until that cycle; at once if it has come. A machine in which everybody waits costs next to nothing. */
  until(cycle: number): Promise<void>;
  /** Waits so many cycles. */
  sleep(cycles: number): Promise<void>;
}

/** Loads and stores. Blocking if awaited one by one; those not awaited are in flight together, and in no order. */
export interface Space {
  read8(address: number): Promise<number>;
  read16(address: number): Promise<number>;
  read32(address: number): Promise<number>;
  read64(address: number): Promise<bigint>;
  write8(address: number, value: number): Promise<void>;
  write16(address: number, value: number): Promise<void>;
  write32(address: number, value: number): Promise<void>;
  write64(address: number, value: bigint): Promise<void>;
  /** Any number of bytes from any address, in bursts as long as they can be, all in flight together. */
  read(address: number, bytes: number): Promise<Uint8Array>;
  /** As `read`. The data are taken at the call: what is changed in them later is not written. */
  write(address: number, data: Uint8Array): Promise<void>;
  /**
   * A part of this space with addresses of its own from 0 on.
   *
   * @throws RangeError from every access that leaves it
   */
  view(base: number, bytes: number): View;
}

/** All accesses: values are unsigned and little-endian; 16, 32 and 64 bits are aligned to their size. */
export interface View extends Space {
  /** Where it begins, in the space that all views come from. */
  readonly base: number;
  readonly bytes: number;
}

/** Whose accesses they are. */
export interface Context {
  /** Domain whose page tables translate, 0 to 15. */
  readonly domain: number;
  /** Whether pages without `user`, and devices and registers, can be reached. */
  readonly privileged: boolean;
}

export interface Processor {
  readonly index: number;
  /** Privileged accesses of domain 0: the hypervisor's and the firmware's. */
  readonly machine: Space;
  /** Accesses of others: give this, and not the processor, to a guest. */
  as(context: Context): Space;
  /** Typed drivers of every block's registers; `unit` is this processor's own. Accesses are privileged ones of domain 0. */
  readonly registers: ProcessorRegisters;
  /** The devices through the controller, where the firmware puts them. */
  readonly devices: Devices;
  readonly interrupts: Interrupts;
}

export interface Devices {
  readonly disks: readonly [Disk, Disk];
  readonly console: ConsoleRegisters;
  readonly timer: TimerRegisters;
  readonly network: readonly [NetworkRegisters, NetworkRegisters];
}

export interface Disk {
  readonly registers: DiskRegisters;
  /** The buffer of one block. */
  readonly buffer: View;
}

/** Interrupts of one processor. All are masked at first. A line stays up until its source is cleared. */
export interface Interrupts {
  /** Lines that are up, masked or not. */
  readonly raised: ReadonlySet<InterruptLine>;
  readonly unmasked: ReadonlySet<InterruptLine>;
  mask(...lines: InterruptLine[]): void;
  unmask(...lines: InterruptLine[]): void;
  /** Waits until a line that is not masked is up, and says which: of several, that with the lowest bit. */
  next(): Promise<InterruptLine>;
  /** Waits until this line is up, masked or not. Says whether it is; `until` ends the waiting. */
  wait(line: InterruptLine, until?: number): Promise<boolean>;
}

export type Fault =
  | { readonly kind: 'memory-lost'; readonly memory: 0 | 1; readonly how?: 'hangs' | 'errs' }
  | { readonly kind: 'memory-replaced'; readonly memory: 0 | 1 }
  /** The line of 64 bytes at the address. */
  | { readonly kind: 'line-lost'; readonly memory: 0 | 1; readonly address: number }
  /** Bit 0 to 7 of the byte at the address. */
  | { readonly kind: 'bit-flip'; readonly memory: 0 | 1; readonly address: number; readonly bit: number }
  | { readonly kind: 'device-hang' | 'device-error' | 'device-lost' | 'device-replaced'; readonly device: DeviceName }
  | { readonly kind: 'device-babble'; readonly device: DeviceName; readonly seed?: number }
  | { readonly kind: 'link'; readonly device: 'network0' | 'network1'; readonly up: boolean }
  | { readonly kind: 'tamper' }
  | { readonly kind: 'power-cut' };

export interface Faults {
  /**
   * Lets a fault happen at the beginning of a cycle, the next when left out.
   *
   * @throws RangeError when that cycle is over
   */
  inject(fault: Fault, at?: number): void;
  /** Those that have happened. */
  readonly happened: readonly { readonly fault: Fault; readonly cycle: number }[];
}

/** What stands outside the machine, for who sets up and judges: software on the platform has no such eyes. */
export interface Outside {
  readonly memories: readonly [Medium, Medium];
  readonly disks: readonly [Medium, Medium];
  readonly console: Line;
  readonly network: readonly [NetworkLine, NetworkLine];
}

/** Content as it is now, taking no time. */
export interface Medium {
  readonly bytes: number;
  read(address: number, bytes: number): Uint8Array;
  write(address: number, data: Uint8Array): void;
}

/** The console's other end. */
export interface Line {
  /** What has come out, as bytes of UTF-8. */
  readonly output: string;
  /** Types a text, a byte every 16 cycles, from a cycle on (now when left out). */
  type(text: string, at?: number): void;
}

export interface NetworkLine {
  /** Puts a frame on the line, from destination address to the last byte before the check sequence, at a cycle (now when left out). */
  send(frame: Uint8Array, at?: number): void;
}

export interface BusTrace {
  /** Of everything so far: 64 hexadecimal digits. */
  readonly hash: string;
  /** Cycles with something to record. */
  readonly records: number;
  /** Lets every record be seen as it is made; for finding where two traces part. */
  watch(see: (record: TraceRecord) => void): void;
}

/** What was on one port in a cycle. */
export interface TraceRecord {
  readonly cycle: number;
  readonly handshakes: readonly {
    /** Such as `p0_axi_aw`. */
    readonly channel: string;
    readonly payload: Readonly<Record<string, bigint>>;
  }[];
}

export interface PlatformOptions {
  /** Bytes of each memory, a multiple of 4096; 64 MiB when left out. */
  readonly memoryBytes?: number;
  /** Cycles from a request to memory's first beat; 16 when left out. */
  readonly memoryLatency?: number;
  /** Whether memories keep their content when power is cut. */
  readonly persistent?: boolean;
  /** Blocks of each disk; 4096 (16 MiB) when left out. */
  readonly diskBlocks?: number;
  /** Cycles for each of a block's 8 sectors; 128 when left out. */
  readonly sectorCycles?: number;
  /** Keeps the history that a snapshot is made of. */
  readonly history?: boolean;
}

export type ResolvedOptions = Required<PlatformOptions>;

/** Plain data, which may be kept in a file as JSON. */
export interface Snapshot {
  readonly parameters: PlatformParameters;
  readonly options: ResolvedOptions;
  readonly cycle: number;
  readonly traceHash: string;
  /** Everything that was asked of the platform from outside the machine, in order, with its cycle. */
  readonly history: readonly unknown[];
}

/** What to make. */
export interface PlatformRequest {
  readonly parameters?: PlatformParameterValues;
  readonly options?: PlatformOptions;
  /** Where to begin, instead of at power-on; brings its own parameters and options. */
  readonly snapshot?: Snapshot;
}

/**
 * Makes a platform, just powered on.
 *
 * @throws ParameterError, RangeError naming what cannot be built
 */
export type CreatePlatform = (request?: PlatformRequest) => Promise<Platform>;

export type { DeviceName, InterruptLine, PlatformParameters } from '../../../rtl/platform/interface.ts';
export { BusError, PowerCutError, StalledError } from './errors.ts';
