import { join } from 'node:path';
import type { SynthesisResult } from '../../synth/index.ts';
import { synthesisRows, type Target, targets } from '../../synth/index.ts';
import { differenceText } from '../lockstep/index.ts';
import { type Block, type BlockParameters, blocks } from './blocks.ts';
import { type CheckRow, checkBlock } from './check.ts';
import { describeParameters } from './choose.ts';
import { type GeneratedFile, generateBlock } from './generate.ts';
import { synthesiseBlock, writeReports } from './synth.ts';
import { table } from './table.ts';
import type { Answer, Verb } from './verb.ts';

/** Cycles that the quick comparison runs each way of a block. */
const quickCycles = 20_000;

/** What peers are measured by. The other targets take as long again, and `synth` has them all. */
const quickTargets: readonly Target[] = ['lut4', 'lut6', 'ice40'];

interface Outcome {
  readonly block: Block;
  readonly files: readonly GeneratedFile[];
  readonly check: CheckRow | null;
  /** Null where the quick run leaves it out. */
  readonly synthesis: SynthesisResult | null;
  /** What it was compared and synthesised with, where that is not the default. */
  readonly smaller: BlockParameters;
}

const runBlock = async (block: Block, chosen: readonly Target[], thorough: boolean): Promise<Outcome> => {
  const quick = thorough || block.quick === 'left out' ? undefined : block.quick;
  const parameters = block.parameters(quick ?? {});
  const files = generateBlock(block, block.parameters({}), join('build', 'verilog', block.name));
  process.stderr.write(`${block.name}: ${files.length} files written to ${join('build', 'verilog', block.name)}\n`);
  const check = block.whole ? await checkBlock(block, parameters, { cycles: quickCycles }) : null;
  if (quick !== undefined && block.quickSynthesis === false)
    return { block, files, check, synthesis: null, smaller: quick };
  const synthesis = await synthesiseBlock(block, parameters, {
    targets: chosen,
    place: quick === undefined,
    // Counting every module takes as long as a target does.
    modules: block.whole ? ['lut4'] : false,
  });
  return { block, files, check, synthesis, smaller: quick ?? {} };
};

const generateAlone = (block: Block): readonly GeneratedFile[] =>
  generateBlock(block, block.parameters({}), join('build', 'verilog', block.name));

const summaryOf = ({ block, check, synthesis }: Outcome, chosen: readonly Target[]): readonly string[] => {
  const luts = new Map(synthesisRows(synthesis === null ? [] : [synthesis]).map((row) => [row.target, row]));
  const mhz = luts.get('ice40')?.mhz ?? null;
  return [
    block.name,
    check === null ? '-' : check.ways.join(' = '),
    check === null ? '-' : check.cycles.toLocaleString('en-US'),
    check === null ? '-' : String(check.differences.length),
    ...chosen.map((target) => String(luts.get(target)?.luts ?? '-')),
    String(luts.get('lut4')?.registers ?? '-'),
    String(luts.get('lut4')?.depth ?? '-'),
    mhz === null ? '-' : mhz.toFixed(0),
  ];
};

/** Why a block has no clock. */
const withoutClock = (outcomes: readonly Outcome[]): readonly string[] =>
  outcomes.flatMap(({ block, synthesis }) => {
    const reason = synthesis?.clock?.reason ?? null;
    return reason === null ? [] : ['', `No clock for ${block.name}: ${reason}.`];
  });

/** What was made smaller, so that the run ends in minutes. */
const parameterLines = (outcomes: readonly Outcome[]): readonly string[] => {
  const smaller = outcomes.filter((outcome) => Object.keys(outcome.smaller).length > 0);
  if (smaller.length === 0) return ['It was compared and synthesised with them too.'];
  return [
    'Compared and synthesised were these with smaller ones, which end in minutes (all with the defaults: --thorough):',
    ...smaller.map((outcome) => `  ${outcome.block.name}: ${describeParameters(outcome.smaller)}`),
  ];
};

export const all: Verb = {
  name: 'all',
  summary: 'Every block through generate, check and synth, ending in one table',
  args: {
    thorough: {
      type: 'boolean',
      description: 'Every block and part at its defaults, and for every target: minutes more a block',
    },
  },
  async run(given): Promise<Answer> {
    const thorough = given.flags.has('thorough');
    const chosen = thorough ? targets : quickTargets;
    const outcomes: Outcome[] = [];
    const checkers = blocks.filter(({ checker }) => checker === true);
    const checkerFiles = checkers.flatMap(generateAlone);
    for (const block of blocks) {
      if (checkers.includes(block) || block.named === true || (!thorough && block.quick === 'left out')) continue;
      outcomes.push(await runBlock(block, chosen, thorough));
    }
    const heads = ['block', 'compared', 'cycles', 'differences', ...chosen, 'registers', 'depth', 'MHz iCE40'];
    const rows = [heads, ...outcomes.map((outcome) => summaryOf(outcome, chosen))];
    const synthesised = outcomes.flatMap(({ synthesis }) => (synthesis === null ? [] : [synthesis]));
    const reports = writeReports(synthesised, join('build', 'synthesis'), {
      title: 'Portcullis: every block',
      command: 'npm start',
      overview: rows,
    });
    const differences = outcomes.flatMap(({ check }) => check?.differences ?? []);
    const folders = outcomes.map(
      ({ block }) => `  ${join('build', 'verilog', block.name)}/  Verilog, register map, core file`,
    );
    const text = [
      table(rows, 2),
      ...differences.flatMap((difference) => ['', differenceText(difference)]),
      ...withoutClock(outcomes),
      '',
      'LUTs under each target; registers and depth as on lut4. Verilog is written with the defaults of all parameters.',
      ...parameterLines(outcomes),
      '',
      'Written:',
      ...folders,
      ...checkers.map(
        ({ name }) => `  ${join('build', 'verilog', name)}/  Verilog, with and without assertions, core file`,
      ),
      ...reports.map((path) => `  ${path}`),
    ].join('\n');
    const value = {
      generate: { files: [...checkerFiles, ...outcomes.flatMap(({ files }) => files)] },
      check: outcomes.flatMap(({ check }) => (check === null ? [] : [check])),
      synth: synthesisRows(synthesised),
    };
    return { value, text, code: differences.length === 0 ? 0 : 1 };
  },
};
