import { expect, test } from 'vitest';
import { Calls, TrustedCalls } from './guest/index.ts';
import { launch, testHypervisor } from './testing/machine.ts';

test('a domain is made, runs, ends and is destroyed, and every frame is accounted for', async () => {
  const hypervisor = await testHypervisor();
  await hypervisor.run(async (domain0) => {
    const { domain, ended } = await launch(hypervisor, domain0, [
      async (guest) => {
        await guest.memory.write32(0, 42);
        await new Calls(guest).yield();
        return guest.memory.read32(0);
      },
    ]);
    expect(await domain0.thread.suspend(ended)).toEqual([{ how: 'returned', value: 42 }]);
    await new TrustedCalls(domain0).destroy(domain);
    expect(await domain0.thread.access((processor) => hypervisor.memory.audit(processor))).toEqual([]);
  });
});
