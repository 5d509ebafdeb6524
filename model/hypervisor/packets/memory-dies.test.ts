import { expect, test } from 'vitest';
import { PacketRing, pageBytes, TrustedCalls, virtualEvents } from '../guest/index.ts';
import { Agent } from '../testing/agent.ts';
import { launch, testHypervisor } from '../testing/machine.ts';
import { steerTo, testFrame } from './testing.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

test.runIf(thorough)(
  'a packet client whose only memory dies gets no more, and a client beside it goes on',
  { timeout: 600_000 },
  async () => {
    const hypervisor = await testHypervisor();
    const { clock, faults, outside } = hypervisor.platform;
    await hypervisor.run(async (domain0) => {
      const { thread } = domain0;
      const [dying, living] = [new Agent(), new Agent()];
      const pages = { pages: 6, maximum: 6 };
      const single = await launch(hypervisor, domain0, [dying.program], { ...pages, copies: 'first' });
      const mirrored = await launch(hypervisor, domain0, [living.program], pages);
      const open = (agent: Agent): Promise<PacketRing> =>
        thread.suspend(agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page: 1, entries: 2 })));
      const [lost, kept] = [await open(dying), await open(living)];
      const send = (count: number): void => {
        for (let index = 0; index < count; index += 1)
          outside.network[0].send(testFrame(1, index), clock.now + 400 * (index + 1));
      };
      await steerTo(domain0, lost.client);
      send(2);
      await thread.suspend(clock.sleep(3000));
      faults.inject({ kind: 'memory-lost', memory: 0, how: 'hangs' }, clock.now + 1);
      send(6);
      await thread.suspend(clock.sleep(60_000));
      const kind = await thread.suspend(
        dying.do(({ guest }) =>
          guest.memory.read64(3 * pageBytes).then(
            () => 'done',
            (error: Error) => error.message,
          ),
        ),
      );
      expect(kind).toContain('lost');
      await steerTo(domain0, kept.client);
      send(3);
      const got = await thread.suspend(
        living.do(async ({ events }) => {
          let frames = 0;
          const end = clock.now + 40_000;
          while (frames < 3 && clock.now < end) {
            await events.wait(virtualEvents.packets, end);
            frames += (await kept.take()).length;
          }
          return frames;
        }),
      );
      expect(got).toBe(3);
      await thread.suspend(dying.do(() => lost.close()));
      for (const { domain } of [single, mirrored]) await new TrustedCalls(domain0).destroy(domain);
      const findings = await thread.access((processor) => hypervisor.memory.audit(processor));
      expect(findings).toEqual([]);
    });
  },
);
