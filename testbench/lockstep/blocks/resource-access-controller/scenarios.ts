/** Random scenarios of the resource access controller. */
import fc, { type Arbitrary } from 'fast-check';
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { stalls as runLengths, transactionLists } from '../../../axi/arbitrary.ts';
import type { Transaction } from '../../../axi/transaction.ts';
import type { LiteAccess, LiteWrite } from '../../axi/lite-manager.ts';
import { advisedTimeout } from './advised-timeout.ts';
import { deviceScripts, owingDevices } from './device-scripts.ts';
import { type Entry, entries, entryWrites, errorLimits, shortTimeouts, write } from './programmes.ts';
import { mappedAddresses, registers } from './registers.ts';
import {
  type DeviceScript,
  type Interrupts,
  type MidReset,
  noStalls,
  type RacScenario,
  type Recovery,
  type Stalls,
} from './scenario.ts';

type P = ResourceAccessControllerParameters;

const pageBytes = 4096;
/** The last cycle in which devices begin to misbehave: by then most of the traffic is under way. */
const latest = 350;

const word = fc.integer({ min: 0, max: 0xffff_ffff });

const accessWaits: Arbitrary<number> = fc.oneof(
  { withCrossShrink: true },
  { weight: 6, arbitrary: fc.nat(3) },
  { weight: 4, arbitrary: fc.nat(40) },
  { weight: 1, arbitrary: fc.nat(150) },
);

const recoveries: Arbitrary<Recovery | null> = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.constant(null) },
  {
    weight: 3,
    arbitrary: fc.record({
      delay: fc.oneof({ weight: 2, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(200) }),
      resets: fc.boolean(),
      readmits: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
      clears: fc.boolean(),
    }),
  },
);

const stalls: Arbitrary<Stalls> = fc.record({
  writeData: runLengths,
  writeResponse: runLengths,
  readData: runLengths,
  registerWriteResponse: runLengths,
  registerReadData: runLengths,
});

const interrupts = (p: P): Arbitrary<readonly Interrupts[]> =>
  fc.array(fc.record({ cycles: fc.integer({ min: 1, max: 50 }), mask: fc.nat(2 ** p.resources - 1) }), {
    maxLength: 4,
    size: 'max',
  });

/** Reads, and writes that leave it to the hardware which accesses are whose. */
const harmless = (p: P): Arbitrary<LiteAccess> => {
  const all = 2 ** 32 - 1;
  return fc
    .record({
      read: fc.boolean(),
      address: fc.constantFrom(...mappedAddresses(p)),
      target: fc.constantFrom<number[]>(
        registers.interruptStatus,
        registers.interruptEnable,
        registers.portReset,
        registers.portReadmit,
        registers.resourceReadmit,
        registers.logClear,
        registers.identification,
        registers.fakeWord,
      ),
      data: fc.oneof({ weight: 2, arbitrary: fc.constant(all) }, { weight: 1, arbitrary: word }),
      wait: accessWaits,
    })
    .map(({ read, address, target, data, wait }) =>
      read ? { kind: 'read' as const, address, wait } : write(target, data, wait),
    );
};

/** Any access at all, with any strobes. */
const wildAccess = (p: P): Arbitrary<LiteAccess> =>
  fc
    .record({
      address: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...mappedAddresses(p)) },
        { weight: 1, arbitrary: fc.nat(0xfff) },
      ),
      data: fc.oneof({ weight: 1, arbitrary: fc.nat(255) }, { weight: 1, arbitrary: word }),
      strobes: fc.oneof({ weight: 3, arbitrary: fc.constant(15) }, { weight: 1, arbitrary: fc.nat(15) }),
      wait: accessWaits,
      dataWait: accessWaits,
    })
    .map((each) => ({ kind: 'write' as const, ...each }));

/** Ports taken out of service, whatever their devices do. */
const withdrawals = (p: P, waits: Arbitrary<number> = accessWaits): Arbitrary<LiteAccess> =>
  fc
    .record({ ports: fc.integer({ min: 1, max: 2 ** p.ports - 1 }), wait: waits })
    .map(({ ports, wait }) => write(registers.portIsolate, ports, wait));

/** An entry rewritten as software does it: first not valid, then all of it. */
const rewriting = (p: P): Arbitrary<readonly LiteAccess[]> =>
  fc
    .record({ index: fc.nat(p.entries - 1), entry: entries(p, true), wait: accessWaits })
    .map(({ index, entry, wait }) => [write(registers.control + 4 * index, 0, wait), ...entryWrites(p, index, entry)]);

const single = (access: Arbitrary<LiteAccess>): Arbitrary<readonly LiteAccess[]> => access.map((each) => [each]);

