/** Everything that is judged of a run from its ports, without the model but for its ciphers, which published vectors and @noble/ciphers hold. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { Axi4Checker } from '../../../axi/checker.ts';
import { channelRules, liteResponseChannels } from '../../axi/channel-rules.ts';
import type { Scoreboard } from '../../driver.ts';
import type { MemoryPathDriver } from './drive.ts';
import { PlainWaits } from './plain-waits.ts';
import { Reference } from './reference.ts';
import { registers } from './registers.ts';
import type { MemoryPathScenario } from './scenario.ts';

/** Whether what each access must do follows from those before it. */
const isSerial = (scenario: MemoryPathScenario): boolean =>
  scenario.tampers.length === 0 &&
  scenario.resets.length === 0 &&
  scenario.memory.errors.length === 0 &&
  scenario.transactions.every(({ barrier, exclusive }) => barrier && !exclusive) &&
  scenario.accesses.every(
    (access) =>
      access.kind === 'read' || access.address < registers.keyCommand || access.address >= registers.scanAddressLow,
  );

const hex = (value: number): string => value.toString(16).padStart(2, '0');

/** The first access that was answered wrongly, or the first byte of memory that is wrong. */
const judgeSerial = (
  scenario: MemoryPathScenario,
  p: MemoryPathParameters,
  driver: MemoryPathDriver,
): string | null => {
  const reference = new Reference(scenario, p);
  const words = p.dataWidth / 32;
  for (const [index, transaction] of scenario.transactions.entries()) {
    const { responses, lanes } = reference.access(transaction);
    const completion = driver.processor.completions[index]!;
    const place = `${transaction.direction} ${index} at 0x${transaction.address.toString(16)}`;
    for (const [beat, response] of responses.entries()) {
      const got = completion.responses[beat];
      if (got !== response) return `${place} was answered with ${got} at beat ${beat}; it must be ${response}`;
    }
    for (const [beat, bytes] of lanes.entries()) {
      for (const [lane, byte] of bytes.entries()) {
        if (byte === undefined) continue;
        const got = (completion.data[beat * words + (lane >> 2)]! >>> (8 * (lane & 3))) & 0xff;
        if (got !== byte) return `${place} read ${hex(got)} in lane ${lane} of beat ${beat}; it must be ${hex(byte)}`;
      }
    }
  }
  for (const address of reference.touched) {
    const got = driver.memory.memory.read(address);
    const expected = reference.memory.read(address);
    if (got !== expected)
      return `memory holds ${hex(got)} at 0x${address.toString(16)} at the end; it must be ${hex(expected)}`;
  }
  return null;
};

export const memoryPathScoreboards = (
  scenario: MemoryPathScenario,
  p: MemoryPathParameters,
  layout: PortLayout,
  driver: MemoryPathDriver,
): readonly Scoreboard[] => {
  const atEnd = (name: string, judge: () => string | null): Scoreboard => ({ name, cycle: () => null, end: judge });
  const always = [
    new Axi4Checker(layout, 'm_axi', { requests: 'output', keeper: 'manager' }),
    channelRules(layout, liteResponseChannels('s_axil')),
  ];
  // What stray answers of memory do to the processor's bursts is memory's fault.
  if (scenario.memory.faults.length > 0) return always;
  return [
    ...always,
    new Axi4Checker(layout, 's_axi', { requests: 'input', keeper: 'subordinate' }),
    new PlainWaits(layout, p),
    atEnd('progress', () => (driver.stuck ? `nothing moves any more, in the phase '${driver.phase}'` : null)),
    atEnd('answers', () => driver.processor.problem),
    atEnd('contents', () => (isSerial(scenario) && !driver.stuck ? judgeSerial(scenario, p, driver) : null)),
  ];
};
