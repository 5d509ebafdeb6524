/** One page that stands by itself: no scripts, nothing fetched. */

import type { ModuleReport } from '../flow/module-reports.ts';
import type { DeepPath } from '../flow/source-path.ts';
import type { SynthesisResult } from '../flow/synthesise.ts';
import type { TargetReport } from '../flow/target-report.ts';
import { barChart } from './bar-chart.ts';
import { type Comparison, compare } from './comparison.ts';
import { clockReason } from './json.ts';
import { lineChart } from './line-chart.ts';
import { styleSheet } from './style.ts';
import { escapeText } from './svg.ts';
import { sweepCharts } from './sweep.ts';
import { byBlock, count, keptText, lineText, megahertz, parameterText, pathTitle, targetNames } from './words.ts';

export interface HtmlOptions {
  readonly title?: string;
  /** Told under the title, so that a reader can repeat it. */
  readonly command?: string;
  /** A table at the top, heads first: what else is known of the blocks. */
  readonly overview?: readonly (readonly string[])[];
}

const or = (value: number | null): string => (value === null ? '–' : count(value));

const table = (head: readonly string[], rows: readonly string[]): string =>
  `<div class="wide"><table><thead><tr>${head.map((cell) => `<th${cell === 'Remark' ? ' class="words"' : ''}>${escapeText(cell)}</th>`).join('')}</tr></thead>` +
  `<tbody>${rows.join('')}</tbody></table></div>`;

const row = (cells: readonly string[], className = '', remark?: string): string =>
  `<tr${className === '' ? '' : ` class="${className}"`}>${cells.map((cell) => `<td>${cell}</td>`).join('')}${
    remark === undefined ? '' : `<td class="words">${remark}</td>`
  }</tr>`;

const overviewTable = ([heads = [], ...rows]: readonly (readonly string[])[]): string =>
  table(
    heads,
    rows.map((cells) => row(cells.map(escapeText))),
  );

const targetTable = (result: SynthesisResult): string =>
  table(
    ['Target', 'LUTs', 'Registers', 'Memory blocks', 'Cells', 'Depth', 'MHz'],
    result.targets.map((report) => {
      const mhz = report.target === 'ice40' ? (result.clock?.mhz ?? null) : null;
      const why = mhz === null ? ` title="${escapeText(clockReason(report.target, result.clock) ?? '')}"` : '';
      return row([
        `<span class="${report.target}">■</span> ${targetNames[report.target]}`,
        count(report.luts),
        count(report.registers),
        count(report.memories),
        count(report.cells),
        String(report.depth),
        `<span${why}>${megahertz(mhz)}</span>`,
      ]);
    }),
  );

const clockText = (result: SynthesisResult): string => {
  const { clock } = result;
  if (clock === null) return '';
  if (clock.mhz === null) return `<p>No clock: ${escapeText(clockReason('ice40', clock) ?? '')}.</p>`;
  const seeds = clock.seeds.map((seed) => (seed === null ? 'not routed in time' : megahertz(seed))).join(', ');
  const path = clock.slowestPath;
  const places = (place: string, source: { file: string; line: number } | null): string =>
    `<code>${escapeText(place)}</code>${source === null ? '' : ` (<span class="line">${escapeText(lineText(source))}</span>)`}`;
  const slowest =
    path === null
      ? ''
      : ` Slowest path: ${places(path.from, path.fromSource)} to ${places(path.to, path.toSource)}, ${path.levels} tables, ` +
        `${path.logicNanoseconds} ns in logic and ${path.routingNanoseconds} ns in wires.`;
  return (
    `<p>Placed on an iCE40 HX8K: <b>${megahertz(clock.mhz)} MHz</b>, median of three seeds (${seeds}), ` +
    `in ${or(clock.logicCells)} logic cells, those of the test frame included.${slowest}</p>`
  );
};

const pathText = (path: DeepPath): string =>
  `<p class="path">${escapeText(pathTitle(path))}</p>` +
  (path.lines.length === 0
    ? '<p class="soft">No source line is known.</p>'
    : `<ol class="lines">${path.lines
        .map(
          (line) =>
            `<li><span class="line">${escapeText(lineText(line))}</span> <span class="soft">${line.gates} ${
              line.gates === 1 ? 'gate' : 'gates'
            }</span></li>`,
        )
        .join('')}</ol>`);

const moduleTable = (modules: readonly ModuleReport[]): string => {
  const most = Math.max(1, ...modules.map((module) => module.luts * module.instances));
  return table(
    [
      'Module',
      'Instances',
      'LUTs each',
      'Registers each',
      'Memory blocks',
      'Depth',
      'LUTs with all in it',
      'LUTs in all',
      '',
    ],
    modules.map((module) => {
      const all = module.luts * module.instances;
      return (
        `<tr>${[
          `<code>${escapeText(module.module)}</code>`,
          String(module.instances),
          count(module.luts),
          count(module.registers),
          count(module.memories),
          String(module.depth),
          count(module.whole.luts),
          count(all),
        ]
          .map((cell) => `<td>${cell}</td>`)
          .join('')}` + `<td class="share"><i style="width:${((all / most) * 100).toFixed(1)}%"></i></td></tr>`
      );
    }),
  );
};

const targetDetails = (report: TargetReport): string =>
  `<h4>Deepest paths, ${targetNames[report.target]}</h4>` +
  (report.paths.length === 0
    ? '<p class="soft">None: no logic between registers and ports.</p>'
    : report.paths.map(pathText).join('')) +
  (report.modules.length < 2
    ? ''
    : `<h4>Modules, ${targetNames[report.target]}</h4>` +
      `<p class="soft">Each synthesised by itself: one without its instances, one with all in it, and all of them without theirs.</p>${moduleTable(report.modules)}`);

