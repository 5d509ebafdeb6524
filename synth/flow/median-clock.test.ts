import { expect, test } from 'vitest';
import { medianClock, trapReason } from './place-and-route.ts';

const routed = (mhz: number) => ({ mhz, reason: null });
const late = { mhz: null, reason: 'too slow', late: true };
const failed = { mhz: null, reason: 'does not fit' };

test('the median of three; one that was not routed in time counts as the slowest', () => {
  expect(medianClock([routed(90), routed(70), routed(80)])).toBe(80);
  expect(medianClock([routed(90), late, routed(80)])).toBe(80);
  expect(medianClock([late, routed(90), late])).toMatch(/did not end within \d+ s/);
  expect(medianClock([routed(90), failed, routed(80)])).toBe('does not fit');
});

test('a trap after an error is told by the error', () => {
  const stderr = "ERROR: Unable to place cell 'a', no BELs remaining to implement cell type 'ICESTORM_LC'\n";
  expect(trapReason({ stdout: '', stderr, reason: 'unreachable' })).toMatch(
    /^does not fit an iCE40 HX8K \(Unable to place/,
  );
  expect(trapReason({ stdout: '', stderr: '', reason: 'unreachable' })).toBe('nextpnr trapped: unreachable');
});
