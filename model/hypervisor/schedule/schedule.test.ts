import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createModelPlatform, type Platform, type Processor, startFirmware } from '../../hardware/platform/index.ts';
import { backgroundPatience, Scheduler, sliceCycles, type Thread } from './index.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

const powered = async (processors: number): Promise<{ platform: Platform; scheduler: Scheduler }> => {
  const platform = await createModelPlatform({
    parameters: { processors, cookieIndexWidth: 2 },
    options: { memoryBytes: 2 ** 20 },
  });
  return { platform, scheduler: new Scheduler(platform) };
};

/** Something that takes so many cycles on the port. */
const work = (platform: Platform, thread: Thread, cycles: number): Promise<Processor> =>
  thread.access(async (processor) => {
    await platform.clock.sleep(cycles);
    return processor;
  });

test('programs that never yield have time by their weights, and one that waits finds its turn when it comes back', async () => {
  const { platform, scheduler } = await powered(2);
  const busy = (name: string, weight: number): Thread =>
    scheduler.start(
      async (thread) => {
        for (;;) await work(platform, thread, 150);
      },
      { name, weight },
    );
  // Together on two ports: nobody's share is more than a port.
  const threads = [busy('a', 100), busy('b', 200), busy('c', 300)];
  let late = 0;
  const waiter = scheduler.start(
    async (thread) => {
      for (let turn = 0; turn < 5; turn += 1) {
        await thread.suspend(platform.clock.sleep(50_000));
        const wanted = platform.clock.now;
        await work(platform, thread, 1);
        late = Math.max(late, platform.clock.now - wanted);
      }
    },
    { name: 'waiter', weight: 100 },
  );
  const begin = platform.clock.now;
  expect(await platform.run(() => waiter.ended)).toEqual({ how: 'returned', value: undefined });
  const elapsed = platform.clock.now - begin;
  await platform.run(() => Promise.all(threads.map((thread) => thread.pause())));
  const shares = threads.map(({ used }) => used / elapsed);
  for (const [index, fair] of [1 / 3, 2 / 3, 1].entries()) {
    expect(shares[index]).toBeGreaterThan(fair * 0.95 - 0.02);
    expect(shares[index]).toBeLessThan(fair * 1.05 + 0.02);
  }
  expect(late).toBeLessThan(2 * sliceCycles);

  // What was not used while waiting is not made up for.
  for (const thread of threads) thread.unpause();
  const rested = scheduler.start(
    async (thread) => {
      await thread.suspend(platform.clock.sleep(200_000));
      for (;;) await work(platform, thread, 150);
    },
    { name: 'rested', weight: 100 },
  );
  await platform.run(() => platform.clock.sleep(300_000));
  expect(rested.used).toBeGreaterThan(15_000);
  expect(rested.used).toBeLessThan(45_000);
});

test('whoever holds its port without an access loses it at the end of its slice, and before it to nobody', async () => {
  const { platform, scheduler } = await powered(1);
  let go = (): void => {};
  const held = scheduler.start(
    async (thread) => {
      await work(platform, thread, 1);
      await new Promise<void>((resolve) => (go = resolve));
      await work(platform, thread, 1);
    },
    { name: 'held' },
  );
  await platform.run(() => platform.clock.sleep(10));
  const other = scheduler.start((thread) => work(platform, thread, 1), { name: 'other' });
  await platform.run(() => other.ended);
  expect(platform.clock.now).toBe(sliceCycles + 1);
  go();
  expect(await platform.run(() => held.ended)).toMatchObject({ how: 'returned' });
  expect(held.used).toBe(sliceCycles + 1);
});

test('background work runs when nothing else is ready, gives way at once, and is never kept waiting for longer than its patience', async () => {
  const { platform, scheduler } = await powered(1);
  const turns: number[] = [];
  scheduler.start(
    async (thread) => {
      for (;;) {
        await work(platform, thread, 100);
        turns.push(platform.clock.now);
      }
    },
    { name: 'background', background: true },
  );
  await platform.run(() => platform.clock.sleep(1050));
  expect(turns).toHaveLength(10);
  const begin = platform.clock.now;
  const busy = scheduler.start(
    async (thread) => {
      for (let step = 0; step < 900; step += 1) await work(platform, thread, 300);
    },
    { name: 'busy' },
  );
  await platform.run(() => busy.ended);
  // It began with the access that was in flight, and lost one slice for each time that patience ended.
  const between = turns.filter((at) => at > begin + 100 && at < platform.clock.now);
  const lost = Math.floor(270_000 / backgroundPatience);
  expect(between).toHaveLength((lost * sliceCycles) / 100);
  expect(between[0]! - begin).toBeLessThan(backgroundPatience + sliceCycles + 300);
});

