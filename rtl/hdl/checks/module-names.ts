import { type Diagnostic, diagnose } from '../diagnostic.ts';
import type { Module } from '../ir.ts';

/** A black box keeps the name that its author gives it, so no other module of the design may have it. */
export const checkModuleNames = (modules: readonly Module[]): Diagnostic[] =>
  modules.flatMap((module) => {
    if (!module.blackBox) return [];
    const other = modules.find((one) => one !== module && one.name.toLowerCase() === module.name.toLowerCase());
    if (other === undefined || (other.blackBox && modules.indexOf(other) > modules.indexOf(module))) return [];
    const what = other.blackBox ? 'black box, with other ports,' : 'module';
    const related = [{ note: `the other ${other.blackBox ? 'black box' : 'module'}`, location: other.location }];
    return [diagnose('duplicate-module', module.location, { name: module.name, what }, related)];
  });
