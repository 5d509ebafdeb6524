import { test } from 'vitest';
import { agreementOf, thorough } from '../../agreement.ts';
import type { BlockParameters } from '../../block.ts';
import { memoryPathBlock as block } from './index.ts';

const compare = agreementOf(block);

const small: BlockParameters = { dataWidth: 64, idWidth: 1, keySlots: 1, unrolled: 1, reads: 2, writes: 2 };
/** The fewest registers, of which gates that each cycle sets are made: addresses, forms and stages of PRINCE as few as can be. */
const smallest: BlockParameters = { ...small, addressWidth: 20, select: 1, princeRounds: 12 };

test(
  'model, hardware and Verilog agree at small parameters',
  () => compare(small, ['model', 'rtl', 'verilog'], 1_500, 3),
  3_600_000,
);

// More of everything than the smallest, and what addresses over 32 bits and forms beside them change.
test.each<BlockParameters>([
  { keySlots: 3, unrolled: 2, princeRounds: 12, reads: 4, writes: 8, dataUnit: 512, addressWidth: 40, sideband: true },
])('model and hardware agree at %j', (values) => compare(values, ['model', 'rtl'], 3_000, 17), 1_800_000);

if (thorough) {
  // Gates take five minutes of a processor to make, at more parameters than the smallest far longer.
  test(
    'model, hardware and gates agree at the smallest parameters',
    () => compare(smallest, ['model', 'rtl', 'gates'], 200, 7),
    7_200_000,
  );
  test.each<BlockParameters>([{}, { dataWidth: 64 }])(
    'model and hardware agree at the parameters that ship: %j',
    (values) => compare(values, ['model', 'rtl'], 500, 11),
    3_600_000,
  );
}
