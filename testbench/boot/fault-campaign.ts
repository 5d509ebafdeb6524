/**
 * One fault at a random cycle of a scenario, besides the scenario's own: what it may do. Either every expectation holds, or the machine reported the fault as its page says
 * (docs/systems/platform.md, Faults), and what does not hold has to do with the part that failed.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  createModelPlatform,
  type DeviceName,
  deviceNames,
  type Fault,
  type Platform,
} from '../../model/hardware/platform/index.ts';
import type { Timed } from './faults.ts';
import { type BootRecord, runScenario } from './run.ts';
import { readScenario, type Scenario } from './scenario.ts';
import { scenarioPath } from './shipped.ts';

export interface Course {
  readonly scenario: Scenario;
  /** Without more faults than its own. */
  readonly baseline: BootRecord;
  /** Of lines of 64 bytes, those that the scenario reads or writes in either memory. */
  readonly lines: readonly number[];
}

/** Cycles a run may take longer than without the fault: many limits of the timers, one after the other. */
const longestDelay = 100_000;

/** Cycles in which a controller finds a device faulty that does not do what it was asked: twice the usual timeout. */
const lateReport = 4000;

/** Bits of `interrupt`, by the page of the platform; those from 16 up are of devices. */
const interruptBits = { keeper: 0x1, path: 0xc, unit: 0xf00 } as const;
const firstDeviceBit = 16;
export type Reporter = keyof typeof interruptBits | DeviceName;

const devicesOf = (bits: number): DeviceName[] => deviceNames.filter((_, index) => ((bits >>> index) & 1) === 1);

const reportersOf = (interrupts: number): Reporter[] => [
  ...(Object.keys(interruptBits) as (keyof typeof interruptBits)[]).filter(
    (name) => (interrupts & interruptBits[name]) !== 0,
  ),
  ...devicesOf(interrupts >>> firstDeviceBit),
];

/** Who has told, in a status that nobody cleared, whether or not software asked to be interrupted by it. */
const statusOf = async (platform: Platform): Promise<Reporter[]> => {
  const { keeper, paths, controller } = platform.processors[0]!.registers;
  const any = (fields: object): boolean => Object.values(fields).some((value) => Number(value) !== 0);
  // A device that answers before it was ever asked has its port taken out of service, and no resource blamed.
  const { resources } = await controller.resource_faulted.read();
  const told: Reporter[] = devicesOf(resources | (await controller.port_isolated.read()).ports);
  const { failed } = await keeper.memory_status.read();
  if (failed !== 0 || any(await keeper.interrupt_status.read())) told.push('keeper');
  for (const path of paths) if (any(await path.interrupt_status.read())) told.push('path');
  return told;
};

interface Run {
  readonly record: BootRecord;
  /** Lines of `interrupt` that were 1 from the given cycle on. */
  readonly interrupts: number;
  /** What each program said last. */
  readonly said: ReadonlyMap<string, string>;
  readonly lines: ReadonlySet<number>;
}

const run = async (scenario: Scenario, faults: readonly Timed[]): Promise<Run> => {
  const from = faults[0]?.at ?? 0;
  let interrupts = 0;
  let level = 0;
  const lines = new Set<number>();
  const said = new Map<string, string>();
  const record = await runScenario(createModelPlatform, scenario, faults, {
    event: (_, text) => {
      const [, name, what] = /^(\w+): (?!is given up)(.*)/.exec(text) ?? [];
      if (name !== undefined && what !== undefined) said.set(name, what);
    },
    record: ({ cycle, handshakes }) => {
      if (cycle >= from) interrupts |= level;
      for (const { channel, payload } of handshakes) {
        if (channel === 'interrupt') level = Number(payload[channel]);
        const [, direction] = /^m[01]_axi_a([rw])$/.exec(channel) ?? [];
        if (direction === undefined) continue;
        const word = (name: string): number => Number(payload[`a${direction}${name}`]);
        const [first, bytes] = [word('addr'), (word('len') + 1) << word('size')];
        for (let line = Math.floor(first / 64); line * 64 < first + bytes; line += 1) lines.add(line);
      }
      if (cycle >= from) interrupts |= level;
    },
  });
  return { record, interrupts, said, lines };
};

