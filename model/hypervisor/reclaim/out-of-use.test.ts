/** What was swept of one copy, whose memory is out of use: its guest waits for the memory, and is not ended. On a platform without time. */
import { expect, test } from 'vitest';
import { pageBytes } from '../guest/index.ts';
import type { FrameTable } from '../memory/frame-table.ts';
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
