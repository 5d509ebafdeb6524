/** Random scenarios of the write gate. */
import fc, { type Arbitrary } from 'fast-check';
import type { WriteGateParameters } from '../../../../rtl/write-gate/interface.ts';
import { stalls, transactionLists } from '../../../axi/arbitrary.ts';
import { subordinateBehaviours } from '../../../axi/behaviour.ts';
import type { LiteAccess, LiteWrite } from '../../axi/lite-manager.ts';
import { markedPages, trafficRanges } from './pages.ts';
import { enable, hold, letGo, registers, stop } from './registers.ts';
import type { ResetEvent, WriteGateScenario } from './scenario.ts';

type P = WriteGateParameters;

export const write = (address: number, data: number, wait = 0): LiteWrite => ({
  kind: 'write',
  address,
  data: data >>> 0,
  strobes: 15,
  wait,
  dataWait: 0,
});

/** Addresses at which no register is, beside and behind those of the map. */
const unmapped: readonly number[] = [0x008, 0x00c, 0x02c, 0x030, 0x100, 0xffc];
/** Where a write changes no mark and no setting. */
const unmoved: readonly number[] = [
  ...Object.values(registers).filter((address) => address !== registers.mark && address !== registers.control),
  ...unmapped,
];

const accesses = (p: P): Arbitrary<readonly LiteAccess[]> => {
  const wait = fc.nat(40);
  const mark = fc
    .tuple(fc.constantFrom(...markedPages(p)), fc.constantFrom(hold, hold, letGo, hold + letGo), wait)
    .map(([page, what, after]) => write(registers.mark, page + what, after));
  const control = fc
    .tuple(fc.constantFrom(enable, enable, enable, enable + stop, 0, stop), wait)
    .map(([value, after]) => write(registers.control, value, after));
  const interrupts = fc
    .tuple(fc.constantFrom<number>(registers.interruptStatus, registers.interruptEnable), fc.nat(1), wait)
    .map(([address, value, after]) => write(address, value, after));
  const read = fc
    .tuple(fc.constantFrom<number>(...Object.values(registers), registers.status), wait)
    .map(([address, after]): LiteAccess => ({ kind: 'read', address, wait: after }));
  // What the gate must not be moved by: bytes without a strobe, constants, counters, and addresses without a register.
  const odd = fc
    .tuple(fc.constantFrom(...unmoved), fc.nat(15), fc.nat(2 ** 32 - 1), wait)
    .map(([address, strobes, data, after]): LiteAccess => ({ ...write(address, data, after), strobes }));
  const oddRead = fc
    .tuple(fc.constantFrom(...unmapped), wait)
    .map(([address, after]): LiteAccess => ({ kind: 'read', address, wait: after }));
  return fc
    .array(
      fc.oneof(
        { weight: 5, arbitrary: mark },
        { weight: 2, arbitrary: control },
        { weight: 1, arbitrary: interrupts },
        { weight: 2, arbitrary: read },
        { weight: 1, arbitrary: odd },
        { weight: 1, arbitrary: oddRead },
      ),
      { maxLength: 40, size: 'max' },
    )
    .map((list) => [write(registers.interruptEnable, 1), write(registers.control, enable), ...list]);
};

const resets: Arbitrary<readonly ResetEvent[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 6, arbitrary: fc.constant<ResetEvent[]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ after: fc.nat(400), cycles: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
  },
);

export const writeGateScenarios = (p: P): Arbitrary<WriteGateScenario> =>
  fc.record({
    initialReset: fc.integer({ min: 1, max: 2 }),
    transactions: transactionLists({
      dataWidth: p.dataWidth,
      idWidth: p.idWidth,
      ranges: trafficRanges(p),
      maximum: 40,
      longest: 24,
    }),
    outstanding: fc.constantFrom(64, 64, 4, 1),
    lead: fc.nat(3),
    stalls: fc.record({ w: stalls, b: stalls, r: stalls, registerWriteResponse: stalls, registerReadData: stalls }),
    memory: subordinateBehaviours({ idWidth: p.idWidth }),
    accesses: accesses(p),
    resets,
  });
