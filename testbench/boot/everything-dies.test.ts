/** A share's tree on disks while all beneath it dies, on the machine of the hardware: other seeds than on the models. */
import { test } from 'vitest';
import { everythingDies } from '../../model/file-proxy/disk/everything-dies.ts';
import { platforms } from './machines.ts';

test.runIf(process.env.PORTCULLIS_THOROUGH === '1')(
  'random operations while a memory dies, a disk is faked and domain 0 is started anew, on rtl: no difference, nothing lost',
  () => everythingDies(8000, 1001, platforms.rtl),
  100_000_000,
);
