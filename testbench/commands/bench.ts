import { readFileSync } from 'node:fs';
import { elaborate } from '../../rtl/hdl/index.ts';
import { type BenchRow, race } from '../bench/race.ts';
import { readCapture } from '../captures/read-capture.ts';
import { recordedPath } from '../captures/recorded.ts';
import { blocksUnderTest, makeWays } from '../lockstep/index.ts';
import { record } from '../lockstep/recording.ts';
import { blocks } from './blocks.ts';
import { numberOption } from './choose.ts';
import { table } from './table.ts';
import type { Answer, Verb } from './verb.ts';

/** What is raced: a block with the parameters at which it is simulated. */
const designs = [
  { block: 'packet_unit', values: { dataWidth: 64 } },
  { block: 'packet_unit', values: { dataWidth: 512 } },
] as const;

const stimulusCycles = 20_000;

const raceDesign = async (
  { block: name, values }: (typeof designs)[number],
  options: { readonly cycles: number; readonly rounds: number },
): Promise<readonly BenchRow[]> => {
  const block = blocks.find((candidate) => candidate.name === name);
  const underTest = blocksUnderTest.find((candidate) => candidate.name === name);
  if (block === undefined || underTest === undefined)
    throw new Error(`the benchmark names '${name}', which is no block`);
  const parameters = block.parameters(values);
  const capture = recordedPath('streams.pcap');
  const frames = readCapture(new Uint8Array(readFileSync(capture)), capture).packets;
  const scenario = underTest.fromCapture(parameters, frames);
  if (scenario === null) throw new Error(`'${name}' has no traffic to race on`);
  const ways = await makeWays(underTest, parameters, ['rtl']);
  const [rtl] = ways;
  if (rtl === undefined) throw new Error('the hardware was not made');
  const { driver } = underTest.bench(scenario, parameters, rtl.layout);
  const { stimulus } = record(ways, driver, stimulusCycles);
  const design = `${name} ${Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')}`;
  const tell = (line: string): boolean => process.stderr.write(`${line}\n`);
  return race(design, elaborate(block.definition(parameters)), stimulus, { ...options, tell });
};

export const bench: Verb = {
  name: 'bench',
  summary: 'Race the simulator against Verilator on the emitted Verilog',
  args: {
    cycles: { type: 'string', valueHint: 'N', description: 'Cycles of each run; 300000 when left out' },
    rounds: { type: 'string', valueHint: 'N', description: 'Runs of each simulator, in turn; 5 when left out' },
  },
  async run(given): Promise<Answer> {
    const cycles = numberOption(given, 'cycles', 300_000);
    const rounds = numberOption(given, 'rounds', 5);
    const rows: BenchRow[] = [];
    for (const design of designs) rows.push(...(await raceDesign(design, { cycles, rounds })));
    const lines = rows.map((row) => [
      row.design,
      row.simulator,
      row.cyclesPerSecond.toLocaleString('en-US'),
      row.ratioToVerilator === null ? '-' : row.ratioToVerilator.toFixed(2),
      row.buildSeconds.toFixed(1),
      row.checksum.toString(16).padStart(8, '0'),
    ]);
    const text = [
      table([['design', 'simulator', 'cycles/s', 'ratio', 'build s', 'checksum'], ...lines], 2),
      '',
      ...new Set(rows.map(({ simulator, flags }) => `${simulator}: ${flags}`)),
    ].join('\n');
    return { value: rows, text, code: 0 };
  },
};
