/** Random scenarios of the memory path. */
import fc, { type Arbitrary } from 'fast-check';
import { type MemoryPathParameters, memoryIdWidth } from '../../../../rtl/memory-path/interface.ts';
import { stalls as runLengths, transactionLists } from '../../../axi/arbitrary.ts';
import { subordinateBehaviours } from '../../../axi/behaviour.ts';
import { type DeviceFault, deviceFaults } from '../../../axi/device-faults.ts';
import type { Transaction } from '../../../axi/transaction.ts';
import { formSlots, keyLoads, settingsOf } from './programmes.ts';
import { programmes } from './random-programmes.ts';
import type { Event, MemoryPathScenario, Stalls } from './scenario.ts';

type P = MemoryPathParameters;

const pageBytes = 4096;
const pages = 8;

const stalls: Arbitrary<Stalls> = fc.record({
  writeData: runLengths,
  writeResponse: runLengths,
  readData: runLengths,
  registerWriteResponse: runLengths,
  registerReadData: runLengths,
});

const events = (longest: number): Arbitrary<readonly Event[]> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.constant<Event[]>([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.record({ after: fc.nat(600), cycles: fc.integer({ min: 1, max: longest }) }), {
        minLength: 1,
        maxLength: 2,
      }),
    },
  );

/** The form of each page, from 0 up. */
const pageForms = (p: P): Arbitrary<readonly number[]> =>
  fc.array(fc.nat(2 ** p.select - 1), { minLength: pages, maxLength: pages });

const transactions = (p: P, size: number, longest: number): Arbitrary<readonly Transaction[]> =>
  fc
    .array(
      transactionLists({
        dataWidth: p.dataWidth,
        idWidth: p.idWidth,
        ranges: [{ base: 0, size: pages * pageBytes }],
        maximum: 8,
        longest,
      }),
      { minLength: 2, maxLength: Math.max(2, Math.ceil(size / 4)), size: 'max' },
    )
    .map((lists) => lists.flat());

const formed = (list: readonly Transaction[], forms: readonly number[]): readonly Transaction[] =>
  list.map((each) => ({ ...each, user: forms[Math.floor(each.address / pageBytes) % pages] ?? 0 }));

/** Where the pages of the transactions are: in some scenarios high in memory, so that every address bit is used. */
const baseOf = (p: P, offset: number): number => {
  const top = 2 ** p.addressWidth - pages * pageBytes;
  return Math.floor((top * offset) / 255 / (pages * pageBytes)) * pages * pageBytes;
};
const lifted = (list: readonly Transaction[], base: number): readonly Transaction[] =>
  list.map((each) => ({ ...each, address: each.address + base }));

const common = (p: P, size: number) => ({
  initialReset: fc.integer({ min: 1, max: 2 }),
  loads: keyLoads(p),
  slots: formSlots(p),
  forms: pageForms(p),
  list: transactions(p, size, 64),
  offset: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(255) }),
  lead: fc.nat(3),
  stalls,
  rest: fc.nat(60),
  readBack: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

/** Answers that nobody asked for, with identifiers of the processor's and of the path's own; few, as a burst that has lost its answer never ends. */
const strayAnswers = (p: P): Arbitrary<readonly DeviceFault[]> => {
  const own = 2 ** (memoryIdWidth(p) - 1);
  return deviceFaults({
    idWidth: memoryIdWidth(p),
    horizon: 600,
    maximum: 12,
    kinds: ['unasked', 'identifier', 'twice'],
  }).map((faults) =>
    faults.map((fault): DeviceFault => {
      const cycles = Math.min(fault.cycles, 40);
      if (fault.kind !== 'unasked') return { ...fault, cycles };
      // Half of them are for write pieces.
      return { ...fault, cycles, id: fault.id % 2 === 0 ? fault.id : own + ((fault.id >> 1) % p.writes) };
    }),
  );
};

/** Lines, blocks and halves of blocks, so that beats of a burst differ. */
const errorBytes = [64, 16, 8] as const;

/** Everything at once: keys, forms and scans come and go, memory errs, tampering and reset come in mid-burst. */
const wild = (p: P, size: number): Arbitrary<MemoryPathScenario> =>
  fc
    .record({
      ...common(p, size),
      outstanding: fc.oneof(
        { withCrossShrink: true },
        { weight: 3, arbitrary: fc.constant(16) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 16 }) },
      ),
      memory: subordinateBehaviours({ idWidth: p.idWidth }),
      errors: fc.array(
        fc.record({
          // Mostly where most transactions of a page begin.
          place: fc.oneof({ weight: 3, arbitrary: fc.nat(31) }, { weight: 1, arbitrary: fc.nat(pageBytes / 8 - 1) }),
          unit: fc.constantFrom(...errorBytes),
          count: fc.constantFrom(1, 1, 1, 2, 4),
          code: fc.constantFrom(2 as const, 3 as const),
        }),
        { maxLength: 3 },
      ),
      faults: fc.oneof(
        { weight: 3, arbitrary: fc.constant<readonly DeviceFault[]>([]) },
        { weight: 1, arbitrary: strayAnswers(p) },
      ),
      programme: programmes(p, true, Math.ceil(size / 2)),
      tampers: events(3),
      resets: events(3),
    })
    .map(({ loads, slots, forms, list, offset, errors, faults, memory, programme, ...rest }) => ({
      ...rest,
      ...programme,
      memory: {
        ...memory,
        faults,
        // The same in every page, so that many transactions meet them.
        errors: errors.flatMap(({ place, unit, count, code }) =>
          Array.from({ length: pages }, (_, page) => ({
            base: baseOf(p, offset) + page * pageBytes + place * 8 - ((place * 8) % unit),
            size: count * unit,
            code,
          })),
        ),
      },
      settings: settingsOf(loads, slots),
      transactions: lifted(formed(list, forms), baseOf(p, offset)),
    }));

/** One access after the other, so that what each must read is known. */
export const serialScenarios = (p: P, size: number): Arbitrary<MemoryPathScenario> =>
  fc
    .record({
      ...common(p, Math.ceil(size / 2)),
      memory: subordinateBehaviours({ idWidth: p.idWidth }),
      programme: programmes(p, false, Math.ceil(size / 8)),
    })
    .map(({ loads, slots, forms, list, offset, programme, ...rest }) => ({
      ...rest,
      ...programme,
      outstanding: 16,
      tampers: [],
      resets: [],
      settings: settingsOf(loads, slots),
      transactions: lifted(formed(list, forms), baseOf(p, offset)).map((each) => ({
        ...each,
        exclusive: false,
        barrier: true,
      })),
    }));

/** @param size transactions of the longest scenarios. */
export const memoryPathScenarios = (p: P, size = 60): Arbitrary<MemoryPathScenario> =>
  fc.oneof({ weight: 3, arbitrary: wild(p, size) }, { weight: 1, arbitrary: serialScenarios(p, size) });
