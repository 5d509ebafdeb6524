/** A scenario, read from its text: what the machine is, what stands in it, what happens to it, and what is expected. */
import { dirname, isAbsolute, join } from 'node:path';
import {
  diskBlockBytes,
  domainWidth,
  type FirmwareOptions,
  type PlatformOptions,
  type PlatformParameterValues,
  platformParameterSchema,
  platformParameters,
  resolveOptions,
} from '../../model/hardware/platform/index.ts';
import { readParameters } from '../../rtl/parts/parameters.ts';
import { readBytes } from '../captures/read-bytes.ts';
import { readCapture } from '../captures/read-capture.ts';
import { recordedCaptures, recordedPath } from '../captures/recorded.ts';
import { type Expectation, readExpectation } from './expectations.ts';
import { readFault, type Timed } from './faults.ts';
import { below, choice, countFromOne, flag, memoryNumber, number, readForm, text } from './forms.ts';
import { type HypervisorPart, readHypervisor } from './hypervisor/scenario.ts';
import { usualLimit } from './limits.ts';
import { checkScenario } from './scenario-checks.ts';
import { at, readStatements, refuse, refuseWord, type Statement } from './statement.ts';
import { readSteps, type Step } from './steps.ts';

export interface Program {
  readonly statement: Statement;
  readonly name: string;
  readonly processor: number;
  readonly domain: number;
  readonly privileged: boolean;
  readonly steps: readonly Step[];
}

export interface Filling {
  readonly statement: Statement;
  readonly what: 'memory' | 'disk0' | 'disk1';
  /** Of memory; both when left out. */
  readonly index: 0 | 1 | undefined;
  readonly address: number;
  readonly bytes: number;
  readonly pattern: number;
}

export interface Scenario {
  readonly name: string;
  readonly parameters: PlatformParameterValues;
  readonly options: PlatformOptions;
  readonly firmware: FirmwareOptions;
  readonly fillings: readonly Filling[];
  readonly faults: readonly Timed[];
  readonly typed: readonly { readonly text: string; readonly at: number | undefined }[];
  readonly frames: readonly { readonly port: 0 | 1; readonly frame: Uint8Array; readonly at: number }[];
  readonly programs: readonly Program[];
  /** Cycle in which programs that have not ended are given up. */
  readonly limit: number;
  /** Instead of programs. */
  readonly hypervisor: HypervisorPart | undefined;
  readonly expectations: readonly { readonly statement: Statement; readonly expectation: Expectation }[];
}

type Growing = {
  -readonly [Name in keyof Scenario]: Scenario[Name] extends readonly (infer Item)[] ? Item[] : Scenario[Name];
};
type Read = (statement: Statement, scenario: Growing) => void;

const plainWords = (statement: Statement): void => {
  if (statement.words.length > 1)
    throw refuse(statement, `'${statement.words[1]}' has no name; write name=value, as in processors=2`);
};

const captureFile = (statement: Statement, name: string): string => {
  const shipped = recordedCaptures.find((each) => each === name);
  if (shipped !== undefined) return recordedPath(shipped);
  return isAbsolute(name) ? name : join(dirname(statement.file), name);
};

const readCaptured = (statement: Statement, name: string) => {
  const path = captureFile(statement, name);
  try {
    return at(statement, () => readCapture(readBytes(path), path).packets);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw refuse(statement, `there is no capture ${path}; those that ship are ${recordedCaptures.join(', ')}`);
  }
};