test.each([1, 2])(
  'what is urgent has a port at the end of an access that is going on, for a slice at most: %i ports',
  async (ports) => {
    const { platform, scheduler } = await powered(ports);
    const busy = Array.from({ length: 3 }, (_, index) =>
      scheduler.start(
        async (thread) => {
          for (;;) await work(platform, thread, 150);
        },
        { name: `busy ${index}` },
      ),
    );
    const late: number[] = [];
    const urgent = scheduler.start(
      async (thread) => {
        for (let turn = 0; turn < 40; turn += 1) {
          await thread.suspend(platform.clock.sleep(1000 + 37 * turn));
          const wanted = platform.clock.now;
          await work(platform, thread, 5);
          late.push(platform.clock.now - wanted);
        }
      },
      { name: 'urgent', urgent: true },
    );
    await platform.run(() => urgent.ended);
    expect(Math.max(...late)).toBeLessThanOrEqual(150 + 5);

    // One that does not wait again has its share, and the others theirs.
    const before = busy.map(({ used }) => used);
    const greedy = scheduler.start(
      async (thread) => {
        for (;;) await work(platform, thread, 150);
      },
      { name: 'greedy', urgent: true },
    );
    await platform.run(() => platform.clock.sleep(400_000));
    for (const thread of [greedy, ...busy]) await platform.run(() => thread.pause());
    for (const [index, { used }] of busy.entries()) expect(used - before[index]!).toBeGreaterThan(80_000 * ports);
    expect(greedy.used).toBeGreaterThan(80_000 * ports);
    expect(() => scheduler.start(async () => {}, { name: 'x', urgent: true, background: true })).toThrow(
      "'x' is to be background work or urgent, and cannot be both",
    );
  },
);

test('a program that makes 16 accesses and dies keeps the port until all are answered', async () => {
  const { platform, scheduler } = await powered(1);
  await platform.run(() => startFirmware(platform));
  let answered = 0;
  const dying = scheduler.start(
    async (thread) => {
      for (let index = 0; index < 16; index += 1)
        void thread.access(async ({ machine }) => {
          await machine.read(4096 * index, 64);
          answered += 1;
        });
      throw new Error('dead');
    },
    { name: 'dying' },
  );
  const next = scheduler.start(async (thread) => thread.access(async () => answered), { name: 'next' });
  expect(await platform.run(() => next.ended)).toEqual({ how: 'returned', value: 16 });
  expect(await dying.ended).toMatchObject({ how: 'threw', error: new Error('dead') });
});

test('a thread that is paused or stopped has nothing in flight then, and one that was stopped is told nothing more', async () => {
  const { platform, scheduler } = await powered(2);
  const steps: number[] = [];
  const thread = scheduler.start(
    async (own) => {
      try {
        for (;;) {
          await work(platform, own, 70);
          steps.push(platform.clock.now);
        }
      } finally {
        steps.push(-1);
      }
    },
    { name: 'stopped' },
  );
  await platform.run(async () => {
    await platform.clock.sleep(100);
    await thread.pause();
    expect(platform.clock.now).toBe(140);
    await platform.clock.sleep(500);
    thread.unpause();
    await platform.clock.sleep(100);
    await thread.stop();
    expect(platform.clock.now).toBe(780);
    await platform.clock.sleep(500);
  });
  expect(steps).toEqual([70, 140, 710]);
  expect(await thread.ended).toEqual({ how: 'stopped' });
});

test('weights and ports that there are not are refused', async () => {
  const { scheduler } = await powered(1);
  const start = (options: { weight?: number; pin?: number }) => () =>
    scheduler.start(async () => {}, { name: 'x', ...options });
  expect(start({ weight: 0 })).toThrow("the weight of 'x' is 0, but it must be an integer from 1 to 65535");
  expect(start({ pin: 1 })).toThrow("'x' is to have port 1 only, but there are ports 0 to 0");
});

