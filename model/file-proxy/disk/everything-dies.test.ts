import { test } from 'vitest';
import { everythingDies } from './everything-dies.ts';

/** `testbench/boot/everything-dies.test.ts` has others, on the design itself. */
const operations = process.env.PORTCULLIS_THOROUGH === '1' ? 100_000 : 240;

test(
  'random operations while a memory dies, a disk is faked and domain 0 is started anew: no difference, nothing lost',
  () => everythingDies(operations, 1),
  100_000_000,
);
