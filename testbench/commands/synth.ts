import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { elaborate } from '../../rtl/hdl/index.ts';
import { emitVerilog } from '../../rtl/verilog/index.ts';
import {
  type HtmlOptions,
  renderHtml,
  renderMarkdown,
  type SynthesisRequest,
  type SynthesisResult,
  type SynthesisRow,
  synthesise,
  synthesisePeer,
  synthesisRows,
  type Target,
  targets,
  YosysError,
} from '../../synth/index.ts';
import type { Block, BlockParameters } from './blocks.ts';
import { assignments, chosenBlocks, describeParameters, listOption, sweptParameters } from './choose.ts';
import { UsageError } from './errors.ts';
import { makeDirectory } from './make-directory.ts';
import { blockArgument, moduleArgument } from './own-design.ts';
import { startProgress } from './progress.ts';
import { table } from './table.ts';
import { type Answer, type Arguments, optionOf, type Verb } from './verb.ts';

export interface SynthesisOptions {
  readonly targets: readonly Target[];
  readonly place: boolean;
  readonly keep?: readonly string[];
  /** Whether every module is counted by itself as well, or the targets for which. */
  readonly modules: boolean | readonly Target[];
  /** Whether modules are mapped by themselves and nothing is made one. */
  readonly hierarchical?: boolean;
}

/** Synthesises one block, telling of its progress. */
export const synthesiseBlock = (
  block: Block,
  parameters: BlockParameters,
  options: SynthesisOptions,
): Promise<SynthesisResult> => {
  const top = elaborate(block.definition(parameters));
  const files = emitVerilog(top, { lines: true }).map(({ path, text }) => ({ path, text }));
  const request: SynthesisRequest = { files, top: top.name, block: block.name, parameters, ...options };
  return withProgress(`Synthesising ${block.name} ${describeParameters(parameters)}`, (update) =>
    synthesise(request, update),
  );
};

const withProgress = async <Result>(
  title: string,
  work: (update: (done: number, total: number, label: string) => void) => Promise<Result>,
): Promise<Result> => {
  const scale = 100;
  const progress = startProgress(title, scale, '%');
  try {
    return await work((done, total, label) => progress.update(Math.floor((done / total) * scale), label));
  } finally {
    progress.finish();
  }
};

/** Writes the JSON, Markdown and HTML reports and returns their paths. */
export const writeReports = (
  results: readonly SynthesisResult[],
  directory: string,
  options: HtmlOptions = {},
): readonly string[] => {
  makeDirectory(directory);
  const files = {
    'synthesis.json': `${JSON.stringify(results, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`,
    'synthesis.md': renderMarkdown(results),
    'synthesis.html': renderHtml(results, options),
  };
  return Object.entries(files).map(([name, text]) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  });
};

/** Synthesises one thing that was asked for. */
type Job = () => Promise<SynthesisResult>;

