/** AXI transactions, accesses and memories from JSON, part by part: a replay file may come from anywhere. */
import type { LiteAccess, LiteWrite } from '../lockstep/axi/lite-manager.ts';
import { choiceAt, fault, flagAt, listAt, naturalAt, objectAt } from '../lockstep/json.ts';
import type { DeviceFault } from './device-faults.ts';
import type { SubordinateBehaviour } from './subordinate-behaviour.ts';
import type { Burst, Transaction } from './transaction.ts';

/** More cycles than anything takes. */
export const mostCycles = 2 ** 31;
const mostAddress = 2 ** 53 - 1;
const word = 0xffff_ffff;

/** The parts of an object, each with its own place. */
export const partsOf = (value: unknown, where: string) => {
  const object = objectAt(value, where);
  return (name: string): [value: unknown, where: string] => [object[name], `${where}.${name}`];
};

/** Lengths in cycles of going and stopping. */
export const lengthsAt = (value: unknown, where: string): readonly number[] =>
  listAt(value, where, (each, at) => naturalAt(each, at, mostCycles));

export const accessAt = (value: unknown, where: string): LiteAccess => {
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

export const writeAt = (value: unknown, where: string): LiteWrite => {
  const access = accessAt(value, where);
  if (access.kind !== 'write') throw fault(where, value, 'a write');
  return access;
};

export const transactionAt = (value: unknown, where: string): Transaction => {
  const at = partsOf(value, where);
  return {
    direction: choiceAt(...at('direction'), ['read', 'write']),
    id: naturalAt(...at('id'), 255),
    address: naturalAt(...at('address'), mostAddress),
    beats: naturalAt(...at('beats'), 256),
    size: naturalAt(...at('size'), 7),
    burst: naturalAt(...at('burst'), 2) as Burst,
    exclusive: flagAt(...at('exclusive')),
    cache: naturalAt(...at('cache'), 15),
    prot: naturalAt(...at('prot'), 7),
    qos: naturalAt(...at('qos'), 15),
    region: naturalAt(...at('region'), 15),
    ...(at('user')[0] !== undefined && { user: naturalAt(...at('user'), word) }),
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

export const behaviourAt = (value: unknown, where: string): SubordinateBehaviour => {
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
