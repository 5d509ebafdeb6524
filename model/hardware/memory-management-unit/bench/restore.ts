/** What software does when a memory has failed: a new one is put in its place, filled from the other, and used. */
import type { Machine } from './machine.ts';

export interface Stretch {
  /** The first frame to read, the first to write, and how many. */
  readonly from: number;
  readonly to: number;
  readonly pages: number;
}

/**
 * @param stretches what is copied, between `restore` and `on_line`
 * @param fill what software writes to the new memory itself
 */
export const restore = (
  machine: Machine,
  memory: 0 | 1,
  stretches: readonly Stretch[],
  fill: (memory: 0 | 1) => void = () => undefined,
): void => {
  const command = (low: number): void => machine.writeKeeper('memory_command', 1 << (low + memory));
  command(2);
  machine.runUntil(() => ((machine.readKeeper('memory_status') >>> (4 + memory)) & 1) !== 0, 'the reset');
  machine.memories[memory].replace();
  fill(memory);
  command(4);
  machine.writeKeeper('copy_target', memory);
  for (const stretch of stretches) {
    machine.writeKeeper('copy_from_low', stretch.from * 4096);
    machine.writeKeeper('copy_to_low', stretch.to * 4096);
    machine.writeKeeper('copy_pages', stretch.pages);
    machine.writeKeeper('copy_command', 1);
    machine.runUntil(() => (machine.readKeeper('memory_status') & 0x2_0000) === 0, 'the end of copying');
    if ((machine.readKeeper('memory_status') & 0x4_0000) !== 0) throw new Error('the copy has failed');
  }
  command(6);
};
