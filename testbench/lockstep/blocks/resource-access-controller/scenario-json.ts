/** Scenarios from JSON, part by part: a replay file may come from anywhere. */
import type { DeviceFault } from '../../../axi/device-faults.ts';
import type { SubordinateBehaviour } from '../../../axi/subordinate.ts';
import type { Burst, Transaction } from '../../../axi/transaction.ts';
import type { LiteAccess, LiteWrite } from '../../axi/lite-manager.ts';
import { choiceAt, fault, flagAt, listAt, naturalAt, objectAt } from '../../json.ts';
import type { DeviceScript, Interrupts, MidReset, RacScenario, Recovery, Stalls } from './scenario.ts';

const mostCycles = 2 ** 31;
const mostAddress = 2 ** 48 - 1;
const word = 0xffff_ffff;

/** The parts of an object, each with its own place. */
const partsOf = (value: unknown, where: string) => {
  const object = objectAt(value, where);
  return (name: string): [value: unknown, where: string] => [object[name], `${where}.${name}`];
};

const lengthsAt = (value: unknown, where: string): readonly number[] =>
  listAt(value, where, (each, at) => naturalAt(each, at, mostCycles));

const accessAt = (value: unknown, where: string): LiteAccess => {
  const at = partsOf(value, where);
  const kind = choiceAt(...at('kind'), ['read', 'write']);
  const address = naturalAt(...at('address'), 0xfff);
  const wait = naturalAt(...at('wait'), mostCycles);
  if (kind === 'read') return { kind, address, wait };
  return {
    kind,
    address,
    data: naturalAt(...at('data'), word),
    strobes: naturalAt(...at('strobes'), 15),
    wait,
    dataWait: naturalAt(...at('dataWait'), mostCycles),
  };
};

const writeAt = (value: unknown, where: string): LiteWrite => {
  const access = accessAt(value, where);
  if (access.kind !== 'write') throw fault(where, value, 'a write');
  return access;
};

const transactionAt = (value: unknown, where: string): Transaction => {
  const at = partsOf(value, where);
  return {
    direction: choiceAt(...at('direction'), ['read', 'write']),
    id: naturalAt(...at('id'), 255),
    address: naturalAt(...at('address'), mostAddress),
    beats: naturalAt(...at('beats'), 256),
    size: naturalAt(...at('size'), 4),
    burst: naturalAt(...at('burst'), 2) as Burst,
    exclusive: flagAt(...at('exclusive')),
    cache: naturalAt(...at('cache'), 15),
    prot: naturalAt(...at('prot'), 7),
    qos: naturalAt(...at('qos'), 15),
    region: naturalAt(...at('region'), 15),
    seed: naturalAt(...at('seed'), word),
    sparse: naturalAt(...at('sparse'), word),
    wait: naturalAt(...at('wait'), mostCycles),
    dataWait: naturalAt(...at('dataWait'), mostCycles),
    dataAfterAddress: flagAt(...at('dataAfterAddress')),
    barrier: flagAt(...at('barrier')),
  };
};

const faultAt = (value: unknown, where: string): DeviceFault => {
  const at = partsOf(value, where);
  const window = { from: naturalAt(...at('from'), mostCycles), cycles: naturalAt(...at('cycles'), mostCycles) };
  const channel = (): 'b' | 'r' => choiceAt(...at('channel'), ['b', 'r']);
  const kind = choiceAt(...at('kind'), [
    'refuse',
    'silent',
    'response',
    'identifier',
    'early last',
    'missing last',
    'unasked',
    'changed',
    'dropped',
    'twice',
    'late',
    'babble',
  ]);
  switch (kind) {
    case 'refuse':
      return { kind, channel: choiceAt(...at('channel'), ['aw', 'w', 'ar']), ...window };
    case 'silent':
    case 'dropped':
    case 'twice':
      return { kind, channel: channel(), ...window };
    case 'response': {
      const code = naturalAt(...at('code'), 3);
      if (code === 0) throw fault(`${where}.code`, code, '1, 2 or 3');
      return { kind, channel: channel(), code: code as 1 | 2 | 3, ...window };
    }
    case 'identifier':
      return { kind, channel: channel(), flip: naturalAt(...at('flip'), 255), ...window };
    case 'early last':
    case 'missing last':
      return { kind, ...window };
    case 'unasked': {
      const id = naturalAt(...at('id'), 255);
      return { kind, channel: channel(), id, last: flagAt(...at('last')), ...window };
    }
    case 'changed':
      return { kind, channel: channel(), bit: naturalAt(...at('bit'), 4095), ...window };
    case 'late':
      return { kind, delay: naturalAt(...at('delay'), mostCycles), ...window };
    case 'babble':
      return { kind, seed: naturalAt(...at('seed'), word), ...window };
    default:
      throw new Error(`unknown kind of fault ${kind satisfies never}`);
  }
};

const behaviourAt = (value: unknown, where: string): SubordinateBehaviour => {
  const at = partsOf(value, where);
  const stalls = partsOf(...at('stalls'));
  return {
    stalls: {
      aw: lengthsAt(...stalls('aw')),
      w: lengthsAt(...stalls('w')),
      ar: lengthsAt(...stalls('ar')),
      b: lengthsAt(...stalls('b')),
      r: lengthsAt(...stalls('r')),
    },
    latencies: lengthsAt(...at('latencies')),
    picks: lengthsAt(...at('picks')),
    interleave: flagAt(...at('interleave')),
    exclusive: flagAt(...at('exclusive')),
    errors: listAt(...at('errors'), (each, place) => {
      const error = partsOf(each, place);
      const code = naturalAt(...error('code'), 3);
      if (code !== 2 && code !== 3) throw fault(`${place}.code`, code, '2 or 3');
      return { base: naturalAt(...error('base'), mostAddress), size: naturalAt(...error('size'), mostAddress), code };
    }),
    faults: listAt(...at('faults'), faultAt),
  };
};

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
  return { cycles: naturalAt(...at('cycles'), mostCycles), mask: naturalAt(...at('mask'), word) };
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
