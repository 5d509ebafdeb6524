import { recordedCaptures, recordedPath } from '../captures/recorded.ts';
import { designUnderTest } from '../designs/under-test.ts';
import {
  type CheckResult,
  check as compare,
  defaultCycles,
  defaultWays,
  differenceText,
  type WayName,
  wayNames,
} from '../lockstep/index.ts';
import { plantedBugs, plantedCycles } from '../mutation/planted-bugs.ts';
import { asCompared, type Block, type BlockParameters, blocks } from './blocks.ts';
import { chosenBlocks, listOption, numberOption, sweptParameters, titleOf } from './choose.ts';
import { UsageError, unknownChoice } from './errors.ts';
import { blockArgument, moduleArgument } from './own-design.ts';
import { type Progress, startProgress } from './progress.ts';
import { type Answer, type Arguments, optionOf, type Verb } from './verb.ts';

export type CheckRow = CheckResult;

export interface CheckOptions {
  readonly cycles: number;
  readonly ways?: readonly WayName[];
  readonly seed?: number;
  readonly path?: string;
  /** Capture files; those that ship with the project when left out. */
  readonly captures?: readonly string[];
  readonly replay?: string;
  readonly plant?: string;
}

/** Compares one block's ways, telling of its progress. */
export const checkBlock = async (
  block: Block,
  parameters: BlockParameters,
  options: CheckOptions,
): Promise<CheckResult> => {
  const title = `Checking ${titleOf(block.name, parameters)}`;
  let progress: Progress | null = null;
  const { ways = block.ways ?? defaultWays, ...rest } = options;
  const own = block.own === undefined ? null : designUnderTest(block.own.design);
  const captures = options.captures ?? (own === null ? recordedCaptures.map(recordedPath) : []);
  const namedCaptures = options.captures ?? [];
  try {
    return await compare({ block: own ?? block.name, parameters, ways, ...rest, captures, namedCaptures }, (state) => {
      if (state.phase === 'preparing') {
        process.stderr.write(`${title}: making ${ways.join(', ')}\n`);
        return;
      }
      progress ??= startProgress(title, state.total, 'cycles');
      progress.update(
        state.cycles,
        state.phase === 'shrinking' ? 'a difference; looking for its smallest case' : '',
        state.total,
      );
    });
  } finally {
    (progress as Progress | null)?.finish();
  }
};

const plantOption = (given: Arguments, block: Block): { plant?: string } => {
  const name = optionOf(given, 'plant');
  if (name === undefined) return {};
  const known = (plantedBugs[block.name] ?? []).map((bug) => bug.name);
  if (!known.includes(name)) throw unknownChoice(`planted bug of ${block.name}`, name, known);
  return { plant: name };
};

const seedOption = (given: Arguments): { seed?: number } => {
  const text = optionOf(given, 'seed');
  if (text === undefined) return {};
  if (!/^-?\d+$/.test(text)) throw new UsageError(`Option --seed takes a whole number, not '${text}'.`);
  return { seed: Number(text) };
};

/** Captures to play; undefined for those that ship. @throws UsageError */
const capturesOption = (given: Arguments): readonly string[] | undefined => {
  const named = given.options.capture;
  if (!given.flags.has('no-captures')) return named;
  if (named !== undefined)
    throw new UsageError(
      `Options --no-captures and --capture ${named[0]} contradict each other; leave one of them out.`,
    );
  return [];
};

const describe = (row: CheckResult): string => {
  const head = `${titleOf(row.block, row.parameters)}: ${row.ways.join(' = ')}`;
  if (row.differences.length === 0)
    return `${head}, ${row.cycles.toLocaleString('en-US')} cycles, seed ${row.seed}: no difference`;
  return [`${head}: DIFFERENT`, ...row.differences.map(differenceText)].join('\n');
};

export const check: Verb = {
  name: 'check',
  summary: 'Compare model, hardware, emitted Verilog and gates, cycle by cycle',
  args: {
    block: blockArgument('Block to check (all blocks when left out)'),
    ...moduleArgument,
    set: { type: 'string', valueHint: 'name=value', description: 'Set a parameter; may be repeated' },
    sweep: { type: 'string', valueHint: 'name=v1,v2', description: 'Check once for each value; may be repeated' },
    ways: {
      type: 'string',
      valueHint: wayNames.join(','),
      description: 'What to compare, the reference first; all four when left out, less what takes a block too long',
    },
    cycles: {
      type: 'string',
      valueHint: 'N',
      description: `Cycles of random traffic, after the captures (see --no-captures); ${defaultCycles}, or ${plantedCycles} with --plant, when left out`,
    },
    thorough: { type: 'boolean', description: '1,000,000 cycles at each data width, without gates unless asked for' },
    seed: { type: 'string', valueHint: 'N', description: 'Seed of the random traffic' },
    path: { type: 'string', valueHint: 'N:N', description: 'With --seed: the one scenario that a report named' },
    capture: {
      type: 'string',
      valueHint: 'FILE.pcap',
      description: 'Captured frames to play; those that ship with Portcullis when left out; may be repeated',
    },
    'no-captures': { type: 'boolean', description: 'Play no captures, and mix none into the random traffic' },
    replay: { type: 'string', valueHint: 'FILE', description: 'Run the one scenario of a report, or of a capture' },
    plant: { type: 'string', valueHint: 'BUG', description: 'Plant a known bug in the hardware and see it found' },
  },
  async run(given): Promise<Answer> {
    const thorough = given.flags.has('thorough');
    const planted = given.options.plant === undefined ? defaultCycles : plantedCycles;
    const cycles = numberOption(given, 'cycles', thorough ? 1_000_000 : planted);
    const ways =
      given.options.ways === undefined && !thorough
        ? undefined
        : listOption(given, 'ways', wayNames, ['model', 'rtl', 'verilog']);
    const captures = capturesOption(given);
    const path = optionOf(given, 'path');
    const replay = optionOf(given, 'replay');
    const named = await chosenBlocks(given);
    const parts = named.filter(({ whole }) => !whole);
    if (parts.length > 0) {
      const whole = blocks.filter((block) => block.whole).map(({ name }) => name);
      throw new UsageError(`${parts[0]?.name} has no model of its own to be compared with; check ${whole.join(', ')}.`);
    }
    const rows: CheckResult[] = [];
    for (const block of named) {
      const widths = block.schema.dataWidth;
      const sweep =
        thorough && given.options.set === undefined && given.options.sweep === undefined && widths?.kind === 'choice'
          ? { ...given, options: { ...given.options, sweep: [`dataWidth=${widths.choices.join(',')}`] } }
          : given;
      for (const parameters of sweptParameters(asCompared(block), sweep)) {
        rows.push(
          await checkBlock(block, parameters, {
            cycles,
            ...(ways === undefined ? {} : { ways }),
            ...seedOption(given),
            ...(path === undefined ? {} : { path }),
            ...(replay === undefined ? {} : { replay }),
            ...(captures === undefined ? {} : { captures }),
            ...plantOption(given, block),
          }),
        );
      }
    }
    return {
      value: rows,
      text: rows.map(describe).join('\n'),
      code: rows.some(({ differences }) => differences.length > 0) ? 1 : 0,
    };
  },
};