const kinds: Readonly<Record<string, Read>> = {
  machine: (statement, scenario) => {
    plainWords(statement);
    scenario.parameters = at(statement, () =>
      platformParameters(readParameters(platformParameterSchema, Object.fromEntries(statement.options))),
    );
  },
  outside: (statement, scenario) => {
    const may = {
      memoryBytes: number,
      memoryLatency: number,
      persistent: flag,
      diskBlocks: number,
      sectorCycles: number,
    };
    const options = readForm(statement, { may });
    at(statement, () => resolveOptions(options));
    scenario.options = options;
  },
  firmware: (statement, scenario) => {
    const may = {
      deviceTimeout: timeout,
      memoryTimeout: timeout,
      deviceErrors: below(16),
      memoryErrors: below(2 ** 16),
    };
    scenario.firmware = readForm(statement, { may });
  },
  fill: (statement, { fillings }) => {
    const { what, address, bytes, pattern, memory } = readForm(statement, {
      places: { what: choice('memory', 'disk0', 'disk1') },
      needs: { pattern: number, bytes: countFromOne },
      may: { address: number, block: number, memory: memoryNumber },
    });
    const block = statement.options.get('block');
    if ((address === undefined) === (block === undefined))
      throw refuse(statement, "'fill' needs one of address= and block=");
    if (what === 'memory' && block !== undefined)
      throw refuse(statement, 'block= is for disks; write address= for memory');
    if (what !== 'memory' && memory !== undefined)
      throw refuse(statement, `memory= is for 'fill memory', not for '${what}'`);
    const from = address ?? number.read(block!)! * diskBlockBytes;
    fillings.push({ statement, what, index: memory, address: from, bytes, pattern });
  },
  fault: (statement, { faults }) => {
    faults.push(readFault({ ...statement, words: statement.words.slice(1) }));
  },
  type: (statement, { typed }) => {
    const { text: what, at: when } = readForm(statement, { places: { text }, may: { at: number } });
    typed.push({ text: what, at: when });
  },
  frames: (statement, { frames }) => {
    const {
      capture,
      to,
      at: first,
      every,
      count,
    } = readForm(statement, {
      places: { capture: text },
      needs: { to: choice('network0', 'network1'), at: number, every: number },
      may: { count: number },
    });
    const packets = readCaptured(statement, capture);
    for (const [index, { data }] of packets.slice(0, count).entries())
      frames.push({ port: to === 'network0' ? 0 : 1, frame: data, at: first + every * index });
  },
  program: (statement, { programs }) => {
    const {
      name,
      processor = 0,
      domain = 0,
      privileged = true,
    } = readForm(statement, {
      places: { name: text },
      may: { processor: number, domain: below(2 ** domainWidth), privileged: flag },
      block: true,
    });
    const same = programs.find((other) => other.name === name);
    if (same !== undefined)
      throw refuse(statement, `there is a program '${name}' in line ${same.statement.line} already`);
    programs.push({ statement, name, processor, domain, privileged, steps: readSteps(statement) });
  },
  limit: (statement, scenario) => {
    scenario.limit = readForm(statement, { places: { cycle: number } }).cycle;
  },
  hypervisor: (statement, scenario) => {
    if (scenario.hypervisor !== undefined)
      throw refuse(statement, `there is a hypervisor in line ${scenario.hypervisor.statement.line} already`);
    scenario.hypervisor = readHypervisor(statement);
  },
  expect: (statement, { expectations }) => {
    expectations.push({ statement, expectation: readExpectation(statement) });
  },
};

/** Statements of which there is one at most: a second would be forgotten, or the first. */
const once: readonly string[] = ['machine', 'outside', 'firmware', 'limit'];
const timeout = below(2 ** 16);

/** Reads a scenario. @throws ScenarioError */
export const readScenario = (source: string, file: string, name: string): Scenario => {
  const scenario: Growing = {
    name,
    parameters: {},
    options: {},
    firmware: {},
    fillings: [],
    faults: [],
    typed: [],
    frames: [],
    programs: [],
    limit: usualLimit,
    hypervisor: undefined,
    expectations: [],
  };
  const statements = readStatements(source, file);
  for (const statement of statements) {
    const word = statement.words[0] ?? '';
    const read = kinds[word];
    if (read === undefined) throw refuseWord(statement, 'statement', word, Object.keys(kinds));
    const same = statements.find((other) => other.words[0] === word);
    if (once.includes(word) && same !== statement)
      throw refuse(statement, `there is a '${word}' in line ${same!.line} already; write all of it there`);
    read(statement, scenario);
  }
  const [program] = scenario.programs;
  if (program === undefined && scenario.hypervisor === undefined)
    throw refuse({ file, line: 1 }, "nothing runs in this scenario; add 'program NAME' with steps below it, indented");
  if (program !== undefined && scenario.hypervisor !== undefined)
    throw refuse(
      program.statement,
      "a program has the bare machine; on a hypervisor, write 'trusted NAME' or 'domain NAME' below 'hypervisor'",
    );
  const limit = statements.find(({ words }) => words[0] === 'limit');
  if (limit !== undefined && scenario.hypervisor !== undefined)
    throw refuse(limit, `write it as an option: 'hypervisor limit=${scenario.limit}'`);
  const processors = scenario.parameters.processors ?? 2;
  const wild = scenario.programs.find(({ processor }) => processor >= processors);
  if (wild !== undefined)
    throw refuse(
      wild.statement,
      `there are processors 0 to ${processors - 1}; write 'machine processors=${wild.processor + 1}' for more`,
    );
  checkScenario(
    scenario,
    statements.find(({ words }) => words[0] === 'outside'),
  );
  return scenario;
};

/** The scenario on another machine; a program whose processor there is not, runs on that of its number modulo those that there are. */
export const onMachine = (scenario: Scenario, values: PlatformParameterValues): Scenario => {
  const { processors } = platformParameters({ ...scenario.parameters, ...values });
  return {
    ...scenario,
    parameters: { ...scenario.parameters, ...values },
    programs: scenario.programs.map((program) => ({ ...program, processor: program.processor % processors })),
  };
};
