/** Scenarios from JSON, part by part: a replay file may come from anywhere. */
import { accessAt, behaviourAt, lengthsAt, mostCycles, partsOf, transactionAt } from '../../../axi/json.ts';
import { choiceAt, fault, flagAt, listAt, naturalAt } from '../../json.ts';
import type { Port, ResetEvent, Step, SystemScenario, TableEntry, UnitTraffic } from './scenario.ts';

const word = 0xffff_ffff;
const mostUnits = 7;

const portAt = (value: unknown, where: string): Port =>
  value === 'keeper' ? value : naturalAt(value, where, mostUnits);

const entryAt = (value: unknown, where: string): TableEntry => {
  const at = partsOf(value, where);
  return {
    memories: naturalAt(...at('memories'), 3),
    address: naturalAt(...at('address'), 2 ** 48 - 1),
    words: listAt(...at('words'), (each, place) => naturalAt(each, place, word)),
  };
};

const stepAt = (value: unknown, where: string): Step => {
  const at = partsOf(value, where);
  const kind = choiceAt(...at('kind'), ['access', 'until', 'store', 'rest', 'replace']);
  switch (kind) {
    case 'access':
      return {
        kind,
        port: portAt(...at('port')),
        access: accessAt(...at('access')),
        answered: flagAt(...at('answered')),
      };
    case 'until':
      return {
        kind,
        port: portAt(...at('port')),
        address: naturalAt(...at('address'), 0xfff),
        mask: naturalAt(...at('mask'), word),
        value: naturalAt(...at('value'), word),
      };
    case 'store':
      return { kind, ...entryAt(value, where) };
    case 'rest':
      return { kind, cycles: naturalAt(...at('cycles'), mostCycles) };
    case 'replace':
      return { kind, memory: naturalAt(...at('memory'), 1) as 0 | 1 };
    default:
      throw new Error(`unknown step ${kind satisfies never}`);
  }
};

const trafficAt = (value: unknown, where: string): UnitTraffic => {
  const at = partsOf(value, where);
  const stalls = partsOf(...at('stalls'));
  return {
    transactions: listAt(...at('transactions'), transactionAt),
    outstanding: naturalAt(...at('outstanding'), 1000),
    lead: naturalAt(...at('lead'), 1000),
    stalls: { w: lengthsAt(...stalls('w')), b: lengthsAt(...stalls('b')), r: lengthsAt(...stalls('r')) },
  };
};

const resetAt = (value: unknown, where: string): ResetEvent => {
  const at = partsOf(value, where);
  return { after: naturalAt(...at('after'), mostCycles), cycles: naturalAt(...at('cycles'), mostCycles) };
};

/** @throws ReplayError */
export const scenarioFromJson = (value: unknown): SystemScenario => {
  const at = partsOf(value, 'scenario');
  const [memories, place] = at('memories');
  const [first, second, ...more] = listAt(memories, place, behaviourAt);
  if (first === undefined || second === undefined || more.length > 0) throw fault(place, memories, 'two memories');
  const reset = partsOf(...at('memoryReset'));
  const stalls = partsOf(...at('registerStalls'));
  return {
    initialReset: naturalAt(...at('initialReset'), mostCycles),
    tables: listAt(...at('tables'), entryAt),
    settings: listAt(...at('settings'), stepAt),
    software: listAt(...at('software'), stepAt),
    traffic: listAt(...at('traffic'), trafficAt),
    memories: [first, second],
    memoryReset: { rise: naturalAt(...reset('rise'), mostCycles), fall: naturalAt(...reset('fall'), mostCycles) },
    resets: listAt(...at('resets'), resetAt),
    registerStalls: { b: lengthsAt(...stalls('b')), r: lengthsAt(...stalls('r')) },
    patience: naturalAt(...at('patience'), mostCycles),
    mayHang: flagAt(...at('mayHang')),
    rest: naturalAt(...at('rest'), mostCycles),
    readBack: flagAt(...at('readBack')),
  };
};
