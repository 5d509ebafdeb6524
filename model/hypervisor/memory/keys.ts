/** Keys and forms of a memory path. Source: `docs/systems/memory-path.md`, "Keys". */
import { type PathRegisters, pathChannels } from '../../hardware/platform/index.ts';

/** A key of the memory paths, and the forms that go by it. */
export interface PathKey {
  readonly slot: number;
  readonly kind: 'aes128' | 'aes256' | 'prince';
  /** The 16 words of the path's `key` registers. */
  readonly words: readonly number[];
  readonly forms: readonly number[];
}

/** Waits until no commit is under way: meanwhile words cannot be staged, and commands are dropped. */
const settled = async (path: PathRegisters): Promise<void> => {
  // A commit takes 32 cycles when nothing goes by the slot: fewer than the reads of this loop.
  while ((await path.key_status.read()).busy !== 0);
};

/**
 * Loads keys into a path that has none, and lets their forms go by them.
 * @throws Error when a slot is empty afterwards
 */
export const loadKeys = async (path: PathRegisters, keys: readonly PathKey[]): Promise<void> => {
  for (const { slot, kind, words, forms } of keys) {
    await settled(path);
    for (const [index, word] of words.entries()) await path.key.at(index).write({ word });
    const command = { aes128: 0, aes256: 0, prince: 0, clear: 0, lock: 0 };
    await path.key_command.at(slot).write({ ...command, [kind]: 1 });
    await settled(path);
    if ((((await path.key_status.read()).loaded >>> slot) & 1) === 0) {
      throw new Error(
        `key slot ${slot} of a memory path took no key of kind ${kind}: it was locked, or the keys were cleared meanwhile`,
      );
    }
    for (const form of forms) await path.form.at(form).write({ valid: 1, channel: pathChannels[kind], slot });
  }
};