/** @throws UsageError */
const peerJob = (given: Arguments, options: SynthesisOptions): Job => {
  const paths = given.options.peer ?? [];
  const top = optionOf(given, 'top');
  if (top === undefined) throw new UsageError('Option --peer needs --top with the name of the module to synthesise.');
  if (given.options.sweep !== undefined)
    throw new UsageError('Option --sweep is for blocks; with --peer, give --set and run once for each value.');
  const parameters = assignments(given, 'set');
  for (const [name, value] of Object.entries(parameters)) {
    if (!/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name))
      throw new UsageError(`Option --set names '${name}', which no parameter of Verilog can be called.`);
    if (!/^(-?\d+|\d*'s?[bodhBODH][0-9a-fA-F_]+|"[^"\\]*")$/.test(value))
      throw new UsageError(
        `Option --set ${name}= takes a constant of Verilog, as in ${name}=8, ${name}=4'hf or ${name}='"TEXT"', not '${value}'.`,
      );
  }
  return async () => {
    try {
      return await withProgress(`Synthesising ${top}`, (update) =>
        synthesisePeer({ paths, top, parameters, ...options }, update),
      );
    } catch (error) {
      // The Verilog is the user's, and so is what Yosys has to say of it.
      throw error instanceof YosysError ? new UsageError(error.message) : error;
    }
  };
};

/** @throws UsageError, ParameterError */
const blockJobs = async (given: Arguments, options: SynthesisOptions): Promise<readonly Job[]> =>
  (await chosenBlocks(given)).flatMap((block) =>
    sweptParameters(block, given).map((parameters) => () => synthesiseBlock(block, parameters, options)),
  );

export const synth: Verb = {
  name: 'synth',
  summary: 'Synthesise a block, or any Verilog, and report area, depth and clock',
  args: {
    block: blockArgument('Block to synthesise (all blocks when left out)'),
    ...moduleArgument,
    set: { type: 'string', valueHint: 'name=value', description: 'Set a parameter; may be repeated' },
    sweep: { type: 'string', valueHint: 'name=v1,v2', description: 'Synthesise once for each value; may be repeated' },
    target: { type: 'string', valueHint: targets.join(','), description: 'Targets; all when left out' },
    'no-place': { type: 'boolean', description: 'Leave out place and route, and so the clock' },
    keep: {
      type: 'string',
      valueHint: 'MODULE',
      description: 'Map modules of this name, which may have a *, once by themselves; may be repeated',
    },
    hierarchical: {
      type: 'boolean',
      description:
        'Map every module once by itself and count it as often as it is there, without a clock: for whole machines',
    },
    'no-modules': { type: 'boolean', description: 'Leave out the count of every module by itself' },
    peer: { type: 'string', valueHint: 'FILE.v', description: 'A Verilog file to synthesise instead; may be repeated' },
    top: { type: 'string', valueHint: 'MODULE', description: 'With --peer: the module to synthesise' },
    out: { type: 'string', valueHint: 'DIR', description: 'Directory for the reports; build/synthesis when left out' },
  },
  async run(given): Promise<Answer> {
    const hierarchical = given.flags.has('hierarchical');
    if (hierarchical && given.options.keep !== undefined)
      throw new UsageError(
        'Option --keep is for a design that is made one, which --hierarchical does not do; leave out either.',
      );
    const options: SynthesisOptions = {
      targets: listOption(given, 'target', targets, targets),
      hierarchical,
      place: !given.flags.has('no-place') && !hierarchical,
      modules: !given.flags.has('no-modules'),
      keep: given.options.keep ?? [],
    };
    const isPeer = given.options.peer !== undefined;
    if (isPeer && given.positionals.length > 0)
      throw new UsageError(`Give a block or --peer, not both: '${given.positionals[0]}' is a block's place.`);
    if (!isPeer && given.options.top !== undefined)
      throw new UsageError('Option --top names a module of the files that --peer names; give --peer FILE.v as well.');
    const jobs = isPeer ? [peerJob(given, options)] : await blockJobs(given, options);
    // Made first, since what cannot be written must not cost minutes of work.
    const directory = optionOf(given, 'out') ?? join('build', 'synthesis');
    makeDirectory(directory);
    const results: SynthesisResult[] = [];
    for (const job of jobs) results.push(await job());
    const paths = writeReports(results, directory);
    const rows = synthesisRows(results);
    return { value: rows, text: [synthesisTable(rows), '', ...paths].join('\n'), code: 0 };
  },
};

/** Rows of figures as text columns. */
const synthesisTable = (rows: readonly SynthesisRow[]): string =>
  table(
    [
      ['block', 'parameters', 'target', 'LUTs', 'registers', 'memories', 'depth', 'MHz'],
      ...rows.map((row) => [
        row.block,
        describeParameters(row.parameters as BlockParameters),
        row.target,
        String(row.luts),
        String(row.registers),
        String(row.memories),
        String(row.depth),
        row.mhz === null ? '-' : row.mhz.toFixed(1),
      ]),
    ],
    3,
  );
