/** Changing one instance somewhere in a design. */
import { modulesOf } from '../../rtl/hdl/elaborate.ts';
import type { Module } from '../../rtl/hdl/ir.ts';
import { noteModule, notesOf } from '../../rtl/hdl/module-notes.ts';

/** A place in a design that a change looked for is not there, or not alone. */
export class PlaceError extends Error {
  override readonly name = 'PlaceError';
}

/** A Verilog name that no module of the design has. */
const freeName = (top: Module, name: string): string => {
  const taken = new Set(modulesOf(top).map((module) => module.name));
  let free = `${name}_changed`;
  for (let number = 2; taken.has(free); number += 1) free = `${name}_changed_${number}`;
  return free;
};

/**
 * The design with the module of one instance changed. Other instances of the same module stay as they are, so that the changed one and
 * those that hold it get names of their own.
 * @param path names of instances from the top in; none changes the top itself, which keeps its name.
 * @throws PlaceError when there is no such instance
 */
export const editInstance = (top: Module, path: readonly string[], change: (module: Module) => Module): Module => {
  const edit = (module: Module, [name, ...rest]: readonly string[]): Module => {
    if (name === undefined) return change(module);
    const found = module.instances.find((instance) => instance.name === name);
    if (found === undefined) {
      const names = module.instances.map((instance) => instance.name).join(', ');
      throw new PlaceError(`'${module.name}' holds no instance '${name}', only ${names === '' ? 'none' : names}`);
    }
    const inner = edit(found.module, rest);
    const renamed = { ...inner, name: freeName(top, found.module.name) };
    noteModule(renamed, notesOf(found.module));
    const changed = {
      ...module,
      instances: module.instances.map((instance) => (instance === found ? { ...instance, module: renamed } : instance)),
    };
    noteModule(changed, notesOf(module));
    return changed;
  };
  return edit(top, path);
};
