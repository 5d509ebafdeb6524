import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPacketUnitModel } from '../../../../model/hardware/packet-unit/index.ts';
import { lockstep } from '../../lockstep.ts';
import { drivePacketUnit } from './drive.ts';
import { packetUnitScenarios } from './scenarios.ts';
import { packetUnitScoreboards } from './scoreboards.ts';

test.each([64, 128, 256, 512])('the model satisfies the scoreboards at %i bits', (dataWidth) => {
  const model = createPacketUnitModel({ dataWidth });
  let cycles = 0;
  const t = performance.now();
  fc.assert(
    fc.property(packetUnitScenarios(8, []), (scenario) => {
      const driver = drivePacketUnit(scenario, model.layout);
      const result = lockstep([model], driver, 100_000, {
        scoreboards: packetUnitScoreboards(scenario, model.layout, driver),
      });
      cycles += result.cycles;
      expect(result.ended).toBe(true);
      expect(result.difference).toBeNull();
    }),
    { numRuns: 60 },
  );
  console.log(dataWidth, cycles, (performance.now() - t) | 0);
});
