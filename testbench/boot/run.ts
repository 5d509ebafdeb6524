/** Runs a scenario on a platform, and says what came of it. */
import {
  BusError,
  type CreatePlatform,
  type Platform,
  PowerCutError,
  RegisterAccessError,
  type TraceRecord,
  type Way,
} from '../../model/hardware/platform/index.ts';
import { HypercallError, PageFault } from '../../model/hypervisor/guest/index.ts';
import { HypervisorError } from '../../model/hypervisor/memory/interface.ts';
import { SnapshotError } from '../../model/snapshot/storage.ts';
import type { Timed } from './faults.ts';
import { runHypervisor } from './hypervisor/run.ts';
import type { World } from './hypervisor/world.ts';
import { patternBytes } from './pattern.ts';
import { runPrograms } from './programs.ts';
import type { Scenario } from './scenario.ts';
import { ScenarioError, type Statement } from './statement.ts';
import { StepError } from './step-reader.ts';

export interface ExpectationRecord {
  /** As the scenario has it, with its line. */
  readonly text: string;
  readonly held: boolean;
  /** Why it did not hold; empty where it did. */
  readonly why: string;
}

export interface BootRecord {
  readonly scenario: string;
  readonly on: Way;
  readonly cycles: number;
  readonly traceHash: string;
  readonly expectations: readonly ExpectationRecord[];
  readonly accounts: {
    /** Cycles in which something was on the machine's ports. */
    readonly busyCycles: number;
    readonly faults: number;
    readonly consoleBytes: number;
    readonly programs: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  };
}

/** Who is told of what happens. */
export interface Listener {
  event(cycle: number, text: string): void;
  record?(record: TraceRecord): void;
}

/** Judgements of one statement, which may be made many times. */
class Judgements {
  readonly #all = new Map<Statement, { held: boolean; why: string }>();

  judge(statement: Statement, held: boolean, why: string): void {
    const before = this.#all.get(statement);
    if (before?.held === false) return;
    this.#all.set(statement, { held, why });
  }

  get records(): ExpectationRecord[] {
    return [...this.#all]
      .sort(([a], [b]) => a.line - b.line)
      .map(([{ text, line }, { held, why }]) => ({ text: `${text} (line ${line})`, held, why }));
  }
}

const prepare = (platform: Platform, scenario: Scenario, more: readonly Timed[]): void => {
  const { outside } = platform;
  for (const { what, index, address, bytes, pattern } of scenario.fillings) {
    const data = patternBytes(pattern, bytes);
    if (what === 'memory') {
      for (const memory of index === undefined ? ([0, 1] as const) : [index])
        outside.memories[memory].write(address, data);
    } else outside.disks[what === 'disk0' ? 0 : 1].write(address, data);
  }
  for (const { fault, at } of [...scenario.faults, ...more]) platform.faults.inject(fault, at);
  for (const { text, at } of scenario.typed) outside.console.type(text, at);
  for (const { port, frame, at } of scenario.frames) outside.network[port].send(frame, at);
};

/** What went wrong in a program, in a line; other errors are ours. */
const reason = (error: unknown): string => {
  const told = [
    BusError,
    PowerCutError,
    StepError,
    RangeError,
    RegisterAccessError,
    ScenarioError,
    HypercallError,
    HypervisorError,
    PageFault,
    SnapshotError,
  ];
  if (error instanceof Error && told.some((kind) => error instanceof kind)) return error.message;
  throw error;
};

/** Tells of faults that have happened. */
const faultTeller = (platform: Platform, listener: Listener): (() => void) => {
  let told = 0;
  return () => {
    const { happened } = platform.faults;
    for (; told < happened.length; told += 1)
      listener.event(happened[told]!.cycle, `fault: ${JSON.stringify(happened[told]!.fault)}`);
  };
};

const listen = (platform: Platform, listener: Listener, tellFaults: () => void): void => {
  platform.trace.watch((record) => {
    tellFaults();
    for (const { channel, payload } of record.handshakes)
      if (channel === 'interrupt' || channel.endsWith('_request') || channel.endsWith('_acknowledge'))
        listener.event(record.cycle, `${channel} is 0x${payload[channel]!.toString(16)}`);
    listener.record?.(record);
  });
};

/** Runs a scenario. @param more faults besides its own */
export const runScenario = async (
  create: CreatePlatform,
  scenario: Scenario,
  more: readonly Timed[],
  listener: Listener,
  watch: (platform: Platform) => void = () => {},
): Promise<BootRecord> => {
  const { parameters, options } = scenario;
  const platform = await create({ parameters, options });
  try {
    watch(platform);
    const tellFaults = faultTeller(platform, listener);
    listen(platform, listener, tellFaults);
    prepare(platform, scenario, more);
    const judgements = new Judgements();
    const programs: { name: string; from: number; to: number }[] = [];
    const run = {
      platform,
      firmware: scenario.firmware,
      say: (what: string) => listener.event(platform.clock.now, what),
      judge: (statement: Statement, held: boolean, why: string) => judgements.judge(statement, held, why),
      reason,
      ended: (name: string, from: number, to: number) => programs.push({ name, from, to }),
    };
    let world: World | undefined;
    if (scenario.hypervisor !== undefined) world = await runHypervisor({ ...run, part: scenario.hypervisor });
    else await platform.run(() => runPrograms({ ...run, programs: scenario.programs, limit: scenario.limit }));
    tellFaults();
    const cycles = platform.clock.now;
    const traceHash = platform.trace.hash;
    const expectations = judgements.records;
    const frames = scenario.frames.toSorted((a, b) => a.at - b.at).map(({ frame }) => frame);
    for (const { statement, expectation } of scenario.expectations) {
      const verdict = await platform
        .run(() => expectation(platform, frames, world))
        .catch((error: unknown) => ({ held: false, why: reason(error) }));
      expectations.push({ text: `${statement.text} (line ${statement.line})`, ...verdict });
      listener.event(platform.clock.now, `${verdict.held ? 'holds' : 'does not hold'}: ${statement.text}`);
    }
    return {
      scenario: scenario.name,
      on: platform.on,
      cycles,
      traceHash,
      expectations,
      accounts: {
        busyCycles: platform.trace.records,
        faults: platform.faults.happened.length,
        consoleBytes: Buffer.byteLength(platform.outside.console.output),
        programs,
      },
    };
  } finally {
    platform.close();
  }
};
