/** What is held against the ports at the end of a run: memories, counters, the log. */
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { Memory } from '../../../axi/memory.ts';
import { beatAddress } from '../../../axi/transaction.ts';
import type { RacDriver } from './drive.ts';
import type { Guarantees } from './guarantees.ts';
import type { Ledger } from './ledger.ts';
import { registers } from './registers.ts';
import { storeBurst } from './requests.ts';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Whether each transaction that was begun has its answer. */
export const judgeEnds = ({ transactions }: Ledger): string | null => {
  const open = transactions.filter(({ end }) => end === 'open');
  const first = open[0];
  return first === undefined
    ? null
    : `${open.length} transactions were never answered, the first a ${first.kind} of ${hex(first.request.address)} of cycle ${first.began}`;
};

/** The memory behind every port that is surely healthy holds what the processor wrote there, and all of it was answered. */
export const judgeMemories = (ledger: Ledger, driver: RacDriver, guarantees: Guarantees): string | null => {
  if (ledger.resets > 0) return null;
  for (const [port, { sent }] of ledger.ports.entries()) {
    if (guarantees.ports[port] !== true) continue;
    const device = driver.devices[port];
    const watched = device?.script.behaviour.exclusive === true;
    const expected = new Memory();
    const touched = new Set<number>();
    for (const write of sent) {
      const answer = write.answers[0];
      if (answer === undefined) return `port ${port}: a write to ${hex(write.decision.deviceAddress)} was not answered`;
      const shape = { ...write.request, address: write.decision.deviceAddress };
      const granted = !write.request.exclusive || !watched || answer.response === 1;
      if (answer.response >= 2 || !granted) continue;
      storeBurst(expected, shape, write.data);
      const [first] = write.data;
      const bus = 4 * (first?.data.length ?? 0);
      for (let beat = 0; beat < shape.beats; beat += 1) {
        const address = beatAddress(shape, beat);
        for (let lane = 0; lane < bus; lane += 1) touched.add(address - (address % bus) + lane);
      }
    }
    for (const address of touched) {
      const seen = device?.subordinate.memory.read(address);
      if (seen !== expected.read(address)) {
        return `port ${port}: its memory holds ${seen} at ${hex(address)}, and the processor wrote ${expected.read(address)}`;
      }
    }
  }
  return null;
};

/** Counters and log, as they were read at the end. */
export const judgeRegisters = (
  ledger: Ledger,
  p: ResourceAccessControllerParameters,
  guarantees: Guarantees,
): string | null => {
  const { shadow, transactions } = ledger;
  const read = (address: number): number => shadow.values.get(address) ?? Number.NaN;
  if (read(registers.resourceBusy) !== 0) {
    return `resource_busy reads ${hex(read(registers.resourceBusy))}, and nothing is in flight`;
  }
  for (let resource = 0; resource < p.resources; resource += 1) {
    const of = transactions.filter(({ decision }) => decision.resource === resource && decision.verdict !== 'refuse');
    const least = of.filter(({ end }) => end === 'faked').length;
    const most = least + of.filter(({ end }) => end === 'either').length;
    const faked = read(registers.faked + 4 * resource);
    if (!(faked >= least && faked <= most)) {
      return `faked[${resource}] reads ${faked}, and ${least} to ${most} transactions of the resource were faked`;
    }
  }
  for (const [port, safe] of guarantees.ports.entries()) {
    if (safe && ((read(registers.portIsolated) >>> port) & 1) === 1)
      return `port ${port} is isolated, and it is healthy`;
  }
  for (const [resource, safe] of guarantees.resources.entries()) {
    if (safe && ((read(registers.resourceFaulted) >>> resource) & 1) === 1)
      return `resource ${resource} is faulted, and its device is healthy`;
  }
  return judgeLog(ledger, p);
};

/** The fault that is logged is of a transaction that there was. */
const judgeLog = ({ shadow, transactions }: Ledger, p: ResourceAccessControllerParameters): string | null => {
  const read = (address: number): number => shadow.values.get(address) ?? 0;
  const log = read(registers.log);
  const hasAddress = (log & 4) !== 0;
  if ((log & 1) === 0 || !hasAddress) return null;
  const kind = (log & 2) !== 0 ? 'write' : 'read';
  const [cause, port, resource, id] = [(log >>> 4) & 15, (log >>> 8) & 255, (log >>> 16) & 255, log >>> 24];
  const high = p.addressWidth > 32 ? read(registers.logAddressHigh) : 0;
  const address = read(registers.logAddressLow) + high * 2 ** 32;
  const found = transactions.some(
    ({ kind: own, request, decision, forwarded }) =>
      own === kind &&
      forwarded &&
      request.id === id &&
      decision.port === port &&
      decision.resource === resource &&
      decision.deviceAddress === address,
  );
  return found
    ? null
    : `the log names a ${kind} of ${hex(address)} with identifier ${id} of resource ${resource} at port ${port} (cause ${cause}), and there was none`;
};
