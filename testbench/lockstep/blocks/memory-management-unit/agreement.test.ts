import { test } from 'vitest';
import { agreementOf, thorough } from '../../agreement.ts';
import type { BlockParameters } from '../../block.ts';
import { memoryManagementUnitBlock as block } from './index.ts';
import { small } from './small.ts';

const compare = agreementOf(block);

test(
  'two units and their keeper agree with their models at small parameters',
  () => compare(small, ['model', 'rtl'], 20_000, 3),
  1_800_000,
);

// More of everything than the smallest, and what wide addresses, forms and domains beside the addresses change.
test.each<BlockParameters>([
  {
    ...small,
    units: 3,
    dataWidth: 128,
    addressWidth: 48,
    formWidth: 4,
    virtualWidth: 39,
    domainWidth: 3,
    sideband: true,
  },
  {
    ...small,
    units: 1,
    addressWidth: 32,
    formWidth: 0,
    virtualWidth: 32,
    idWidth: 1,
    reads: 2,
    writes: 2,
    cookieIndexWidth: 1,
  },
  { units: 1 },
])('model and hardware agree at %j', (values) => compare(values, ['model', 'rtl'], 5_000, 17), 1_800_000);

test(
  'model, hardware and Verilog agree at small parameters',
  () => compare({ ...small, units: 1 }, ['model', 'rtl', 'verilog'], 3_000, 5),
  3_600_000,
);

test.runIf(thorough)(
  'model, hardware, Verilog and gates agree at small parameters, with two slots a direction',
  () => compare({ ...small, units: 1, reads: 2, writes: 2 }, ['model', 'rtl', 'verilog', 'gates'], 400, 7),
  3_600_000,
);
