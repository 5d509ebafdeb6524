import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { finished } from 'node:stream/promises';
import {
  type CreatePlatform,
  createModelPlatform,
  type Platform,
  type TraceRecord,
} from '../../model/hardware/platform/index.ts';
import { readFault, type Timed } from '../boot/faults.ts';
import { type BootRecord, type Listener, runScenario } from '../boot/run.ts';
import { readScenario } from '../boot/scenario.ts';
import { scenarioPath, shippedScenarios } from '../boot/shipped.ts';
import { readStatements } from '../boot/statement.ts';
import { unknownChoice } from './errors.ts';
import { makeDirectory } from './make-directory.ts';
import { startProgress } from './progress.ts';
import { type Answer, type Arguments, optionOf, type Verb } from './verb.ts';

const ways: Readonly<Record<string, CreatePlatform>> = { model: createModelPlatform };
/** Milliseconds between two looks at a running platform. */
const interval = 200;

const chosenFaults = (given: Arguments): readonly Timed[] =>
  (given.options.fault ?? []).flatMap((text) => readStatements(text, '--fault').map(readFault));

const chosenFiles = (given: Arguments): readonly { readonly name: string; readonly path: string }[] => {
  const chosen = given.options.scenario;
  if (chosen === undefined) return shippedScenarios.map((name) => ({ name, path: scenarioPath(name) }));
  return chosen.map((text) =>
    shippedScenarios.some((name) => name === text)
      ? { name: text, path: scenarioPath(text) }
      : { name: basename(text).replace(/\.scenario$/, ''), path: text },
  );
};

const traceLine = ({ cycle, handshakes }: TraceRecord): string =>
  handshakes
    .map(({ channel, payload }) => {
      const values = Object.entries(payload).map(([name, value]) => `${name}=0x${value.toString(16)}`);
      return `${cycle} ${channel} ${values.join(' ')}\n`;
    })
    .join('');

/** The event log and the bus trace, written while the scenario runs. */
const writeFiles = (name: string): { readonly listener: Listener; end(record: BootRecord): Promise<void> } => {
  const folder = join('build', 'boot');
  makeDirectory(folder);
  const log = createWriteStream(join(folder, `${name}.log`));
  const trace = createWriteStream(join(folder, `${name}.trace`));
  return {
    listener: {
      event: (cycle, text) => log.write(`${cycle} ${text}\n`),
      record: (record) => trace.write(traceLine(record)),
    },
    end: async (record) => {
      log.end();
      trace.end();
      writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
      await Promise.all([finished(log), finished(trace)]);
    },
  };
};

const reportOf = ({ scenario, on, cycles, traceHash, expectations }: BootRecord): string =>
  [
    `${scenario} on ${on}: ${cycles.toLocaleString('en-US')} cycles, bus trace ${traceHash.slice(0, 16)}`,
    ...expectations.map(({ text, held, why }) => `  ${held ? 'held  ' : 'BROKEN'}  ${text}${held ? '' : `: ${why}`}`),
  ].join('\n');

export const boot: Verb = {
  name: 'boot',
  summary: 'Run scenarios on the platform: software on a machine whose parts fail',
  args: {
    on: { type: 'string', valueHint: Object.keys(ways).join('|'), description: 'What runs; model when left out' },
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
    const way = optionOf(given, 'on') ?? 'model';
    const create = ways[way];
    if (create === undefined) throw unknownChoice('way', way, Object.keys(ways));
    const faults = chosenFaults(given);
    const scenarios = chosenFiles(given).map(({ name, path }) => readScenario(readFileSync(path, 'utf8'), path, name));
    const records: BootRecord[] = [];
    for (const scenario of scenarios) {
      const files = writeFiles(scenario.name);
      const progress = startProgress(`boot ${scenario.name}`, null, 'cycles');
      let platform: Platform | undefined;
      let last = '';
      const looking = setInterval(() => platform && progress.update(platform.clock.now, last), interval);
      try {
        const record = await runScenario(
          create,
          scenario,
          faults,
          {
            event: (cycle, text) => {
              last = text;
              files.listener.event(cycle, text);
            },
            record: (record) => files.listener.record?.(record),
          },
          (made) => {
            platform = made;
          },
        );
        await files.end(record);
        records.push(record);
      } finally {
        clearInterval(looking);
        progress.finish();
      }
    }
    const broken = records.some(({ expectations }) => expectations.some(({ held }) => !held));
    const text = `${records.map(reportOf).join('\n\n')}\n\nbuild/boot/ has the event log, the bus trace and the record of each.`;
    return { value: records.length === 1 ? records[0] : records, text, code: broken ? 1 : 0 };
  },
};
