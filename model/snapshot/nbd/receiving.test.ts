/** Bytes come into an intake as they were sent, in its own memory and, where Node does not let that be, copied. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Intake } from './intake.ts';
import { receiveInto } from './receiving.ts';

const folder = await mkdtemp(join(tmpdir(), 'nbd-receiving-'));
afterAll(() => rm(folder, { recursive: true }));
let number = 0;

const byteAt = (at: number): number => (at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff;
const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => byteAt(at)));

/** Sends all to a server that receives it and answers with its length; what it received, and the socket that it had. */
const exchange = async (find?: (socket: Socket) => object | null) => {
  number += 1;
  const path = join(folder, String(number));
  const pieces: Buffer[] = [];
  let dataEvents = 0;
  let isAccepted = false;
  let begin: (accepted: Socket) => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    begin = (accepted) => {
      const intake = new Intake();
      const take = (): void => {
        pieces.push(Buffer.from(intake.take(intake.length)!));
        // As one who has had enough for a while.
        if (pieces.length % 3 !== 0) return;
        socket.pause();
        setImmediate(() => socket.resume());
      };
      const socket =
        find === undefined ? receiveInto(accepted, intake, take) : receiveInto(accepted, intake, take, find);
      isAccepted = socket === accepted;
      socket.on('data', () => {
        dataEvents += 1;
      });
      socket.on('end', () => socket.end(String(pieces.reduce((sum, { length }) => sum + length, 0))));
      socket.on('close', () => resolve());
    };
  });
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (accepted) => begin(accepted));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const client = connect({ path, allowHalfOpen: true });
  let answer = '';
  client.on('data', (text) => {
    answer += text.toString();
  });
  client.end(sent);
  await Promise.all([ended, new Promise((resolve) => client.on('end', resolve))]);
  const connections = await new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  await new Promise((resolve) => server.close(resolve));
  return { received: Buffer.concat(pieces), answer, dataEvents, isAccepted, connections };
};

test('bytes are received into the memory of the intake: this Node lets that be', async () => {
  const { received, ...rest } = await exchange();
  expect(received.equals(sent)).toBe(true);
  expect(rest).toEqual({ answer: '3000000', dataEvents: 0, isAccepted: false, connections: 0 });
});

test('where there is no handle to be had, bytes are copied', async () => {
  const { received, dataEvents, ...rest } = await exchange(() => null);
  expect(received.equals(sent)).toBe(true);
  expect(dataEvents).toBeGreaterThan(0);
  expect(rest).toEqual({ answer: '3000000', isAccepted: true, connections: 0 });
});
