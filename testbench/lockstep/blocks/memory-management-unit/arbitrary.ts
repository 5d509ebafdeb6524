/** Random tables, and random steps of software that keeps no rules. */
import fc, { type Arbitrary } from 'fast-check';
import { cookieIndex } from '../../../../rtl/memory-management-unit/interface.ts';
import type { SystemParameters } from './parameters.ts';
import { bump, command, copy, indexOf, read, restoring, write } from './programmes.ts';
import { bumpBits, commandBits, keeperAddresses, keeperRegisters, unitAddresses, unitRegisters } from './registers.ts';
import type { Step, TableEntry } from './scenario.ts';
import { entry, type Leaf, leafEntry, pageBytes, pointerWords, tableFrames, upperTables } from './tables.ts';

type P = SystemParameters;

/** Pages that transactions go to: the first few, and one in a super page. */
export const pages = 6;
export const superPage = 1;

/** Few frames, so that pages share them; and high ones, so that every address bit is used. */
const frames = (p: P, base: number): Arbitrary<number> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.nat(7).map((number) => base + number) },
    { weight: 1, arbitrary: fc.nat(2 ** (p.addressWidth - 12) - 1) },
  );

const mostly = (usual: boolean): Arbitrary<boolean> =>
  fc.oneof({ weight: 15, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(!usual) });

const leaves = (p: P): Arbitrary<Leaf> =>
  fc
    .record({
      first: frames(p, 0x200),
      second: frames(p, 0x300),
      enabled: fc.constantFrom(...Array.from({ length: 12 }, () => 3), 1, 1, 2, 2, 0),
      firstForm: fc.nat(2 ** p.formWidth - 1),
      secondForm: fc.nat(2 ** p.formWidth - 1),
      compare: fc.constantFrom(false, false, true),
      fake: mostly(false),
      read: mostly(true),
      write: mostly(true),
      execute: mostly(true),
      user: mostly(true),
    })
    .map(({ enabled, first, second, ...rest }) => ({
      ...rest,
      first: (enabled & 1) !== 0 ? first : null,
      second: (enabled & 2) !== 0 ? second : null,
    }));

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const memorySets = fc.constantFrom(3, 3, 3, 1, 2);

/** A leaf of one of the pages, or of the super page. */
const leafEntries = (p: P): Arbitrary<{ readonly entry: TableEntry; readonly leaf: Leaf }> =>
  fc
    .record({
      page: fc.nat(pages),
      leaf: leaves(p),
      memories: memorySets,
    })
    .map(({ page, leaf, memories }) => {
      const whole = page < pages ? leaf : { ...leaf, superPage: true };
      return { leaf: whole, entry: leafEntry(page < pages ? page : superPage, whole, memories) };
    });

/** What makes a walk fail, go astray, or find something else in each memory. */
const damage = (p: P): Arbitrary<TableEntry> =>
  fc
    .record({
      table: fc.constantFrom(...Object.values(tableFrames)),
      index: fc.nat(pages),
      memories: memorySets,
      words: fc.oneof(
        fc.constant([0, 0, 0, 0]),
        fc.array(word, { minLength: 4, maxLength: 4 }),
        fc
          .record({
            table: fc.constantFrom(...Object.values(tableFrames)),
            enabled: fc.constantFrom(1 as const, 2 as const, 3 as const),
          })
          .map(({ table, enabled }) => pointerWords(table, enabled)),
        leaves(p).map((leaf) => leafEntry(0, leaf).words),
      ),
    })
    .map(({ table, index, memories, words }) => entry(table, index, words, memories));

const wholeTables = (p: P): Arbitrary<readonly TableEntry[]> =>
  fc
    .array(leaves(p), { minLength: pages + 1, maxLength: pages + 1 })
    .map((list) => [
      ...upperTables,
      ...list.map((leaf, page) =>
        page < pages ? leafEntry(page, leaf) : leafEntry(superPage, { ...leaf, superPage: true }),
      ),
    ]);