const accesses = (p: P, wild: boolean, most: number): Arbitrary<readonly LiteAccess[]> =>
  fc
    .array(
      wild
        ? fc.oneof(
            { weight: 4, arbitrary: single(harmless(p)) },
            { weight: 2, arbitrary: rewriting(p) },
            { weight: 1, arbitrary: single(wildAccess(p)) },
            { weight: 1, arbitrary: single(withdrawals(p)) },
          )
        : single(harmless(p)),
      { maxLength: most, size: 'max' },
    )
    .map((groups) => groups.flat());

const resets: Arbitrary<readonly MidReset[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 6, arbitrary: fc.constant<MidReset[]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ after: fc.nat(600), cycles: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
  },
);

/** Transactions whose pages are not known yet: they count through a range that `placed` spreads over the entries. */
const draftPages = 64;
const drafts = (p: P, size: number): Arbitrary<readonly Transaction[]> =>
  fc
    .array(
      transactionLists({
        dataWidth: p.dataWidth,
        idWidth: p.idWidth,
        ranges: [{ base: 0, size: draftPages * pageBytes }],
        maximum: 8,
      }),
      { minLength: 3, maxLength: Math.max(3, Math.ceil(size / 3)), size: 'max' },
    )
    .map((lists) => lists.flat());

/** The drafts at pages of entries, a few elsewhere. */
const placed = (list: readonly Transaction[], programme: readonly Entry[], p: P): readonly Transaction[] =>
  list.map((transaction) => {
    const draft = Math.floor(transaction.address / pageBytes);
    const entry = programme[draft % programme.length];
    const turn = Math.floor(draft / programme.length);
    const page =
      entry === undefined || draft === draftPages - 1
        ? turn + 40
        : entry.page - (entry.page % (entry.span + 1)) + (turn % (entry.span + 1));
    return {
      ...transaction,
      address: (page % 2 ** (p.addressWidth - 12)) * pageBytes + (transaction.address % pageBytes),
    };
  });

interface Limits {
  readonly timeout: number;
  readonly errorLimit: number;
}

const limitWrites = (limits: readonly Limits[]): readonly LiteWrite[] =>
  limits.flatMap(({ timeout, errorLimit }, resource) => [
    write(registers.timeout + 4 * resource, timeout),
    write(registers.errorLimit + 4 * resource, errorLimit),
  ]);

const common = (p: P, size: number) => ({
  initialReset: fc.integer({ min: 1, max: 2 }),
  fakeWords: fc.array(word, { minLength: p.ports, maxLength: p.ports }),
  enable: fc.oneof({ weight: 4, arbitrary: fc.constant(3) }, { weight: 1, arbitrary: fc.nat(3) }),
  drafts: drafts(p, size),
  errors: fc.array(fc.record({ entry: fc.nat(5), code: fc.constantFrom(2 as const, 3 as const) }), { maxLength: 2 }),
  outstanding: fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.constant(16) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 16 }) },
  ),
  lead: fc.nat(3),
  recovery: recoveries,
  interrupts: interrupts(p),
  stalls,
  rest: fc.nat(60),
  readBack: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  entries: fc.array(entries(p, true), { minLength: 1, maxLength: Math.min(p.entries, 6), size: 'max' }),
});

interface Common {
  readonly errors: readonly { readonly entry: number; readonly code: 2 | 3 }[];
  readonly fakeWords: readonly number[];
  readonly enable: number;
  readonly entries: readonly Entry[];
}

/** The devices with a place in each of these entries that answers errors. */
const withErrors = (devices: readonly DeviceScript[], { errors, entries: programme }: Common): DeviceScript[] => {
  const places = errors.map(({ entry, code }) => ({
    base: (programme[entry % programme.length]?.devicePage ?? 0) * pageBytes,
    size: 256,
    code,
  }));
  return devices.map((device) => ({ ...device, behaviour: { ...device.behaviour, errors: places } }));
};

const settingsOf = (
  p: P,
  { fakeWords, enable, entries: programme }: Common,
  limits: readonly Limits[],
): LiteWrite[] => [
  ...fakeWords.map((value, port) => write(registers.fakeWord + 4 * port, value)),
  ...limitWrites(limits),
  ...programme.flatMap((entry, index) => entryWrites(p, index, entry)),
  write(registers.interruptEnable, enable),
];

