/** Everything behind `portcullis check`: makes the ways, runs a campaign or one scenario, and explains what differs. */

import { join } from 'node:path';
import type { Module } from '../../rtl/hdl/ir.ts';
import { readBytes } from '../captures/read-bytes.ts';
import { readCapture } from '../captures/read-capture.ts';
import { applyPlant } from '../mutation/planted-bugs.ts';
import type { BlockParameters, BlockUnderTest } from './block.ts';
import { blocksUnderTest } from './blocks/index.ts';
import {
  type CampaignProgress,
  type CampaignResult,
  type Failure,
  runCampaign,
  runScenario,
  waysOf,
} from './campaign.ts';
import { record } from './recording.ts';
import { readReplay, writeFrames, writeReplay } from './replay-file.ts';
import { type Difference, messageOf, replayCommand, sourceOf } from './report.ts';
import { writeComparison } from './waves.ts';
import type { Way, WayName } from './way.ts';
import { makeWays } from './ways.ts';

export interface CheckRequest {
  /** A name, or a description of a block of one's own. */
  readonly block: string | BlockUnderTest;
  readonly parameters?: BlockParameters;
  /** At least two, the first being the reference; all four unless given. */
  readonly ways?: readonly WayName[];
  /** Cycles of random traffic that every way runs at least; captures come before them. */
  readonly cycles?: number;
  readonly seed?: number;
  /** Runs the one scenario of this path under the seed. */
  readonly path?: string;
  /** Capture files: each is played whole, and its frames are mixed into the random traffic. */
  readonly captures?: readonly string[];
  /** Captures that the command of a report has to name; `captures` when left out. */
  readonly namedCaptures?: readonly string[];
  /** A file with a scenario, or a capture, to run in place of a campaign. */
  readonly replay?: string;
  /** A bug to plant in the hardware: see `testbench/mutation/planted-bugs.ts`. */
  readonly plant?: string;
  /** Where reports of differences go. */
  readonly directory?: string;
}

export interface CheckProgress {
  readonly phase: 'preparing' | 'running' | 'shrinking';
  /** Cycles run so far, those of captures with those of random traffic. */
  readonly cycles: number;
  /** Cycles when done, which grows while captures are played; null for one scenario, which runs until it ends. */
  readonly total: number | null;
  /** Cycles a second, all ways together; 0 while unknown. */
  readonly rate: number;
  /** Null while unknown. */
  readonly secondsLeft: number | null;
}

export interface CheckResult {
  readonly block: string;
  readonly parameters: BlockParameters;
  readonly ways: readonly WayName[];
  readonly cycles: number;
  /** Capture files that were played whole, before the random traffic. */
  readonly captures: number;
  readonly seed: number;
  readonly differences: readonly Difference[];
}

export const defaultCycles = 20_000;
export const defaultWays: readonly WayName[] = ['model', 'rtl', 'verilog', 'gates'];
const defaultDirectory = join('build', 'lockstep');
/** A waveform holds so many cycles up to a little after the difference. */
const wavesBefore = 20_000;
const wavesAfter = 16;

/** The request was wrong. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
}

const chosenBlock = (block: string | BlockUnderTest): BlockUnderTest => {
  if (typeof block !== 'string') return block;
  const found = blocksUnderTest.find((each) => each.name === block);
  if (found === undefined) {
    throw new CheckError(
      `There is no block '${block}' to check; there are ${blocksUnderTest.map((each) => each.name).join(', ')}`,
    );
  }
  return found;
};

const checkNumbers = ({ cycles, seed, path }: CheckRequest): void => {
  if (cycles !== undefined && (!Number.isSafeInteger(cycles) || cycles < 1)) {
    throw new CheckError(`The number of cycles is ${cycles}; it must be a whole number of at least 1`);
  }
  if (seed !== undefined && (!Number.isInteger(seed) || Math.abs(seed) > 2 ** 30)) {
    throw new CheckError(`The seed is ${seed}; it must be a whole number from ${-(2 ** 30)} to ${2 ** 30}`);
  }
  if (path !== undefined && !/^\d+(:\d+)*$/.test(path)) {
    throw new CheckError(`The path is '${path}'; it must be numbers with colons between, as a report gives it`);
  }
  if (path !== undefined && seed === undefined) throw new CheckError('A path needs the seed that it was found under');
};

interface Found {
  readonly block: BlockUnderTest;
  readonly parameters: BlockParameters;
  readonly ways: readonly Way[];
  readonly failure: Failure<unknown>;
  readonly module: Module | null;
  readonly request: CheckRequest;
}

/** Whether a block has traffic that captures are mixed into. */
const takesPackets = (block: BlockUnderTest, parameters: BlockParameters): boolean =>
  block.fromCapture(parameters, []) !== null;

/** Captures that a command has to name for the same traffic. */
const namesOf = (
  { captures = [], namedCaptures = captures }: CheckRequest,
  block: BlockUnderTest,
  parameters: BlockParameters,
): readonly string[] | null => (captures.length === 0 && takesPackets(block, parameters) ? null : namedCaptures);

