/** Captures of others, for tests: they are not part of the project. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from './read-bytes.ts';
import { readCapture } from './read-capture.ts';

export interface FurtherCapture {
  readonly name: string;
  readonly packets: readonly Uint8Array[];
}

/**
 * The folder that the environment variable PORTCULLIS_CAPTURES names; null where it names none.
 * @throws Error when there is no such folder: a comparison that was asked for must not be passed over.
 */
export const furtherCapturesFolder = (): string | null => {
  const folder = process.env.PORTCULLIS_CAPTURES ?? '';
  if (folder === '') return null;
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Error(`PORTCULLIS_CAPTURES is '${folder}', which is no folder; name one that holds captures`);
  return folder;
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
