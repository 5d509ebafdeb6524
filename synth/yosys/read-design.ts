/** The commands that every flow starts with, and the checks that make bad input one clear line. */
import type { YosysNetlist } from './netlist.ts';
import { runYosys, type YosysOptions, type YosysRun } from './run-yosys.ts';
import { YosysError } from './yosys-error.ts';

export interface VerilogFile {
  /** Diagnostics name it, unless the text carries `line directives. */
  readonly path: string;
  readonly text: string;
  /** Set for a file that others include, to the name they include it by; it is not read by itself. */
  readonly includedAs?: string;
}

/** Numbers and bit strings such as `8'hff` go to Yosys as they are; other text becomes a string parameter. */
export type ParameterValue = number | bigint | boolean | string;

export type Parameters = Readonly<Record<string, ParameterValue>>;

/** Yosys' script language has no escapes for blanks in names, so that files go in under names of our own. */
const namesOf = (files: readonly VerilogFile[]): string[] =>
  files.map((file, index) => {
    // The tools' file system ends at its root, where leading `..` lead nowhere.
    if (file.includedAs !== undefined) return file.includedAs.replace(/^(\.\.?\/)+/, '');
    const base = file.path.split('/').at(-1) ?? '';
    return /^[\w.-]+$/.test(base) ? `source${index}/${base}` : `source${index}.v`;
  });

/** Yosys reads no blanks in the file name of a directive. */
const directive = (path: string): string => `\`line 1 "${path.replace(/[\s"]+/g, '_')}" 0\n`;

/** The files as a run takes them. Each begins with a `line directive that gives back the path that the caller knows. */
export const designFiles = (files: readonly VerilogFile[]): Record<string, string> => {
  const names = namesOf(files);
  return Object.fromEntries(files.map((file, index) => [names[index] ?? '', directive(file.path) + file.text]));
};

const identifier = /^[A-Za-z_][\w$]*$/;

const parameterText = (name: string, value: ParameterValue): string => {
  if (!identifier.test(name)) throw new YosysError(`\`${name}' is not a name of a parameter`, null, '');
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return String(value);
    throw new YosysError(`parameter ${name} is ${value}; a whole number is needed`, null, '');
  }
  if (typeof value === 'bigint' || /^-?\d+$/.test(value) || /^\d+'s?[bdho][\da-fxzA-FXZ_]+$/.test(value))
    return String(value);
  if (/["\\\n;]/.test(value)) {
    throw new YosysError(
      `parameter ${name} is ${JSON.stringify(value)}; quotes, backslashes and semicolons are not allowed`,
      null,
      '',
    );
  }
  return `"${value}"`;
};

export const readCommands = (files: readonly VerilogFile[]): string[] => {
  if (files.length === 0) throw new YosysError('no Verilog file was given', null, '');
  const names = namesOf(files);
  return names.filter((_, index) => files[index]?.includedAs === undefined).map((name) => `read_verilog -sv ${name}`);
};

/** Elaborates `top` with `parameters`. */
export const hierarchyCommand = (top: string, parameters: Parameters = {}): string => {
  if (!identifier.test(top)) throw new YosysError(`\`${top}' is not a name of a module`, null, '');
  const settings = Object.entries(parameters).map(([name, value]) => ` -chparam ${name} ${parameterText(name, value)}`);
  return `hierarchy -check -top ${top}${settings.join('')}`;
};

/** Renamed twice, since a module with parameters set has a name of Yosys' making, and one without may have the wanted name already. */
export const renameTop = (name: string): string[] => ['rename -top portcullis_renamed_top', `rename -top ${name}`];

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

/** Says what there is where Yosys only says what is missing. */
const betterReason = async (
  error: YosysError,
  files: readonly VerilogFile[],
  top: string,
  parameters: Parameters,
): Promise<string | null> => {
  // Yosys takes a module that has ports and nothing else for a black box.
  if (error.reason === 'No top module found!') return `module \`${top}' holds nothing but ports`;
  const unknownTop = error.reason.includes(`Module \`${top}' not found`);
  const unknownParameter = /^Can't find object for defparam `\\?([^`]*)`/.exec(error.reason)?.[1];
  if (!unknownTop && unknownParameter === undefined) return null;
  const { stdout } = await runYosys([...readCommands(files), 'proc', 'write_json'], designFiles(files));
  const { modules } = JSON.parse(stdout) as YosysNetlist;
  if (unknownTop) {
    const paths = files.length === 1 ? files[0]?.path : `${files.length} files`;
    return `there is no module \`${top}' in ${paths}; modules: ${listed(Object.keys(modules))}`;
  }
  const known = Object.keys(modules[top]?.parameter_default_values ?? {});
  const unknown = Object.keys(parameters).find((name) => !known.includes(name)) ?? unknownParameter;
  return `module \`${top}' has no parameter \`${unknown}'; parameters: ${listed(known)}`;
};

/** Reads the files, elaborates `top` with `parameters`, and runs `commands`, which may read `moreFiles`. Rejects with a `YosysError`. */
export const runOnDesign = async (
  design: { readonly files: readonly VerilogFile[]; readonly top: string; readonly parameters: Parameters },
  commands: readonly string[],
  options: YosysOptions = {},
  moreFiles: Readonly<Record<string, string>> = {},
): Promise<YosysRun> => {
  const { files, top, parameters } = design;
  const script = [...readCommands(files), hierarchyCommand(top, parameters), ...commands];
  try {
    return await runYosys(script, { ...designFiles(files), ...moreFiles }, options);
  } catch (error) {
    const reason = error instanceof YosysError ? await betterReason(error, files, top, parameters) : null;
    if (reason === null || !(error instanceof YosysError)) throw error;
    throw new YosysError(reason, null, error.stderr, error.fault);
  }
};
