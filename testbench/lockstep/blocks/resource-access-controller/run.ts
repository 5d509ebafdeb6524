/** One run with everything that was seen of it, for tests that look closer than a campaign does. */
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import type { Scoreboard } from '../../driver.ts';
import { type LockstepResult, lockstep } from '../../lockstep.ts';
import type { Way } from '../../way.ts';
import { RacDriver } from './drive.ts';
import type { Ledger } from './ledger.ts';
import type { RacScenario } from './scenario.ts';
import { racScoreboards } from './scoreboards.ts';

export interface RacRun extends LockstepResult {
  readonly driver: RacDriver;
  readonly ledger: Ledger;
}

/** Far more cycles than a scenario of a test takes. */
const limit = 400_000;

/** @param more scoreboards beside those of every run. */
export const runRac = (
  scenario: RacScenario,
  p: ResourceAccessControllerParameters,
  ways: readonly Way[],
  more: readonly Scoreboard[] = [],
): RacRun => {
  const [reference] = ways;
  if (reference === undefined) throw new Error('a scenario needs at least one way to run');
  const driver = new RacDriver(scenario, p, reference.layout);
  const { scoreboards, ledger } = racScoreboards(scenario, p, reference.layout, driver);
  const result = lockstep(ways, driver, limit, { scoreboards: [...scoreboards, ...more] });
  return { ...result, driver, ledger };
};
