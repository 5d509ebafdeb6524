import type { ToolResult } from './tool-pool.ts';

export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

/** Whose fault it is: `request` a wrong name, file or number; `absent` Yosys itself is missing; `run` it refused or left what it was given. */
export type YosysFault = 'request' | 'absent' | 'run';

/** A run of Yosys that failed. The message is one line: the reason, then the source line it speaks of, where one is known. */
export class YosysError extends Error {
  override readonly name = 'YosysError';
  /** Yosys' own words, without the place. */
  readonly reason: string;
  /** A TypeScript line where the Verilog carries `line directives, else a Verilog line. */
  readonly source: SourceLine | null;
  /** All that Yosys wrote to standard error. */
  readonly stderr: string;
  readonly fault: YosysFault;

  constructor(reason: string, source: SourceLine | null, stderr: string, fault: YosysFault = 'request') {
    super(source === null ? reason : `${source.file}:${source.line}: ${reason}`);
    this.reason = reason;
    this.source = source;
    this.stderr = stderr;
    this.fault = fault;
  }
}

const sourceIn = (text: string, extension: RegExp): SourceLine | null => {
  const match = extension.exec(text);
  return match?.[1] === undefined ? null : { file: match[1], line: Number(match[2]) };
};

/** The first source line that a message names, a TypeScript one where there is one. */
export const sourceLineIn = (text: string): SourceLine | null =>
  sourceIn(text, /([^\s`'"|()$]+\.ts):(\d+)/) ?? sourceIn(text, /([^\s`'"|()$]+\.s?vh?):(\d+)/);

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** What a failed call was about, in one line. */
export const explain = (result: ToolResult): YosysError => {
  if (result.outcome === 'timed out')
    return new YosysError(`Yosys was stopped: ${result.reason}`, null, result.stderr, 'run');
  if (result.outcome === 'absent') {
    return new YosysError(
      `Yosys is not installed (${oneLine(result.reason)}); run npm install`,
      null,
      result.stderr,
      'absent',
    );
  }
  const found = /^(.*?)ERROR: ([\s\S]*)/m.exec(result.stderr);
  if (found !== null) {
    const reason = oneLine(found[2] ?? '');
    const source = sourceLineIn(`${found[1] ?? ''} ${reason}`);
    const other = source === null ? sourceIn(found[1] ?? '', /^(\S+):(\d+):\s*$/) : null;
    if (other !== null)
      return new YosysError(
        `${reason}; it is read as Verilog: give a file that ends in .v or .sv if it is none`,
        other,
        result.stderr,
        'run',
      );
    return new YosysError(reason, source, result.stderr, 'run');
  }
  const reason =
    result.outcome === 'trapped' ? `Yosys crashed: ${oneLine(result.reason)}` : 'Yosys failed without a reason';
  return new YosysError(reason, null, result.stderr, 'run');
};
