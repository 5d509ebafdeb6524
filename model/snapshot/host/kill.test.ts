/**
 * The server is killed at random moments under load: what was acknowledged on any connection before a flush on one of them is there, and every snapshot is what
 * the file was at its instant.
 *
 * This shows what a server keeps in its own memory too long, as writes that are answered before they are done, and writes that do not wait for their block's
 * copy. What a process has written outlives it in the host's memory, so nothing here shows whether it was made durable, which of three copies of a page were
 * written, or whether a map was there before the superblock that names it: that is for `power-cut.test.ts`, whose storages lose and tear what was not flushed.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { commands } from '../nbd/protocol.ts';
import { Signal } from '../signal.ts';
import { drawFrom } from '../testing/machine.ts';
import { NbdClient } from '../testing/nbd-client.ts';
import { bundleServer, spawnServer } from '../testing/spawn-server.ts';
import { askServer } from './control.ts';

const kills = process.env.PORTCULLIS_THOROUGH === '1' ? 50 : 5;
const cellSize = 4096;
const cells = 1024;
const writers = 8;
/** The last writer's cells are for bursts, of a cell in each block of the volume. */
const cellsOfBlock = 16;
/** A flush on one covers what was answered on all. */
const connections = 3;

const folder = await mkdtemp(join(tmpdir(), 'kill-'));
afterAll(() => rm(folder, { recursive: true }));

/** What is known of the cells: each is filled with the number of its last write. */
class Ledger {
  readonly issued = new Uint32Array(cells);
  readonly acknowledged = new Uint32Array(cells);
  readonly flushed = new Uint32Array(cells);

  /** The first cell that is wrong, in words, or null. Takes what is there as flushed from now on. */
  audit(content: Buffer): string | null {
    for (let cell = 0; cell < cells; cell += 1) {
      const bytes = content.subarray(cell * cellSize, (cell + 1) * cellSize);
      const found = bytes.readUInt32LE();
      const said = `cell ${cell} has write ${found}, of ${this.flushed[cell]} flushed, ${this.acknowledged[cell]} acknowledged, ${this.issued[cell]} issued`;
      if (found < this.flushed[cell]! || found > this.issued[cell]!) return said;
      const torn = bytes.findIndex((byte, index) => byte !== bytes[index % 4]) !== -1;
      if (torn && this.issued[cell] === this.acknowledged[cell]) return `${said}, torn`;
      this.issued[cell] = Math.max(this.issued[cell]!, found);
      // What was acknowledged and not flushed may be gone, and no later flush brings it back.
      this.acknowledged[cell] = found;
      this.flushed[cell] = torn ? this.flushed[cell]! : found;
    }
    return null;
  }
}

const cellOf = (value: number): Buffer => {
  const bytes = Buffer.alloc(cellSize);
  bytes.writeUInt32LE(value);
  for (let at = 4; at < cellSize; at += 4) bytes.copy(bytes, at, 0, 4);
  return bytes;
};

const readWhole = async (path: string, name: string): Promise<Buffer> => {
  const client = await NbdClient.connect({ path });
  const { size } = await client.go(name);
  const content = await client.read(0, size);
  client.socket.destroy();
  return content;
};

const hashOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

