import { type Diagnostic, diagnose } from '../diagnostic.ts';
import type { Module } from '../ir.ts';

const kindOf = ({ blackBox }: Module): string => (blackBox ? 'black box' : 'module');

/**
 * No two modules have one name, also where letters are not told from capitals, as in the names of files on some machines. Elaboration names
 * modules apart, except that a black box keeps the name that its author gives it.
 */
export const checkModuleNames = (modules: readonly Module[]): Diagnostic[] => {
  const byName = new Map<string, Module[]>();
  for (const module of modules) {
    const key = module.name.toLowerCase();
    byName.set(key, [...(byName.get(key) ?? []), module]);
  }
  return [...byName.values()].flatMap((same) => {
    // A black box is what its author can rename.
    const [kept, ...others] = [...same].sort((one, other) => Number(one.blackBox) - Number(other.blackBox));
    if (kept === undefined) return [];
    return others.map((module) => {
      const other = kept.blackBox ? 'black box, with other ports,' : 'module';
      const related = [{ note: `the other ${kindOf(kept)}`, location: kept.location }];
      return diagnose('duplicate-module', module.location, { what: kindOf(module), name: module.name, other }, related);
    });
  });
};
