/** Captures of others, for tests: they are not part of the project. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBytes } from './read-bytes.ts';
import { readCapture } from './read-capture.ts';

export interface FurtherCapture {
  readonly name: string;
  readonly packets: readonly Uint8Array[];
}

/** The folder named by the environment variable PORTCULLIS_CAPTURES, or one beside the project; null where neither is there. */
export const furtherCapturesFolder = (): string | null => {
  const folder =
    process.env.PORTCULLIS_CAPTURES ?? fileURLToPath(new URL('../../../shared/data/captures', import.meta.url));
  return existsSync(folder) ? folder : null;
};

/** All captures of the folder by name, packets cut off at the end of a file left out. @throws CaptureError */
export const furtherCaptures = (folder: string): readonly FurtherCapture[] =>
  readdirSync(folder)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort()
    .map((name) => {
      const { packets } = readCapture(readBytes(join(folder, name)), name, { truncated: 'keep' });
      return { name, packets: packets.map(({ data }) => data) };
    });
