import type { SynthesisResult } from '../flow/synthesise.ts';
import type { TargetReport } from '../flow/target-report.ts';
import { compare } from './comparison.ts';
import { clockReason } from './json.ts';
import { byBlock, count, keptText, lineText, megahertz, parameterText, pathTitle, targetNames } from './words.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [
    line(head),
    line(head.map((name, index) => (index === 0 || name === 'remark' ? '---' : '---:'))),
    ...rows.map(line),
    '',
  ];
};

const or = (value: number | null): string => (value === null ? '–' : count(value));

const targetTable = (result: SynthesisResult): string[] =>
  table(
    ['target', 'LUTs', 'registers', 'memory blocks', 'cells', 'depth', 'MHz'],
    result.targets.map((report) => [
      targetNames[report.target],
      count(report.luts),
      count(report.registers),
      count(report.memories),
      count(report.cells),
      String(report.depth),
      report.target === 'ice40' ? megahertz(result.clock?.mhz ?? null) : '–',
    ]),
  );

const pathLines = (report: TargetReport): string[] =>
  report.paths.flatMap((path) => [
    `- ${pathTitle(path)}`,
    ...path.lines.map((line) => `  - \`${lineText(line)}\` (${line.gates} ${line.gates === 1 ? 'gate' : 'gates'})`),
  ]);

const clockText = (result: SynthesisResult): string[] => {
  const { clock } = result;
  if (clock === null) return [];
  if (clock.mhz === null) return [`No clock: ${clockReason('ice40', clock)}.`, ''];
  const path = clock.slowestPath;
  const seeds = clock.seeds.map((seed) => (seed === null ? 'not routed in time' : megahertz(seed))).join(', ');
  const text = `Clock on an iCE40 HX8K: ${megahertz(clock.mhz)} MHz, median of three seeds (${seeds}).`;
  if (path === null) return [text, ''];
  return [
    `${text} Slowest path: \`${path.from}\` to \`${path.to}\`, ${path.levels} tables, ` +
      `${path.logicNanoseconds} ns in logic and ${path.routingNanoseconds} ns in wires.`,
    '',
  ];
};

const costText = (result: SynthesisResult): string[] =>
  result.lines.length === 0
    ? []
    : [
        '#### Costliest source lines',
        '',
        'Before mapping: gates of two inputs, and the registers that a line declares.',
        '',
        ...table(
          ['line', 'gates', 'registers'],
          result.lines.map((line) => [`\`${lineText(line)}\``, count(line.gates), count(line.registers)]),
        ),
      ];

const resultText = (result: SynthesisResult, heading: boolean): string[] => {
  const parameters = parameterText(result.parameters);
  const memories = result.memories.map((memory) => `${memory.name} (${memory.words} words of ${memory.width} bits)`);
  return [
    ...(heading && parameters !== '' ? [`### ${parameters}`, ''] : []),
    ...(!heading && parameters !== '' ? [`Parameters: ${parameters}.`, ''] : []),
    ...targetTable(result),
    `${count(result.gateEquivalents)} gate equivalents. ${count(result.memoryBits)} bits of memory` +
      `${memories.length === 0 ? '' : `: ${memories.join(', ')}`}.`,
    '',
    ...(keptText(result) === '' ? [] : [keptText(result), '']),
    ...clockText(result),
    ...costText(result),
    ...result.targets.flatMap((report) => [
      `#### Deepest paths, ${targetNames[report.target]}`,
      '',
      ...(report.paths.length === 0 ? ['None: no logic between registers and ports.'] : pathLines(report)),
      '',
      ...(report.modules.length < 2
        ? []
        : [
            `#### Modules, ${targetNames[report.target]}`,
            '',
            'Each synthesised by itself: one without its instances, and one with all in it.',
            '',
            ...table(
              [
                'module',
                'instances',
                'LUTs',
                'registers',
                'memory blocks',
                'depth',
                'LUTs with all',
                'registers with all',
              ],
              report.modules.map((module) => [
                `\`${module.module}\``,
                String(module.instances),
                count(module.luts),
                count(module.registers),
                count(module.memories),
                String(module.depth),
                count(module.whole.luts),
                count(module.whole.registers),
              ]),
            ),
          ]),
    ]),
  ];
};

const comparisonText = (results: readonly SynthesisResult[]): string[] => {
  const comparison = compare(results);
  if (comparison === null) return [];
  return [
    '### Beside peers',
    '',
    comparison.table.source,
    '',
    ...table(
      ['design', 'LUTs (iCE40)', 'registers', 'depth LUT4 / LUT6', 'MHz', 'remark'],
      [
        ...comparison.designs.map((design) => [
          design.ours ? `**${design.name}**` : design.name,
          or(design.luts),
          or(design.registers),
          `${or(design.depth4)} / ${or(design.depth6)}`,
          megahertz(design.mhz),
          design.remark,
        ]),
        ...comparison.goals.map((goal) => [
          `*${goal.name}*`,
          `at most ${or(goal.luts)}`,
          '',
          '',
          `${or(goal.mhz)} or more`,
          '',
        ]),
      ],
    ),
  ];
};

/** One section a block, ready for a file of its own or a pull request. */
export const renderMarkdown = (results: readonly SynthesisResult[]): string => {
  const blocks = [...byBlock(results)].flatMap(([name, group]) => [
    `## ${name}`,
    '',
    ...comparisonText(group),
    ...group.flatMap((result) => resultText(result, group.length > 1)),
  ]);
  return `${['# Synthesis', '', ...blocks].join('\n').trimEnd()}\n`;
};
