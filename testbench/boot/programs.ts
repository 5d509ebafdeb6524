/** Runs the programs of a scenario on the bare machine, until all have ended or the scenario's limit has come. */
import { type FirmwareOptions, type Platform, startFirmware } from '../../model/hardware/platform/index.ts';
import type { Program } from './scenario.ts';
import { ScenarioError, type Statement } from './statement.ts';
import type { Scene } from './steps.ts';

export interface BareRun {
  readonly platform: Platform;
  readonly firmware: FirmwareOptions;
  readonly programs: readonly Program[];
  /** Cycle in which programs that have not ended are given up. */
  readonly limit: number;
  say(text: string): void;
  judge(statement: Statement, held: boolean, why: string): void;
  /** What went wrong in a program, in a line. @throws what is an error of ours */
  reason(error: unknown): string;
  /** A program has begun, and ended. */
  ended(name: string, from: number, to: number): void;
}

const runProgram = async (
  { platform, judge, reason, ...run }: BareRun,
  program: Program,
  shared: Scene['shared'],
): Promise<void> => {
  const { name, processor: index, domain, privileged, steps, statement } = program;
  const say = (what: string): void => run.say(`${name}: ${what}`);
  const processor = platform.processors[index]!;
  let line = statement.line;
  const scene: Scene = {
    platform,
    processor,
    space: processor.as({ domain, privileged }),
    shared,
    say,
    begins: (step) => {
      line = step.line;
    },
    judge: (of, held, why) => {
      judge(of, held, why);
      if (!held) say(`line ${of.line} does not hold: ${why}`);
    },
  };
  say(`begins on processor ${index}`);
  let why = '';
  try {
    for (const step of steps) await step(scene);
  } catch (error) {
    const told = reason(error);
    why = error instanceof ScenarioError ? told : `line ${line}: ${told}`;
  }
  judge(statement, why === '', why);
  say(why === '' ? 'has ended' : `stops: ${why}`);
};

/** To be run on the platform. */
export const runPrograms = async (run: BareRun): Promise<void> => {
  const { platform, firmware, programs, limit, say, judge, reason } = run;
  await startFirmware(platform, firmware).catch((error: unknown) => say(`the firmware stops: ${reason(error)}`));
  say('the firmware has ended');
  const ended = new Map<string, Promise<void>>();
  const unfinished = new Set(programs);
  const ends = new Map<Program, () => void>();
  for (const program of programs) ended.set(program.name, new Promise((resolve) => ends.set(program, resolve)));
  const shared = { tables: undefined, ended };
  const all = Promise.all(
    programs.map(async (program) => {
      const from = platform.clock.now;
      await runProgram(run, program, shared);
      unfinished.delete(program);
      run.ended(program.name, from, platform.clock.now);
      ends.get(program)!();
    }),
  );
  // When power is cut, every program is told so itself, and ends.
  const given = platform.clock.until(limit).catch(() => all);
  await Promise.race([all, given]);
  for (const { name, statement } of unfinished) {
    const why = `it had not ended in cycle ${platform.clock.now}; write 'limit CYCLE' if it needs longer`;
    judge(statement, false, why);
    say(`${name}: is given up: ${why}`);
  }
};
