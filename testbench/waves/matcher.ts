/**
 * `expect(wave).toMatchWave()` for vitest: the wave's text as an inline snapshot, so that a test shows what a signal does as
 * a data sheet would. Import this file for its effect; run vitest with `-u` to write or renew the snapshots.
 */
import { expect, Snapshots } from 'vitest';
import { textWave } from './text-wave.ts';
import type { Wave } from './wave.ts';

declare module 'vitest' {
  interface Matchers {
    /** Compares the wave's text with the inline snapshot, which vitest writes when it is left out. */
    toMatchWave(inlineSnapshot?: string): void;
  }
}

expect.extend({
  toMatchWave(received: Wave, inlineSnapshot?: string) {
    return Snapshots.toMatchInlineSnapshot.call(this, `\n${textWave(received)}\n`, inlineSnapshot);
  },
});