/** Runs a scenario that ships without more faults than its own. */
export const courseOf = async (name: string): Promise<Course> => {
  const path = scenarioPath(name);
  const scenario = readScenario(readFileSync(path, 'utf8'), path, name);
  const { record, lines } = await run(scenario, []);
  return { scenario, baseline: record, lines: [...lines] };
};

const memory = fc.constantFrom(0 as const, 1 as const);
const device = fc.constantFrom(...deviceNames);
const place = (lines: readonly number[]) =>
  fc.tuple(fc.constantFrom(...lines), fc.nat(63)).map(([line, byte]) => line * 64 + byte);

/** Faults of each kind; where they need an address, one that the scenario uses. */
export const faultsOf: Readonly<Record<Fault['kind'], (lines: readonly number[]) => fc.Arbitrary<Fault>>> = {
  'memory-lost': () =>
    fc.record({ kind: fc.constant('memory-lost'), memory, how: fc.constantFrom('hangs' as const, 'errs' as const) }),
  'memory-replaced': () => fc.record({ kind: fc.constant('memory-replaced'), memory }),
  'line-lost': (lines) => fc.record({ kind: fc.constant('line-lost'), memory, address: place(lines) }),
  'bit-flip': (lines) => fc.record({ kind: fc.constant('bit-flip'), memory, address: place(lines), bit: fc.nat(7) }),
  'device-hang': () => fc.record({ kind: fc.constant('device-hang'), device }),
  'device-error': () => fc.record({ kind: fc.constant('device-error'), device }),
  'device-babble': () => fc.record({ kind: fc.constant('device-babble'), device, seed: fc.nat(1_000_000) }),
  'device-lost': () => fc.record({ kind: fc.constant('device-lost'), device }),
  'device-replaced': () => fc.record({ kind: fc.constant('device-replaced'), device }),
  link: () =>
    fc.record({ kind: fc.constant('link'), device: fc.constantFrom('network0', 'network1'), up: fc.boolean() }),
  tamper: () => fc.constant({ kind: 'tamper' }),
  'power-cut': () => fc.constant({ kind: 'power-cut' }),
};

export interface Failure {
  readonly text: string;
  readonly why: string;
}

export interface Outcome {
  /** Parts of the machine that told software of a fault, in an interrupt from the fault's cycle on or in their status at the end. */
  readonly reported: ReadonlySet<Reporter>;
  /** What did not hold. */
  readonly failed: readonly Failure[];
}

/** Runs a scenario with one more fault. Programs that go on and on are given up; where even then something does not end, a power cut ends it. */
export const runWithFault = async ({ scenario, baseline }: Course, fault: Timed): Promise<Outcome> => {
  const status = new Set<Reporter>();
  const [first] = scenario.expectations;
  const asked = {
    statement: first!.statement,
    expectation: async (platform: Platform) => {
      await platform.clock.sleep(lateReport);
      for (const reporter of await statusOf(platform)) status.add(reporter);
      return { held: true, why: '' };
    },
  };
  const limit = baseline.cycles + longestDelay;
  const end: Timed = { fault: { kind: 'power-cut' }, at: 2 * limit };
  const expectations = fault.fault.kind === 'power-cut' ? scenario.expectations : [...scenario.expectations, asked];
  const { record, interrupts, said } = await run({ ...scenario, limit, expectations }, [fault, end]);
  const failed = record.expectations
    .filter(({ held }) => !held)
    .map(({ text, why }) => {
      const last = said.get(/^program (\S+)/.exec(text)?.[1] ?? '');
      return { text, why: /had not ended/.test(why) ? `${why}: ${last}` : why };
    });
  return { reported: new Set([...status, ...reportersOf(interrupts)]), failed };
};
