/** Scenarios from JSON, part by part: a replay file may come from anywhere. */
import { accessAt, behaviourAt, lengthsAt, mostCycles, partsOf } from '../../../axi/json.ts';
import { flagAt, listAt, naturalAt } from '../../json.ts';
import type { Chain, Packet, PacketReceiveScenario, ResetEvent } from './scenario.ts';

const mostBytes = 65_535;

const packetAt = (value: unknown, where: string): Packet => {
  const at = partsOf(value, where);
  return {
    bytes: naturalAt(...at('bytes'), mostBytes),
    seed: naturalAt(...at('seed'), 0xffff_ffff),
    wait: naturalAt(...at('wait'), mostCycles),
  };
};

const chainAt = (value: unknown, where: string): Chain => {
  const at = partsOf(value, where);
  return {
    client: naturalAt(...at('client'), 15),
    mask: naturalAt(...at('mask'), 0xffff),
    hash: naturalAt(...at('hash'), 0xffff_ffff),
    hashType: naturalAt(...at('hashType'), 7),
    packets: listAt(...at('packets'), packetAt),
    recordWait: naturalAt(...at('recordWait'), mostCycles),
  };
};

const resetAt = (value: unknown, where: string): ResetEvent => {
  const at = partsOf(value, where);
  return { after: naturalAt(...at('after'), mostCycles), cycles: naturalAt(...at('cycles'), mostCycles) };
};

/** @throws ReplayError */
export const scenarioFromJson = (value: unknown): PacketReceiveScenario => {
  const at = partsOf(value, 'scenario');
  const stalls = partsOf(...at('stalls'));
  return {
    initialReset: naturalAt(...at('initialReset'), mostCycles),
    settings: listAt(...at('settings'), accessAt),
    chains: listAt(...at('chains'), chainAt),
    accesses: listAt(...at('accesses'), accessAt),
    memory: behaviourAt(...at('memory')),
    stalls: {
      source: lengthsAt(...stalls('source')),
      record: lengthsAt(...stalls('record')),
      registerWriteResponse: lengthsAt(...stalls('registerWriteResponse')),
      registerReadData: lengthsAt(...stalls('registerReadData')),
    },
    resets: listAt(...at('resets'), resetAt),
    follow: flagAt(...at('follow')),
    rest: naturalAt(...at('rest'), mostCycles),
  };
};
