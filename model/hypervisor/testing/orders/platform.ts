/**
 * A platform without time, for software whose accesses are to happen in every order: each is a step. It does what software can rely on by
 * the pages of the blocks, and nothing more; there are no devices, no memories that die, and the clock stands.
 */
import {
  apertureBase,
  BusError,
  type Platform,
  type Processor,
  platformParameters,
} from '../../../hardware/platform/index.ts';
import { makeProcessor } from '../../../hardware/platform/processor.ts';
import type { Access } from '../../../hardware/platform/transfer.ts';
import { Content } from './content.ts';
import { Places } from './places.ts';
import { Scanner } from './scanner.ts';
import { Steps } from './steps.ts';
import { Units } from './units.ts';

const windowBytes = 2 ** 32;
const never = new Promise<never>(() => {});

/** What a processor does wrongly, for tests that must be able to fail. */
export interface Hooks {
  /** Gives what is written to memory in place of what is to be. */
  store(data: Uint8Array, address: number): Uint8Array | undefined;
  bump(all: boolean): 'none' | 'first' | 'one' | 'all';
}

export const noHooks: Hooks = { store: (data) => data, bump: (all) => (all ? 'all' : 'one') };

export interface OrdersPlatform {
  readonly platform: Platform;
  readonly content: Content;
  readonly steps: Steps;
  readonly places: Places;
  readonly units: Units;
  readonly scanners: readonly [Scanner, Scanner];
  hooks: Hooks;
  /** What programs that nobody awaits have thrown. */
  readonly failures: unknown[];
}

/** In which memories an address of the hypervisor's windows lies, and where. Before it translates, all of it is in both. */
const placeIn = (address: number): { readonly memories: readonly (0 | 1)[]; readonly at: number } => {
  const window = Math.floor(address / windowBytes);
  if (window > 3) throw new Error(`0x${address.toString(16)} is of a form, or not of the hypervisor's windows`);
  const memories = ([0, 1] as const).filter((memory) => window === 0 || ((window >>> memory) & 1) === 1);
  return { memories, at: address % windowBytes };
};

const refused = ({ write, address, bytes, context }: Access, processor: number): BusError =>
  new BusError({ write, address, bytes, response: 'SLVERR', processor, domain: context.domain, cycle: 0 });

