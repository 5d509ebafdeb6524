/** Programs of others at a volume: fio, nbdcopy, nbdinfo, qemu-img (Debian packages fio, libnbd-bin, qemu-utils). */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { commands } from '../nbd/protocol.ts';
import { NbdClient } from '../testing/nbd-client.ts';
import { bundleServer, spawnServer } from '../testing/spawn-server.ts';
import { askServer } from './control.ts';

const run = promisify(execFile);
const tools = ['fio', 'nbdcopy', 'nbdinfo', 'qemu-img'];
const missing = tools.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
const skipped = missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} not installed)`;

const size = 32 * 2 ** 20;
const blockSize = 65_536;
const folder = await mkdtemp(join(tmpdir(), 'tools-'));
afterAll(() => rm(folder, { recursive: true }));

const hashOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

/** Random writes all over the volume, each read back and its checksum compared. */
const fio = (uri: string) =>
  run('fio', [
    '--name=verified',
    '--ioengine=nbd',
    `--uri=${uri}`,
    '--rw=randwrite',
    '--bs=4k-64k',
    '--iodepth=16',
    `--size=${size}`,
    '--io_size=12m',
    // So that it goes on for three seconds at least.
    '--rate=,4m',
    '--verify=crc32c',
    '--verify_fatal=1',
    `--aux-path=${folder}`,
    '--verify_state_save=0',
    '--output-format=json',
  ]);

const open = async (name: string, pace: 'host' | 'never') => {
  const bundle = await bundleServer(folder);
  const file = join(folder, `${name}.img`);
  const socket = join(folder, `${name}.sock`);
  await run('truncate', ['--size', String(size), file]);
  await run('sh', ['-c', `head --bytes 20M /dev/urandom | dd of=${file} conv=notrunc status=none`]);
  const server = await spawnServer(bundle, file, socket, pace);
  const uri = (exported: string): string => `nbd+unix:///${exported}?socket=${socket}`;
  return { file, socket, server, uri };
};

describe.skipIf(missing.length > 0)(`other programs${skipped}`, () => {
  test.each(['nbdcopy', 'qemu-img'])(
    'fio verifies what it writes while a snapshot is taken, and copied out whole by %s',
    async (copy) => {
      const { file, server, uri } = await open(copy, 'host');
      const writing = fio(uri(''));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await askServer(file, { do: 'snapshot', name: 's', policy: 'break' });
      const atInstant = server.hash();
      const out = join(folder, `${copy}.copy`);
      if (copy === 'nbdcopy') await run(copy, [uri('s'), out]);
      else await run(copy, ['convert', '-f', 'raw', '-O', 'raw', uri('s'), out]);
      expect(await hashOf(out)).toEqual(atInstant);
      const { stdout } = await writing;
      const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
        jobs: { error: number; write: { total_ios: number } }[];
      };
      expect(report.jobs[0]).toMatchObject({ error: 0 });
      expect(report.jobs[0]?.write.total_ios).toBeGreaterThan(100);
      const { stdout: changes } = await run('nbdinfo', ['--map=portcullis:changed-since:s', uri('')]);
      expect(changes).toMatch(/ 1$/m);
      await server.end('SIGKILL');
    },
  );

  test('nbdinfo --map agrees with the copy map and with what was changed', async () => {
    const { file, socket, server, uri } = await open('mapped', 'never');
    const map = async (exported: string, context: string) => {
      const { stdout } = await run('nbdinfo', [`--map=${context}`, '--json', uri(exported)]);
      return (JSON.parse(stdout) as { offset: number; length: number; type: number }[]).map(
        ({ offset, length, type }) => [offset / blockSize, length / blockSize, type],
      );
    };
    await askServer(file, { do: 'snapshot', name: 'monday', policy: 'break' });
    expect(await map('monday', 'portcullis:copied')).toEqual([[0, size / blockSize, 0]]);
    const client = await NbdClient.connect({ path: socket });
    await client.go('');
    await client.write(2 * blockSize + 5, Buffer.alloc(10, 1));
    await client.write(7 * blockSize - 1, Buffer.alloc(2, 1));
    const written = [
      [0, 2, 0],
      [2, 1, 1],
      [3, 3, 0],
      [6, 2, 1],
      [8, size / blockSize - 8, 0],
    ];
    // What was written counts at once; its copies are in the store when it is flushed, at the latest.
    expect(await map('', 'portcullis:changed-since:monday')).toEqual(written);
    await client.request(commands.flush, 0, 0);
    expect(await map('', 'portcullis:changed-since:monday')).toEqual(written);
    expect(await map('monday', 'portcullis:copied')).toEqual(written);
    // The last 12 of 32 MiB were never written.
    expect((await map('monday', 'base:allocation')).at(-1)).toEqual([320, 192, 3]);
    client.socket.destroy();
    await server.end('SIGKILL');
  });
});
