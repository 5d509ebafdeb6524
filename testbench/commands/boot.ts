import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { finished } from 'node:stream/promises';
import {
  createModelPlatform,
  type Platform,
  platformParameterSchema,
  resolveOptions,
  type Way,
} from '../../model/hardware/platform/index.ts';
import { readParameters } from '../../rtl/parts/parameters.ts';
import { readFault, type Timed } from '../boot/faults.ts';
import { type BootRecord, type Listener, runScenario } from '../boot/run.ts';
import { onMachine, readScenario, type Scenario } from '../boot/scenario.ts';
import { checkFaults } from '../boot/scenario-checks.ts';
import { scenarioPath, shippedScenarios } from '../boot/shipped.ts';
import { readStatements } from '../boot/statement.ts';
import { firstDifference, type TraceDifference, traceLines } from '../boot/traces.ts';
import { UsageError } from './errors.ts';
import { makeDirectory } from './make-directory.ts';
import { assignments, listOption } from './options.ts';
import { startProgress } from './progress.ts';
import type { Answer, Arguments, Verb } from './verb.ts';

const wayNames = ['model', 'rtl', 'verilog'] as const satisfies readonly Way[];
/** Milliseconds between two looks at a running platform. */
const interval = 200;

const chosenFaults = (given: Arguments): readonly Timed[] =>
  (given.options.fault ?? []).flatMap((text) => {
    const statements = readStatements(text, '--fault');
    if (statements.length === 0)
      throw new UsageError(`--fault '${text}' names no fault; write one as --fault 'memory-lost memory=0 at=5000'.`);
    return statements.map(readFault);
  });

const chosenFiles = (given: Arguments): readonly { readonly name: string; readonly path: string }[] => {
  const chosen = given.options.scenario;
  if (chosen === undefined) return shippedScenarios.map((name) => ({ name, path: scenarioPath(name) }));
  const files = chosen.map((text) =>
    shippedScenarios.some((name) => name === text)
      ? { name: text, path: scenarioPath(text) }
      : { name: basename(text).replace(/\.scenario$/, ''), path: text },
  );
  for (const { name, path } of files) {
    const other = files.find((each) => each.name === name && each.path !== path);
    if (other !== undefined)
      throw new UsageError(
        `${path} and ${other.path} would both be written as build/boot/${name}.*; name one of them otherwise, or run them one after the other.`,
      );
  }
  return files;
};

const readFile = (name: string, path: string): Scenario => {
  try {
    return readScenario(readFileSync(path, 'utf8'), path, name);
  } catch (error) {
    // Of a directory, Node does not say which.
    if ((error as NodeJS.ErrnoException).code === 'EISDIR')
      throw new UsageError(`${path}: is a directory; name a file, as in --scenario ${join(path, 'mine.scenario')}.`);
    throw error;
  }
};

/** The event log and the bus trace, written while the scenario runs; their names without ending are `path`. */
const writeFiles = (path: string): { readonly listener: Listener; end(record: BootRecord): Promise<void> } => {
  const log = createWriteStream(`${path}.log`);
  const trace = createWriteStream(`${path}.trace`);
  return {
    listener: {
      event: (cycle, text) => log.write(`${cycle} ${text}\n`),
      record: (record) => {
        for (const line of traceLines(record)) trace.write(`${line}\n`);
      },
    },
    end: async (record) => {
      log.end();
      trace.end();
      writeFileSync(`${path}.json`, `${JSON.stringify(record, null, 2)}\n`);
      await Promise.all([finished(log), finished(trace)]);
    },
  };
};

/** Runs a scenario on one kind of machine, telling of its progress. */
const runOn = async (way: Way, scenario: Scenario, faults: readonly Timed[], path: string): Promise<BootRecord> => {
  // The hardware is much to load for who does not need it.
  const create = way === 'model' ? createModelPlatform : (await import('../boot/machines.ts')).platforms[way];
  const files = writeFiles(path);
  const title = `boot ${scenario.name} on ${way}`;
  if (way !== 'model') process.stderr.write(`${title}: making the machine\n`);
  const progress = startProgress(title, null, 'cycles');
  let platform: Platform | undefined;
  let last = '';
  const looking = setInterval(() => platform && progress.update(platform.clock.now, last), interval);
  const listener: Listener = {
    event: (cycle, text) => {
      last = text;
      files.listener.event(cycle, text);
    },
    record: (record) => files.listener.record?.(record),
  };
  try {
    const record = await runScenario(create, scenario, faults, listener, (made) => {
      platform = made;
    });
    await files.end(record);
    return record;
  } finally {
    clearInterval(looking);
    progress.finish();
  }
};

