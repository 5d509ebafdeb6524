/** Our volume server beside nbdkit under fio: the same file, the same clients, in turn, so that a machine's mood is shared. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { askServer } from '../../model/snapshot/host/control.ts';
import { serveVolume } from '../../model/snapshot/host/serve.ts';

export interface VolumeRaceRow {
  readonly workload: string;
  readonly server: string;
  /** Of the best round: other work on the machine only ever slows a run. */
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Of operations per second to those of nbdkit's cow filter. */
  readonly ratioToNbdkitCow: number;
}

export interface VolumeRaceOptions {
  /** Of each run. */
  readonly seconds: number;
  readonly rounds: number;
  /** Bytes of the file. */
  readonly size: number;
  readonly tell: (line: string) => void;
}

interface Workload {
  readonly name: string;
  /** Words of fio's. */
  readonly options: readonly string[];
}

const workloads: readonly Workload[] = [
  { name: 'random writes of 4 KiB', options: ['--rw=randwrite', '--bs=4k'] },
  { name: 'random reads of 4 KiB', options: ['--rw=randread', '--bs=4k'] },
  { name: 'writes of 64 KiB in order', options: ['--rw=write', '--bs=64k'] },
];
const queueDepth = 16;

/** A server that fio reaches at an address, for one run. */
interface Running {
  readonly uri: string;
  close(): Promise<void>;
}

interface Server {
  readonly name: string;
  start(file: string, socket: string): Promise<Running>;
}

const uriOf = (socket: string): string => `nbd+unix:///?socket=${socket}`;

/** @param snapshot whether one is taken just before the run, so that first writes copy and the background copies the rest */
const ours = (name: string, snapshot: boolean): Server => ({
  name,
  async start(file, socket) {
    const store = `${file}.snapshots`;
    await rm(store, { force: true });
    const served = await serveVolume(
      file,
      { path: socket },
      { store, blockSize: 65_536, places: 4, limit: Number.POSITIVE_INFINITY },
    );
    if (snapshot) await askServer(file, { do: 'snapshot', name: 'race', policy: 'break' });
    return { uri: uriOf(socket), close: () => served.close() };
  },
});

const nbdkit = (name: string, words: readonly string[]): Server => ({
  name,
  async start(file, socket) {
    const child = spawn('nbdkit', ['--foreground', '--unix', socket, ...words, file], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
    for (let tries = 0; !existsSync(socket) && child.exitCode === null && tries < 500; tries += 1) await setTimeout(10);
    const close = async (): Promise<void> => {
      child.kill('SIGTERM');
      await ended;
    };
    return { uri: uriOf(socket), close };
  },
});

const reference = 'nbdkit, cow filter';
const servers: readonly Server[] = [
  ours('portcullis, no snapshot', false),
  ours('portcullis, a snapshot being copied', true),
  nbdkit(reference, ['--filter=cow', 'file']),
  nbdkit('nbdkit, no filter', ['file']),
];

/** Programs that the race needs, and that are not there. */
export const missingForVolumeRace = (): readonly string[] =>
  ['fio', 'nbdkit'].filter((program) => spawnSync(program, ['--version']).status !== 0);

const runFio = async (uri: string, { options }: Workload, { seconds, size }: VolumeRaceOptions): Promise<number> => {
  const { stdout } = await promisify(execFile)('fio', [
    '--name=race',
    '--ioengine=nbd',
    `--uri=${uri}`,
    ...options,
    `--iodepth=${queueDepth}`,
    `--size=${size}`,
    '--time_based',
    `--runtime=${seconds}`,
    '--randrepeat=1',
    '--output-format=json',
  ]);
  const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
    jobs: { error: number; read: { iops: number }; write: { iops: number } }[];
  };
  const [job] = report.jobs;
  if (job === undefined || job.error !== 0) throw new Error(`fio ended with error ${job?.error ?? 'without a report'}`);
  return job.read.iops + job.write.iops;
};

/**
 * A file without zeros, which some would not store, made in pieces of 64 KiB. Of one that is made in larger pieces Linux keeps larger pieces in memory, and ext4
 * (6.18) then takes 37 µs, not 6, to write 4 KiB: whoever writes the file itself would be measured by that, and nbdkit's filter, which writes one of its own, not.
 */
const makeFile = async (path: string, size: number): Promise<void> => {
  const file = await open(path, 'wx');
  const piece = randomBytes(65_536);
  for (let at = 0; at < size; at += piece.length) {
    piece.writeUIntLE(at, 0, 6);
    await file.write(piece, 0, Math.min(piece.length, size - at), at);
  }
  await file.sync();
  await file.close();
};

const bytesOf = (workload: Workload): number => (workload.options.includes('--bs=64k') ? 65_536 : 4096);

/** @throws Error when fio does not get what it asks for */
export const raceVolumes = async (options: VolumeRaceOptions): Promise<readonly VolumeRaceRow[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'volume-race-'));
  try {
    const file = join(folder, 'disk.img');
    await makeFile(file, options.size);
    const best = new Map<string, number>();
    for (let round = 0; round < options.rounds; round += 1)
      for (const workload of workloads)
        for (const server of servers) {
          options.tell(`round ${round + 1}: ${workload.name}, ${server.name}`);
          const socket = join(folder, 'sock');
          await rm(socket, { force: true });
          const running = await server.start(file, socket);
          try {
            const key = `${workload.name}|${server.name}`;
            best.set(key, Math.max(best.get(key) ?? 0, await runFio(running.uri, workload, options)));
          } finally {
            await running.close();
          }
        }
    return workloads.flatMap((workload) => {
      const of = (name: string): number => best.get(`${workload.name}|${name}`)!;
      return servers.map(({ name }) => ({
        workload: workload.name,
        server: name,
        operationsPerSecond: Math.round(of(name)),
        bytesPerSecond: Math.round(of(name) * bytesOf(workload)),
        ratioToNbdkitCow: of(name) / of(reference),
      }));
    });
  } finally {
    await rm(folder, { recursive: true });
  }
};