type Step =
  | { readonly does: 'work'; readonly cycles: number }
  | { readonly does: 'wait'; readonly cycles: number }
  | { readonly does: 'together'; readonly together: readonly number[] }
  | { readonly does: 'yield' }
  | { readonly does: 'pause' | 'stop'; readonly other: number; readonly cycles: number };

interface Program {
  readonly steps: readonly Step[];
  readonly weight: number;
  readonly background: boolean;
  readonly pin: number;
}

const cycles = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 30_000 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('work' as const), cycles }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('wait' as const), cycles }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('together' as const), together: fc.array(cycles, { maxLength: 5 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('yield' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('pause' as const, 'stop' as const), other: fc.nat(7), cycles }),
  },
);
const programs: fc.Arbitrary<readonly Program[]> = fc.array(
  fc.record({
    steps: fc.array(step, { maxLength: 12 }),
    weight: fc.integer({ min: 1, max: 1000 }),
    background: fc.boolean(),
    pin: fc.nat(7),
  }),
  { minLength: 1, maxLength: 8 },
);

/** Runs random programs, and gives all that they did, in order. */
const interleave = async (platform: Platform, given: readonly Program[]): Promise<readonly string[]> => {
  const begin = platform.clock.now;
  const scheduler = new Scheduler(platform);
  const holders = new Map<Processor, Thread>();
  const open = new Map<Thread, number>();
  const still = new Set<Thread>();
  const log: string[] = [];
  const note = (thread: Thread, what: string): void => {
    log.push(`${platform.clock.now - begin} ${thread.name} ${what}`);
  };
  const use = (thread: Thread, length: number): Promise<void> =>
    thread.access(async (processor) => {
      expect(still.has(thread)).toBe(false);
      expect(holders.get(processor) ?? thread).toBe(thread);
      expect(processor.index).toBe(thread.pin ?? processor.index);
      holders.set(processor, thread);
      open.set(thread, (open.get(thread) ?? 0) + 1);
      note(thread, `${length} on ${processor.index}`);
      await platform.clock.sleep(length);
      expect(holders.get(processor)).toBe(thread);
      open.set(thread, open.get(thread)! - 1);
      if (open.get(thread) === 0) holders.delete(processor);
    });
  const threads: Thread[] = [];
  const take = async (thread: Thread, one: Step): Promise<unknown> => {
    if (one.does === 'work') return use(thread, one.cycles);
    if (one.does === 'wait') return thread.suspend(platform.clock.sleep(one.cycles));
    if (one.does === 'together') return Promise.all(one.together.map((length) => use(thread, length)));
    if (one.does === 'yield') return thread.yield();
    const other = threads[one.other];
    if (other === undefined || other === thread || still.has(other)) return undefined;
    note(thread, `${one.does} ${other.name}`);
    if (one.does === 'pause') await other.pause();
    else await other.stop();
    expect(open.get(other) ?? 0).toBe(0);
    still.add(other);
    if (one.does === 'stop') return undefined;
    await platform.clock.sleep(one.cycles);
    still.delete(other);
    return other.unpause();
  };
  for (const [index, { steps, weight, background, pin }] of given.entries())
    threads.push(
      scheduler.start(
        async (thread) => {
          for (const one of steps) await take(thread, one);
        },
        { name: String(index), weight, background, ...(pin < platform.processors.length && { pin }) },
      ),
    );
  // Somebody who was to unpause may have been stopped: then those that wait for ever are taken off.
  const ended = Promise.all(threads.map((thread) => thread.ended));
  const outcomes = await platform.run(async () => {
    await Promise.race([ended, platform.clock.sleep(5_000_000)]);
    for (const thread of threads) if (still.has(thread)) await thread.stop();
    return ended;
  });
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.how === 'threw') throw outcome.error;
    if (!still.has(threads[index]!)) expect(outcome.how).toBe('returned');
  }
  return log;
};

test("random programs on 1, 2 and 4 ports: a port is one thread's, each ends, and each run is the same", async () => {
  for (const processors of [1, 2, 4]) {
    const { platform } = await powered(processors);
    await fc.assert(
      fc.asyncProperty(programs, async (given) => {
        expect(await interleave(platform, given)).toEqual(await interleave(platform, given));
      }),
      { numRuns: thorough ? 1000 : 6, seed: 11 },
    );
  }
});