/** Everything at once: any device may fail, software rewrites what it likes, and reset comes in mid-traffic. */
const wild = (p: P, size: number): Arbitrary<RacScenario> =>
  fc
    .record({
      ...common(p, size),
      limits: fc.array(
        fc.record({
          timeout: fc.oneof(
            { withCrossShrink: true },
            { weight: 5, arbitrary: shortTimeouts(p) },
            { weight: 1, arbitrary: fc.constant(0) },
          ),
          errorLimit: errorLimits,
        }),
        { minLength: p.resources, maxLength: p.resources },
      ),
      devices: fc.array(deviceScripts(p.idWidth, latest), { minLength: p.ports, maxLength: p.ports }),
      accesses: accesses(p, true, size),
      resets,
    })
    .map(({ limits, drafts: list, devices, ...rest }) => {
      const { fakeWords: _, enable: __, errors: ___, entries: programme, ...kept } = rest;
      return {
        ...kept,
        devices: withErrors(devices, rest),
        settings: settingsOf(p, rest, limits),
        transactions: placed(list, programme, p),
      };
    });

/**
 * One port's device dies, or none; the resources of the others never time out, or have the timeout that the page advises where the timer counts so far, so that nothing of
 * theirs may be touched.
 */
export const containedScenarios = (
  p: P,
  size: number,
  death: 'always' | 'perhaps' = 'perhaps',
): Arbitrary<RacScenario> =>
  fc
    .record({
      ...common(p, size),
      entries: fc.array(entries(p, false), { minLength: 1, maxLength: Math.min(p.entries, 6), size: 'max' }),
      limits: fc.array(fc.record({ timeout: shortTimeouts(p), errorLimit: errorLimits }), {
        minLength: p.resources,
        maxLength: p.resources,
      }),
      victim: fc.nat(p.ports - 1),
      sick: deviceScripts(p.idWidth, latest, death === 'always'),
      others: fc.array(deviceScripts(p.idWidth, null), { minLength: p.ports, maxLength: p.ports }),
      timed: fc.boolean(),
      accesses: accesses(p, false, size),
    })
    .map(({ limits, drafts: list, victim, sick, others, timed, ...rest }) => {
      const { fakeWords: _, enable: __, errors: ___, entries: programme, ...kept } = rest;
      const traffic = { ...kept, transactions: placed(list, programme, p) };
      const patient = others.map((device): Limits => {
        const timeout = timed ? advisedTimeout(device, traffic, p) : 0;
        return { timeout: timeout < 2 ** p.timerWidth ? timeout : 0, errorLimit: 0 };
      });
      const programmed = limits.map((each, resource) => {
        const port = resource % p.ports;
        return port === victim ? each : (patient[port] ?? each);
      });
      return {
        ...traffic,
        devices: withErrors(
          others.map((device, port) => (port === victim ? sick : device)),
          rest,
        ),
        settings: settingsOf(p, rest, programmed),
        resets: [],
      };
    });

/**
 * Ports taken out of service whose devices are asked for much and have given little; then the devices answer, rightly or nearly so, and software puts the ports back
 * as soon as it can, without a reset.
 */
export const owingScenarios = (p: P, size: number): Arbitrary<RacScenario> =>
  fc
    .record({
      ...common(p, size),
      entries: fc.array(entries(p, false), { minLength: 1, maxLength: Math.min(p.entries, 2), size: 'max' }),
      stalls: fc.constant(noStalls),
      recovery: fc.record({
        delay: fc.nat(20),
        resets: fc.constant(false),
        readmits: fc.constant(true),
        clears: fc.boolean(),
      }),
      devices: fc.array(owingDevices(p.idWidth), { minLength: p.ports, maxLength: p.ports }),
      first: withdrawals(p, fc.integer({ min: 15, max: 120 })),
      later: fc.array(
        fc.oneof(
          { weight: 1, arbitrary: withdrawals(p, fc.integer({ min: 10, max: 100 })) },
          {
            weight: 1,
            arbitrary: accessWaits.map((wait) => ({ kind: 'read' as const, address: registers.portDrained, wait })),
          },
          { weight: 1, arbitrary: accessWaits.map((wait) => write(registers.portReadmit, 2 ** p.ports - 1, wait)) },
        ),
        { minLength: 4, maxLength: Math.max(4, size), size: 'max' },
      ),
    })
    .map(({ drafts: list, first, later, ...rest }) => {
      const { fakeWords: _, enable: __, errors: ___, entries: programme, ...kept } = rest;
      const never = Array.from({ length: p.resources }, (): Limits => ({ timeout: 0, errorLimit: 0 }));
      return {
        ...kept,
        accesses: [first, ...later],
        settings: settingsOf(p, rest, never),
        transactions: placed(list, programme, p),
        resets: [],
      };
    });

/** @param size transactions in each direction of the longest scenarios. */
export const racScenarios = (p: P, size = 40): Arbitrary<RacScenario> =>
  fc.oneof(
    { weight: 3, arbitrary: wild(p, size) },
    { weight: 3, arbitrary: containedScenarios(p, size) },
    { weight: 1, arbitrary: owingScenarios(p, Math.ceil(size / 3)) },
  );
