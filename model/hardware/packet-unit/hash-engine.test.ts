import { fc, test } from '@fast-check/vitest';
import { expect, test as plainTest } from 'vitest';
import { hashTypes, packetUnitParameters } from '../../../rtl/packet-unit/interface.ts';
import { Buffer } from '../primitives/buffer.ts';
import { type Descriptor, emptyDescriptor } from './descriptor.ts';
import { createHashedChain, type HashedChain } from './entries.ts';
import { HashEngine } from './hash-engine.ts';
import { place, Registers } from './registers.ts';

const descriptorOf = (words: readonly number[], ports: number): Descriptor => ({
  ...emptyDescriptor(),
  destinationHigh: 0x0200,
  destinationLow: 7,
  network: words.length === 2 ? 4 : 6,
  addresses: Uint32Array.from(words),
  transport: 1,
  ports,
});

interface Outcome {
  /** Cycle in which the chain is pushed; the start is at the edge of cycle 0. */
  readonly cycle: number;
  readonly chain: HashedChain;
}

/** Starts a hash in cycle 0; `atEdge` changes registers at the edge of a cycle, as a write does. */
const hash = (
  hashWidth: 16 | 32 | 48 | 96 | 144 | 288,
  descriptor: Descriptor,
  type: number,
  atEdge: (cycle: number, words: Uint32Array) => void = () => {},
): Outcome => {
  const parameters = packetUnitParameters({ hashWidth });
  const registers = new Registers(parameters);
  registers.powerUp();
  const engine = new HashEngine(parameters, registers);
  const clients = new Buffer(4, createHashedChain);
  for (let cycle = 0; cycle < 60; cycle += 1) {
    engine.step(clients);
    if (cycle === 0) engine.start(descriptor, type);
    atEdge(cycle, registers.words);
    clients.edge();
    if (clients.valid) return { cycle, chain: clients.front };
  }
  throw new Error('the engine has not finished');
};

const bitOf = (words: ArrayLike<number>, bit: number): number =>
  bit < 320 ? (words[Math.floor(bit / 32)]! >>> (31 - (bit % 32))) & 1 : 0;

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const key = fc.array(word, { minLength: 10, maxLength: 10 });

test.prop([
  fc.constantFrom(16, 32, 48, 96, 144, 288),
  fc.oneof(fc.array(word, { minLength: 2, maxLength: 2 }), fc.array(word, { minLength: 8, maxLength: 8 })),
  word,
  fc.array(key, { minLength: 24, maxLength: 24 }),
])('each bit of the key counts as it is when it is first used', (hashWidth, addresses, ports, keys) => {
  const type = addresses.length === 2 ? hashTypes.tcp_ipv4 : hashTypes.tcp_ipv6;
  // The key that the registers hold in a cycle: that of the suite in cycle 0, another one in each after it.
  const { cycle, chain } = hash(hashWidth, descriptorOf(addresses, ports), type, (now, words) => {
    words.set(keys[now]!, place.key);
  });
  const input = [...addresses, ports];
  const bits = 32 * input.length;
  const steps = Math.ceil(bits / hashWidth);
  const parameters = packetUnitParameters();
  const registers = new Registers(parameters);
  registers.powerUp();
  const keyIn = (at: number): ArrayLike<number> =>
    at === 0 ? registers.words.subarray(place.key, place.key + 10) : keys[at - 1]!;
  const usedIn = (bit: number): number => (bit < 31 ? 0 : 1 + Math.floor((bit - 31) / hashWidth));
  let expected = 0;
  for (let bit = 0; bit < bits; bit += 1) {
    if (bitOf(input, bit) === 0) continue;
    for (let place = 0; place < 32; place += 1) {
      expected ^= bitOf(keyIn(usedIn(bit + place)), bit + place) << (31 - place);
    }
  }
  expect(chain.hash).toBe(expected >>> 0);
  expect(cycle).toBe(steps + 3);
});

const descriptor = descriptorOf([0x0a000001, 0x0a000002], 0x00010002);

plainTest('the table is read two cycles after the last step, with its content from before that edge', () => {
  const { hash: value } = hash(288, descriptor, hashTypes.tcp_ipv4).chain;
  const entry = place.table + (value & 127);
  // The only step is in cycle 1.
  const written = (at: number) =>
    hash(288, descriptor, hashTypes.tcp_ipv4, (cycle, words) => {
      if (cycle === at) words[entry] = (value & 7) ^ 5;
    }).chain.client;
  expect([1, 2, 3].map(written)).toEqual([(value & 7) ^ 5, (value & 7) ^ 5, value & 7]);
});

plainTest('the default client is that of the cycle in which the chain is pushed', () => {
  const written = (at: number) =>
    hash(288, descriptor, hashTypes.none, (cycle, words) => {
      if (cycle === at) words[place.default_client] = 3;
    });
  expect([2, 3, 4].map((at) => written(at).chain.client)).toEqual([3, 3, 0]);
  expect(written(9)).toEqual({ cycle: 4, chain: { hash: 0, hashType: 0, client: 0, copies: 0 } });
});

plainTest('copies are those of the cycle after the start', () => {
  const written = (at: number, status: 0 | 1 = 0) =>
    hash(16, { ...descriptor, status }, hashTypes.tcp_ipv4, (cycle, words) => {
      words[place.all_sap_low] = 7;
      words[place.all_sap_high] = 0x1_0200;
      if (cycle === at) words[place.all_sap_clients] = 0x81;
    }).chain.copies;
  expect([0, 1].map((at) => written(at))).toEqual([0x81, 0]);
  expect(written(0, 1)).toBe(0);
});

plainTest('a hash may start in the cycle of the last step before it', () => {
  const parameters = packetUnitParameters({ hashWidth: 32 });
  const registers = new Registers(parameters);
  const engine = new HashEngine(parameters, registers);
  const clients = new Buffer(4, createHashedChain);
  const canStart: boolean[] = [];
  for (let cycle = 0; cycle < 6; cycle += 1) {
    engine.step(clients);
    canStart.push(engine.canStart);
    if (cycle === 0) engine.start(descriptor, hashTypes.tcp_ipv4);
    clients.edge();
  }
  expect(canStart).toEqual([true, false, false, true, true, true]);
});
