/** What was swept of one copy, whose memory is out of use: its guest waits for the memory, and is not ended. On a platform without time. */
import { expect, test } from 'vitest';
import { BusError } from '../../hardware/platform/index.ts';
import { grantAreaAddress, pageBytes } from '../guest/index.ts';
import type { FrameTable } from '../memory/frame-table.ts';
import { outcomeOf } from '../testing/agent.ts';
import { agentDomain, audited, withoutTime } from '../testing/without-time.ts';

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('a swept page whose only memory is out of use comes back when the memory does, and its guest waits for it', async () => {
  const { hypervisor } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const frames = hypervisor.memory.frames as FrameTable;
    const { agent } = await agentDomain(hypervisor, domain0, { copies: 'first' });
    const pattern = 0x1234n;
    await thread.suspend(
      agent.do(async ({ guest, calls }) => {
        await guest.memory.write(pageBytes, new Uint8Array(new BigUint64Array(512).fill(pattern).buffer));
        await calls.sweep({ pattern, page: 1, count: 1 });
      }),
    );
    await hypervisor.memory.memories.lost(thread, 0);
    let outcome: unknown = 'waits';
    const touched = agent
      .do(({ guest }) => guest.memory.read64(pageBytes))
      .then(
        (value) => (outcome = value),
        (error: unknown) => (outcome = String(error)),
      );
    await thread.suspend(settled());
    expect(outcome).toBe('waits');
    await thread.access((processor) => frames.regain(processor, 0));
    await thread.suspend(touched);
    expect(outcome).toBe(pattern);
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
});

test('a frame that is answered with errors while the pattern is written into it ends neither a program nor the hypervisor', async () => {
  const { hypervisor, made } = await withoutTime();
  await hypervisor.run(async (domain0) => {
    const { thread } = domain0;
    const granter = await agentDomain(hypervisor, domain0, { copies: 'first' });
    const grantee = await agentDomain(hypervisor, domain0, {});
    const pattern = 0x1234n;
    const content = new Uint8Array(new BigUint64Array(512).fill(pattern).buffer);
    const reference = await thread.suspend(
      granter.agent.do(async ({ guest, calls, grants }) => {
        await guest.memory.write(pageBytes, content);
        await calls.sweep({ pattern, page: 1, count: 1 });
        return grants.grant(grantee.domain, 1);
      }),
    );
    const { hooks } = made;
    made.hooks = {
      ...hooks,
      store: (data, address) => {
        const access = { address, bytes: data.length, processor: 0, domain: 0, cycle: 0 } as const;
        if (Buffer.compare(data, content) === 0) throw new BusError({ ...access, write: true, response: 'SLVERR' });
        return data;
      },
    };
    const mapped = grantee.agent.do(({ calls }) =>
      outcomeOf(
        calls.grantMap({ domain: granter.domain, reference, page: grantAreaAddress / pageBytes, write: false }),
      ),
    );
    expect(await thread.suspend(mapped)).toBe('ENOMEM');
    const touched = granter.agent.do(({ guest }) => guest.memory.read64(pageBytes).catch((error: Error) => error.name));
    expect(await thread.suspend(touched)).toBe('PageFault');
    made.hooks = hooks;
    expect(await thread.suspend(granter.agent.do(({ guest }) => guest.memory.read64(pageBytes)))).toBe(pattern);
    expect(await audited(hypervisor, domain0)).toEqual([]);
  });
  expect(made.failures).toEqual([]);
});