test(`nothing is lost when the server is killed ${kills} times under load`, async () => {
  const bundle = await bundleServer(folder);
  const file = join(folder, 'disk.img');
  const socket = join(folder, 'disk.sock');
  await writeFile(file, '');
  await truncate(file, cells * cellSize);
  const draw = drawFrom(1);
  const ledger = new Ledger();
  const hashes = new Map<string, string>();
  let taken = 0;
  let deleting = '';
  const snapshotTaken = new Signal();
  const failures: unknown[] = [];
  let server = await spawnServer(bundle, file, socket);

  const writeCell = async (client: NbdClient, cell: number): Promise<void> => {
    ledger.issued[cell] = ledger.issued[cell]! + 1;
    const value = ledger.issued[cell]!;
    await client.write(cell * cellSize, cellOf(value));
    ledger.acknowledged[cell] = value;
  };
  const flush = async (client: NbdClient): Promise<void> => {
    const covered = ledger.acknowledged.slice();
    expect((await client.request(commands.flush, 0, 0)).error).toBe(0);
    for (const [index, number] of covered.entries()) ledger.flushed[index] = Math.max(ledger.flushed[index]!, number);
  };
  const write = async (client: NbdClient, writer: number): Promise<void> => {
    for (;;) {
      // Each writer has cells of its own, so that the order of the writes to a cell is known.
      await writeCell(client, draw(cells / writers) * writers + writer);
      if (draw(20) === 0) await flush(client);
    }
  };
  /** A first write to each block, on one connection, and a flush on another, which must not be answered before their copies are there. */
  const burst = async ([one, other]: readonly NbdClient[]): Promise<void> => {
    const writes = Array.from({ length: cells / cellsOfBlock }, (_, block) =>
      writeCell(one!, block * cellsOfBlock + writers - 1),
    );
    await Promise.all(writes);
    await flush(other!);
  };
  const administer = async (): Promise<void> => {
    const { hash } = server;
    for (;;) {
      await setTimeout(draw(60));
      if (server.hash !== hash) return;
      taken += 1;
      const name = `s${taken}`;
      await askServer(file, { do: 'snapshot', name, policy: 'break' });
      snapshotTaken.give();
      const read = hashOf(await readWhole(socket, name));
      // Printed before the answer, and seen by now.
      hashes.set(name, hash());
      if (read !== hash()) failures.push(`snapshot ${name} is not what was there at its instant`);
      if (hashes.size < 4) continue;
      deleting = [...hashes.keys()][draw(hashes.size)]!;
      await askServer(file, { do: 'delete', name: deleting });
      hashes.delete(deleting);
      deleting = '';
    }
  };

  for (let kill = 0; kill < kills; kill += 1) {
    // Of a snapshot whose taking was under way.
    const lastHash = server.hash();
    if (kill > 0) server = await spawnServer(bundle, file, socket);
    const said = `after ${kill} kills`;
    expect(ledger.audit(await readWhole(socket, '')), said).toBeNull();
    const { snapshots } = (await askServer(file, { do: 'list' }))!;
    const names = snapshots.map(({ name }) => name);
    if (deleting !== '' && !names.includes(deleting)) hashes.delete(deleting);
    for (const [name, hash] of hashes)
      expect([said, name, hashOf(await readWhole(socket, name))]).toEqual([said, name, hash]);
    for (const { name, state } of snapshots) {
      if (state === 'going') continue;
      expect([said, name, state]).toEqual([said, name, 'live']);
      if (hashes.has(name)) continue;
      expect([said, name, hashOf(await readWhole(socket, name))]).toEqual([said, name, lastHash]);
      hashes.set(name, lastHash);
    }
    deleting = '';
    const clients = await Promise.all(
      Array.from({ length: connections }, async () => {
        const client = await NbdClient.connect({ path: socket });
        await client.go('');
        return client;
      }),
    );
    // What the kill leaves unanswered stays so, but for what is asked of the control.
    void administer().catch(() => undefined);
    for (let writer = 0; writer < writers - 1; writer += 1)
      void write(clients[writer % connections]!, writer).catch((error: unknown) => failures.push(error));
    await setTimeout(draw(700));
    // Every other time right behind the answer to a flush.
    if (kill % 2 === 1) await snapshotTaken.wait().then(() => burst(clients));
    await server.end('SIGKILL');
    for (const client of clients) client.socket.destroy();
    expect([said, failures]).toEqual([said, []]);
  }
  expect(taken).toBeGreaterThan(kills / 2);
  const last = await spawnServer(bundle, file, socket);
  expect(ledger.audit(await readWhole(socket, ''))).toBeNull();
  for (const [name, hash] of hashes)
    if (name !== deleting) expect([name, hashOf(await readWhole(socket, name))]).toEqual([name, hash]);
  await last.end('SIGKILL');
});
