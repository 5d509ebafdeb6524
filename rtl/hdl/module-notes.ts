import type { Module } from './ir.ts';

/** What is known of a module beside its content: for the head of its Verilog file and for the choice of its name. */
export interface ModuleNotes {
  readonly documentation?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The Verilog of a black box. */
  readonly verilog?: string;
}

const notes = new WeakMap<Module, ModuleNotes>();

export const noteModule = (module: Module, about: ModuleNotes): void => {
  notes.set(module, about);
};

export const notesOf = (module: Module): ModuleNotes => notes.get(module) ?? {};
