import { closeSync, existsSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import type { Module } from '../../rtl/hdl/ir.ts';
import { readBytes } from '../captures/read-bytes.ts';
import { readCapture } from '../captures/read-capture.ts';
import { recordedPath } from '../captures/recorded.ts';
import { drivenSteps } from '../designs/drive.ts';
import { designUnderTest, type Steps } from '../designs/under-test.ts';
import { type BlockUnderTest, blocksUnderTest } from '../lockstep/index.ts';
import { compile, PropertyViolation, portLayout } from '../simulator/index.ts';
import { textWave } from '../waves/text-wave.ts';
import { vcdText } from '../waves/vcd.ts';
import type { Wave, WaveSignal } from '../waves/wave.ts';
import { asCompared, type Block } from './blocks.ts';
import { assignments, chosenBlocks, chosenParameters, numberOption } from './choose.ts';
import { UsageError } from './errors.ts';
import { makeDirectory } from './make-directory.ts';
import { blockArgument, moduleArgument } from './own-design.ts';
import { type Answer, type Arguments, optionOf, type Verb } from './verb.ts';

/** Widths of every signal below a module, by its path with dots. */
const widthsBelow = (module: Module, prefix = '', found = new Map<string, number>()): Map<string, number> => {
  for (const { name, width } of module.signals) found.set(`${prefix}${name}`, width);
  for (const { name, module: inner } of module.instances) widthsBelow(inner, `${prefix}${name}.`, found);
  return found;
};

/** Signals that a terminal has room for: ports of the streams, narrow ones. */
const isShown = (module: Module, { path, width }: WaveSignal, widest: number): boolean =>
  path.length === 1 &&
  width <= widest &&
  !path[0]?.startsWith('s_axil_') &&
  module.signals.some(({ name, port }) => port !== null && name === path[0]);

/** The file to write, whose directory is made. @throws UsageError */
const outputFile = (given: Arguments, usual: string): string => {
  const file = optionOf(given, 'out') ?? usual;
  makeDirectory(dirname(file));
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UsageError(
      `${file}: a directory is there, where a file is needed, as in --out ${join(file, 'wave.vcd')}.`,
    );
  // Tried first: what cannot be written must not cost the run, and a file system such as /proc tells then that there is no such file.
  const present = existsSync(file);
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UsageError(
      `${file}: no file can be made in ${dirname(file)}; give --out another place, as in --out build/wave.vcd.`,
    );
  }
  if (!present) rmSync(file);
  return file;
};

/** What drives a block, or a design of the user's own. */
const underTestOf = (block: Block | undefined): BlockUnderTest | undefined =>
  block?.own === undefined
    ? blocksUnderTest.find(({ name }) => name === block?.name)
    : designUnderTest(block.own.design);

/** What --drive says; undefined where it is left out. @throws UsageError, DesignError */
const drivenScenario = (given: Arguments, block: Block, module: Module, cycles: number): Steps | undefined => {
  if (given.options.drive === undefined) return undefined;
  if (block.own === undefined)
    throw new UsageError(`Option --drive is for files of your own; ${block.name} has traffic of its own.`);
  return drivenSteps(portLayout(module), assignments(given, 'drive'), cycles);
};

const figure = (value: number): string => value.toLocaleString('en-US');

/** What was asked for by name and is longer than the traffic, as text. */
const cutShort = (
  given: Arguments,
  { cycles, shown, from, count }: Readonly<Record<'cycles' | 'shown' | 'from' | 'count', number>>,
): readonly string[] => {
  const notes: string[] = [];
  if (given.options.cycles !== undefined && count < cycles)
    notes.push(`the traffic ended after ${figure(count)} of the ${figure(cycles)} cycles asked for`);
  if ((given.options.show !== undefined || given.options.from !== undefined) && from + shown > count)
    notes.push(`${figure(count - from)} of the ${figure(shown)} cycles to draw come before the end`);
  return notes;
};

