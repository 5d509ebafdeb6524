/** Faults of each kind at random cycles of the scenarios on the bare machine; 1,000 of each kind with `PORTCULLIS_THOROUGH=1`. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Course, courseOf, faultsOf, runWithFault } from './fault-campaign.ts';
import { unexcused } from './fault-judge.ts';
import { bareScenarios } from './shipped.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Chosen for a quick run: the shortest, and one with keys. */
const names = thorough ? bareScenarios : (['disk-hangs', 'encrypted-beside-plain'] as const);
const runs = thorough ? 1000 : 2;

let courses: Course[] = [];
beforeAll(async () => {
  courses = [];
  for (const name of names) courses.push(await courseOf(name));
}, 120_000);

test.each(Object.entries(faultsOf))(
  '%s',
  async (kind, faults) => {
    let noticed = 0;
    const draw = fc.nat(courses.length - 1).chain((index) =>
      fc.record({
        scenario: fc.constant(names[index]!),
        fault: faults(courses[index]!.lines),
        at: fc.integer({ min: 1, max: courses[index]!.baseline.cycles }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(draw, async ({ scenario, fault, at }) => {
        const course = courses.find(({ baseline }) => baseline.scenario === scenario)!;
        const outcome = await runWithFault(course, { fault, at });
        if (outcome.failed.length > 0) noticed += 1;
        expect(unexcused(course.scenario, fault, outcome)).toEqual([]);
      }),
      { numRuns: runs, endOnFailure: true },
    );
    if (thorough)
      console.info(`${kind}: ${runs} runs, in ${noticed} something did not hold, and was told of as the page says`);
  },
  thorough ? 3_600_000 : 60_000,
);
