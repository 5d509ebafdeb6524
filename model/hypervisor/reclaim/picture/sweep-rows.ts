/** What the guide to sweeps tells of the run in its first picture, row by row, with cycles from the sweep's beginning. */
import type { Held, ObservedSweep, Reading } from './observed-sweep.ts';

/** Entries that were held further apart than this were not held together. */
const apart = 1000;

const batchesOf = (held: readonly Held[]): readonly (readonly Held[])[] => {
  const batches: Held[][] = [];
  for (const one of held) {
    const last = batches.at(-1);
    if (last !== undefined && one.begin - last.at(-1)!.begin < apart) last.push(one);
    else batches.push([one]);
  }
  return batches;
};

const first = (cycles: readonly number[]): number => Math.min(...cycles);
const last = (cycles: readonly number[]): number => Math.max(...cycles);

export const sweepRows = (sweep: ObservedSweep): readonly string[] => {
  const { begin, end, pages, taken, readings, held, written, beats } = sweep;
  const at = (cycle: number): string => (cycle - begin).toLocaleString('en-US');
  /** Percent of what both memories give: a beat a cycle each. */
  const rate = (some: readonly Reading[]): string => {
    const [from, to] = [some[0]!.begin, last(some.map((one) => one.end))];
    const given = beats.filter((cycle) => cycle >= from && cycle <= to).length;
    return `${Math.round((100 * given) / (2 * (to - from)))} %`;
  };
  const [one, other, ...more] = batchesOf(held);
  if (other === undefined || more.length > 0) throw new Error('the guide tells of two batches');
  const span = (some: readonly Held[]) => {
    const again = readings.filter(
      (reading) =>
        reading.begin > some[0]!.begin &&
        some.some(({ page, end: gone }) => page === reading.page && reading.end < gone),
    );
    const kept = some.filter((page) => !page.taken).map(({ page }) => page);
    return {
      held: `${at(first(some.map((page) => page.begin)))} to ${at(last(some.map((page) => page.begin)))}`,
      read: `${at(again[0]!.begin)} to ${at(last(again.map((reading) => reading.end)))}`,
      rate: rate(again),
      gone: `${at(first(some.map((page) => page.end)))} to ${at(last(some.map((page) => page.end)))}`,
      taken: some.length - kept.length,
      kept: kept.join(', '),
    };
  };
  const [early, late] = [span(one!), span(other)];
  const scan = readings.filter((reading) => reading.begin < held[0]!.begin);
  const [before, between, beyond, waiting] = written;
  const row = (cycles: string, text: string): string => `| ${cycles} | ${text} |`;
  return [
    row(
      `${at(scan[0]!.begin)} to ${at(last(scan.map((reading) => reading.end)))}`,
      `all ${pages} pages are read, at ${rate(scan)} of both memories' own rate; ${held.length} are zeros. Of the others reading ends at the first difference.`,
    ),
    row(at(before!.begin), `the guest writes page ${before!.page} before it was read: it is no candidate.`),
    row(
      `${at(between!.begin)}, ${at(beyond!.begin)}`,
      `it writes pages ${between!.page} and ${beyond!.page}, which were read already and are candidates.`,
    ),
    row(early.held, `the first ${one!.length} candidates are held, and taken back by their cookies.`),
    row(at(waiting!.begin), `the guest writes page ${waiting!.page}, which is held. The write waits.`),
    row(early.read, `they are read again, at ${early.rate}. Page ${early.kept} is not zero any more.`),
    row(early.gone, `${early.taken} are taken; page ${early.kept} is as it was.`),
    row(late.held, `the other ${other.length} are held, read again (${late.read}, at ${late.rate}),`),
    row(late.gone, `and ${late.taken} of them taken; page ${late.kept} is as it was.`),
    row(
      at(waiting!.end),
      `the write of page ${waiting!.page} is answered: the page was taken, so it was brought back, as zeros, and written then.`,
    ),
    row(at(end), `the call returns: ${taken} pages were taken.`),
  ].sort((left, right) => cycleOf(left) - cycleOf(right));
};

const cycleOf = (row: string): number => Number.parseInt(row.slice(2).replaceAll(',', ''), 10);
