/** Faults of each kind at random cycles of the scenarios on the bare machine; 1,000 of each kind with `PORTCULLIS_THOROUGH=1`. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Fault } from '../../model/hardware/platform/index.ts';
import { type Course, courseOf, faultsOf, runWithFault } from './fault-campaign.ts';
import { unexcused } from './fault-judge.ts';
import type { Timed } from './faults.ts';
import { bareScenarios } from './shipped.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Chosen for a quick run: the shortest, and one with keys. */
const names = thorough ? bareScenarios : (['disk-hangs', 'encrypted-beside-plain'] as const);
const runs = thorough ? 1000 : 2;

/** Cases in which a program once waited for ever: a reset that is never acknowledged, a command that a replaced disk never had. */
const once: Partial<Record<Fault['kind'], readonly Timed[]>> = {
  'device-lost': [{ fault: { kind: 'device-lost', device: 'disk0' }, at: 11 }],
  'device-replaced': [{ fault: { kind: 'device-replaced', device: 'disk1' }, at: 2485 }],
};

let courses: Course[] = [];
beforeAll(async () => {
  courses = [];
  for (const name of names) courses.push(await courseOf(name));
}, 120_000);

test.each(Object.entries(faultsOf))(
  '%s',
  async (kind, faults) => {
    let noticed = 0;
    const judged = async ({ scenario, fault, at }: Timed & { readonly scenario: string }) => {
      const course = courses.find(({ baseline }) => baseline.scenario === scenario)!;
      const outcome = await runWithFault(course, { fault, at });
      if (outcome.failed.length > 0) noticed += 1;
      expect(unexcused(course.scenario, fault, outcome)).toEqual([]);
    };
    const draw = fc.nat(courses.length - 1).chain((index) =>
      fc.record({
        scenario: fc.constant(names[index]!),
        fault: faults(courses[index]!.lines),
        at: fc.integer({ min: 1, max: courses[index]!.baseline.cycles }),
      }),
    );
    const examples = (once[kind as Fault['kind']] ?? []).map((timed): [Parameters<typeof judged>[0]] => [
      { scenario: 'disk-hangs', ...timed },
    ]);
    await fc.assert(fc.asyncProperty(draw, judged), { numRuns: runs, endOnFailure: true, examples });
    if (thorough)
      console.info(`${kind}: ${runs} runs, in ${noticed} something did not hold, and was told of as the page says`);
  },
  thorough ? 3_600_000 : 60_000,
);
