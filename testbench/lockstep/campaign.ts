/** Scenario after scenario until enough cycles have run; the first failure is shrunk. */
import fc from 'fast-check';
import type { BlockParameters, BlockUnderTest, CapturedFrame } from './block.ts';
import { type LockstepResult, lockstep, type RunDifference } from './lockstep.ts';
import type { Way } from './way.ts';

/** Scenarios drawn from one seed; the next seed follows. */
export const scenariosPerSeed = 16;
/** What shrinking may cost. */
const shrinkRuns = 1500;
const shrinkCycles = 3_000_000;

export interface CampaignProgress {
  /** Cycles run so far, without shrinking. */
  readonly cycles: number;
  /** Of these, those of random scenarios. */
  readonly random: number;
  readonly shrinking: boolean;
}

export interface Campaign<Scenario> {
  readonly block: BlockUnderTest<Scenario>;
  readonly parameters: BlockParameters;
  /** The first is the reference. */
  readonly ways: readonly Way[];
  /** Cycles of random scenarios after which no further one is begun. */
  readonly cycles: number;
  readonly seed: number;
  /** With it, one scenario alone is run: that of this path under the seed. */
  readonly path?: string;
  readonly frames: readonly CapturedFrame[];
  readonly onProgress?: (progress: CampaignProgress) => void;
}

/** A failing scenario, as small as shrinking made it. */
export interface Failure<Scenario> {
  readonly scenario: Scenario;
  readonly difference: RunDifference;
  /** Draws the scenario again; null for one that was not drawn. */
  readonly drawn: { readonly seed: number; readonly path: string } | null;
}

export interface CampaignResult<Scenario> {
  /** Cycles run without shrinking. */
  readonly cycles: number;
  readonly scenarios: number;
  readonly failure: Failure<Scenario> | null;
}

/** Runs one scenario. */
export const runScenario = <Scenario>(
  block: BlockUnderTest<Scenario>,
  parameters: BlockParameters,
  ways: readonly Way[],
  scenario: Scenario,
  onChunk?: (cycles: number) => void,
): LockstepResult => {
  const [reference] = ways;
  if (reference === undefined) throw new Error('a scenario needs at least one way to run');
  const { driver, scoreboards, limit } = block.bench(scenario, parameters, reference.layout);
  const result = lockstep(ways, driver, limit, { scoreboards, ...(onChunk === undefined ? {} : { onChunk }) });
  if (result.difference !== null || result.ended) return result;
  const message = `the run has not ended after ${limit} cycles`;
  return {
    ...result,
    difference: { kind: 'scoreboard', cycle: limit, scoreboard: 'progress', reference: reference.name, message },
  };
};

/** The ways that a difference is between: with them alone it shows as well. */
export const waysOf = (difference: RunDifference, ways: readonly Way[]): readonly Way[] => {
  const [reference] = ways;
  return difference.kind === 'scoreboard'
    ? ways.slice(0, 1)
    : ways.filter((way) => way === reference || way.name === difference.way);
};

interface Sofar {
  /** Cycles of captures, and of random scenarios. */
  readonly captured: number;
  readonly random: number;
}

/** One seed's scenarios; stops at the first that fails, shrunk. */
const runSeed = <Scenario>(campaign: Campaign<Scenario>, seed: number, before: Sofar): CampaignResult<Scenario> => {
  const { block, parameters, frames } = campaign;
  let ways = campaign.ways;
  let cycles = 0;
  let scenarios = 0;
  let runs = 0;
  let spent = 0;
  const found: { difference: RunDifference | null } = { difference: null };
  const outcome = fc.check(
    fc.property(block.scenarios(parameters, frames), (scenario) => {
      const shrinking = found.difference !== null;
      if (shrinking ? runs >= shrinkRuns || spent >= shrinkCycles : before.random + cycles >= campaign.cycles)
        return true;
      const result = runScenario(block, parameters, ways, scenario, (done) => {
        const random = before.random + cycles + (shrinking ? 0 : done);
        campaign.onProgress?.({ cycles: before.captured + random, random, shrinking });
      });
      if (shrinking) {
        runs += 1;
        spent += result.cycles;
      } else {
        cycles += result.cycles;
        scenarios += 1;
      }
      if (result.difference === null) return true;
      found.difference = result.difference;
      ways = waysOf(result.difference, ways);
      return false;
    }),
    { seed, numRuns: scenariosPerSeed },
  );
  if (!outcome.failed || found.difference === null) {
    if (outcome.errorInstance !== null && outcome.errorInstance !== undefined) throw outcome.errorInstance;
    return { cycles, scenarios, failure: null };
  }
  const scenario = outcome.counterexample![0];
  return {
    cycles,
    scenarios,
    failure: { scenario, difference: found.difference, drawn: { seed, path: outcome.counterexamplePath ?? '0' } },
  };
};

