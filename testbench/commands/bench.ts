import fc from 'fast-check';
import { elaborate } from '../../rtl/hdl/index.ts';
import type { MachineSimulator } from '../bench/machine-race.ts';
import { type BenchRow, geometricMean, race } from '../bench/race.ts';
import { missingForVolumeRace, raceVolumes } from '../bench/volume-race.ts';
import { bareScenarios } from '../boot/shipped.ts';
import { readRecorded } from '../captures/recorded.ts';
import { type BlockUnderTest, blocksUnderTest, makeWays, type Way } from '../lockstep/index.ts';
import { record } from '../lockstep/recording.ts';
import { type BlockParameters, blocks } from './blocks.ts';
import { describeParameters, numberOption } from './choose.ts';
import { UsageError, unknownChoice } from './errors.ts';
import { listOption } from './options.ts';
import { bytesOption } from './servers.ts';
import { table } from './table.ts';
import { type Answer, type Arguments, optionOf, type Verb } from './verb.ts';

interface Design {
  readonly block: string;
  readonly values: BlockParameters;
}

/** What is raced: a block with the parameters at which it is simulated. */
const designs: readonly Design[] = [
  { block: 'packet_unit', values: { dataWidth: 64 } },
  { block: 'packet_unit', values: { dataWidth: 512 } },
  { block: 'resource_access_controller', values: { ports: 2 } },
  { block: 'resource_access_controller', values: { ports: 8 } },
];

const machineSimulators = ['model', 'rtl', 'verilog', 'verilator'] as const satisfies readonly MachineSimulator[];
const stimulusCycles = 20_000;
/** Draws the random traffic; any seed would do. */
const seed = 1;

