/** Lockstep: every way to run a block under one stimulus, every output compared in every cycle. */
export type { Bench, BlockModel, BlockParameters, BlockUnderTest, CapturedFrame } from './block.ts';
export { blocksUnderTest } from './blocks/index.ts';
export { type Campaign, type CampaignResult, type Failure, runCampaign, runScenario } from './campaign.ts';
export {
  CheckError,
  type CheckProgress,
  type CheckRequest,
  type CheckResult,
  check,
  defaultCycles,
  defaultWays,
} from './check.ts';
export type { Driver, Scoreboard } from './driver.ts';
export { ReplayError } from './json.ts';
export { type LockstepOptions, type LockstepResult, lockstep, type RunDifference } from './lockstep.ts';
export { type Difference, differenceText } from './report.ts';
export { replay, type Way, type WayName, wayNames } from './way.ts';
export { gatesWay, makeWays, modelWay, rtlWay, simulatedWay, verilogWay } from './ways.ts';
