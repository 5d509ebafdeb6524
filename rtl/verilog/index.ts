import { checkModuleNames } from '../hdl/checks/module-names.ts';
import { ElaborationError } from '../hdl/diagnostic.ts';
import { checkElaborated, modulesOf } from '../hdl/elaborate.ts';
import type { Module } from '../hdl/ir.ts';
import { notesOf } from '../hdl/module-notes.ts';
import { lowerModule } from './lower/module.ts';
import { withPrefix } from './prefix.ts';
import { printModule } from './print-module.ts';

export interface EmitOptions {
  /** For tools: each statement is preceded by a `` `line `` directive that names its line of TypeScript. */
  readonly lines?: boolean;
  /** Whether `assert`, `assume` and `cover` are emitted, as named immediate statements (SystemVerilog). */
  readonly properties?: boolean;
  /** Put before the file names, with a slash between. */
  readonly directory?: string;
  /** Put before the name of every module but black boxes, so that designs with different modules of one name go together. */
  readonly prefix?: string;
}

export interface EmittedFile {
  readonly path: string;
  readonly text: string;
  /** The Verilog name of the module in it. */
  readonly module: string;
}

/**
 * The design as Verilog-2005, one file a module, held modules first and `top` last.
 * @throws ElaborationError where two modules would have one file, which no design has that `elaborate` gave whole
 */
export const emitVerilog = (top: Module, options: EmitOptions = {}): EmittedFile[] => {
  checkElaborated(top, 'emitVerilog');
  const modules = modulesOf(top);
  const clashes = checkModuleNames(modules);
  if (clashes.length > 0) throw new ElaborationError(clashes);
  const blackBoxes = new Set(modules.filter(({ blackBox }) => blackBox).map(({ name }) => name));
  const pathOf = (name: string): string => `${options.directory === undefined ? '' : `${options.directory}/`}${name}.v`;
  return modules.flatMap((module): EmittedFile[] => {
    if (module.blackBox) {
      const { verilog } = notesOf(module);
      return verilog === undefined ? [] : [{ path: pathOf(module.name), text: verilog, module: module.name }];
    }
    const lowered = lowerModule(module, { properties: options.properties ?? false });
    const named = options.prefix === undefined ? lowered : withPrefix(lowered, options.prefix, blackBoxes);
    const text = printModule(named, { lines: options.lines ?? false });
    return [{ path: pathOf(named.name), text, module: named.name }];
  });
};
