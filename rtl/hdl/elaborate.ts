import { checkDepth } from './checks/depth.ts';
import { checkDrivers } from './checks/drivers.ts';
import { checkLoops } from './checks/loops.ts';
import { checkModuleNames } from './checks/module-names.ts';
import { checkOwnership } from './checks/ownership.ts';
import { type Diagnostic, ElaborationError, fail } from './diagnostic.ts';
import type { Module } from './ir.ts';
import { elaborateBody, type ModuleDefinition } from './module.ts';
import { nameModules } from './name-modules.ts';
import type { Elaborated } from './port-names.ts';
import type { Ports } from './ports.ts';
import { describeOperand } from './shape.ts';
import { beyondCaller } from './source-location.ts';

/** Each check looks at one module and says what is wrong with it. */
const checks: readonly ((module: Module) => Diagnostic[])[] = [checkOwnership, checkDrivers, checkLoops];

const refuse = (diagnostics: readonly Diagnostic[]): void => {
  if (diagnostics.length > 0) throw new ElaborationError(diagnostics);
};

const finished = new WeakMap<ModuleDefinition<Ports>, Module>();

/** Every module of a design, held modules before those that hold them. */
export const modulesOf = (top: Module): Module[] => {
  const found = new Set<Module>();
  const visit = (module: Module): void => {
    if (found.has(module)) return;
    for (const instance of module.instances) visit(instance.module);
    found.add(module);
  };
  visit(top);
  return [...found];
};

/**
 * Refuses what is no elaborated module. `operation`: what takes one, as in "emitVerilog".
 * @throws ElaborationError
 */
export const checkElaborated = (top: Module, operation: string): void => {
  if (typeof top === 'object' && top !== null && Array.isArray(top.signals) && Array.isArray(top.body)) return;
  const definition = typeof top === 'object' && top !== null && 'ports' in top;
  fail('wrong-kind', beyondCaller(), {
    operation,
    expected: 'an elaborated module',
    actual: definition ? `the definition of module ${String(top.name)}` : describeOperand(top),
    instead: `write ${operation}(elaborate(...))`,
  });
};

/**
 * The intermediate representation of a design, checked, its modules named by content.
 * @throws ElaborationError with everything that is wrong
 */
export const elaborate = <P extends Ports>(definition: ModuleDefinition<P>): Elaborated<P> => {
  const known = finished.get(definition);
  if (known !== undefined) return known;
  const top = elaborateBody(definition);
  const modules = modulesOf(top);
  // The other checks walk expressions by recursion, and so wait for this one.
  refuse(modules.flatMap(checkDepth));
  refuse(modules.flatMap((module) => checks.flatMap((check) => check(module))));
  const named = nameModules(top);
  refuse(checkModuleNames(modulesOf(named)));
  finished.set(definition, named);
  return named;
};
