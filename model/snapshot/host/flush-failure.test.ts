/** A flush of the host that fails once: what it was to make durable is gone, though the next one would succeed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const host = { failures: 0, calls: 0 };
let FileStorage: typeof import('./file-storage.ts').FileStorage;

beforeAll(async () => {
  const fs = await vi.importActual<typeof import('node:fs')>('node:fs');
  const fdatasync = (descriptor: number, done: (error: NodeJS.ErrnoException | null) => void): void => {
    host.calls += 1;
    if (host.failures === 0) {
      fs.fdatasync(descriptor, done);
      return;
    }
    host.failures -= 1;
    done(Object.assign(new Error('EIO'), { code: 'EIO' }));
  };
  // Others may have the module already, with the host's own flush.
  vi.resetModules();
  vi.doMock('node:fs', () => ({ ...fs, fdatasync }));
  ({ FileStorage } = await import('./file-storage.ts'));
});
afterAll(() => {
  vi.doUnmock('node:fs');
  vi.resetModules();
});

const folder = await mkdtemp(join(tmpdir(), 'flush-'));
afterAll(() => rm(folder, { recursive: true }));

test('a flush that failed stays failed until the file is opened again', async () => {
  const path = join(folder, 'disk.img');
  await writeFile(path, Buffer.alloc(4096));
  const storage = await FileStorage.open(path, { grows: false });
  await storage.flush();
  host.failures = 1;
  const said = { kind: 'failed', message: expect.stringContaining('until the file is opened again') };
  await expect(storage.flush()).rejects.toMatchObject(said);
  await storage.write(0, Buffer.alloc(10, 1));
  await expect(storage.flush()).rejects.toMatchObject(said);
  expect([host.calls, host.failures]).toEqual([2, 0]);
  await storage.close();
  const again = await FileStorage.open(path, { grows: false });
  await again.flush();
  await again.close();
});

test('a flush beside the one that failed does not succeed', async () => {
  const path = join(folder, 'other.img');
  await writeFile(path, Buffer.alloc(4096));
  const storage = await FileStorage.open(path, { grows: false });
  const first = storage.flush();
  host.failures = 1;
  const both = await Promise.allSettled([first, storage.flush()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await storage.close();
});
