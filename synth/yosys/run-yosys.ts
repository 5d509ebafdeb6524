import { callTool } from './tool-pool.ts';
import { explain } from './yosys-error.ts';

export interface YosysOptions {
  /** Default 600 seconds; past it the thread is ended and the promise rejects. */
  readonly timeoutSeconds?: number;
  /** Whether `stdout` holds Yosys' whole log. By default it holds only what commands such as `write_json` write there. */
  readonly log?: boolean;
}

export interface YosysRun {
  readonly stdout: string;
  /** Warnings, mostly. */
  readonly stderr: string;
  /** Files that the script wrote, by path. Large ones are slow to write (quadratic): have them written to standard output. */
  readonly files: Readonly<Record<string, string>>;
}

const scriptPath = 'script.ys';

/**
 * Runs a Yosys script, one command a line, over `files` (path to text) on a worker thread. Rejects with a `YosysError`.
 *
 * @example await runYosys(['read_verilog counter.v', 'synth -top counter', 'write_json'], { 'counter.v': text })
 */
export const runYosys = async (
  script: string | readonly string[],
  files: Readonly<Record<string, string>>,
  options: YosysOptions = {},
): Promise<YosysRun> => {
  const text = typeof script === 'string' ? script : script.join('\n');
  const result = await callTool({
    tool: 'yosys',
    arguments: [...(options.log === true ? ['-Q', '-T'] : ['-q']), '-s', scriptPath],
    files: { ...files, [scriptPath]: `${text}\n` },
    timeoutSeconds: options.timeoutSeconds ?? 600,
  });
  if (result.outcome !== 'finished' || result.exitCode !== 0) throw explain(result);
  return { stdout: result.stdout, stderr: result.stderr, files: result.files };
};
