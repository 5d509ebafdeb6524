/** What passes between the main thread and a worker thread that runs a WebAssembly tool. */

export type ToolName = 'yosys' | 'nextpnr-ice40';

export interface ToolRequest {
  readonly identifier: number;
  readonly tool: ToolName;
  readonly arguments: readonly string[];
  /** By path; folders are made as needed. */
  readonly files: Readonly<Record<string, string>>;
}

export interface ToolReply {
  readonly identifier: number;
  /**
   * `finished`: the tool ended by itself, with exit code 0 or 1. `trapped`: it crashed inside WebAssembly.
   * `absent`: its package is not installed.
   */
  readonly outcome: 'finished' | 'trapped' | 'absent';
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Files that the tool wrote or changed; those it was given unchanged are left out. */
  readonly files: Readonly<Record<string, string>>;
  /** Why it trapped or is absent. */
  readonly reason: string;
}
