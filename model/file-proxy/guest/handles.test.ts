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

test('a stream of the web gives what the file holds, once of a handle, which stays open', async () => {
  const directory = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-handles-'));
  const outcome = async (promises: Promises, path: string, type: 'bytes' | undefined): Promise<unknown> => {
    await promises.writeFile(path, 'portcullis '.repeat(10_000));
    const handle = await promises.open(path);
    const stream = (): AsyncIterable<ArrayBuffer | Uint8Array> =>
      handle.readableWebStream(type === undefined ? {} : ({ type } as object)) as never;
    const refusal = (): string => {
      try {
        stream();
        return 'given';
      } catch (error) {
        return `${(error as NodeJS.ErrnoException).code} ${(error as Error).message}`;
      }
    };
    const chunks: (ArrayBuffer | Uint8Array)[] = [];
    for await (const chunk of stream()) chunks.push(chunk);
    const said = [refusal(), (await handle.stat()).size];
    await handle.close();
    return [
      said,
      refusal(),
      Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as Uint8Array))).toString(),
      chunks.map((chunk) => [chunk.constructor.name, chunk.byteLength]),
    ];
  };
  for (const type of [undefined, 'bytes'] as const)
    expect(await outcome(createGuestFileSystem().promises as unknown as Promises, '/file', type)).toEqual(
      await outcome(fs.promises, join(directory, 'file'), type),
    );
  fs.rmSync(directory, { recursive: true });
});
