/** Random scenarios of the packet hash unit. */
import fc, { type Arbitrary } from 'fast-check';
import { ethernetAddress } from '../../../captures/addresses.ts';
import type { LiteAccess, LiteWrite } from '../../axi/lite-manager.ts';
import type { CapturedFrame } from '../../block.ts';
import { frameScripts } from './frame-scripts.ts';
import { allSapEntries, keyWords, mappedAddresses, registers, tableEntries } from './registers.ts';
import type { Accepting, MidReset, PacketUnitScenario, Stalls } from './scenario.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });

/** Mostly values that make something happen soon, sometimes any. */
const soon = (...values: readonly number[]): Arbitrary<number> =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: word });

/** Destinations that random frames often have. */
const destinations = ['02:00:00:00:00:01', '02:00:00:00:00:02', '01:00:5e:01:02:03', 'ff:ff:ff:ff:ff:ff'].map(
  (address) => Uint8Array.from(ethernetAddress(address)),
);
const octets = (bytes: Uint8Array, from: number, to: number): number =>
  bytes.subarray(from, to).reduce((sum, byte) => sum * 256 + byte, 0);

const entry = (base: number, count: number): Arbitrary<number> => fc.nat(count - 1).map((index) => base + 4 * index);

/** A register that can be written, with a value that suits it. */
const purposeful: Arbitrary<readonly [address: number, data: number]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant<number>(registers.chainKey), soon(0x07, 0x3f, 0, 1, 2, 4, 8, 16, 32)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant<number>(registers.hashTypes), soon(0x7f, 0x7f, 0x01, 0x13, 0x6d)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant<number>(registers.defaultClient), word) },
  { weight: 3, arbitrary: fc.tuple(fc.constant<number>(registers.packetLimit), soon(0, 1, 2, 3, 5, 0x103)) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constant<number>(registers.byteLimit), soon(0, 1, 64, 120, 300, 0x01000080, 0x55000100)),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant<number>(registers.idleLimit), soon(0, 1, 2, 5, 20, 60, 0x01000010)) },
  { weight: 2, arbitrary: fc.tuple(entry(registers.key, keyWords), word) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      entry(registers.allSapLow, allSapEntries),
      fc.constantFrom(...destinations.map((each) => octets(each, 2, 6))),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      entry(registers.allSapHigh, allSapEntries),
      fc.constantFrom(...destinations.map((each) => octets(each, 0, 2) + 2 ** 16), 0),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(entry(registers.allSapClients, allSapEntries), word) },
  { weight: 3, arbitrary: fc.tuple(entry(registers.table, tableEntries), word) },
);

const strobes = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.constant(15) },
  { weight: 1, arbitrary: fc.nat(15) },
);

const writeOf = (target: Arbitrary<readonly [number, number]>, waits: Arbitrary<number>): Arbitrary<LiteWrite> =>
  fc
    .record({ target, strobes, wait: waits, dataWait: waits })
    .map(({ target: [address, data], strobes: lanes, wait, dataWait }) => ({
      kind: 'write' as const,
      address,
      data,
      strobes: lanes,
      wait,
      dataWait,
    }));

/** A whole all-SAP entry, as software would set it. */
const allSapGroup: Arbitrary<readonly LiteWrite[]> = fc
  .record({ index: fc.nat(allSapEntries - 1), destination: fc.constantFrom(...destinations), mask: fc.nat(0xffff) })
  .map(({ index, destination, mask }) => {
    const write = (base: number, data: number): LiteWrite => ({
      kind: 'write',
      address: base + 4 * index,
      data,
      strobes: 15,
      wait: 0,
      dataWait: 0,
    });
    return [
      write(registers.allSapLow, octets(destination, 2, 6)),
      write(registers.allSapClients, mask),
      write(registers.allSapHigh, octets(destination, 0, 2) + 2 ** 16),
    ];
  });

const settings: Arbitrary<readonly LiteWrite[]> = fc
  .tuple(
    fc.array(writeOf(purposeful, fc.nat(2)), { maxLength: 16, size: 'max' }),
    fc.oneof(
      { withCrossShrink: true },
      { weight: 1, arbitrary: fc.constant<LiteWrite[][]>([]) },
      { weight: 2, arbitrary: fc.array(allSapGroup, { minLength: 1, maxLength: 3 }) },
    ),
  )
  .map(([single, groups]) => [...single, ...groups.flat()]);

const accessWait = fc.oneof(
  { withCrossShrink: true },
  { weight: 8, arbitrary: fc.nat(3) },
  { weight: 4, arbitrary: fc.nat(20) },
  { weight: 1, arbitrary: fc.nat(100) },
);

