/** The server is killed at random moments under load: what was acknowledged and flushed is there, and every snapshot is whole. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { commands } from '../nbd/protocol.ts';
import { drawFrom } from '../testing/machine.ts';
import { NbdClient } from '../testing/nbd-client.ts';
import { bundleServer, spawnServer } from '../testing/spawn-server.ts';
import { askServer } from './control.ts';

const kills = process.env.PORTCULLIS_THOROUGH === '1' ? 50 : 5;
const cellSize = 4096;
const cells = 1024;
const writers = 8;

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

  const write = async (client: NbdClient, writer: number): Promise<void> => {
    for (;;) {
      // Each writer has cells of its own, so that the order of the writes to a cell is known.
      const cell = draw(cells / writers) * writers + writer;
      ledger.issued[cell] = ledger.issued[cell]! + 1;
      const value = ledger.issued[cell]!;
      await client.write(cell * cellSize, cellOf(value));
      ledger.acknowledged[cell] = value;
      if (draw(20) !== 0) continue;
      const covered = ledger.acknowledged.slice();
      await client.request(commands.flush, 0, 0);
      for (const [index, number] of covered.entries()) ledger.flushed[index] = Math.max(ledger.flushed[index]!, number);
    }
  };
  const administer = async (): Promise<void> => {
    for (;;) {
      await setTimeout(draw(60));
      taken += 1;
      const name = `s${taken}`;
      await askServer(file, { do: 'snapshot', name, policy: 'break' });
      hashes.set(name, hashOf(await readWhole(socket, name)));
      if (hashes.size < 4) continue;
      deleting = [...hashes.keys()][draw(hashes.size)]!;
      await askServer(file, { do: 'delete', name: deleting });
      hashes.delete(deleting);
      deleting = '';
    }
  };

  for (let kill = 0; kill < kills; kill += 1) {
    const server = await spawnServer(bundle, file, socket);
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
      hashes.set(name, hashOf(await readWhole(socket, name)));
    }
    deleting = '';
    const client = await NbdClient.connect({ path: socket });
    await client.go('');
    const load = Promise.allSettled([
      administer(),
      ...Array.from({ length: writers }, (_, writer) => write(client, writer)),
    ]);
    await setTimeout(draw(700));
    await server.end('SIGKILL');
    client.socket.destroy();
    // Requests that the kill left unanswered stay so.
    void load;
  }
  expect(taken).toBeGreaterThan(kills / 2);
  const last = await spawnServer(bundle, file, socket);
  expect(ledger.audit(await readWhole(socket, ''))).toBeNull();
  for (const [name, hash] of hashes)
    if (name !== deleting) expect([name, hashOf(await readWhole(socket, name))]).toEqual([name, hash]);
  await last.end('SIGKILL');
});
