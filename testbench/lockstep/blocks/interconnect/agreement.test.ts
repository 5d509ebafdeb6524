import { test } from 'vitest';
import { agreementOf, thorough } from '../../agreement.ts';
import type { BlockParameters } from '../../block.ts';
import { interconnectBlock as block } from './index.ts';

const compare = agreementOf(block);

const timeout = 1_800_000;

test('model and hardware agree as it ships', () => compare({}, ['model', 'rtl'], 10_000, 3), timeout);

// One of everything; numbers that are no powers of two, with addresses over 32 bits and a region inside another; many to one, and one to many.
test.each<BlockParameters>([
  { managers: 1, subordinates: 1, idWidth: 1, outstanding: 1, dataWidth: 32 },
  { managers: 3, subordinates: 3, addressWidth: 40, dataWidth: 128, base1: 0, size1: 2 ** 38, size0: 8192 },
  { managers: 5, subordinates: 1, outstanding: 3, idWidth: 2, size0: 2 ** 16, addressWidth: 16 },
  { managers: 1, subordinates: 8, idWidth: 8, outstanding: 16, dataWidth: 512 },
])('model and hardware agree at %j', (values) => compare(values, ['model', 'rtl'], 4_000, 17), timeout);

const small: BlockParameters = { managers: 2, subordinates: 2, idWidth: 1, outstanding: 2, dataWidth: 32 };

test('model, hardware and Verilog agree', () => compare(small, ['model', 'rtl', 'verilog'], 3_000, 5), timeout);

if (thorough)
  test(
    'model, hardware, Verilog and gates agree',
    () => compare(small, ['model', 'rtl', 'verilog', 'gates'], 500, 7),
    timeout,
  );
