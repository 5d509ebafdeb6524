/**
 * Whatever a hostile guest writes and calls, in whatever order it happens with what others do: no access of its, and none of a device that
 * writes for it, reaches a frame that is not its own or granted to it, at any step. On a platform without time.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageBytes, TrustedCalls } from './guest/index.ts';
import { Agent } from './testing/agent.ts';
import {
  forgeTable,
  hostileAccess,
  hostileAccesses,
  hostilePages,
  hostileStep,
  hostileSteps,
  Neighbour,
  neighbourPages,
  neighbourStep,
  ringComesAndGoes,
} from './testing/forger.ts';
import { launch } from './testing/machine.ts';
import { drawnOrder } from './testing/orders/drawn.ts';
import { watchReach } from './testing/reach.ts';
import { agentDomain, audited, freeFrames, type WithoutTime, withoutTime } from './testing/without-time.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

const program = fc.record({
  order: fc.nat({ max: 2 ** 31 }),
  calls: fc.array(hostileStep, { minLength: 10, maxLength: 30, size: 'max' }),
  accesses: fc.array(hostileAccess, { minLength: 40, maxLength: 90, size: 'max' }),
  neighbour: fc.array(neighbourStep, { maxLength: 12 }),
  rings: fc.array(fc.nat({ max: hostilePages - 2 }), { maxLength: 3 }),
});
type Program = typeof program extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Says all that was not as it must be, and how many accesses of guests and devices reached memory. */
const run = async (
  { order, calls, accesses, neighbour: steps, rings }: Program,
  plant: (world: WithoutTime) => void = () => {},
): Promise<{ readonly wrong: readonly unknown[]; readonly accesses: number }> => {
  const world = await withoutTime();
  const { hypervisor, made, strayed } = world;
  const reach = watchReach(made, hypervisor);
  const neighbour = new Neighbour();
  const wrong: unknown[] = [];
  plant(world);
  await hypervisor.run(async (domain0) => {
    const before = await freeFrames(hypervisor, domain0);
    const [caller, toucher] = [new Agent(), new Agent()];
    const pages = { pages: hostilePages, maximum: hostilePages };
    const { domain: hostile } = await launch(hypervisor, domain0, [caller.program, toucher.program], pages);
    const beside = await agentDomain(hypervisor, domain0, { pages: neighbourPages, maximum: neighbourPages });
    const engine = { owner: hostile, pages: [0] };
    await domain0.thread.suspend(beside.agent.do((kit) => neighbour.begin(kit)));
    await domain0.thread.suspend(caller.do(forgeTable));
    await ringComesAndGoes(domain0, hypervisor.memory, made.units, engine);
    // The first time, it is learnt where steps meet; then they are taken in another order.
    for (let time = 0; time < 3; time += 1)
      await domain0.thread.suspend(
        drawnOrder(made.steps, order + time, () =>
          Promise.all([
            caller.do((kit) => made.steps.as('caller', () => hostileSteps(kit, calls))),
            toucher.do((kit) => made.steps.as('toucher', () => hostileAccesses(kit, accesses))),
            beside.agent.do((kit) => made.steps.as('neighbour', () => neighbour.steps(kit, steps))),
            hypervisor.start((its) =>
              made.steps.as('device', () =>
                ringComesAndGoes(its, hypervisor.memory, made.units, { ...engine, pages: rings }),
              ),
            ).ended,
          ]),
        ),
      );
    wrong.push(...(await audited(hypervisor, domain0)));
    for (const domain of [hostile, beside.domain]) await new TrustedCalls(domain0).destroy(domain);
    wrong.push(...(await audited(hypervisor, domain0)));
    // Tables of the engine's page map stay for the next client.
    const left = before - (await freeFrames(hypervisor, domain0));
    if (left !== 0 && left !== 4) wrong.push(`${left} frames are not free again`);
  });
  wrong.push(...reach.strayed, ...neighbour.changed, ...strayed, ...made.failures);
  made.platform.close();
  return { wrong, accesses: reach.accesses };
};

test('what a guest forges, keeps and calls reaches no page that is not its own, in drawn orders of steps', {
  timeout: 3_600_000,
}, async () => {
  let accesses = 0;
  const property = fc.asyncProperty(program, async (drawn) => {
    const outcome = await run(drawn);
    accesses += outcome.accesses;
    expect(outcome.wrong).toEqual([]);
  });
  await fc.assert(property, { numRuns: thorough ? 200 : 3, endOnFailure: !thorough });
  expect(accesses).toBeGreaterThan(100);
  if (thorough) console.log(`${accesses} accesses of guests and devices reached memory`);
});

const isClearing = (data: Uint8Array): boolean => data.length % pageBytes === 0 && data.every((byte) => byte === 0);

test.runIf(thorough).each([
  [
    'pages are not taken back by their cookie',
    ({ made }: WithoutTime) => void (made.hooks = { ...made.hooks, bump: () => 'none' }),
  ],
  [
    'frames and tables are not cleared before they are given',
    ({ made }: WithoutTime) =>
      void (made.hooks = { ...made.hooks, store: (data) => (isClearing(data) ? undefined : data) }),
  ],
])('it would be seen if %s', { timeout: 600_000 }, async (_, plant) => {
  const found = await fc.check(
    fc.asyncProperty(program, async (drawn) => {
      const { wrong } = await run(drawn, plant);
      expect(wrong).toEqual([]);
    }),
    { numRuns: 40, seed: 7, endOnFailure: true },
  );
  expect(found.failed).toBe(true);
});