/** The one scenario of a path, as it is: a report's path leads to what was shrunk already. Nothing is run where it leads to none. */
const runPath = <Scenario>(campaign: Campaign<Scenario>, path: string): CampaignResult<Scenario> => {
  const { block, parameters, ways, seed, frames } = campaign;
  const [scenario] = fc.sample(block.scenarios(parameters, frames), { seed, path, numRuns: 1 });
  if (scenario === undefined) return { cycles: 0, scenarios: 0, failure: null };
  const { cycles, difference } = runScenario(block, parameters, ways, scenario, (done) =>
    campaign.onProgress?.({ cycles: done, random: done, shrinking: false }),
  );
  const failure = difference === null ? null : { scenario, difference, drawn: { seed, path } };
  return { cycles, scenarios: 1, failure };
};

/** Whole captures played as they are; a failing one is cut down frame by frame. */
const runCapture = <Scenario>(
  campaign: Campaign<Scenario>,
  capture: readonly CapturedFrame[],
  captured: number,
): CampaignResult<Scenario> => {
  const { block, parameters } = campaign;
  let ways = campaign.ways;
  let played: number | null = null;
  const attempt = (frames: readonly CapturedFrame[]): { scenario: Scenario; result: LockstepResult } | null => {
    const scenario = block.fromCapture(parameters, frames);
    if (scenario === null) return null;
    const result = runScenario(block, parameters, ways, scenario, (done) =>
      campaign.onProgress?.({ cycles: captured + (played ?? done), random: 0, shrinking: played !== null }),
    );
    played ??= result.cycles;
    return { scenario, result };
  };
  const whole = attempt(capture);
  if (whole === null) return { cycles: 0, scenarios: 0, failure: null };
  const { cycles, difference } = whole.result;
  if (difference === null) return { cycles, scenarios: 1, failure: null };
  ways = waysOf(difference, ways);
  let best = { scenario: whole.scenario, difference };
  let frames = capture;
  let spent = 0;
  for (
    let size = Math.ceil(frames.length / 2);
    size >= 1 && spent < shrinkCycles;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < frames.length && spent < shrinkCycles; ) {
      const fewer = [...frames.slice(0, at), ...frames.slice(at + size)];
      const tried = attempt(fewer);
      spent += tried?.result.cycles ?? 0;
      if (tried === null || tried.result.difference === null) {
        at += size;
        continue;
      }
      frames = fewer;
      best = { scenario: tried.scenario, difference: tried.result.difference };
    }
  }
  return { cycles, scenarios: 1, failure: { ...best, drawn: null } };
};

/**
 * Runs a campaign.
 * @param captures each is played whole before random scenarios begin, and takes none of their cycles.
 */
export const runCampaign = <Scenario>(
  campaign: Campaign<Scenario>,
  captures: readonly (readonly CapturedFrame[])[] = [],
): CampaignResult<Scenario> => {
  if (campaign.path !== undefined) return runPath(campaign, campaign.path);
  let cycles = 0;
  let scenarios = 0;
  const add = (part: CampaignResult<Scenario>): CampaignResult<Scenario> | null => {
    cycles += part.cycles;
    scenarios += part.scenarios;
    return part.failure === null ? null : { cycles, scenarios, failure: part.failure };
  };
  for (const capture of captures) {
    const failed = add(runCapture(campaign, capture, cycles));
    if (failed !== null) return failed;
  }
  const captured = cycles;
  for (let seed = campaign.seed; cycles - captured < campaign.cycles; seed += 1) {
    const failed = add(runSeed(campaign, seed, { captured, random: cycles - captured }));
    campaign.onProgress?.({ cycles, random: cycles - captured, shrinking: false });
    if (failed !== null) return failed;
  }
  return { cycles, scenarios, failure: null };
};
