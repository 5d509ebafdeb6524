import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Capture } from './capture.ts';
import { readCapture } from './read-capture.ts';

/** The captures that ship with the project; recorded/README.md tells what each holds. */
export const recordedCaptures = ['web.pcap', 'ping.pcapng', 'streams.pcap', 'headers.pcap', 'vlan.pcap'] as const;

export type RecordedCapture = (typeof recordedCaptures)[number];

/** The path of a recorded capture, from the sources as from the bundle. */
export const recordedPath = (name: RecordedCapture): string => {
  const paths = ['./recorded/', '../testbench/captures/recorded/'].map((folder) =>
    fileURLToPath(new URL(folder + name, import.meta.url)),
  );
  return paths.find((path) => existsSync(path)) ?? paths[0]!;
};

/** Reads a recorded capture. */
export const readRecorded = (name: RecordedCapture): Capture =>
  readCapture(new Uint8Array(readFileSync(recordedPath(name))), name);
