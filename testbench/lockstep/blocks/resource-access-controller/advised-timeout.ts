/** The shortest timeout that the page advises for a device that works (docs/systems/resource-access-controller.md, Constants). */
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import type { Lengths, RacScenario } from './scenario.ts';

/** The longest stop of a repeated pattern of going and stopping, in cycles; 0 where it never goes, for that means always. */
const longestStop = (lengths: Lengths): number => {
  const even = lengths.length % 2 === 0 ? lengths : [...lengths, 0];
  if (!even.some((length, index) => index % 2 === 0 && length > 0)) return 0;
  let longest = 0;
  let stopped = 0;
  for (const [index, length] of [...even, ...even].entries()) {
    if (index % 2 === 1) stopped += length;
    else if (length > 0) stopped = 0;
    longest = Math.max(longest, stopped);
  }
  return longest;
};

const slowest = (patterns: readonly Lengths[]): number => Math.max(...patterns.map(longestStop));

type Traffic = Pick<RacScenario, 'transactions' | 'stalls' | 'outstanding'>;

/**
 * In cycles. Beats that a device may serve before a transaction that waits, times the cycles for each (the device's own pace and the processor's, or its turn at the
 * processor's register), and the time to a first answer. A device that picks at random may put a transaction off for as long as there are others.
 */
export const advisedTimeout = (
  { behaviour }: RacScenario['devices'][number],
  { transactions, stalls, outstanding }: Traffic,
  p: ResourceAccessControllerParameters,
): number => {
  const inFlight = behaviour.picks.length === 0 ? Math.min(p.outstanding, outstanding) : transactions.length;
  const beats = transactions.map((each) => each.beats).sort((a, b) => b - a);
  const served = beats.slice(0, inFlight).reduce((sum, each) => sum + each, 0);
  const pace =
    slowest(Object.values(behaviour.stalls)) +
    slowest([stalls.writeData, stalls.writeResponse, stalls.readData]) +
    p.ports +
    1;
  return served * pace + inFlight * (1 + Math.max(0, ...behaviour.latencies));
};
