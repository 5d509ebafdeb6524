import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { elaborate } from '../../rtl/hdl/index.ts';
import { cHeader } from '../../rtl/parts/register-map/c-header.ts';
import { driverSource } from '../../rtl/parts/register-map/driver-source.ts';
import { registerTable } from '../../rtl/parts/register-map/markdown.ts';
import { systemRdl } from '../../rtl/parts/register-map/systemrdl.ts';
import { emitVerilog } from '../../rtl/verilog/index.ts';
import type { Block, BlockParameters } from './blocks.ts';
import { chosenBlocks, chosenParameters, describeParameters } from './choose.ts';
import { UsageError } from './errors.ts';
import { coreFile, filesOfCore, parametersOfCore } from './fusesoc.ts';
import { makeDirectory } from './make-directory.ts';
import { blockArgument, moduleArgument } from './own-design.ts';
import { type Arguments, optionOf, type Verb } from './verb.ts';
import { projectVersion } from './version.ts';

export interface GeneratedFile {
  readonly path: string;
  readonly block: string;
  readonly kind: 'verilog' | 'systemverilog' | 'c-header' | 'systemrdl' | 'markdown' | 'typescript' | 'fusesoc';
}

/** What is to be written of a block. */
interface Plan {
  readonly block: Block;
  /** Of its top module. */
  readonly name: string;
  readonly parameters: BlockParameters;
  readonly directory: string;
  readonly files: readonly { readonly kind: GeneratedFile['kind']; readonly file: string; readonly text: string }[];
}

/**
 * Blocks share modules, and a module is named for what tells it apart in its own design: two designs in one directory may need different files of one name.
 * @throws UsageError before anything is written
 */
const refuseOthers = ({ name, directory, files }: Plan): void => {
  const own = `${name}.core`;
  const present = existsSync(directory) && statSync(directory).isDirectory() ? readdirSync(directory) : [];
  for (const core of present.filter((name) => name.endsWith('.core') && name !== own)) {
    const listed = new Set(filesOfCore(readFileSync(join(directory, core), 'utf8')));
    const clash = files.find(
      ({ file, text }) =>
        listed.has(file) && present.includes(file) && readFileSync(join(directory, file), 'utf8') !== text,
    );
    if (clash !== undefined)
      throw new UsageError(
        `${join(directory, clash.file)} is of ${core} and would be replaced by another module of that name; write to a directory of its own with --out, or give its modules names of their own with --prefix.`,
      );
  }
};

/**
 * The files of two sets of parameters differ under one name.
 * @throws UsageError before anything is written
 */
const refuseOtherParameters = ({ block, name, parameters, directory }: Plan): void => {
  const path = join(directory, `${name}.core`);
  if (!existsSync(path)) return;
  const there = parametersOfCore(readFileSync(path, 'utf8'));
  const asked = describeParameters(parameters);
  if (there !== null && there !== asked)
    throw new UsageError(
      `${path} is of ${block.name} at ${there} and would be replaced by that at ${asked}; write to a directory of its own with --out, or give its modules names of their own with --prefix.`,
    );
};

interface Style {
  readonly lines?: boolean;
  /** Before the names of all modules. */
  readonly prefix?: string;
}

const plan = (block: Block, parameters: BlockParameters, directory: string, style: Style = {}): Plan => {
  const name = `${style.prefix ?? ''}${block.name}`;
  const top = elaborate(block.definition(parameters));
  const files: Plan['files'][number][] = [];
  const write = (kind: GeneratedFile['kind'], file: string, text: string): void => {
    files.push({ kind, file, text });
  };
  const modules = emitVerilog(top, style);
  for (const { path, text } of modules) write('verilog', path, text);
  // Immediate assertions with names are SystemVerilog, which not every tool reads: the plain text has an output for each rule.
  if (block.checker === true) {
    for (const { path, text } of emitVerilog(top, { ...style, properties: true })) {
      write('systemverilog', join('asserting', path.replace(/\.v$/, '.sv')), text);
    }
  }
  const registers = block.registers(parameters);
  if (registers !== null) {
    const named = { ...registers, name: `${style.prefix ?? ''}${registers.name}` };
    write('c-header', `${name}_registers.h`, cHeader(named));
    write('systemrdl', `${name}_registers.rdl`, systemRdl(named));
    write('markdown', `${name}_registers.md`, registerTable(named));
    write('typescript', `${name}_registers.ts`, driverSource(named));
  }
  for (const { kind, file, text } of block.declarations?.(name, parameters) ?? []) write(kind, file, text);
  const core = coreFile({
    name,
    version: projectVersion(),
    ...block.own?.core,
    summary: block.summary,
    parameters: describeParameters(parameters),
    toplevel: `${style.prefix ?? ''}${top.name}`,
    files: modules.map(({ path }) => path),
  });
  write('fusesoc', `${name}.core`, core);
  return { block, name, parameters, directory, files };
};

/** @throws UsageError */
const carryOut = (planned: Plan): readonly GeneratedFile[] => {
  refuseOthers(planned);
  const { block, directory, files } = planned;
  return files.map(({ kind, file, text }) => {
    const path = join(directory, file);
    makeDirectory(dirname(path));
    writeFileSync(path, text);
    return { path, block: block.name, kind };
  });
};

/** Writes a block's files below the directory and tells what was written. @throws UsageError */
export const generateBlock = (block: Block, parameters: BlockParameters, directory: string): readonly GeneratedFile[] =>
  carryOut(plan(block, parameters, directory));

/** @throws UsageError */
const prefixOption = (given: Arguments): Pick<Style, 'prefix'> => {
  const prefix = optionOf(given, 'prefix');
  if (prefix === undefined) return {};
  if (!/^[a-z][a-z0-9_]*$/.test(prefix))
    throw new UsageError(
      `Option --prefix takes lower case letters, digits and underscores, a letter first, as in --prefix dma_, not '${prefix}'.`,
    );
  return { prefix };
};

export const generate: Verb = {
  name: 'generate',
  summary: "Write a block's Verilog, register map outputs and FuseSoC core file",
  args: {
    block: blockArgument('Block to write (all blocks when left out)'),
    ...moduleArgument,
    set: { type: 'string', valueHint: 'name=value', description: 'Set a parameter; may be repeated' },
    lines: {
      type: 'boolean',
      description: 'For tools: each statement names its line of TypeScript, by a `line directive before it',
    },
    prefix: {
      type: 'string',
      valueHint: 'NAME_',
      description: 'Put before the name of every module, file and register map, so that differing designs go together',
    },
    out: {
      type: 'string',
      valueHint: 'DIR',
      description: 'Directory to write to; build/verilog/BLOCK, whose files are replaced, when left out',
    },
  },
  async run(given) {
    const out = optionOf(given, 'out');
    const prefix = prefixOption(given);
    const plans = (await chosenBlocks(given)).map((block) =>
      plan(block, chosenParameters(block, given), out ?? join('build', 'verilog', block.name), {
        lines: given.flags.has('lines'),
        ...prefix,
      }),
    );
    for (const planned of plans) {
      refuseOthers(planned);
      if (out !== undefined) refuseOtherParameters(planned);
    }
    const files = plans.flatMap(carryOut);
    const width = Math.max(...files.map(({ kind }) => kind.length));
    return {
      value: { files },
      text: files.map(({ kind, path }) => `${kind.padEnd(width)}  ${path}`).join('\n'),
      code: 0,
    };
  },
};
