/** Scenarios as JSON: the frames' bytes as hexadecimal digits, all else as it is. */
import type { LiteAccess, LiteWrite } from '../../axi/lite-manager.ts';
import { bytesAt, choiceAt, fault, flagAt, listAt, naturalAt, objectAt } from '../../json.ts';
import type { Accepting, MidReset, PacketUnitScenario, Stalls, TrafficFrame } from './scenario.ts';

const mostCycles = 1_000_000;
const mostAddress = 0xfff;

export const scenarioToJson = (scenario: PacketUnitScenario): unknown => ({
  ...scenario,
  frames: scenario.frames.map(({ data, ...frame }) => ({ data: Buffer.from(data).toString('hex'), ...frame })),
});

const frameAt = (value: unknown, where: string): TrafficFrame => {
  const frame = objectAt(value, where);
  return {
    data: bytesAt(frame.data, `${where}.data`),
    gap: naturalAt(frame.gap, `${where}.gap`, mostCycles),
    keep: choiceAt(frame.keep, `${where}.keep`, ['plain', 'noisy', 'empty_last']),
  };
};

const accessAt = (value: unknown, where: string): LiteAccess => {
  const access = objectAt(value, where);
  const kind = choiceAt(access.kind, `${where}.kind`, ['read', 'write']);
  const address = naturalAt(access.address, `${where}.address`, mostAddress);
  const wait = naturalAt(access.wait, `${where}.wait`, mostCycles);
  if (kind === 'read') return { kind, address, wait };
  return {
    kind,
    address,
    data: naturalAt(access.data, `${where}.data`, 0xffff_ffff),
    strobes: naturalAt(access.strobes, `${where}.strobes`, 15),
    wait,
    dataWait: naturalAt(access.dataWait, `${where}.dataWait`, mostCycles),
  };
};

const writeAt = (value: unknown, where: string): LiteWrite => {
  const access = accessAt(value, where);
  if (access.kind !== 'write') throw fault(where, value, 'a write');
  return access;
};

const lengthsAt = (value: unknown, where: string): readonly number[] =>
  listAt(value, where, (each, at) => naturalAt(each, at, mostCycles));

const stallsAt = (value: unknown, where: string): Stalls => {
  const stalls = objectAt(value, where);
  const lengths = (name: keyof Stalls): readonly number[] => lengthsAt(stalls[name], `${where}.${name}`);
  return {
    source: lengths('source'),
    output: lengths('output'),
    chain: lengths('chain'),
    writeResponse: lengths('writeResponse'),
    readResponse: lengths('readResponse'),
  };
};

const acceptingAt = (value: unknown, where: string): Accepting => {
  const accepting = objectAt(value, where);
  return {
    cycles: naturalAt(accepting.cycles, `${where}.cycles`, mostCycles),
    mask: naturalAt(accepting.mask, `${where}.mask`, 0xffff),
  };
};

const resetAt = (value: unknown, where: string): MidReset => {
  const reset = objectAt(value, where);
  return {
    after: naturalAt(reset.after, `${where}.after`, mostCycles),
    cycles: naturalAt(reset.cycles, `${where}.cycles`, mostCycles),
  };
};

/** @throws ReplayError */
export const scenarioFromJson = (value: unknown): PacketUnitScenario => {
  const scenario = objectAt(value, 'scenario');
  const at = (name: keyof PacketUnitScenario): [value: unknown, where: string] => [scenario[name], `scenario.${name}`];
  return {
    initialReset: naturalAt(...at('initialReset'), mostCycles),
    settings: listAt(...at('settings'), writeAt),
    frames: listAt(...at('frames'), frameAt),
    accesses: listAt(...at('accesses'), accessAt),
    accepting: listAt(...at('accepting'), acceptingAt),
    stalls: stallsAt(...at('stalls')),
    resets: listAt(...at('resets'), resetAt),
    rest: naturalAt(...at('rest'), mostCycles),
    readBack: flagAt(...at('readBack')),
  };
};
