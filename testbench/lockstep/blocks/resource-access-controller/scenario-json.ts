/** Scenarios from JSON, part by part: a replay file may come from anywhere. */
import { accessAt, behaviourAt, lengthsAt, mostCycles, partsOf, transactionAt, writeAt } from '../../../axi/json.ts';
import { flagAt, listAt, naturalAt } from '../../json.ts';
import type { DeviceScript, Interrupts, MidReset, RacScenario, Recovery, Stalls } from './scenario.ts';

const deviceAt = (value: unknown, where: string): DeviceScript => {
  const at = partsOf(value, where);
  const [acknowledge, place] = at('acknowledge');
  return {
    behaviour: behaviourAt(...at('behaviour')),
    acknowledge: acknowledge === null ? null : naturalAt(acknowledge, place, mostCycles),
    release: naturalAt(...at('release'), mostCycles),
    relapses: flagAt(...at('relapses')),
  };
};

const recoveryAt = (value: unknown, where: string): Recovery | null => {
  if (value === null) return null;
  const at = partsOf(value, where);
  return {
    delay: naturalAt(...at('delay'), mostCycles),
    resets: flagAt(...at('resets')),
    readmits: flagAt(...at('readmits')),
    clears: flagAt(...at('clears')),
  };
};

const stallsAt = (value: unknown, where: string): Stalls => {
  const at = partsOf(value, where);
  return {
    writeData: lengthsAt(...at('writeData')),
    writeResponse: lengthsAt(...at('writeResponse')),
    readData: lengthsAt(...at('readData')),
    registerWriteResponse: lengthsAt(...at('registerWriteResponse')),
    registerReadData: lengthsAt(...at('registerReadData')),
  };
};

const interruptsAt = (value: unknown, where: string): Interrupts => {
  const at = partsOf(value, where);
  return { cycles: naturalAt(...at('cycles'), mostCycles), mask: naturalAt(...at('mask'), 0xffff_ffff) };
};

const resetAt = (value: unknown, where: string): MidReset => {
  const at = partsOf(value, where);
  return { after: naturalAt(...at('after'), mostCycles), cycles: naturalAt(...at('cycles'), mostCycles) };
};

/** @throws ReplayError */
export const scenarioFromJson = (value: unknown): RacScenario => {
  const at = partsOf(value, 'scenario');
  return {
    initialReset: naturalAt(...at('initialReset'), mostCycles),
    settings: listAt(...at('settings'), writeAt),
    transactions: listAt(...at('transactions'), transactionAt),
    outstanding: naturalAt(...at('outstanding'), 1000),
    lead: naturalAt(...at('lead'), 1000),
    devices: listAt(...at('devices'), deviceAt),
    recovery: recoveryAt(...at('recovery')),
    accesses: listAt(...at('accesses'), accessAt),
    interrupts: listAt(...at('interrupts'), interruptsAt),
    stalls: stallsAt(...at('stalls')),
    resets: listAt(...at('resets'), resetAt),
    rest: naturalAt(...at('rest'), mostCycles),
    readBack: flagAt(...at('readBack')),
  };
};
