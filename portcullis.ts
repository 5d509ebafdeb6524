import { pathToFileURL } from 'node:url';
import { explain, unknownChoice } from './testbench/commands/errors.ts';
import { parseArguments, usageOf } from './testbench/commands/parse.ts';
import type { Verb } from './testbench/commands/verb.ts';
import { projectVersion } from './testbench/commands/version.ts';

/** Each verb with what it does in a line; its code is loaded when it is asked for. */
const verbs: Readonly<Record<string, { readonly summary: string; load(): Promise<Verb> }>> = {
  all: {
    summary: 'Every block through generate, check and synth, ending in one table',
    load: async () => (await import('./testbench/commands/all.ts')).all,
  },
  generate: {
    summary: "Write a block's Verilog, register map outputs and FuseSoC core file",
    load: async () => (await import('./testbench/commands/generate.ts')).generate,
  },
  check: {
    summary: 'Compare model, hardware, emitted Verilog and gates, cycle by cycle',
    load: async () => (await import('./testbench/commands/check.ts')).check,
  },
  prove: {
    summary: 'Prove the properties of blocks and parts for all time, or find how they fail',
    load: async () => (await import('./testbench/commands/prove.ts')).prove,
  },
  synth: {
    summary: 'Synthesise a block, or any Verilog, and report area, depth and clock',
    load: async () => (await import('./testbench/commands/synth.ts')).synth,
  },
  wave: {
    summary: 'Run a block on traffic and write its waveform',
    load: async () => (await import('./testbench/commands/wave.ts')).wave,
  },
  lint: {
    summary: "Find JavaScript's operators on signals, such as if (io.ready), and numbers that do not fit",
    load: async () => (await import('./testbench/commands/lint.ts')).lint,
  },
  share: {
    summary: 'Serve a directory or one file to 9P2000.L clients until it is stopped',
    load: async () => (await import('./testbench/commands/share.ts')).share,
  },
  volume: {
    summary: 'Serve a file over NBD while snapshots of it are taken, read, removed and restored',
    load: async () => (await import('./testbench/commands/volume.ts')).volume,
  },
  store: {
    summary: 'Serve a store of keys to XenStore clients, as domain 0, until it is stopped',
    load: async () => (await import('./testbench/commands/store.ts')).store,
  },
  boot: {
    summary: 'Run scenarios on the platform: software on a machine whose parts fail',
    load: async () => (await import('./testbench/commands/boot.ts')).boot,
  },
  bench: {
    summary: 'Race the simulator against Verilator on the emitted Verilog',
    load: async () => (await import('./testbench/commands/bench.ts')).bench,
  },
};

const overview = (): string =>
  [
    'Portcullis: hardware blocks as proved Verilog, from one npm install.',
    '',
    'Usage: portcullis VERB [ARGUMENTS]     portcullis VERB --help     portcullis --version',
    '',
    ...Object.entries(verbs).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
    '',
    'Every verb takes --help and --json. Exit codes: 0 fine; 1 a difference, a failed proof, a broken expectation; 2 the request was wrong; 3 a fault of Portcullis itself.',
  ].join('\n');

const helpWords = ['--help', '-h', 'help'];

/** Runs one command line, given without node and script. Returns the exit code. */
export const main = async (argv: readonly string[]): Promise<number> => {
  const say = (text: string): boolean => process.stdout.write(`${text}\n`);
  const [name, ...rest] = argv;
  try {
    if (name === '--version') {
      say(projectVersion());
      return 0;
    }
    if (name === undefined || (helpWords.includes(name) && rest.length === 0)) {
      say(overview());
      return name === undefined ? 2 : 0;
    }
    // `help check` asks what `check --help` does.
    const [asked, words] = name === 'help' ? [rest[0] ?? '', ['--help']] : [name, rest];
    const entry = verbs[asked];
    if (entry === undefined || !Object.hasOwn(verbs, asked)) throw unknownChoice('verb', asked, Object.keys(verbs));
    const verb = await entry.load();
    const given = parseArguments(verb, words);
    if (given.flags.has('help')) {
      say(await usageOf(verb));
      return 0;
    }
    const answer = await verb.run(given);
    say(given.flags.has('json') ? JSON.stringify(answer.value) : answer.text);
    return answer.code;
  } catch (error) {
    const { text, code } = explain(error, argv);
    process.stderr.write(`portcullis: ${text}\n`);
    return code;
  }
};

/** The whole process: runs its command line and sets its exit code. A reader that closes early, such as `head`, ends it quietly. */
export const runProcess = async (): Promise<void> => {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
  // What is thrown where no command waits for it would end the process with 1, which means a difference.
  process.on('uncaughtException', (error) => {
    const { text, code } = explain(error, process.argv.slice(2));
    process.stderr.write(`portcullis: ${text}\n`);
    process.exit(code);
  });
  process.exitCode = await main(process.argv.slice(2));
};

// From a checkout this file itself can be run; the bundle has a start of its own.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await runProcess();
