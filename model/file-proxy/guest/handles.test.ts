/** Handles of open files, held to Node's own. */
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGuestFileSystem } from './file-system.ts';

/** The calls as both have them. */
type Promises = Pick<typeof fs.promises, 'writeFile' | 'open' | 'readFile'>;

test.each([
  ['no bytes', Buffer.alloc(0), { bytesWritten: 0 }],
  ['one byte', Buffer.from('x'), { code: 'EBADF' }],
  ['no text', '', { code: 'EBADF' }],
] as const)('%s written by a handle that may only read', async (_, data, expected) => {
  const directory = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-handles-'));
  const outcome = async (promises: Promises, path: string): Promise<unknown> => {
    await promises.writeFile(path, 'kept');
    const handle = await promises.open(path, 'r');
    try {
      return await (handle.write as (bytes: string | Buffer) => Promise<object>)(data).then(
        ({ bytesWritten }: { bytesWritten?: number }) => ({ bytesWritten }),
        ({ code }: { code?: string }) => ({ code }),
      );
    } finally {
      await handle.close();
      expect(await promises.readFile(path, 'utf8')).toBe('kept');
    }
  };
  expect(await outcome(fs.promises, join(directory, 'file'))).toEqual(expected);
  expect(await outcome(createGuestFileSystem().promises as unknown as Promises, '/file')).toEqual(expected);
  fs.rmSync(directory, { recursive: true });
});
