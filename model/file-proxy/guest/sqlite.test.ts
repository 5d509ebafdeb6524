/** SQLite, as wa-sqlite builds it, on a guest's tree: its databases proxied, its journals too. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, expect, test } from 'vitest';
import { Factory, SQLITE_ROW } from 'wa-sqlite';
import createModule from 'wa-sqlite/dist/wa-sqlite-async.mjs';
import { Base } from 'wa-sqlite/src/VFS.js';
import { remotely, treesUnderTest } from '../tree/every-tree.ts';
import type { FileHandle } from './file-handle.ts';
import { createGuestFileSystem, type GuestFileSystem } from './file-system.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const transactions = thorough ? 1000 : 200;
const ok = 0;
const ioError = 10;
const shortRead = 522;
const cannotOpen = 14;
const openCreate = 4;
const openDeleteOnClose = 8;

/** What wa-sqlite's types say that it gives, which its present build gives as the bytes themselves. */
interface Declared {
  size: number;
  value: Uint8Array;
}
const bytesOf = (data: Declared): Uint8Array => data as unknown as Uint8Array;

/** SQLite's virtual file system over `fs.promises`. */
class GuestVfs extends Base {
  readonly name = 'guest';
  private readonly files = new Map<
    number,
    { readonly handle: FileHandle; readonly path: string; readonly remove: boolean }
  >();
  private readonly promises: GuestFileSystem['promises'];
  constructor({ promises }: GuestFileSystem) {
    super();
    this.promises = promises;
  }
  private asking(work: () => Promise<number>, failed = ioError): number {
    // Asyncify unwinds here: what the call gives in the end is the promise's number.
    return (this as unknown as { handleAsync(work: () => Promise<number>): number }).handleAsync(() =>
      work().catch((e) => {
        console.log(e);
        return failed;
      }),
    );
  }
  override xOpen(name: string | null, id: number, flags: number, out: DataView): number {
    return this.asking(async () => {
      const path = name ?? `/share/temporary-${id}`;
      const create = (flags & openCreate) !== 0;
      const handle = await this.promises.open(path, create ? fs.constants.O_RDWR | fs.constants.O_CREAT : 'r+');
      this.files.set(id, { handle, path, remove: (flags & openDeleteOnClose) !== 0 });
      out.setInt32(0, flags, true);
      return ok;
    }, cannotOpen);
  }
  override xClose(id: number): number {
    return this.asking(async () => {
      const { handle, path, remove } = this.files.get(id)!;
      this.files.delete(id);
      await handle.close();
      if (remove) await this.promises.unlink(path);
      return ok;
    });
  }
  override xRead(id: number, data: Declared, offset: number): number {
    return this.asking(async () => {
      const buffer = new Uint8Array(bytesOf(data).length);
      const { bytesRead } = await this.files.get(id)!.handle.read(buffer, 0, buffer.length, offset);
      bytesOf(data).set(buffer);
      return bytesRead < buffer.length ? shortRead : ok;
    });
  }
  override xWrite(id: number, data: Declared, offset: number): number {
    const copy = bytesOf(data).slice();
    return this.asking(async () => {
      const { bytesWritten } = await this.files.get(id)!.handle.write(copy, 0, copy.length, offset);
      return bytesWritten === copy.length ? ok : ioError;
    });
  }
  override xTruncate(id: number, size: number): number {
    return this.asking(async () => {
      await this.files.get(id)!.handle.truncate(size);
      return ok;
    });
  }
  override xSync(id: number): number {
    return this.asking(async () => {
      await this.files.get(id)!.handle.sync();
      return ok;
    });
  }
  override xFileSize(id: number, out: DataView): number {
    return this.asking(async () => {
      out.setBigInt64(0, BigInt((await this.files.get(id)!.handle.stat()).size), true);
      return ok;
    });
  }
  override xDelete(name: string): number {
    return this.asking(async () => {
      await this.promises.unlink(name);
      return ok;
    });
  }
  override xAccess(name: string, _flags: number, out: DataView): number {
    return this.asking(async () => {
      const there = await this.promises.access(name).then(
        () => 1,
        () => 0,
      );
      out.setInt32(0, there, true);
      return ok;
    });
  }
}

// In memory the files' own speed does not count; thorough runs use a directory of the host.
const share = await treesUnderTest[thorough ? 'host' : 'memory']!();
const remote = await remotely(share.tree, 65_536);
afterAll(async () => {
  await remote.close();
  await share.close();
});

test(`wa-sqlite: ${transactions} transactions, some rolled back, and the integrity check`, async () => {
  const guest = createGuestFileSystem();
  await guest.mount('/share', remote.tree);
  const wasm = fs.readFileSync(createRequire(import.meta.url).resolve('wa-sqlite/dist/wa-sqlite-async.wasm'));
  const sqlite = Factory(await createModule({ wasmBinary: wasm }));
  sqlite.vfs_register(new GuestVfs(guest) as never, true);
  const database = await sqlite.open_v2('/share/database');
  const run = (text: string): Promise<number> => sqlite.exec(database, text);
  await run('create table entry (number integer primary key, text text); create index by_text on entry (text);');
  let kept = 0;
  for (let number = 0; number < transactions; number++) {
    const undone = number % 10 === 9;
    await run(`begin; insert into entry values (${number}, hex(randomblob(40))); ${undone ? 'rollback' : 'commit'};`);
    if (!undone) kept += 1;
  }
  const answers: unknown[][] = [];
  const gather = (row: unknown[]): void => void answers.push(row);
  await sqlite.exec(database, 'pragma integrity_check', gather as never);
  await sqlite.exec(database, 'select count(*), count(distinct text) from entry', gather as never);
  expect(answers).toEqual([['ok'], [kept, kept]]);
  await sqlite.close(database);
  expect(SQLITE_ROW).toBe(100);
  // The journal went with the last transaction.
  expect(await guest.promises.readdir('/share')).toEqual(['database']);
  expect((await guest.promises.readFile('/share/database', 'latin1')).slice(0, 15)).toBe('SQLite format 3');
});