/** A block's inputs in its bench, a record a cycle: a capture played, or random scenarios one after another, each from reset on. */
const recordStimulus = (block: BlockUnderTest, parameters: BlockParameters, rtl: Way): Uint32Array => {
  const played = block.fromCapture(parameters, readRecorded('streams.pcap').packets);
  const scenarios =
    played === null ? fc.sample(block.scenarios(parameters, []), { seed, numRuns: stimulusCycles / 100 }) : [played];
  const parts: Uint32Array[] = [];
  let cycles = 0;
  for (const scenario of scenarios) {
    if (cycles >= stimulusCycles) break;
    const { driver } = block.bench(scenario, parameters, rtl.layout);
    const recorded = record([rtl], driver, stimulusCycles - cycles);
    cycles += recorded.cycles;
    parts.push(recorded.stimulus);
  }
  const whole = new Uint32Array(cycles * rtl.layout.inputWords);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

const raceDesign = async (
  { block: name, values }: Design,
  options: { readonly cycles: number; readonly rounds: number },
): Promise<readonly BenchRow[]> => {
  const block = blocks.find((candidate) => candidate.name === name);
  const underTest = blocksUnderTest.find((candidate) => candidate.name === name);
  if (block === undefined || underTest === undefined)
    throw new Error(`the benchmark names '${name}', which is no block`);
  const parameters = block.parameters(values);
  const [rtl] = await makeWays(underTest, parameters, ['rtl']);
  if (rtl === undefined) throw new Error('the hardware was not made');
  const stimulus = recordStimulus(underTest, parameters, rtl);
  const design = `${name} ${describeParameters(values)}`;
  const tell = (line: string): boolean => process.stderr.write(`${line}\n`);
  return race(design, elaborate(block.definition(parameters)), stimulus, { ...options, tell });
};

/** The designs of the block that was named, or all. @throws UsageError */
const chosenDesigns = (given: Arguments): readonly Design[] => {
  const [name] = given.positionals;
  const chosen = designs.filter(({ block }) => name === undefined || block === name);
  if (name !== undefined && chosen.length === 0)
    throw unknownChoice('design to race', name, [...new Set(designs.map(({ block }) => block))]);
  return chosen;
};

/** How much faster than Verilator over all designs, as text; empty where it is not installed. */
const meanText = (rows: readonly BenchRow[]): readonly string[] => {
  const ratios = rows.flatMap(({ simulator, ratioToVerilator }) =>
    simulator === 'portcullis' && ratioToVerilator !== null ? [ratioToVerilator] : [],
  );
  const mean = geometricMean(ratios);
  return mean === null ? [] : [`Geometric mean of portcullis to verilator (g++): ${mean.toFixed(2)}`];
};

const raceText = (rows: readonly BenchRow[]): string => {
  const lines = rows.map((row) => [
    row.design,
    row.simulator,
    row.cyclesPerSecond.toLocaleString('en-US'),
    row.ratioToVerilator === null ? '-' : row.ratioToVerilator.toFixed(2),
    row.buildSeconds.toFixed(1),
    row.checksum.toString(16).padStart(8, '0'),
  ]);
  return [
    table([['design', 'simulator', 'cycles/s', 'ratio', 'build s', 'checksum'], ...lines], 2),
    '',
    ...meanText(rows),
    'Cycles a second of processor time (user and system), in the best round: other work on the machine only ever slows a run.',
    ...new Set(rows.map(({ simulator, flags }) => `${simulator}: ${flags}`)),
  ].join('\n');
};

/** The whole machine on everything that simulates it. @throws UsageError */
const raceWholeMachine = async (given: Arguments): Promise<Answer> => {
  const [name] = given.positionals;
  if (name !== undefined) throw new UsageError(`--machine races the whole machine: leave out '${name}'.`);
  if (given.options.cycles !== undefined)
    throw new UsageError(
      '--machine runs a scenario from power-on to its end, which has its own cycles: leave out --cycles.',
    );
  const scenario = optionOf(given, 'scenario') ?? 'memory-dies';
  if (!bareScenarios.some((shipped) => shipped === scenario))
    throw unknownChoice('scenario on the bare machine', scenario, bareScenarios);
  const rounds = numberOption(given, 'rounds', 5);
  const on = listOption(given, 'on', machineSimulators, machineSimulators);
  // The machine is much to load for who does not need it.
  const { raceMachine } = await import('../bench/machine-race.ts');
  const rows = await raceMachine({ scenario, on, rounds, tell: (line) => process.stderr.write(`${line}\n`) });
  return { value: rows, text: raceText(rows), code: 0 };
};

/** The volume server beside nbdkit. @throws UsageError where the programs for that are not there */
const raceServers = async (given: Arguments): Promise<Answer> => {
  const missing = missingForVolumeRace();
  if (missing.length > 0)
    throw new UsageError(
      `The race of volume servers needs ${missing.join(' and ')}, which is not here: install the package of that name.`,
    );
  const rows = await raceVolumes({
    seconds: numberOption(given, 'seconds', 3),
    rounds: numberOption(given, 'rounds', 3),
    size: bytesOption(given, 'size') ?? 2 ** 28,
    tell: (line) => process.stderr.write(`${line}\n`),
  });
  const lines = rows.map(({ workload, server, operationsPerSecond, bytesPerSecond, ratioToNbdkitCow }) => [
    workload,
    server,
    operationsPerSecond.toLocaleString('en-US'),
    (bytesPerSecond / 1e6).toFixed(1),
    ratioToNbdkitCow.toFixed(2),
  ]);
  const text = [
    table([['workload', 'server', 'operations/s', 'MB/s', 'ratio'], ...lines], 2),
    '',
    'Operations a second are those of the best round; 16 are under way at a time. The ratio is to nbdkit with its cow filter.',
  ].join('\n');
  return { value: rows, text, code: 0 };
};

export const bench: Verb = {
  name: 'bench',
  summary: 'Race the simulator against Verilator on the emitted Verilog, or the volume server against nbdkit',
  args: {
    block: { type: 'positional', required: false, description: 'Block to race; all when left out' },
    cycles: { type: 'string', valueHint: 'N', description: 'Cycles of each run; 300000 when left out' },
    rounds: {
      type: 'string',
      valueHint: 'N',
      description: 'Runs of each, in turn; 5 when left out, 3 with --volume',
    },
    machine: {
      type: 'boolean',
      description: 'Race the whole machine, on models, hardware, Verilog and Verilator; takes many minutes',
    },
    scenario: {
      type: 'string',
      valueHint: 'NAME',
      description: `With --machine: what comes to it (${bareScenarios.join(', ')}); memory-dies when left out`,
    },
    on: {
      type: 'string',
      valueHint: machineSimulators.join(','),
      description: 'With --machine: what simulates it; all when left out',
    },
    volume: { type: 'boolean', description: 'Race the volume server against nbdkit under fio, on one file' },
    seconds: { type: 'string', valueHint: 'N', description: 'With --volume: of each run; 3 when left out' },
    size: { type: 'string', valueHint: 'BYTES', description: 'With --volume: of the file; 256M when left out' },
  },
  async run(given): Promise<Answer> {
    if (given.flags.has('volume') && given.flags.has('machine'))
      throw new UsageError('--machine and --volume are two races: ask for one.');
    if (given.flags.has('volume')) return raceServers(given);
    if (given.flags.has('machine')) return raceWholeMachine(given);
    for (const option of ['scenario', 'on'])
      if (given.options[option] !== undefined)
        throw new UsageError(`--${option} is of the race of the whole machine: add --machine.`);
    const cycles = numberOption(given, 'cycles', 300_000);
    const rounds = numberOption(given, 'rounds', 5);
    const rows: BenchRow[] = [];
    for (const design of chosenDesigns(given)) rows.push(...(await raceDesign(design, { cycles, rounds })));
    return { value: rows, text: raceText(rows), code: 0 };
  },
};