const costTable = (result: SynthesisResult): string => {
  if (result.lines.length === 0) return '';
  const most = Math.max(1, ...result.lines.map((line) => line.gates));
  const rows = result.lines.map(
    (line) =>
      `<tr><td><span class="line">${escapeText(lineText(line))}</span></td><td>${count(line.gates)}</td>` +
      `<td>${count(line.registers)}</td><td class="share"><i style="width:${((line.gates / most) * 100).toFixed(1)}%"></i></td></tr>`,
  );
  return (
    '<details><summary>Costliest source lines</summary><div>' +
    '<p class="soft">Before mapping: gates of two inputs, and the registers that a line declares.</p>' +
    `${table(['Line', 'Gates', 'Registers', ''], rows)}</div></details>`
  );
};

const resultSection = (result: SynthesisResult, several: boolean): string => {
  const parameters = parameterText(result.parameters);
  const memories = result.memories.map((memory) => `${memory.name} (${memory.words} words of ${memory.width} bits)`);
  const body =
    `${targetTable(result)}<p>${count(result.gateEquivalents)} gate equivalents; ${count(result.memoryBits)} bits of memory` +
    `${memories.length === 0 ? '' : `: ${escapeText(memories.join(', '))}`}.</p>` +
    (keptText(result) === '' ? '' : `<p>${escapeText(keptText(result))}</p>`) +
    clockText(result) +
    costTable(result) +
    `<details><summary>Deepest paths by source line${
      result.targets.some((report) => report.modules.length > 1) ? ', and modules' : ''
    }</summary><div>${result.targets.map(targetDetails).join('')}</div></details>`;
  const heading = parameters === '' ? '' : `<h3>${escapeText(parameters)}</h3>`;
  return several || heading !== '' ? `${heading}${body}` : body;
};

const comparisonSection = (comparison: Comparison): string => {
  const charts = [
    {
      title: 'Look-up tables (iCE40): less is better',
      bars: comparison.designs.map((design) => ({ ...design, value: design.luts, absent: 'not measured' })),
      goals: comparison.goals.flatMap(({ name, luts }) => (luts === null ? [] : [{ name, value: luts }])),
    },
    {
      title: 'Clock in MHz (iCE40 HX8K): more is better',
      bars: comparison.designs.map((design) => ({
        ...design,
        value: design.mhz,
        absent: design.ours && design.remark === '' ? 'not placed' : 'does not fit',
      })),
      goals: [...new Set(comparison.goals.flatMap(({ mhz }) => (mhz === null ? [] : [mhz])))].map((value) => ({
        name: 'goal',
        value,
      })),
    },
  ];
  return (
    `<h3>Beside peers: ${escapeText(comparison.table.title.toLowerCase())}</h3><p class="soft">${escapeText(comparison.table.source)}</p>` +
    `<div class="plots broad">${charts.map((chart) => `<div>${barChart(chart)}</div>`).join('')}</div>` +
    table(
      ['Design', 'LUTs', 'Registers', 'Depth LUT4', 'Depth LUT6', 'MHz', 'Remark'],
      [
        ...comparison.designs.map((design) =>
          row(
            [
              escapeText(design.name),
              or(design.luts),
              or(design.registers),
              or(design.depth4),
              or(design.depth6),
              megahertz(design.mhz),
            ],
            design.ours ? 'ours' : '',
            escapeText(design.remark),
          ),
        ),
        ...comparison.goals.map((goal) =>
          row([escapeText(goal.name), `≤ ${or(goal.luts)}`, '', '', '', `≥ ${or(goal.mhz)}`], 'goal', ''),
        ),
      ],
    )
  );
};

const blockSection = (name: string, index: number, results: readonly SynthesisResult[]): string => {
  const comparison = compare(results);
  const sweep = sweepCharts(results);
  const plots =
    sweep === null
      ? ''
      : `<h3>Against ${escapeText(sweep.parameter)}</h3><div class="plots">${sweep.charts
          .map((chart) => `<div>${lineChart(chart)}</div>`)
          .join('')}</div>`;
  return (
    `<section id="block-${index}"><h2>${escapeText(name)}</h2>${comparison === null ? '' : comparisonSection(comparison)}${plots}` +
    `${results.map((result) => resultSection(result, results.length > 1)).join('')}</section>`
  );
};

export const renderHtml = (results: readonly SynthesisResult[], options: HtmlOptions = {}): string => {
  const title = options.title ?? 'Synthesis';
  const blocks = [...byBlock(results)];
  const links = blocks.map(([name], index) => `<a href="#block-${index}">${escapeText(name)}</a>`);
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title><style>${styleSheet}</style></head>
<body><main><h1>${escapeText(title)}</h1>
<p class="soft">Area and depth by Yosys; the clock by nextpnr, with inputs from a shift register and outputs into
flip-flops. Depth counts levels of look-up tables between registers, a carry chain as one.${
    options.command === undefined ? '' : ` Made by <code>${escapeText(options.command)}</code>.`
  }</p>
${options.overview === undefined ? '' : overviewTable(options.overview)}
${blocks.length < 2 ? '' : `<nav>${links.join('')}</nav>`}
${blocks.map(([name, group], index) => blockSection(name, index, group)).join('\n')}
</main></body></html>
`;
};
