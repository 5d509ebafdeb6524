/** Plots of what a parameter costs. */
import type { SynthesisResult } from '../flow/synthesise.ts';
import { type Target, targets } from '../flow/targets.ts';
import type { LineChart, Series } from './line-chart.ts';
import { targetNames, variedParameters } from './words.ts';

interface Point {
  readonly x: number;
  readonly result: SynthesisResult;
}

const seriesOf = (
  points: readonly Point[],
  figure: (result: SynthesisResult, target: Target) => number | null | undefined,
): Series[] =>
  targets.map((target) => ({
    name: targetNames[target].replace(/^(Generic|Lattice|AMD) /, ''),
    className: target,
    points: points.flatMap(({ x, result }) => {
      const y = figure(result, target);
      return y === null || y === undefined ? [] : [{ x, y }];
    }),
  }));

/** Null unless exactly one parameter varies over the results, and is a number. */
export const sweepCharts = (results: readonly SynthesisResult[]): { parameter: string; charts: LineChart[] } | null => {
  const [parameter, another] = variedParameters(results);
  if (parameter === undefined || another !== undefined) return null;
  const points = results
    .map((result) => ({ x: Number(result.parameters[parameter]), result }))
    .sort((a, b) => a.x - b.x);
  if (points.some(({ x }) => !Number.isFinite(x))) return null;
  const report = (result: SynthesisResult, target: Target) => result.targets.find((one) => one.target === target);
  const charts = [
    { title: 'Look-up tables', series: seriesOf(points, (result, target) => report(result, target)?.luts) },
    { title: 'Registers', series: seriesOf(points, (result, target) => report(result, target)?.registers) },
    { title: 'Depth in levels', series: seriesOf(points, (result, target) => report(result, target)?.depth) },
    {
      title: 'Clock in MHz, iCE40 HX8K',
      series: seriesOf(points, (result, target) => (target === 'ice40' ? result.clock?.mhz : null)),
    },
  ];
  return {
    parameter,
    charts: charts
      .filter(({ series }) => series.some((one) => one.points.length > 0))
      .map((chart) => ({ ...chart, xName: parameter })),
  };
};