/** A record, and where its bus trace parts from that of the first way. */
type Compared = BootRecord & { readonly difference?: TraceDifference & { readonly from: Way } };

/** The hash is over more than the lines show: where these are alike, it is what differs. */
const differenceOf = async (first: BootRecord, other: BootRecord, pathOf: (way: Way) => string) =>
  (await firstDifference(`${pathOf(first.on)}.trace`, `${pathOf(other.on)}.trace`)) ?? {
    cycle: other.cycles,
    channel: 'hash',
    expected: first.traceHash,
    seen: other.traceHash,
  };

/** Runs a scenario on each way, and compares their bus traces with that of the first. */
const runEverywhere = async (
  ways: readonly Way[],
  scenario: Scenario,
  faults: readonly Timed[],
): Promise<readonly Compared[]> => {
  const folder = join('build', 'boot');
  makeDirectory(folder);
  const pathOf = (way: Way): string => join(folder, ways.length === 1 ? scenario.name : `${scenario.name}.${way}`);
  const records: Compared[] = [];
  for (const way of ways) {
    const record = await runOn(way, scenario, faults, pathOf(way));
    const [first = record] = records;
    const difference = record.traceHash === first.traceHash ? null : await differenceOf(first, record, pathOf);
    records.push(difference === null ? record : { ...record, difference: { ...difference, from: first.on } });
  }
  return records;
};

const differenceText = (on: Way, { from, cycle, channel, expected, seen }: NonNullable<Compared['difference']>) =>
  `  DIFFERS  cycle ${cycle}, ${channel}: ${from} has ${expected}, ${on} has ${seen}`;

const reportOf = ({ scenario, on, cycles, traceHash, expectations, difference }: Compared): string =>
  [
    `${scenario} on ${on}: ${cycles.toLocaleString('en-US')} cycles, bus trace ${traceHash.slice(0, 16)}`,
    ...(difference === undefined ? [] : [differenceText(on, difference)]),
    ...expectations.map(({ text, held, why }) => `  ${held ? 'held  ' : 'BROKEN'}  ${text}${held ? '' : `: ${why}`}`),
  ].join('\n');

export const boot: Verb = {
  name: 'boot',
  summary: 'Run scenarios on the platform: software on a machine whose parts fail',
  args: {
    on: {
      type: 'string',
      valueHint: wayNames.join(','),
      description: 'What runs; of several, the bus traces are compared with the first; model when left out',
    },
    set: { type: 'string', valueHint: 'name=value', description: 'Set a parameter of the machine; may be repeated' },
    scenario: {
      type: 'string',
      valueHint: 'FILE',
      description: `A scenario file, or one that ships (${shippedScenarios.join(', ')}); all that ship when left out; may be repeated`,
    },
    fault: {
      type: 'string',
      valueHint: "'KIND NAME=VALUE ... at=CYCLE'",
      description: 'A fault besides those of the scenario, as it would have it; may be repeated',
    },
  },
  async run(given): Promise<Answer> {
    const ways = listOption(given, 'on', wayNames, ['model']);
    const faults = chosenFaults(given);
    const machine = readParameters(platformParameterSchema, assignments(given, 'set'));
    const scenarios = chosenFiles(given).map(({ name, path }) => onMachine(readFile(name, path), machine));
    for (const { options } of scenarios) checkFaults(faults, resolveOptions(options));
    const records: Compared[] = [];
    for (const scenario of scenarios) records.push(...(await runEverywhere(ways, scenario, faults)));
    const failed = records.some(
      ({ expectations, difference }) => difference !== undefined || expectations.some(({ held }) => !held),
    );
    const text = `${records.map(reportOf).join('\n\n')}\n\nbuild/boot/ has the event log, the bus trace and the record of each.`;
    return { value: records.length === 1 ? records[0] : records, text, code: failed ? 1 : 0 };
  },
};
