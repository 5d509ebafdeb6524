/**
 * A FuseSoC core description (CAPI 2) of emitted Verilog, so that other projects can depend on a block by name.
 * @param files names relative to the core file, leaf modules first.
 */
export const coreFile = (core: {
  readonly name: string;
  /** Vendor and library, with a colon between. */
  readonly library?: string;
  readonly version: string;
  readonly summary: string;
  /** As text. */
  readonly parameters: string;
  readonly toplevel: string;
  readonly files: readonly string[];
}): string =>
  `${[
    'CAPI=2:',
    '',
    `name: ${core.library ?? 'portcullis:blocks'}:${core.name}:${core.version}`,
    `description: ${JSON.stringify(`${core.summary} (${core.parameters})`)}`,
    '',
    'filesets:',
    '  rtl:',
    '    files:',
    ...core.files.map((file) => `      - ${file}`),
    '    file_type: verilogSource-2005',
    '',
    'targets:',
    '  default: &default',
    '    filesets: [rtl]',
    `    toplevel: ${core.toplevel}`,
    '  lint:',
    '    <<: *default',
    '    default_tool: verilator',
    '    tools:',
    '      verilator:',
    '        mode: lint-only',
    '        verilator_options: [-Wall]',
  ].join('\n')}\n`;

/** The files that a core description of ours lists. */
export const filesOfCore = (core: string): readonly string[] =>
  [...core.matchAll(/^ {6}- (\S+)$/gm)].map(([, file = '']) => file);

/** The parameters that a core description of ours was written for, as text; null where it tells none. */
export const parametersOfCore = (core: string): string | null => /^description: ".*\((.*)\)"$/m.exec(core)?.[1] ?? null;
