import { expect, test } from 'vitest';
import { createPacketUnitModel, PacketUnitDriver } from './index.ts';

test('a run that cannot come to rest ends with an error that says so', () => {
  const unit = new PacketUnitDriver();
  unit.takesFrames = () => false;
  unit.send(new Uint8Array(2000));
  expect(() => unit.settle()).toThrow(/nothing has moved for 100000 cycles.*is an output never taken\?/);
});

test('a register that is not there is an error that names the address', () => {
  const unit = new PacketUnitDriver();
  expect(() => unit.read(0xffc)).toThrow('the read of 0xffc was answered with response 2');
  expect(() => unit.write('frames', 1)).toThrow('the write to 0x100 was answered with response 2');
  expect(() => unit.read('client_packets', 8)).toThrow('0x420');
});

test('a parameter that is not allowed is an error that names it', () => {
  expect(() => createPacketUnitModel({ frameBeats: 63 })).toThrow(/frameBeats.*63/s);
});

test('registers may be used while frames pass', () => {
  const unit = new PacketUnitDriver();
  unit.send(...Array.from({ length: 50 }, () => new Uint8Array(300)));
  unit.runUntil(() => unit.delivered.length === 10);
  const before = unit.read('frames');
  expect(before).toBeGreaterThanOrEqual(10);
  unit.settle();
  expect(unit.read('frames')).toBe(50);
});

test('a frame of no bytes is a beat of no bytes', () => {
  const unit = new PacketUnitDriver();
  unit.send(new Uint8Array(0), Uint8Array.of(1));
  unit.settle();
  expect(unit.delivered.map(({ bytes }) => [...bytes])).toEqual([[], [1]]);
  expect([unit.read('frames'), unit.read('truncated')]).toEqual([2, 2]);
  const counted = Array.from({ length: 8 }, (_, client) => unit.readClientBytes(client));
  expect(counted).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
});
