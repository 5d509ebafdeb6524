import type { View } from '../../hardware/platform/index.ts';

/** What one side of a ring has: the pages that both reach, and a way to get the other side's attention. */
export interface RingDoor {
  /** The ring page, and behind it the pages of messages. */
  readonly pages: Pick<View, 'bytes' | 'read' | 'write' | 'read32' | 'write32' | 'read64' | 'write64'>;
  /** Sends an event. Several that are sent before the other side looks are one. */
  notify(): Promise<void>;
  /** Waits for an event of the other side; at once if one came since the last waiting ended. */
  wait(): Promise<void>;
}
