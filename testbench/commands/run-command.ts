/** Runs a command line inside a test. */
import { vi } from 'vitest';

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** @param main the front door's. */
export const commandRunner =
  (main: (words: readonly string[]) => Promise<number>) =>
  async (...words: readonly string[]): Promise<CommandRun> => {
    let out = '';
    let error = '';
    const spies = [
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
        out += String(text);
        return true;
      }),
      vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
        error += String(text);
        return true;
      }),
    ];
    try {
      const code = await main(words);
      return { code, out, error };
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  };

/** What `--json` printed, which must be one value on one line and nothing else. */
export const jsonOf = (run: CommandRun): unknown => {
  if (!/^[^\n]+\n$/.test(run.out)) throw new Error(`not one line of JSON: ${run.out}`);
  return JSON.parse(run.out);
};
