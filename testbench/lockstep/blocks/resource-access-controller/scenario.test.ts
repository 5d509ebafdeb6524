import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { resourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { describeScenario } from './describe.ts';
import { deaths } from './device-scripts.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { containedScenarios, racScenarios } from './scenarios.ts';

const p = resourceAccessControllerParameters({ addressWidth: 40 });

test.prop([racScenarios(p)], { numRuns: 50 })('scenarios survive a replay file', (scenario) => {
  expect(scenarioFromJson(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
  expect(describeScenario(scenario).length).toBeGreaterThan(0);
});

test.prop([racScenarios(p)], { numRuns: 100 })(
  'no burst crosses a page, no address is too wide',
  ({ transactions }) => {
    for (const { address, beats, size, burst } of transactions) {
      expect(address).toBeLessThan(2 ** 40);
      if (burst === 1) {
        const from = address - (address % 2 ** size);
        expect(Math.floor((from + beats * 2 ** size - 1) / 4096)).toBe(Math.floor(address / 4096));
      }
    }
  },
);

test('every death is drawn', () => {
  const seen = new Set<string>();
  for (const { devices } of fc.sample(containedScenarios(p, 4, 'always'), { seed: 1, numRuns: 300 })) {
    const faults = devices.flatMap(({ behaviour }) => behaviour.faults.map(({ from: _, cycles: __, ...rest }) => rest));
    seen.add(JSON.stringify(faults));
  }
  expect(seen).toEqual(new Set(Object.values(deaths).map((faults) => JSON.stringify(faults))));
});

test('a replay file with a wrong part is refused', () => {
  const [scenario] = fc.sample(racScenarios(p), { seed: 1, numRuns: 1 });
  expect(() => scenarioFromJson({ ...scenario, lead: -1 })).toThrow(/scenario\.lead is -1; it must be a whole number/);
  expect(() => scenarioFromJson({ ...scenario, devices: [{ behaviour: 3 }] })).toThrow(
    /scenario\.devices\[0\]\.behaviour is 3; it must be an object/,
  );
});
