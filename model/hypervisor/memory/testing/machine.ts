/** A small booted machine for tests. */
import {
  createModelPlatform,
  type Platform,
  type PlatformOptions,
  type Processor,
  type Space,
} from '../../../hardware/platform/index.ts';
import { bootMemory } from '../../boot/boot.ts';
import type { HypervisorMemory, PathKey, Rights, Worker } from '../interface.ts';
import { frameBytes } from '../layout.ts';

/** Work that takes long, done on one processor all the time. */
export const workerOn = (processor: Processor): Worker => ({
  access: (work) => work(processor),
  suspend: (wait) => wait,
});

export const readWrite: Rights = { read: true, write: true, execute: false };
export const readOnly: Rights = { read: true, write: false, execute: false };

/** Form 1 goes by AES, form 2 by PRINCE. */
export const keys: readonly PathKey[] = [
  { slot: 0, kind: 'aes128', words: Array.from({ length: 16 }, (_, index) => 0x1111_1111 * (index % 15)), forms: [1] },
  { slot: 1, kind: 'prince', words: Array.from({ length: 16 }, (_, index) => 0x0101_0101 * index), forms: [2] },
];

export interface TestMachine {
  readonly platform: Platform;
  readonly memory: HypervisorMemory;
}

/** Boots a machine with few cookies, which counts a memory as dead soon. */
export const bootMachine = async (options: PlatformOptions, dataWidth: 64 | 128 = 128): Promise<TestMachine> => {
  const platform = await createModelPlatform({
    parameters: { processors: 2, dataWidth, cookieIndexWidth: 4 },
    options,
  });
  const memory = await platform.run(() => bootMemory(platform, { memoryTimeout: 3000, keys }));
  return { platform, memory };
};

/** What a guest reaches, on a processor. */
export const guestOf = (platform: Platform, processor: number, domain: number): Space =>
  platform.processors[processor]!.as({ domain, privileged: false });

export const at = (page: number, offset = 0): number => page * frameBytes + offset;
