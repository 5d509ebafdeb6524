/** Scenarios written by hand: a programme of whole pages, and plain transactions. */
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { bursts, type Transaction } from '../../../axi/transaction.ts';
import type { LiteWrite } from '../../axi/lite-manager.ts';
import { type Entry, entryWrites, write } from './programmes.ts';
import { registers } from './registers.ts';

/** Entries that read and write, each at the page of its number, 64 KiB further at the device, a resource and a port of its own. */
export const plainEntry = (number: number, change: Partial<Entry> = {}): Entry => ({
  page: number,
  span: 0,
  devicePage: number + 16,
  control: 7,
  resource: number,
  port: number,
  ...change,
});

/** @param timeouts by resource. */
export const programme = (
  p: ResourceAccessControllerParameters,
  entries: readonly Entry[],
  timeouts: readonly number[],
): readonly LiteWrite[] => [
  ...timeouts.map((timeout, resource) => write(registers.timeout + 4 * resource, timeout)),
  ...entries.flatMap((entry, index) => entryWrites(p, index, entry)),
];

const plain: Transaction = {
  direction: 'read',
  id: 0,
  address: 0,
  beats: 1,
  size: 3,
  burst: bursts.incrementing,
  exclusive: false,
  cache: 0,
  prot: 0,
  qos: 0,
  region: 0,
  seed: 1,
  sparse: 0,
  wait: 0,
  dataWait: 0,
  dataAfterAddress: false,
  barrier: false,
};

export const readOf = (address: number, change: Partial<Transaction> = {}): Transaction => ({
  ...plain,
  address,
  ...change,
});

export const writeOf = (address: number, change: Partial<Transaction> = {}): Transaction => ({
  ...plain,
  direction: 'write',
  address,
  ...change,
});
