/**
 * The memory path in software, exact to the cycle.
 *
 *     const path = new MemoryPathDriver(createMemoryPathModel({ dataWidth: 64 }));
 *     path.loadKey(0, 'aes128', { data, tweak });
 *     path.setForm(1, 'aes128', 0);
 *     path.scan({ address: 0, bytes: 4096, form: 1 });
 */
export { type Channel, type Finding, MemoryPathDriver, type Scan, type SlotKeys, type SteppedPath } from './driver.ts';
export { createMemoryPathModel, type MemoryPathModel } from './model.ts';
export type { RegisterName } from './registers.ts';
