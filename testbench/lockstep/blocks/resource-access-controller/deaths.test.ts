/** Devices die, each at a random cycle and in a random way: every transaction ends, and what is healthy stays whole. */
import { expect, test } from 'vitest';
import { resourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { makeWays } from '../../ways.ts';
import { runDeaths } from './deaths.ts';
import { deaths as kinds } from './device-scripts.ts';
import { resourceAccessControllerBlock as block } from './index.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const count = thorough ? 1_200 : 100;

test(`${count} deaths at the parameters that ship`, async () => {
  const p = resourceAccessControllerParameters();
  const ways = await makeWays(block, block.resolve({}), ['model', 'rtl']);
  const { failure, deaths } = runDeaths(p, ways, count, 1);
  expect(failure).toBeNull();
  expect(deaths).toHaveLength(count);
  // The scoreboards have nothing to say where nobody was hurt: most of the deaths must have hurt someone.
  expect(deaths.filter(({ faked }) => faked > 0).length).toBeGreaterThan(count / 2);
  expect(new Set(deaths.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(
    Math.min(count / 10, Object.keys(kinds).length),
  );
}, 1_800_000);

test.each([[{}], [{ ports: 1, outstanding: 5, resources: 3 }]])(
  'no hang is noticed later than the page says: %j',
  async (values) => {
    const p = resourceAccessControllerParameters(values);
    const ways = await makeWays(block, block.resolve(values), ['model']);
    const { failure, deaths } = runDeaths(p, ways, thorough ? 2_000 : 300, 7);
    expect(failure).toBeNull();
    const noticed = deaths.flatMap((death) => (death.noticed === null ? [] : [death.noticed]));
    expect(noticed.length).toBeGreaterThan(100);
    // The log's cycle is that in which the event acts, one after that of the event.
    expect(Math.max(...noticed)).toBeLessThanOrEqual(p.outstanding + 1 + 1);
    // A turn is never missed, nor is anything found before its time.
    expect(Math.min(...noticed)).toBeGreaterThanOrEqual(2);
  },
  1_800_000,
);
