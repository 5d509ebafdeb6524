/** Scenarios from JSON, part by part: a replay file may come from anywhere. */
import { accessAt, behaviourAt, lengthsAt, mostCycles, partsOf, transactionAt } from '../../../axi/json.ts';
import { listAt, naturalAt } from '../../json.ts';
import type { ResetEvent, WriteGateScenario } from './scenario.ts';

const resetAt = (value: unknown, where: string): ResetEvent => {
  const at = partsOf(value, where);
  return { after: naturalAt(...at('after'), mostCycles), cycles: naturalAt(...at('cycles'), mostCycles) };
};

/** @throws ReplayError */
export const scenarioFromJson = (value: unknown): WriteGateScenario => {
  const at = partsOf(value, 'scenario');
  const stalls = partsOf(...at('stalls'));
  return {
    initialReset: naturalAt(...at('initialReset'), mostCycles),
    transactions: listAt(...at('transactions'), transactionAt),
    outstanding: naturalAt(...at('outstanding'), 1000),
    lead: naturalAt(...at('lead'), 1000),
    stalls: {
      w: lengthsAt(...stalls('w')),
      b: lengthsAt(...stalls('b')),
      r: lengthsAt(...stalls('r')),
      registerWriteResponse: lengthsAt(...stalls('registerWriteResponse')),
      registerReadData: lengthsAt(...stalls('registerReadData')),
    },
    memory: behaviourAt(...at('memory')),
    accesses: listAt(...at('accesses'), accessAt),
    resets: listAt(...at('resets'), resetAt),
  };
};