export const tables = (p: P): Arbitrary<readonly TableEntry[]> =>
  fc
    .tuple(wholeTables(p), fc.oneof(fc.constant([]), fc.array(damage(p), { maxLength: 3 })))
    .map(([whole, damaged]) => [...whole, ...damaged]);

/** A page's entry changes, and the page is taken back; or only one of the two happens, or the other page's. */
const remaps = (p: P): Arbitrary<readonly Step[]> =>
  fc
    .record({ made: leafEntries(p), index: fc.nat(2 ** p.cookieIndexWidth - 1), stray: fc.nat(3), all: mostly(false) })
    .map(({ made, index, stray, all }) => [
      { kind: 'store' as const, ...made.entry },
      bump(stray === 0 ? index : indexOf(p, made.leaf), all),
    ]);

const bumps = (p: P): Arbitrary<readonly Step[]> =>
  fc
    .array(
      fc.record({ frame: fc.nat(15), answered: fc.boolean(), all: mostly(false) }).map(({ frame, answered, all }) => {
        const at = frame < 8 ? 0x200 + frame : 0x300 + frame - 8;
        const index = cookieIndex(p, { memory: frame < 8 ? 0 : 1, superPage: false, frame: at });
        const step = bump(index, all);
        return step.kind === 'access' ? { ...step, answered } : step;
      }),
      { minLength: 1, maxLength: 20, size: 'max' },
    )
    .map((list) => list);

const commands: Arbitrary<readonly Step[]> = fc
  .record({
    memory: fc.constantFrom(0 as const, 1 as const),
    name: fc.constantFrom(...(Object.keys(commandBits) as (keyof typeof commandBits)[])),
    wait: fc.nat(30),
  })
  .map(({ memory, name, wait }) => [command(memory, name, wait)]);

const copies: Arbitrary<readonly Step[]> = fc
  .record({
    memory: fc.constantFrom(0 as const, 1 as const),
    from: fc.integer({ min: 0x200, max: 0x308 }),
    to: fc.integer({ min: 0x200, max: 0x308 }),
    pages: fc.nat(1),
    pace: fc.nat(5),
    early: fc.option(fc.nat(200), { freq: 1 }),
    stop: fc.option(fc.nat(300), { freq: 6 }),
  })
  .map(({ memory, early, stop, pace, ...stretch }) => [
    ...copy(memory, stretch, pace),
    // On line before all is copied, or at its end.
    ...(early === null ? [] : [command(memory, 'onLine', early)]),
    ...(stop === null ? [] : [write('keeper', keeperRegisters.copyCommand, 2, stop)]),
  ]);

/** A memory is taken out and comes back, with a page or two. */
const returns: Arbitrary<readonly Step[]> = fc
  .record({
    memory: fc.constantFrom(0 as const, 1 as const),
    frame: fc.nat(6),
    pages: fc.constant(1),
    pace: fc.nat(5),
    early: fc.option(fc.nat(200), { freq: 2 }),
  })
  .map(({ memory, frame, pages: count, pace, early }) => {
    const [from, to] = memory === 0 ? [0x300, 0x200] : [0x200, 0x300];
    const stretch = { from: from + frame, to: to + frame, pages: count };
    const whole = restoring(memory, [stretch], pace);
    // Or on line before all is copied.
    const steps = early === null ? whole : [...whole.slice(0, -2), command(memory, 'onLine', early)];
    return [command(memory, 'takeOut'), ...steps];
  });

