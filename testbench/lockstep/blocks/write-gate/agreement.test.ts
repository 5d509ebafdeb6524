import { test } from 'vitest';
import { agreementOf, thorough } from '../../agreement.ts';
import type { BlockParameters } from '../../block.ts';
import { writeGateBlock as block } from './index.ts';

const compare = agreementOf(block);

const timeout = 1_800_000;

test('model and hardware agree as it ships', () => compare({}, ['model', 'rtl'], 10_000, 3), timeout);

// The widest, with addresses over 32 bits; and all pages of the narrowest addresses.
test.each<BlockParameters>([
  { dataWidth: 512, addressWidth: 48, idWidth: 8, outstanding: 32, pageWidth: 3 },
  { dataWidth: 32, idWidth: 1, outstanding: 1, pageWidth: 20 },
])('model and hardware agree at %j', (values) => compare(values, ['model', 'rtl'], 4_000, 17), timeout);

const small: BlockParameters = { dataWidth: 32, idWidth: 1, outstanding: 2, pageWidth: 2 };

test('model, hardware and Verilog agree', () => compare(small, ['model', 'rtl', 'verilog'], 3_000, 5), timeout);

if (thorough)
  test(
    'model, hardware, Verilog and gates agree',
    () => compare(small, ['model', 'rtl', 'verilog', 'gates'], 2_000, 7),
    timeout,
  );
