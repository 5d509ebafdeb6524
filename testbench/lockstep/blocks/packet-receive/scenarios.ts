/** Random scenarios of the packet receive engine. */
import fc, { type Arbitrary } from 'fast-check';
import { dataBeats, type PacketReceiveParameters } from '../../../../rtl/packet-receive/interface.ts';
import { stalls as runLengths } from '../../../axi/arbitrary.ts';
import { subordinateBehaviours } from '../../../axi/behaviour.ts';
import type { LiteAccess, LiteWrite } from '../../axi/lite-manager.ts';
import { registers } from './registers.ts';
import type { Chain, Packet, PacketReceiveScenario, ResetEvent } from './scenario.ts';

type P = PacketReceiveParameters;

/** Bytes between the bases of two rings, so that none reaches into another: 128 entries of the largest. */
export const ringStride = 0x40000;

const write = (address: number, data: number, wait = 0): LiteWrite => ({
  kind: 'write',
  address,
  data: data >>> 0,
  strobes: 15,
  wait,
  dataWait: 0,
});

export const baseOf = (p: P, client: number): number =>
  client * ringStride + (p.addressWidth > 32 ? 2 ** (p.addressWidth - 1) : 0x1000_0000);

/** Rings of their own for all clients, with so many entries (log2); all ones: left out of use. */
export const ringSettings = (p: P, entries: readonly number[]): readonly LiteWrite[] =>
  entries.flatMap((log, client) => {
    const base = baseOf(p, client);
    return [
      write(registers.ringBaseLow + 4 * client, base % 2 ** 32),
      ...(p.addressWidth > 32 ? [write(registers.ringBaseHigh + 4 * client, Math.floor(base / 2 ** 32))] : []),
      write(registers.ringControl + 4 * client, log > 7 ? 0 : 0x100 | log),
    ];
  });

const packets = (p: P): Arbitrary<readonly Packet[]> => {
  const room = (dataBeats(p) * p.dataWidth) / 8;
  return fc.array(
    fc.record({
      bytes: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 1, max: 200 }) },
        { weight: 1, arbitrary: fc.integer({ min: room - 70, max: room + 70 }) },
      ),
      seed: fc.nat(0xffff),
      wait: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(30) }),
    }),
    { minLength: 1, maxLength: 5 },
  );
};

const chains = (p: P, size: number): Arbitrary<readonly Chain[]> =>
  fc.array(
    fc
      .record({
        client: fc.nat(p.clients - 1),
        copies: fc.oneof(
          { weight: 4, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.nat(2 ** p.clients - 1) },
        ),
        dropped: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
        hash: fc.nat(0xffff_ffff),
        hashType: fc.nat(7),
        packets: packets(p),
        recordWait: fc.nat(40),
      })
      .map(({ copies, dropped, client, ...rest }) => ({
        ...rest,
        client,
        mask: dropped ? 0 : copies | (1 << client),
      })),
    { minLength: 1, maxLength: size, size: 'max' },
  );

/** What a client or its hypervisor may do at any time: indices that are wild too. */
const accesses = (p: P, tame: boolean): Arbitrary<readonly LiteAccess[]> => {
  const client = fc.nat(p.clients - 1);
  const wait = fc.nat(30);
  const consumer = fc
    .tuple(client, fc.oneof({ weight: 3, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.nat(0xffff) }), wait)
    .map(([one, index, after]) => write(registers.consumer + 4 * one, index, after));
  const read = fc
    .tuple(
      fc.constantFrom<number>(...Object.values(registers).filter((address) => address < 0x100)),
      fc.constantFrom<number>(registers.producer, registers.delivered, registers.overflow),
      client,
      fc.boolean(),
      wait,
    )
    .map(
      ([plain, array, one, isPlain, after]): LiteAccess => ({
        kind: 'read',
        address: isPlain ? plain : array + 4 * one,
        wait: after,
      }),
    );
  const interrupts = fc
    .tuple(fc.constantFrom<number>(registers.interruptStatus, registers.interruptEnable), fc.nat(0x1ffff), wait)
    .map(([address, data, after]) => write(address, data, after));
  const moderation = fc
    .tuple(fc.nat(4), fc.oneof(fc.nat(60), fc.constant(0xffff)), wait)
    .map(([count, cycles, after]) => write(registers.moderation, count | (cycles << 16), after));
  const wild = fc
    .tuple(fc.nat(2), client, fc.nat(0x1ff), wait)
    .map(([what, one, value, after]) =>
      what === 0
        ? write(registers.ringRestart, value, after)
        : what === 1
          ? write(registers.ringControl + 4 * one, value & 0x103, after)
          : write(registers.ringBaseLow + 4 * one, baseOf(p, one) % 2 ** 32, after),
    );
  const some = [consumer, consumer, read, interrupts, moderation] as const;
  return fc.array(tame ? fc.oneof(...some) : fc.oneof(...some, wild), { maxLength: 20 });
};

const resets: Arbitrary<readonly ResetEvent[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 5, arbitrary: fc.constant<ResetEvent[]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ after: fc.nat(500), cycles: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
  },
);

const scenarios = (p: P, size: number, tame: boolean): Arbitrary<PacketReceiveScenario> =>
  fc
    .record({
      initialReset: fc.integer({ min: 1, max: 2 }),
      entries: fc.array(fc.constantFrom(0, 1, 1, 2, 3, 7, ...(tame ? [] : [15])), {
        minLength: p.clients,
        maxLength: p.clients,
      }),
      enable: fc.nat(0x1ffff),
      chains: chains(p, size),
      accesses: accesses(p, tame),
      memory: subordinateBehaviours({ idWidth: p.idWidth }),
      errors: fc.array(
        fc.record({ client: fc.nat(p.clients - 1), line: fc.nat(63), code: fc.constantFrom(2 as const, 3 as const) }),
        { maxLength: tame ? 0 : 2 },
      ),
      stalls: fc.record({
        source: runLengths,
        record: runLengths,
        registerWriteResponse: runLengths,
        registerReadData: runLengths,
      }),
      resets: tame ? fc.constant<ResetEvent[]>([]) : resets,
      follow: fc.boolean(),
      moderation: fc.tuple(fc.nat(4), fc.oneof(fc.nat(60), fc.constant(0xffff))),
      rest: fc.nat(80),
    })
    .map(({ entries, enable, errors, memory, moderation: [count, cycles], ...rest }) => ({
      ...rest,
      memory: {
        ...memory,
        errors: errors.map(({ client, line, code }) => ({ base: baseOf(p, client) + 128 * line, size: 128, code })),
      },
      settings: [
        ...ringSettings(p, entries),
        write(registers.interruptEnable, enable),
        write(registers.moderation, count | (cycles << 16)),
      ],
    }));

/** @param size chains of the longest scenarios. */
export const packetReceiveScenarios = (p: P, size = 25): Arbitrary<PacketReceiveScenario> =>
  fc.oneof({ weight: 1, arbitrary: scenarios(p, size, true) }, { weight: 2, arbitrary: scenarios(p, size, false) });
