/** Taking translations back. Source: `docs/systems/memory-management-unit.md`, "Cookies". */
import { cookieIndex, memoryAddressWidth, type Processor } from '../../hardware/platform/index.ts';
import type { Core } from './core.ts';
import type { Backing } from './interface.ts';

/** The index of the cookie that a leaf with this backing has. */
export const indexOf = ({ platform }: Pick<Core, 'platform'>, { frame, copies, super: superPage }: Backing): number =>
  cookieIndex(
    { addressWidth: memoryAddressWidth, cookieIndexWidth: platform.parameters.cookieIndexWidth },
    { memory: copies === 'second' ? 1 : 0, superPage: superPage === true, frame },
  );

/**
 * When this has returned, no access by a translation of these, whose entries were changed before, completes any more.
 *
 * @param tables a table was taken out too: walks start anew
 */
export const bumpLeaves = async (
  core: Core,
  { registers }: Processor,
  leaves: readonly Backing[],
  tables = false,
): Promise<void> => {
  const indexes = [...new Set(leaves.map((backing) => indexOf(core, backing)))];
  // A walk that was held up between the halves of such an entry would have the index of what is written next.
  const all = tables || leaves.some(({ copies }) => copies === 'second');
  await Promise.all(
    indexes.map((index, order) => registers.keeper.bump.write({ index, all: Number(all && order === 0), start: 1 })),
  );
};

/** When this has returned, no walk uses what it read of a table before, and nothing is in a TLB. */
export const bumpAll = ({ registers }: Processor): Promise<unknown> =>
  registers.keeper.bump.write({ index: 0, all: 1, start: 1 });
