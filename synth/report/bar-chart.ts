/** One figure of several designs: a bar each, ours in colour, with the goal as a line. */
import { element, label, ticksUpTo } from './svg.ts';
import { count } from './words.ts';

export interface Bar {
  readonly name: string;
  readonly ours: boolean;
  /** Null leaves the bar out, and tells `absent` instead. */
  readonly value: number | null;
  readonly absent: string;
}

export interface BarChart {
  readonly title: string;
  readonly bars: readonly Bar[];
  readonly goals: readonly { readonly name: string; readonly value: number }[];
}

const width = 540;
const rowHeight = 26;
const frame = { left: 220, right: 490, top: 68 };

export const barChart = (chart: BarChart): string => {
  const largest = Math.max(0, ...chart.bars.map((bar) => bar.value ?? 0), ...chart.goals.map((goal) => goal.value));
  const ticks = ticksUpTo(largest, 4);
  const full = ticks.at(-1) ?? 1;
  const xOf = (value: number): number => frame.left + (value / full) * (frame.right - frame.left);
  const bottom = frame.top + chart.bars.length * rowHeight;

  const grid = ticks.map((tick) =>
    [
      element('line', { x1: xOf(tick), x2: xOf(tick), y1: frame.top, y2: bottom, class: tick === 0 ? 'axis' : 'grid' }),
      label(xOf(tick), bottom + 16, count(tick), 'tick', 'middle'),
    ].join(''),
  );
  const bars = chart.bars.map((bar, index) => {
    const y = frame.top + index * rowHeight;
    const name = bar.name.length > 38 ? `${bar.name.slice(0, 37)}…` : bar.name;
    const parts = [label(frame.left - 10, y + 17, name, bar.ours ? 'name ours' : 'name', 'end')];
    if (bar.value === null) parts.push(label(frame.left + 6, y + 17, bar.absent, 'tick'));
    else {
      parts.push(
        element('rect', { x: frame.left, y: y + 5, width: xOf(bar.value) - frame.left, height: rowHeight - 10, rx: 2 }),
      );
    }
    return element('g', { class: bar.ours ? 'bar ours' : 'bar' }, parts);
  });
  // Above the lines of goals, which would strike them through.
  const values = chart.bars.flatMap(({ value, ours }, index) =>
    value === null
      ? []
      : [
          element('g', { class: ours ? 'bar ours' : 'bar' }, [
            label(xOf(value) + 6, frame.top + index * rowHeight + 17, count(value), 'value'),
          ]),
        ],
  );
  const lines = chart.goals.map((goal, index) =>
    element('g', { class: 'goal' }, [
      element('line', { x1: xOf(goal.value), x2: xOf(goal.value), y1: frame.top - 4, y2: bottom }),
      label(xOf(goal.value), frame.top - 8 - (index % 2) * 13, goal.name, 'caption', 'middle'),
    ]),
  );
  return element(
    'svg',
    { viewBox: `0 0 ${width} ${bottom + 26}`, class: 'plot', role: 'img', 'aria-label': chart.title },
    [label(12, 20, chart.title, 'title'), ...grid, ...bars, ...lines, ...values],
  );
};
