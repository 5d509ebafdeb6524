/** Random devices: how fast they are, what goes wrong with them, and how they take a reset. */
import fc, { type Arbitrary } from 'fast-check';
import { subordinateBehaviours } from '../../../axi/behaviour.ts';
import { type DeviceFault, deviceFaults } from '../../../axi/device-faults.ts';
import type { DeviceScript } from './scenario.ts';

const forever = 0x7fff_ffff;

/** A fault with its channel and numbers, without its time. */
type Untimed = DeviceFault extends infer Each ? (Each extends unknown ? Omit<Each, 'from' | 'cycles'> : never) : never;

const channels = ['b', 'r'] as const;

/** The ways to die, by name; each is for ever, all its parts from one cycle on. */
export const deaths: Readonly<Record<string, readonly Untimed[]>> = {
  'takes no write address': [{ kind: 'refuse', channel: 'aw' }],
  'takes no write data': [{ kind: 'refuse', channel: 'w' }],
  'takes no read address': [{ kind: 'refuse', channel: 'ar' }],
  'gives no write response': [{ kind: 'silent', channel: 'b' }],
  'gives no read data': [{ kind: 'silent', channel: 'r' }],
  'says nothing': channels.map((channel) => ({ kind: 'silent', channel })),
  'takes and says nothing': [
    ...(['aw', 'w', 'ar'] as const).map((channel) => ({ kind: 'refuse', channel }) as const),
    ...channels.map((channel) => ({ kind: 'silent', channel }) as const),
  ],
  'answers SLVERR': channels.map((channel) => ({ kind: 'response', channel, code: 2 })),
  'answers DECERR': channels.map((channel) => ({ kind: 'response', channel, code: 3 })),
  'answers EXOKAY': channels.map((channel) => ({ kind: 'response', channel, code: 1 })),
  'answers another identifier': channels.map((channel) => ({ kind: 'identifier', channel, flip: 1 })),
  'ends reads early': [{ kind: 'early last' }],
  'never ends reads': [{ kind: 'missing last' }],
  'answers writes unasked': [{ kind: 'unasked', channel: 'b', id: 0, last: true }],
  'answers reads unasked': [{ kind: 'unasked', channel: 'r', id: 0, last: true }],
  'changes what waits': channels.map((channel) => ({ kind: 'changed', channel, bit: 0 })),
  'drops what waits': channels.map((channel) => ({ kind: 'dropped', channel })),
  'answers twice': channels.map((channel) => ({ kind: 'twice', channel })),
  'answers late': [{ kind: 'late', delay: 700 }],
  babbles: [{ kind: 'babble', seed: 1 }],
};

export const dieFrom = (death: string, from: number): readonly DeviceFault[] =>
  (deaths[death] ?? []).map((each) => ({ ...each, from, cycles: forever }) as DeviceFault);

/** One of the deaths, not after cycle `latest`. */
const dying = (latest: number): Arbitrary<readonly DeviceFault[]> =>
  fc
    .record({ death: fc.constantFrom(...Object.keys(deaths)), from: fc.nat(latest) })
    .map(({ death, from }) => dieFrom(death, from));

/** @param latest the last cycle in which a fault begins; null: none does. */
export const deviceScripts = (idWidth: number, latest: number | null, mustDie = false): Arbitrary<DeviceScript> =>
  fc
    .record({
      behaviour: subordinateBehaviours({ idWidth }),
      faults:
        latest === null
          ? fc.constant<readonly DeviceFault[]>([])
          : mustDie
            ? dying(latest)
            : fc.oneof(
                { withCrossShrink: true },
                { weight: 2, arbitrary: deviceFaults({ idWidth, horizon: latest }) },
                { weight: 2, arbitrary: dying(latest) },
              ),
      acknowledge: fc.oneof(
        { withCrossShrink: true },
        { weight: 4, arbitrary: fc.nat(6) },
        { weight: 1, arbitrary: fc.nat(300) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      release: fc.nat(6),
      relapses: fc.boolean(),
    })
    .map(({ behaviour, faults, ...rest }) => ({ behaviour: { ...behaviour, faults }, ...rest }));

const someChannel = fc.constantFrom(...channels);

/** What goes wrong with a device that owes, from cycle `at` on. */
const wrongAnswers = (idWidth: number, at: number): Arbitrary<readonly DeviceFault[]> => {
  const window = { from: fc.nat(8).map((after) => at + after), cycles: fc.integer({ min: 1, max: 30 }) };
  const id = fc.nat(2 ** idWidth - 1);
  const identifier = fc.record({
    kind: fc.constant('identifier' as const),
    channel: someChannel,
    flip: fc.integer({ min: 1, max: 2 ** idWidth - 1 }),
    ...window,
  });
  const marks = fc.record({ kind: fc.constantFrom('early last' as const, 'missing last' as const), ...window });
  const twice = fc.record({ kind: fc.constant('twice' as const), channel: someChannel, ...window });
  const refusals = fc.record({
    kind: fc.constant('refuse' as const),
    channel: fc.constantFrom('aw' as const, 'w' as const, 'ar' as const),
    from: fc.integer({ min: Math.max(0, at - 150), max: at }),
    cycles: fc.integer({ min: 1, max: 250 }),
  });
  const unasked = fc.record({
    kind: fc.constant('unasked' as const),
    channel: someChannel,
    id,
    last: fc.constant(true),
    ...window,
    cycles: fc.integer({ min: 1, max: 3 }),
  });
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 1, arbitrary: fc.constant<readonly DeviceFault[]>([]) },
    { weight: 3, arbitrary: refusals.map((each) => [each]) },
    { weight: 1, arbitrary: identifier.map((each) => [each]) },
    { weight: 1, arbitrary: marks.map((each) => [each]) },
    { weight: 1, arbitrary: twice.map((each) => [each]) },
    // An answer before all that it needs was taken.
    { weight: 3, arbitrary: fc.tuple(refusals, unasked) },
  );
};

/** Devices that keep all their answers back for a time, and then answer, a few of the answers wrong. */
export const owingDevices = (idWidth: number): Arbitrary<DeviceScript> =>
  fc
    .record({ behaviour: subordinateBehaviours({ idWidth }), until: fc.integer({ min: 80, max: 300 }) })
    .chain(({ behaviour, until }) =>
      wrongAnswers(idWidth, until).map((wrong) => ({
        behaviour: {
          ...behaviour,
          faults: [
            ...channels.map((channel): DeviceFault => ({ kind: 'silent', channel, from: 0, cycles: until })),
            ...wrong,
          ],
        },
        acknowledge: 2,
        release: 1,
        relapses: false,
      })),
    );
