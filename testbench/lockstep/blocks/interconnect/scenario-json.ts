/** Scenarios from JSON, part by part: a replay file may come from anywhere. */
import { behaviourAt, lengthsAt, mostCycles, partsOf, transactionAt } from '../../../axi/json.ts';
import { listAt, naturalAt } from '../../json.ts';
import type { InterconnectScenario, ManagerPart, ResetEvent } from './scenario.ts';

const resetAt = (value: unknown, where: string): ResetEvent => {
  const at = partsOf(value, where);
  return { after: naturalAt(...at('after'), mostCycles), cycles: naturalAt(...at('cycles'), mostCycles) };
};

const managerAt = (value: unknown, where: string): ManagerPart => {
  const at = partsOf(value, where);
  const stalls = partsOf(...at('stalls'));
  return {
    transactions: listAt(...at('transactions'), transactionAt),
    outstanding: naturalAt(...at('outstanding'), 1000),
    lead: naturalAt(...at('lead'), 1000),
    stalls: { w: lengthsAt(...stalls('w')), b: lengthsAt(...stalls('b')), r: lengthsAt(...stalls('r')) },
  };
};

/** @throws ReplayError */
export const scenarioFromJson = (value: unknown): InterconnectScenario => {
  const at = partsOf(value, 'scenario');
  return {
    initialReset: naturalAt(...at('initialReset'), mostCycles),
    managers: listAt(...at('managers'), managerAt),
    subordinates: listAt(...at('subordinates'), behaviourAt),
    resets: listAt(...at('resets'), resetAt),
  };
};
