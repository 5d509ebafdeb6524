/** Verilog-2005 from elaborated modules. */
import type { Module } from '../hdl/ir.ts';
import { lowerModule } from './lower-module.ts';
import { printModule } from './print.ts';
import { modulesOf } from './walk.ts';

export interface EmittedFile {
  /** Path of the file: the directory asked for and the module's name. */
  readonly path: string;
  readonly text: string;
  readonly module: string;
}

export interface EmitOptions {
  /** Writes `line directives, so that every cell, net and warning of a tool names a TypeScript line. Off: plain text for people. */
  readonly lines?: boolean;
  /** Writes assertions, assumptions and covers as immediate assertions between `ifdef FORMAL` and `endif`. */
  readonly properties?: boolean;
  /** Put before each path. */
  readonly directory?: string;
}

/** One file a module, leaf modules first and the top last. The same design gives the same bytes. */
export const emitVerilog = (top: Module, options: EmitOptions = {}): readonly EmittedFile[] =>
  modulesOf(top)
    .filter(({ blackBox }) => !blackBox)
    .map((module) => {
      const { file, line } = module.location;
      const header = [`${module.name}: written by Portcullis from ${file}:${line}. Change it there, not here.`];
      const path = options.directory === undefined ? `${module.name}.v` : `${options.directory}/${module.name}.v`;
      const text = printModule(lowerModule(module, options.properties ?? false), header, options.lines ?? false);
      return { path, text, module: module.name };
    });