const settings = (p: P): Arbitrary<readonly Step[]> =>
  fc
    .record({
      unit: fc.nat(p.units - 1),
      change: fc.oneof(
        fc.record({ address: fc.constant(unitRegisters.domain as number), data: fc.nat(2 ** p.domainWidth - 1) }),
        fc.record({ address: fc.constant(unitRegisters.domain as number), data: fc.nat(1) }),
        fc.record({ address: fc.constant(unitRegisters.faultClear as number), data: fc.constant(1) }),
        fc.record({ address: fc.constant(unitRegisters.tables as number), data: fc.constantFrom(7, 7, 7, 3, 5, 0) }),
        fc.record({ address: fc.constant(unitRegisters.interruptEnable as number), data: fc.nat(3) }),
        fc.record({ address: fc.constant(unitRegisters.interruptStatus as number), data: fc.nat(3) }),
        fc.record({ address: fc.constant(unitRegisters.timeout as number), data: fc.constantFrom(0, 3, 40, 200) }),
      ),
      wait: fc.nat(40),
    })
    .map(({ unit, change, wait }) => [write(unit, change.address, change.data, wait)]);

/** All memory as it lies, for a while. */
const direct = (p: P): Arbitrary<readonly Step[]> =>
  fc
    .record({ unit: fc.nat(p.units - 1), cycles: fc.nat(60) })
    .map(({ unit, cycles }) => [
      write(unit, unitRegisters.control, 1),
      { kind: 'rest' as const, cycles },
      write(unit, unitRegisters.control, 0, 0, true),
      bump(0, true),
    ]);

const reads = (p: P): Arbitrary<readonly Step[]> =>
  fc.record({ unit: fc.nat(p.units), place: fc.nat(0xff), wait: fc.nat(30) }).map(({ unit, place, wait }) => {
    const list = unit === p.units ? keeperAddresses(p) : unitAddresses(p);
    return [read(unit === p.units ? 'keeper' : unit, list[place % list.length]!, wait)];
  });

/** Any write at all, with any strobes. */
const wild = (p: P): Arbitrary<readonly Step[]> =>
  fc
    .record({
      unit: fc.nat(p.units),
      place: fc.nat(0xff),
      odd: mostly(false),
      data: fc.oneof(
        word,
        fc.nat(0x3ff),
        fc.nat(0xff).map((index) => (bumpBits.start + index) >>> 0),
      ),
      strobes: fc.oneof(fc.constant(15), fc.nat(15)),
      wait: fc.nat(40),
      dataWait: fc.nat(40),
    })
    .map(({ unit, place, odd, ...rest }) => {
      const list = unit === p.units ? keeperAddresses(p) : unitAddresses(p);
      const address = odd ? place * 16 + 2 : list[place % list.length]!;
      return [
        {
          kind: 'access' as const,
          port: unit === p.units ? ('keeper' as const) : unit,
          access: { kind: 'write' as const, address, ...rest },
          answered: false,
        },
      ];
    });

const rests: Arbitrary<readonly Step[]> = fc.nat(150).map((cycles) => [{ kind: 'rest' as const, cycles }]);

const settingOf = (p: P): Arbitrary<readonly Step[]> =>
  fc.oneof(
    { weight: 6, arbitrary: settings(p) },
    { weight: 1, arbitrary: direct(p) },
    { weight: 1, arbitrary: wild(p) },
  );

export const softwareSteps = (p: P, most: number): Arbitrary<readonly Step[]> =>
  fc
    .array(
      fc.oneof(
        { weight: 9, arbitrary: remaps(p) },
        { weight: 5, arbitrary: bumps(p) },
        { weight: 2, arbitrary: commands },
        { weight: 1, arbitrary: copies },
        { weight: 1, arbitrary: returns },
        { weight: 3, arbitrary: settingOf(p) },
        { weight: 3, arbitrary: reads(p) },
        { weight: 9, arbitrary: rests },
      ),
      { maxLength: most, size: 'max' },
    )
    .map((groups) => groups.flat());

/** Virtual addresses that transactions go to: the pages, the super page, and now and then where nothing is. */
export const virtualRanges = (p: P): readonly { readonly base: number; readonly size: number }[] => [
  ...Array.from({ length: 12 }, () => ({ base: 0, size: pages * pageBytes })),
  { base: superPage * 2 ** 21, size: 4 * pageBytes },
  { base: superPage * 2 ** 21, size: 4 * pageBytes },
  { base: 2 ** (p.virtualWidth - 1), size: pageBytes },
];
