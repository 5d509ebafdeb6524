/**
 * A volume server as a process of its own: FILE SOCKET PACE. Prints `ready`, and at each instant the hash that the file itself has then. With pace `never` only
 * writes copy.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { serveVolume } from '../host/serve.ts';

const [file = '', path = '', pace = ''] = process.argv.slice(2);
const now = (): bigint => {
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
  process.stdout.write(`${hash}\n`);
  return BigInt(Date.now()) * 1_000_000n;
};
const never = { turn: () => new Promise<number>(() => undefined) };
const options = { blockSize: 65_536, places: 8, limit: Number.POSITIVE_INFINITY, now };
await serveVolume(file, { path }, { ...options, ...(pace === 'never' ? { pace: never } : {}) });
process.stdout.write('ready\n');