export const wave: Verb = {
  name: 'wave',
  summary: 'Run a block on traffic and write its waveform',
  args: {
    block: blockArgument('Block to run (the first when left out)'),
    ...moduleArgument,
    set: { type: 'string', valueHint: 'name=value', description: 'Set a parameter; may be repeated' },
    capture: {
      type: 'string',
      valueHint: 'FILE.pcap',
      description:
        'Captured frames to play, for a block that takes frames; one that ships with Portcullis when left out',
    },
    seed: {
      type: 'string',
      valueHint: 'N',
      description: 'For other blocks: which random traffic to play; 1 when left out',
    },
    drive: {
      type: 'string',
      valueHint: 'input=v1,v2',
      description: 'With a file of your own: values of an input, one a cycle, the last of which stays; may be repeated',
    },
    cycles: { type: 'string', valueHint: 'N', description: 'Cycles to record; 2000 when left out' },
    from: {
      type: 'string',
      valueHint: 'N',
      description: 'First cycle drawn as text; where the outputs first move when left out',
    },
    show: { type: 'string', valueHint: 'N', description: 'Cycles drawn as text; 32 when left out' },
    out: { type: 'string', valueHint: 'FILE.vcd', description: 'The VCD file; build/waves/BLOCK.vcd when left out' },
  },
  async run(given): Promise<Answer> {
    const [block] = await chosenBlocks(given);
    const underTest = underTestOf(block);
    if (block === undefined || underTest === undefined) {
      throw new UsageError(
        `There is no traffic for '${block?.name}'; blocks with traffic: ${blocksUnderTest.map(({ name }) => name).join(', ')}.`,
      );
    }
    const parameters = chosenParameters(asCompared(block), given);
    const cycles = numberOption(given, 'cycles', 2_000);
    const shown = numberOption(given, 'show', 32);
    const asked = given.options.from === undefined ? null : numberOption(given, 'from', 0, 0);
    const file = outputFile(given, join('build', 'waves', `${block.name}.vcd`));
    const capture = optionOf(given, 'capture');
    const seed = numberOption(given, 'seed', 1, 0);
    const path = capture ?? recordedPath('vlan.pcap');
    const played = underTest.fromCapture(parameters, readCapture(readBytes(path), path).packets);
    if (played === null && capture !== undefined) {
      throw new UsageError(`${block.name} takes no frames, so a capture cannot drive it; choose traffic with --seed.`);
    }
    const module = underTest.module(parameters);
    const drawn = () => played ?? fc.sample(underTest.scenarios(parameters, []), { seed, numRuns: 1 })[0];
    const scenario = drivenScenario(given, block, module, cycles) ?? drawn();
    const simulator = compile(module, { trace: 'all' });
    const { driver } = underTest.bench(scenario, parameters, simulator.layout);
    const widths = widthsBelow(module);
    const recorded = simulator.paths.flatMap((path) => {
      const width = widths.get(path);
      return width === undefined ? [] : [{ path, width, values: [] as bigint[] }];
    });
    const paths = recorded.map(({ path }) => path);
    const inputs = new Uint32Array(simulator.layout.inputWords);
    const outputs = new Uint32Array(simulator.layout.outputWords);
    let count = 0;
    let violation: string | null = null;
    for (; count < cycles && driver.next(inputs, outputs); count += 1) {
      simulator.inputs.set(inputs);
      simulator.settle();
      outputs.set(simulator.outputs);
      const seen = simulator.peekAll(paths);
      for (const [index, { values }] of recorded.entries()) {
        const value = seen[index] ?? 0n;
        const last = values.at(-1);
        // Most signals stand still: one number for all those cycles.
        values.push(last !== undefined && last === value ? last : value);
      }
      try {
        simulator.step();
      } catch (error) {
        if (!(error instanceof PropertyViolation)) throw error;
        violation = error.message;
        count += 1;
        break;
      }
    }
    const whole: Wave = {
      firstCycle: 0,
      signals: recorded.map(({ path, width, values }) => ({ path: path.split('.'), width, values })),
    };
    if (asked !== null && asked >= count)
      throw new UsageError(
        `Option --from is ${asked}, but ${count < cycles ? `the traffic ends after ${figure(count)} cycles` : `only ${figure(count)} cycles are recorded`}; give at most ${count - 1}${count < cycles ? '' : ', or more --cycles'}.`,
      );
    writeFileSync(file, vcdText(whole));

    const ports = whole.signals.filter((signal) => isShown(module, signal, block.own === undefined ? 8 : 64));
    const moves = ports
      .filter(({ path }) => /^m\d*_.*valid$/.test(path[0] ?? ''))
      .map(({ values }) => values.indexOf(1n))
      .filter((cycle) => cycle >= 0);
    const firstMove = moves.length === 0 ? 0 : Math.max(0, Math.min(...moves) - Math.floor(shown / 2));
    const from = asked ?? firstMove;
    for (const note of cutShort(given, { cycles, shown, from, count })) process.stderr.write(`${note}\n`);
    const cut = {
      firstCycle: from,
      signals: ports.map((signal) => ({ ...signal, values: signal.values.slice(from, from + shown) })),
    };
    const failed = violation === null ? [] : ['', violation];
    const text = [textWave(cut), ...failed, '', `${file}: ${whole.signals.length} signals, ${count} cycles`].join('\n');
    return {
      value: { block: block.name, parameters, cycles: count, signals: whole.signals.length, path: file },
      text,
      code: violation === null ? 0 : 1,
    };
  },
};
