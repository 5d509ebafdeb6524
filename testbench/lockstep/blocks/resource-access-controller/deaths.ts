/** The campaign of device deaths: in each run one device dies, at a random cycle and in a random way. */
import fc from 'fast-check';
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import type { RunDifference } from '../../lockstep.ts';
import type { Way } from '../../way.ts';
import { deaths } from './device-scripts.ts';
import { registers } from './registers.ts';
import { runRac } from './run.ts';
import type { RacScenario } from './scenario.ts';
import { containedScenarios } from './scenarios.ts';

export interface Death {
  /** Its name in `deaths`. */
  readonly kind: string;
  /** The cause that was logged: see `faultCauses`. */
  readonly cause: number;
  /** Transactions that were answered by the controller. */
  readonly faked: number;
  readonly transactions: number;
  /**
   * For a timeout: cycles from when the transaction that was found last moved, less its resource's timeout and the cycles in which its device was not to blame, to the
   * fault that was logged; null where another fault came first.
   */
  readonly noticed: number | null;
  /** The same to the first faked beat of the port. */
  readonly answered: number | null;
}

export interface DeathCampaign {
  readonly deaths: readonly Death[];
  /** Runs in which the device died and nobody asked anything of it afterwards. */
  readonly unnoticed: number;
  readonly cycles: number;
  readonly failure: { readonly scenario: RacScenario; readonly difference: RunDifference } | null;
}

const nameOf = ({ devices }: RacScenario): string => {
  const text = JSON.stringify(
    devices.flatMap(({ behaviour }) => behaviour.faults.map(({ from: _, cycles: __, ...rest }) => rest)),
  );
  return Object.entries(deaths).find(([, faults]) => JSON.stringify(faults) === text)?.[0] ?? 'none';
};

/** Software looks on, and the processor takes what it gets: so the times are the controller's own. */
const observed = (scenario: RacScenario): RacScenario => ({
  ...scenario,
  recovery: null,
  accesses: [],
  readBack: true,
  stalls: { ...scenario.stalls, writeResponse: [], readData: [] },
});

const deathOf = (scenario: RacScenario, p: ResourceAccessControllerParameters, ways: readonly Way[]) => {
  const run = runRac(scenario, p, ways);
  const { shadow, ports, transactions } = run.ledger;
  const read = (address: number): number => shadow.values.get(address) ?? 0;
  const log = read(registers.log);
  if (run.difference !== null || (log & 1) === 0) return { run, death: null };
  const cause = (log >>> 4) & 15;
  const port = (log >>> 8) & 255;
  const resource = (log >>> 16) & 255;
  const cycle = scenario.initialReset + read(registers.logCycle);
  const timeout = shadow.word(registers.timeout + 4 * resource);
  const kind = (log & 2) !== 0 ? 'write' : 'read';
  const id = log >>> 24;
  const own = ports[port];
  const blamed = transactions.find(
    (each) =>
      each.kind === kind &&
      each.forwarded &&
      each.request.id === id &&
      each.decision.port === port &&
      each.decision.deviceAddress === read(registers.logAddressLow) &&
      each.ended > cycle,
  );
  const timed = cause <= 3 && own !== undefined && blamed !== undefined;
  const last = timed ? Math.max(blamed.sent, ...blamed.moved.filter((each) => each < cycle)) : 0;
  const within = (list: readonly number[], end: number): readonly number[] =>
    list.filter((each) => each > last && each < Math.min(end, cycle - 1));
  const untilDelivered = blamed === undefined || blamed.delivered < 0 ? cycle : blamed.delivered;
  const spent = timed
    ? new Set([
        ...within(own.excuses[kind], cycle),
        ...(kind === 'write' ? within(own.excuses.data, untilDelivered) : []),
      ]).size
    : 0;
  const base = timed ? last + timeout + spent : 0;
  const first = transactions
    .filter(({ forwarded, decision, firstFaked }) => forwarded && decision.port === port && firstFaked >= cycle)
    .map(({ firstFaked }) => firstFaked);
  const death: Death = {
    kind: nameOf(scenario),
    cause,
    faked: transactions.filter(({ end, decision }) => end === 'faked' && decision.verdict === 'forward').length,
    transactions: transactions.length,
    noticed: timed ? cycle - base : null,
    answered: timed && first.length > 0 ? Math.min(...first) - base : null,
  };
  return { run, death };
};

/**
 * Runs until so many devices have died and been found out; stops at the first failure.
 */
export const runDeaths = (
  p: ResourceAccessControllerParameters,
  ways: readonly Way[],
  count: number,
  seed: number,
): DeathCampaign => {
  const found: Death[] = [];
  let unnoticed = 0;
  let cycles = 0;
  for (let batch = seed; found.length < count; batch += 1) {
    for (const drawn of fc.sample(containedScenarios(p, 30, 'always'), { seed: batch, numRuns: 50 })) {
      if (found.length >= count) break;
      const scenario = observed(drawn);
      const { run, death } = deathOf(scenario, p, ways);
      cycles += run.cycles;
      if (run.difference !== null || !run.ended) {
        const difference: RunDifference = run.difference ?? {
          kind: 'scoreboard',
          cycle: run.cycles,
          scoreboard: 'progress',
          reference: ways[0]!.name,
          message: 'the run has not ended',
        };
        return { deaths: found, unnoticed, cycles, failure: { scenario, difference } };
      }
      if (death === null) unnoticed += 1;
      else found.push(death);
    }
  }
  return { deaths: found, unnoticed, cycles, failure: null };
};
