/** A figure against a parameter: one line a series, named at its end. */
import { element, label, spread, ticksUpTo } from './svg.ts';
import { count } from './words.ts';

export interface Series {
  readonly name: string;
  /** A class of the style sheet that gives its colour. */
  readonly className: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LineChart {
  readonly title: string;
  readonly xName: string;
  readonly series: readonly Series[];
}

const width = 460;
const height = 270;
const frame = { left: 56, right: 356, top: 40, bottom: 222 };

const isPowerOfTwo = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));

export const lineChart = (chart: LineChart): string => {
  const xs = [...new Set(chart.series.flatMap((series) => series.points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  const ys = chart.series.flatMap((series) => series.points.map((point) => point.y));
  const ticks = ticksUpTo(Math.max(0, ...ys), 5);
  const top = ticks.at(-1) ?? 1;
  const scale = xs.every(isPowerOfTwo) ? Math.log2 : (x: number) => x;
  const [least, most] = [scale(xs[0] ?? 0), scale(xs.at(-1) ?? 1)];
  const xOf = (x: number): number =>
    most === least
      ? (frame.left + frame.right) / 2
      : frame.left + ((scale(x) - least) / (most - least)) * (frame.right - frame.left);
  const yOf = (y: number): number => frame.bottom - (y / top) * (frame.bottom - frame.top);

  const grid = ticks.map((tick) =>
    [
      element('line', {
        x1: frame.left,
        x2: frame.right,
        y1: yOf(tick),
        y2: yOf(tick),
        class: tick === 0 ? 'axis' : 'grid',
      }),
      label(frame.left - 8, yOf(tick) + 4, count(tick), 'tick', 'end'),
    ].join(''),
  );
  const bottom = xs.map((x) => label(xOf(x), frame.bottom + 18, String(x), 'tick', 'middle'));
  const shown = chart.series.filter((series) => series.points.length > 0);
  const ends = shown.map((series) => series.points.at(-1) ?? { x: 0, y: 0 });
  const places = spread(
    ends.map((end) => yOf(end.y) + 4),
    15,
    frame.top,
    frame.bottom + 4,
  );
  const lines = shown.map((series, index) => {
    const path = series.points.map((point) => `${xOf(point.x).toFixed(1)},${yOf(point.y).toFixed(1)}`).join(' ');
    const dots = series.points.map((point) =>
      element(
        'circle',
        { cx: xOf(point.x), cy: yOf(point.y), r: 3.5 },
        element('title', {}, `${series.name}, ${chart.xName} ${point.x}: ${count(point.y)}`),
      ),
    );
    const end = ends[index] ?? { x: 0, y: 0 };
    return element('g', { class: `series ${series.className}` }, [
      element('polyline', { points: path }),
      ...dots,
      label(xOf(end.x) + 10, places[index] ?? 0, `${series.name}  ${count(end.y)}`, 'name'),
    ]);
  });
  return element('svg', { viewBox: `0 0 ${width} ${height}`, class: 'plot', role: 'img', 'aria-label': chart.title }, [
    label(frame.left - 44, 20, chart.title, 'title'),
    ...grid,
    ...bottom,
    label((frame.left + frame.right) / 2, frame.bottom + 38, chart.xName, 'caption', 'middle'),
    ...lines,
  ]);
};
