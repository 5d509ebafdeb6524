import { test } from 'vitest';
import { agreementOf, thorough } from '../../agreement.ts';
import type { BlockParameters } from '../../block.ts';
import { memoryPathBlock as block } from './index.ts';

const compare = agreementOf(block);

const small: BlockParameters = { dataWidth: 64, idWidth: 1, keySlots: 1, unrolled: 1, reads: 2, writes: 2 };

test('model and hardware agree at small parameters', () => compare(small, ['model', 'rtl'], 5_000, 3), 1_800_000);

// More of everything than the smallest, and what addresses over 32 bits and forms beside them change.
test.each<BlockParameters>([
  { keySlots: 3, unrolled: 2, princeRounds: 12, reads: 4, writes: 8, dataUnit: 512, addressWidth: 40, sideband: true },
])('model and hardware agree at %j', (values) => compare(values, ['model', 'rtl'], 3_000, 17), 1_800_000);

if (thorough)
  test(
    'model, hardware and Verilog agree at small parameters',
    () => compare(small, ['model', 'rtl', 'verilog'], 2_000, 5),
    3_600_000,
  );
