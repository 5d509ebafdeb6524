/** Scenarios from JSON, part by part: a replay file may come from anywhere. */
import { accessAt, behaviourAt, lengthsAt, mostCycles, partsOf, transactionAt } from '../../../axi/json.ts';
import { flagAt, listAt, naturalAt } from '../../json.ts';
import type { Event, HeldScan, MemoryPathScenario, Stalls } from './scenario.ts';

const eventAt = (value: unknown, where: string): Event => {
  const at = partsOf(value, where);
  return { after: naturalAt(...at('after'), mostCycles), cycles: naturalAt(...at('cycles'), mostCycles) };
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

const mostAddress = 2 ** 48 - 1;
const mostWord = 2 ** 32 - 1;

const heldAt = (value: unknown, where: string): HeldScan => {
  const at = partsOf(value, where);
  const [different, place] = at('different');
  const word = partsOf(different ?? {}, place);
  return {
    form: naturalAt(...at('form'), 15),
    address: naturalAt(...at('address'), mostAddress),
    lines: naturalAt(...at('lines'), mostWord),
    low: naturalAt(...at('low'), mostWord),
    high: naturalAt(...at('high'), mostWord),
    different:
      different === null ? null : { word: naturalAt(...word('word'), mostAddress), bit: naturalAt(...word('bit'), 63) },
  };
};

/** @throws ReplayError */
export const scenarioFromJson = (value: unknown): MemoryPathScenario => {
  const at = partsOf(value, 'scenario');
  return {
    initialReset: naturalAt(...at('initialReset'), mostCycles),
    held: listAt(...at('held'), heldAt),
    settings: listAt(...at('settings'), accessAt),
    transactions: listAt(...at('transactions'), transactionAt),
    outstanding: naturalAt(...at('outstanding'), 1000),
    lead: naturalAt(...at('lead'), 1000),
    memory: behaviourAt(...at('memory')),
    accesses: listAt(...at('accesses'), accessAt),
    tampers: listAt(...at('tampers'), eventAt),
    resets: listAt(...at('resets'), eventAt),
    stalls: stallsAt(...at('stalls')),
    rest: naturalAt(...at('rest'), mostCycles),
    readBack: flagAt(...at('readBack')),
  };
};
