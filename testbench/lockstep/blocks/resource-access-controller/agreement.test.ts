import { test } from 'vitest';
import { agreementOf, thorough } from '../../agreement.ts';
import type { BlockParameters } from '../../block.ts';
import { wayNames } from '../../way.ts';
import { resourceAccessControllerBlock as block } from './index.ts';

const compare = agreementOf(block);

const small: BlockParameters = {
  dataWidth: 32,
  idWidth: 1,
  ports: 2,
  entries: 2,
  resources: 2,
  outstanding: 2,
  timerWidth: 6,
};

if (thorough)
  test(
    'model and hardware agree for 10,000,000 cycles at the parameters that ship',
    () => compare({}, ['model', 'rtl'], 200_000, 7),
    3_600_000,
  );

// Synthesis to gates takes a minute where it is not in the cache.
test(
  `${thorough ? 'all four ways' : 'model, hardware and Verilog'} agree at small parameters`,
  () => compare(small, thorough ? wayNames : ['model', 'rtl', 'verilog'], 4_000, 3),
  1_800_000,
);

test(
  `${thorough ? 'all four ways' : 'model, hardware and Verilog'} agree at the parameters that ship`,
  () => compare({}, thorough ? wayNames : ['model', 'rtl', 'verilog'], 4_000, 11),
  1_800_000,
);

test.each<BlockParameters>([
  { dataWidth: 128, addressWidth: 44, idWidth: 2, ports: 3, entries: 7, resources: 5, outstanding: 5 },
  { dataWidth: 32, idWidth: 8, ports: 1, entries: 1, resources: 1, timerWidth: 2 },
  // The largest of everything that is a count; entries, which take long to compile, in the thorough run.
  {
    dataWidth: 32,
    addressWidth: 48,
    idWidth: 8,
    ports: 8,
    entries: thorough ? 64 : 16,
    resources: 32,
    outstanding: 16,
  },
  { ports: 5, outstanding: 9, resources: 12, entries: 10, timerWidth: 32, addressWidth: 33 },
])('model and hardware agree at %j', (values) => compare(values, ['model', 'rtl'], 8_000, 17), 1_800_000);
