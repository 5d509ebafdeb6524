/** A sweep as a picture: cycles from left to right, a row for each page, and below how much of both memories' own rate the scanners have. */
import type { ObservedSweep, Reading } from './observed-sweep.ts';

export interface Drawing {
  /** Pixels of a page's row, and pages that are drawn together where they were read one after the other. */
  readonly row: number;
  readonly together: number;
  /** Cycles of a bar of the rate, and between two marks of the axis. */
  readonly bar: number;
  readonly mark: number;
}

const left = 64;
const top = 44;
const width = 820;
const rateHeight = 60;
const gap = 26;
const memories = 2;

const colours = {
  first: '#60a5fa',
  differs: '#9ca3af',
  held: '#fcd34d',
  second: '#1d4ed8',
  taken: '#dcfce7',
  write: '#dc2626',
} as const;

const legend: readonly (readonly [keyof typeof colours, string])[] = [
  ['first', 'read, and is zero'],
  ['differs', 'read, and is not'],
  ['held', 'held'],
  ['second', 'read again'],
  ['taken', 'taken'],
  ['write', 'the guest writes, and is answered'],
];

interface Bar extends Reading {
  readonly pages: number;
  readonly colour: string;
}

/** What was read one after the other in the same way, as one. */
const merged = (bars: readonly Bar[], together: number): readonly Bar[] => {
  const all: Bar[] = [];
  for (const bar of bars) {
    // Two memories are read at a time.
    const at = all.findLastIndex((one) => one.page + one.pages === bar.page && one.colour === bar.colour);
    const before = all[at];
    if (before !== undefined && before.pages < together) all[at] = { ...before, pages: before.pages + 1, end: bar.end };
    else all.push(bar);
  }
  return all;
};

export const drawSweep = (sweep: ObservedSweep, { row, together, bar: barCycles, mark }: Drawing): string => {
  const { pages, readings, held, written, beats } = sweep;
  const begin = sweep.begin;
  const end = Math.max(sweep.end, ...written.map((one) => one.end));
  const x = (cycle: number): string => (left + ((cycle - begin) * width) / (end - begin)).toFixed(1);
  const rect = (from: number, to: number, y: number, height: number, colour: string): string =>
    `<rect x="${x(from)}" y="${y.toFixed(1)}" width="${(Number(x(to)) - Number(x(from))).toFixed(1)}" height="${height.toFixed(1)}" fill="${colour}"/>`;
  const y = (page: number): number => top + row * page;
  const leafOf = (page: number) => held.find((one) => one.page <= page && page < one.page + one.pages);
  const bars = readings.map((reading): Bar => {
    const leaf = leafOf(reading.page);
    const colour = leaf === undefined ? colours.differs : reading.begin > leaf.begin ? colours.second : colours.first;
    return { ...reading, pages: 1, colour };
  });
  const thin = row * 0.85;
  const shapes = [
    ...held.flatMap((one) => {
      const back = written.find(({ page, end: at }) => page === one.page && at > one.end);
      const height = row * one.pages - (row - thin);
      return [
        rect(one.begin, one.end, y(one.page), height, colours.held),
        ...(one.taken ? [rect(one.end, back?.end ?? end, y(one.page), height, colours.taken)] : []),
      ];
    }),
    ...merged(bars, together).map((one) =>
      rect(one.begin, one.end, y(one.page), row * one.pages - (row - thin), one.colour),
    ),
    ...written.map(
      (one) =>
        `<path d="M${x(one.begin)} ${(y(one.page) + thin / 2).toFixed(1)}H${x(one.end)}" stroke="${colours.write}" stroke-width="2"/>` +
        `<circle cx="${x(one.begin)}" cy="${(y(one.page) + thin / 2).toFixed(1)}" r="3.5" fill="${colours.write}"/>`,
    ),
  ];
  const floor = top + row * pages + gap + rateHeight;
  const rates = Array.from({ length: Math.ceil((end - begin) / barCycles) }, (_, index) => {
    const from = begin + index * barCycles;
    const to = Math.min(end, from + barCycles);
    const share = beats.filter((cycle) => cycle >= from && cycle < to).length / (memories * (to - from));
    return share === 0 ? '' : rect(from, to, floor - rateHeight * share, rateHeight * share, colours.first);
  }).filter((shape) => shape !== '');
  const marks = Array.from({ length: Math.floor((end - begin) / mark) + 1 }, (_, index) => {
    const at = x(begin + index * mark);
    return `<text x="${at}" y="${floor + 16}" text-anchor="middle">${(index * mark).toLocaleString('en-US')}</text>`;
  });
  const label = (text: string, at: number): string =>
    `<text x="${left - 6}" y="${at}" text-anchor="end">${text}</text>`;
  const key = legend.map(([name, text], index) => {
    const at = left + [0, 145, 285, 350, 450, 525][index]!;
    return `<rect x="${at}" y="8" width="12" height="12" fill="${colours[name]}"/><text x="${at + 17}" y="19">${text}</text>`;
  });
  const [full, none] = [floor - rateHeight, floor];
  const frame = [full, none].map((at) => `<path d="M${left} ${at}H${left + width}" stroke="#9ca3af"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 30} ${floor + 40}" role="img" aria-label="A sweep of ${pages} pages" font-family="sans-serif" font-size="13">`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...key,
    label('page 0', top + 10),
    label(String(pages - 1), top + row * pages - 2),
    ...shapes,
    label('100 %', full + 5),
    label('rate', (full + none) / 2 + 5),
    label('0', none),
    ...frame,
    ...rates,
    ...marks,
    `<text x="${left + width / 2}" y="${floor + 34}" text-anchor="middle">cycles</text>`,
    '</svg>',
    '',
  ].join('\n');
};