/** Writes the files of a failure and says all that is known of it. */
const explain = ({ block, parameters, ways, failure, module, request }: Found): Difference => {
  const { scenario, difference, drawn } = failure;
  const between = waysOf(difference, ways);
  const names = between.map((way) => way.name);
  // What a scoreboard found shows with the reference alone, but a check compares two.
  const again = between.length > 1 ? names : ways.slice(0, 2).map((way) => way.name);
  const plant = request.plant ?? null;
  const variant = Object.values(parameters).join('-');
  const stem = join(
    request.directory ?? defaultDirectory,
    [block.name, variant, ...names, plant ?? ''].filter((part) => part !== '').join('-'),
  );
  const replay = `${stem}.json`;
  writeReplay(replay, block, { parameters, ways: again, plant, scenario });
  const frames = block.frames(scenario);
  const capture = frames.length === 0 ? null : `${stem}.pcap`;
  if (capture !== null) writeFrames(capture, frames);
  const [reference] = between;
  let waves: string | null = null;
  if (reference !== undefined && difference.cycle <= wavesBefore) {
    const { driver } = block.bench(scenario, parameters, reference.layout);
    waves = `${stem}.vcd`;
    writeComparison(waves, between, record(between, driver, difference.cycle + wavesAfter));
  }
  const output = difference.kind === 'output' ? difference : null;
  const hex = (value: bigint): string => `0x${value.toString(16)}`;
  return {
    kind: difference.kind,
    ways: names,
    cycle: difference.cycle,
    message: messageOf(difference),
    signal: output?.port.name ?? null,
    expected: output === null ? null : hex(output.expected),
    seen: output === null ? null : hex(output.seen),
    signals: output?.ports ?? [],
    source: sourceOf(module, difference),
    seed: drawn?.seed ?? null,
    path: drawn?.path ?? null,
    command: replayCommand(
      block.command ?? [block.name],
      parameters,
      again,
      drawn ?? { replay },
      plant,
      namesOf(request, block, parameters),
    ),
    scenario: block.describe(scenario),
    files: { replay, capture, waves },
  };
};

const checkWays = (names: readonly WayName[]): void => {
  if (names.length < 2)
    throw new CheckError(
      `${names.length === 1 ? `'${names[0]}' alone` : 'Nothing'} has nothing to be compared with; give two ways or more, as in model,rtl`,
    );
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CheckError(`The way '${twice}' is given twice; nothing differs from itself`);
};

const capturesOf = (
  { captures = [], namedCaptures = captures }: CheckRequest,
  block: BlockUnderTest,
  parameters: BlockParameters,
) => {
  const read = captures.map((path) => ({ path, packets: readCapture(readBytes(path), path).packets }));
  const played = read.find(({ path }) => namedCaptures.includes(path));
  if (played !== undefined && block.fromCapture(parameters, played.packets) === null)
    throw new CheckError(
      `${block.name} takes no packets, so that there is nothing to do with ${played.path}; leave the capture out`,
    );
  const empty = read.find(({ packets }) => packets.length === 0);
  if (empty !== undefined) throw new CheckError(`${empty.path} holds no packets: there is nothing to play`);
  return read.map(({ packets }) => packets);
};

/**
 * Compares the ways of a block.
 * @throws CheckError, ParameterError, ReplayError, CaptureError when the request is wrong.
 */
export const check = async (
  request: CheckRequest,
  onProgress: (progress: CheckProgress) => void = () => {},
): Promise<CheckResult> => {
  checkNumbers(request);
  const block = chosenBlock(request.block);
  const asked = block.resolve(request.parameters ?? {});
  const replay = request.replay === undefined ? null : readReplay(request.replay, block, asked);
  const parameters = replay?.parameters ?? asked;
  const names = request.ways ?? replay?.ways ?? defaultWays;
  checkWays(names);
  const plant = request.plant ?? replay?.plant ?? undefined;
  const captures = capturesOf(request, block, parameters);
  const cycles = request.cycles ?? defaultCycles;
  const seed = request.seed ?? 1;

  const one = replay !== null || request.path !== undefined;
  onProgress({ phase: 'preparing', cycles: 0, total: one ? null : cycles, rate: 0, secondsLeft: null });
  let module: Module | null = null;
  const ways = await makeWays(block, parameters, names, (whole) => {
    module = plant === undefined ? whole : applyPlant(block.name, plant, whole);
    return module;
  });
  const began = performance.now();
  const tell = ({ cycles: done, random, shrinking }: CampaignProgress): void => {
    const seconds = (performance.now() - began) / 1000;
    const rate = seconds > 0 ? done / seconds : 0;
    const left = Math.max(0, cycles - random);
    const timeLeft = rate > 0 ? left / rate : null;
    onProgress({
      phase: shrinking ? 'shrinking' : 'running',
      cycles: done,
      total: one ? null : done + left,
      rate,
      secondsLeft: one ? null : timeLeft,
    });
  };
  const tellOne = (done: number): void => tell({ cycles: done, random: done, shrinking: false });
  // The clock of whoever shows the progress begins now, not with the first scenario's end.
  tellOne(0);
  let result: CampaignResult<unknown>;
  if (replay !== null) {
    const run = runScenario(block, parameters, ways, replay.scenario, tellOne);
    const failure =
      run.difference === null ? null : { scenario: replay.scenario, difference: run.difference, drawn: null };
    result = { cycles: run.cycles, scenarios: 1, failure };
  } else {
    const path = request.path === undefined ? {} : { path: request.path };
    result = runCampaign(
      { block, parameters, ways, cycles, seed, frames: captures.flat(), onProgress: tell, ...path },
      captures,
    );
  }
  if (result.cycles === 0)
    throw new CheckError(
      request.path === undefined
        ? 'Nothing was compared: no scenario ran'
        : `The path ${request.path} leads to no scenario under the seed ${seed}: nothing was compared; take both from one report`,
    );
  const found = { block, parameters, ways, module, request: plant === undefined ? request : { ...request, plant } };
  const differences = result.failure === null ? [] : [explain({ ...found, failure: result.failure })];
  const played = one || !takesPackets(block, parameters) ? 0 : captures.length;
  return { block: block.name, parameters, ways: names, cycles: result.cycles, captures: played, seed, differences };
};