export const createOrdersPlatform = (memoryBytes: number, processors: number): OrdersPlatform => {
  const parameters = platformParameters({ processors, dataWidth: 128, cookieIndexWidth: 10 });
  const content = new Content(memoryBytes);
  const places = new Places(memoryBytes);
  const steps = new Steps(places.count);
  const units = new Units(content, steps, places, parameters);
  const scanners = [new Scanner(content, steps, places, 0), new Scanner(content, steps, places, 1)] as const;
  const failures: unknown[] = [];
  const words = new Map<number, Uint8Array>();

  const machine = async ({ address, bytes, data }: Access): Promise<Uint8Array> => {
    const { memories, at } = placeIn(address);
    if (data !== undefined) {
      const ranges = places.words(memories, at, bytes);
      const given = data.slice();
      await steps.take(`writes ${at.toString(16)}`, { ranges, changes: true, data: given }, () => {
        const stored = made.hooks.store(given, at);
        if (stored !== undefined) for (const memory of memories) content.write(memory, at, stored);
        return undefined;
      });
      return new Uint8Array();
    }
    const ranges = places.words(memories.slice(0, 1), at, bytes);
    const read = await steps.take(`reads ${at.toString(16)}`, { ranges, changes: false }, () =>
      content.read(memories[0]!, at, bytes),
    );
    return read!;
  };

  const guest = async (access: Access, processor: number): Promise<Uint8Array> => {
    const { context, address, bytes, data } = access;
    const answer = await units.access(context.domain, address, data ?? bytes);
    if (answer === undefined) throw refused(access, processor);
    return answer;
  };

  const ask =
    (processor: number) =>
    async (access: Access): Promise<Uint8Array> => {
      const { context, address, bytes, data } = access;
      if (!context.privileged) return guest(access, processor);
      if (address < apertureBase) return machine(access);
      // Registers that nobody minds keep what was written.
      if (data !== undefined) words.set(address, data);
      return words.get(address) ?? new Uint8Array(bytes);
    };

  const instrumented = (processor: Processor): Processor => {
    const { keeper, paths } = processor.registers;
    let bumping = Promise.resolve();
    const scanning = ([0, 1] as const).map((memory) => {
      const [path, scanner] = [paths[memory], scanners[memory]];
      let [low, high] = [0, 0];
      return {
        ...path,
        scan_pattern_low: {
          ...path.scan_pattern_low,
          write: async ({ word }: { word?: number }) => void (low = word ?? 0),
        },
        scan_pattern_high: {
          ...path.scan_pattern_high,
          write: async ({ word }: { word?: number }) => void (high = word ?? 0),
        },
        scan_address_low: {
          ...path.scan_address_low,
          write: async ({ line }: { line?: number }) => void (scanner.line = line ?? 0),
        },
        scan_lines: {
          ...path.scan_lines,
          write: async ({ count }: { count?: number }) => void (scanner.lines = count ?? 0),
        },
        scan_command: {
          ...path.scan_command,
          write: async () => {
            scanner.pattern = BigInt(low) | (BigInt(high) << 32n);
            scanner.start();
          },
        },
        scan_status: {
          ...path.scan_status,
          read: async () => ({ ...(await path.scan_status.read()), ...scanner.status }),
        },
        scan_result_low: {
          ...path.scan_result_low,
          read: async () => ({ ...(await path.scan_result_low.read()), address: scanner.result }),
        },
      };
    });
    return {
      ...processor,
      registers: {
        ...processor.registers,
        paths: [scanning[0]!, scanning[1]!],
        keeper: {
          ...keeper,
          bump: {
            ...keeper.bump,
            write: async ({ index = 0, all = 0 }) => {
              // One after the other: each meets only walks by its own index, so that no order of them can be told from another.
              const before = bumping;
              let done = (): void => {};
              bumping = new Promise((resolve) => (done = resolve));
              await before;
              const bump = { index, all: all === 1 };
              await steps.take(`bumps ${index}`, { ranges: [], changes: true, bump }, () => {
                const which = made.hooks.bump(all === 1);
                if (which !== 'none') units.bump(index, which === 'all', which === 'first' ? 1 : undefined);
                return undefined;
              });
              done();
            },
          },
        },
      },
    };
  };

  const interrupts = {
    raised: new Set<never>(),
    unmasked: new Set<never>(),
    mask: () => {},
    unmask: () => {},
    next: () => never,
    wait: async (line: string) => {
      if (line !== 'path0' && line !== 'path1') return never;
      await scanners[line === 'path0' ? 0 : 1].ended();
      return true;
    },
  };
  const clock = { now: 0, until: (cycle: number) => (cycle <= 0 ? Promise.resolve() : never), sleep: () => never };
  const nothing = (): never => {
    throw new Error('this platform has accesses of software, and nothing else');
  };
  const platform: Platform = {
    on: 'model',
    parameters,
    options: { memoryBytes, memoryLatency: 1, persistent: false, diskBlocks: 1, sectorCycles: 1, history: false },
    processors: Array.from({ length: processors }, (_, index) =>
      instrumented(makeProcessor(parameters, index, interrupts, ask(index))),
    ),
    clock,
    faults: { inject: nothing, happened: [] },
    get outside() {
      return nothing();
    },
    trace: { hash: '', records: 0, watch: nothing },
    run: (program) => program(),
    start: (program) => {
      const running = program();
      running.catch((error: unknown) => failures.push(error));
      return running;
    },
    snapshot: nothing,
    close: () => steps.close(),
  };
  const made: OrdersPlatform = {
    platform,
    content,
    steps,
    places,
    units,
    scanners,
    hooks: noHooks,
    failures,
  };
  return made;
};