/** @param changes whether the accesses may change how the unit treats frames. */
const accesses = (clients: number, changes: boolean, most: number): Arbitrary<readonly LiteAccess[]> => {
  const mapped = mappedAddresses(clients);
  const anywhere = fc.nat(0xfff);
  const read: Arbitrary<LiteAccess> = fc
    .record({ address: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...mapped) }, anywhere), wait: accessWait })
    .map((each) => ({ kind: 'read' as const, ...each }));
  // Where nothing may change, writes still go to what cannot be written.
  const harmless = fc.tuple(
    fc.oneof(
      fc.constantFrom(
        ...mapped.filter(
          (address) =>
            address < 0x010 || address === 0x028 || (address >= 0x100 && address < 0x200) || address >= 0x400,
        ),
      ),
      fc.integer({ min: 0x600, max: 0xfff }),
    ),
    word,
  );
  const write = changes
    ? fc.oneof(
        { weight: 6, arbitrary: writeOf(purposeful, accessWait) },
        { weight: 1, arbitrary: writeOf(fc.tuple(anywhere, word), accessWait) },
      )
    : writeOf(harmless, accessWait);
  return fc.array(fc.oneof({ weight: 3, arbitrary: read }, { weight: changes ? 3 : 1, arbitrary: write }), {
    maxLength: most,
    size: 'max',
  });
};

/** Lengthens the first going until at least a sixth of the time is spent so: what stops for longer only takes time. */
const mostlyGoing = (pairs: readonly (readonly [go: number, stop: number])[]): readonly number[] => {
  const [goes, stops] = [0, 1].map((which) => pairs.reduce((sum, pair) => sum + pair[which as 0 | 1], 0)) as [
    number,
    number,
  ];
  const missing = Math.max(0, Math.ceil(stops / 5) - goes);
  return pairs.flatMap(([go, stop], index) => [index === 0 ? go + missing : go, stop]);
};

const runLengths: Arbitrary<readonly number[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.constant<number[]>([]) },
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.integer({ min: 1, max: 12 }),
          fc.oneof(
            { withCrossShrink: true },
            { weight: 5, arbitrary: fc.nat(6) },
            { weight: 2, arbitrary: fc.nat(40) },
            { weight: 1, arbitrary: fc.nat(160) },
          ),
        ),
        { minLength: 1, maxLength: 4, size: 'max' },
      )
      .map(mostlyGoing),
  },
);

const stalls: Arbitrary<Stalls> = fc.record({
  source: runLengths,
  output: runLengths,
  chain: runLengths,
  writeResponse: runLengths,
  readResponse: runLengths,
});

const accepting: Arbitrary<readonly Accepting[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 2, arbitrary: fc.constant<Accepting[]>([]) },
  {
    weight: 3,
    arbitrary: fc.array(fc.record({ cycles: fc.integer({ min: 1, max: 120 }), mask: fc.nat(0xffff) }), {
      maxLength: 6,
      size: 'max',
    }),
  },
);

const resets: Arbitrary<readonly MidReset[]> = fc.array(
  fc.record({ after: fc.nat(1200), cycles: fc.integer({ min: 1, max: 4 }) }),
  {
    minLength: 1,
    maxLength: 3,
  },
);

/** @param size frames and accesses of the longest scenarios. */
export const packetUnitScenarios = (
  clients: number,
  captured: readonly CapturedFrame[],
  size = 80,
): Arbitrary<PacketUnitScenario> => {
  const scenario = (changes: boolean): Arbitrary<PacketUnitScenario> =>
    fc.record({
      initialReset: fc.nat(2),
      settings,
      frames: frameScripts(captured, size),
      accesses: accesses(clients, changes, size),
      accepting,
      stalls,
      resets: changes
        ? fc.oneof(
            { withCrossShrink: true },
            { weight: 1, arbitrary: fc.constant<MidReset[]>([]) },
            { weight: 1, arbitrary: resets },
          )
        : fc.constant([]),
      rest: fc.oneof(
        { withCrossShrink: true },
        { weight: 4, arbitrary: fc.nat(100) },
        { weight: 1, arbitrary: fc.integer({ min: 900, max: 1200 }) },
      ),
      readBack: fc.oneof(
        { withCrossShrink: true },
        { weight: 1, arbitrary: fc.constant(false) },
        { weight: 4, arbitrary: fc.constant(true) },
      ),
    });
  return fc.oneof({ weight: 3, arbitrary: scenario(true) }, { weight: 2, arbitrary: scenario(false) });
};
