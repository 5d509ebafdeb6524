/** Pages that may be swept, and the runs of frames in which they are scanned. */
import type { Backing, PageEntry, PresentEntry } from '../memory/interface.ts';
import { superFrames } from '../memory/layout.ts';
import type { Run } from './scan-lane.ts';

/** A page of a domain's, or a super page. */
export interface Found {
  readonly page: number;
  readonly entry: PresentEntry;
}

export const pagesOf = ({ entry }: Found): number => (entry.backing.super === true ? superFrames : 1);

interface Located {
  readonly page: number;
  readonly entry: PageEntry;
}

/** Whether a page could be swept if it has no trap by then. */
export const isCandidate = (located: Located): located is Found =>
  located.entry.kind === 'page' && !located.entry.foreign;

/** Whether a page could be swept, by what its entry says. */
export const isEligible = (located: Located): located is Found =>
  isCandidate(located) && located.entry.trap === undefined;

/** Whether it is a page whose only copy went with its memory: nothing of it is left but its frame. */
export const isLost = (located: { readonly page: number; readonly entry: PageEntry }): located is Found =>
  located.entry.kind === 'lost' && !located.entry.foreign;

/** The page of a super page at a place in it. */
export const partOf = ({ page, entry }: Found, index: number): Found => {
  const { frame, copies, form } = entry.backing;
  return { page: page + index, entry: { ...entry, backing: { frame: frame + index, copies, form } } };
};

const follows = (one: Backing, frames: number, other: Backing): boolean =>
  other.frame === one.frame + frames && other.copies === one.copies && other.form === one.form;

/** Pages whose frames are neighbours, as one run each. */
export const runsOf = (pages: readonly Found[]): readonly { readonly run: Run; readonly pages: readonly Found[] }[] => {
  const runs: { readonly run: Run; readonly pages: readonly Found[] }[] = [];
  for (const found of pages) {
    const { backing } = found.entry;
    const last = runs.at(-1);
    if (last !== undefined && pagesOf(found) === 1 && follows(last.run.backing, last.run.frames, backing))
      runs[runs.length - 1] = {
        run: { ...last.run, frames: last.run.frames + 1 },
        pages: [...last.pages, found],
      };
    else runs.push({ run: { backing, frames: pagesOf(found) }, pages: [found] });
  }
  return runs;
};
