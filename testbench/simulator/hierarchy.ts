/** The instance tree of a design, and for each module its statements projected onto every signal that they assign. */

import type { Instance, Module, Signal, Statement, SwitchCase } from '../../rtl/hdl/ir.ts';

/** One instance of a module (or the top). */
export interface Scope {
  readonly module: Module;
  /** Instance names joined by dots, empty for the top. */
  readonly path: string;
  readonly parent: Scope | null;
  readonly instance: Instance | null;
  readonly children: ReadonlyMap<Instance, Scope>;
  /** For each instance output signal: the scope and the signal that drive it. */
  readonly drivers: ReadonlyMap<Signal, { readonly scope: Scope; readonly signal: Signal }>;
  readonly projection: Projection;
}

export type Projection = ReadonlyMap<Signal, readonly Statement[]>;

/** The statements that can change each signal, with everything else left out. Memory writes and properties are not included. */
export const project = (statements: readonly Statement[]): Map<Signal, Statement[]> => {
  const result = new Map<Signal, Statement[]>();
  const append = (target: Signal, statement: Statement): void => {
    const list = result.get(target);
    if (list === undefined) result.set(target, [statement]);
    else list.push(statement);
  };
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        append(statement.target, statement);
        break;
      case 'if': {
        const then = project(statement.then);
        const otherwise = project(statement.otherwise);
        for (const target of new Set([...then.keys(), ...otherwise.keys()])) {
          append(target, { ...statement, then: then.get(target) ?? [], otherwise: otherwise.get(target) ?? [] });
        }
        break;
      }
      case 'switch': {
        for (const [target, projected] of projectSwitch(statement)) append(target, projected);
        break;
      }
      case 'memory_write':
      case 'property':
        break;
      default:
        statement satisfies never;
    }
  }
  return result;
};

/**
 * A switch for each signal that it can change. Where nothing is assigned otherwise, the cases that leave the signal alone are left out: the elements of a vector are
 * written by a switch with a case for each, and all cases for all elements would be the square of them.
 */
const projectSwitch = (statement: Extract<Statement, { kind: 'switch' }>): Map<Signal, Statement> => {
  const bodies = statement.cases.map((one) => project(one.body));
  const otherwise = project(statement.otherwise);
  const casesOf = new Map<Signal, SwitchCase[]>();
  for (const [index, one] of statement.cases.entries()) {
    for (const [target, body] of bodies[index] ?? []) {
      const cases = casesOf.get(target);
      if (cases === undefined) casesOf.set(target, [{ ...one, body }]);
      else cases.push({ ...one, body });
    }
  }
  const projected = [...new Set([...casesOf.keys(), ...otherwise.keys()])].map((target) => {
    const rest = otherwise.get(target);
    const cases =
      rest === undefined
        ? (casesOf.get(target) ?? [])
        : statement.cases.map((one, index) => ({ ...one, body: bodies[index]?.get(target) ?? [] }));
    return [target, { ...statement, cases, otherwise: rest ?? [] }] as const;
  });
  return new Map(projected);
};

const projections = new WeakMap<Module, Projection>();

const projectionOf = (module: Module): Projection => {
  let found = projections.get(module);
  if (found === undefined) {
    found = project(module.body);
    projections.set(module, found);
  }
  return found;
};

export const buildScopes = (top: Module): Scope => {
  const build = (module: Module, path: string, parent: Scope | null, instance: Instance | null): Scope => {
    if (module.blackBox) {
      throw new Error(
        `${path || module.name}: '${module.name}' is a black box, so there is nothing to simulate; give the test a module with the same ports instead`,
      );
    }
    const children = new Map<Instance, Scope>();
    const drivers = new Map<Signal, { scope: Scope; signal: Signal }>();
    const scope: Scope = { module, path, parent, instance, children, drivers, projection: projectionOf(module) };
    for (const child of module.instances) {
      const below = build(child.module, path === '' ? child.name : `${path}.${child.name}`, scope, child);
      children.set(child, below);
      for (const [name, signal] of child.outputs) {
        const port = child.module.signals.find((one) => one.port === 'output' && one.name === name);
        if (port === undefined)
          throw new Error(`${path}: instance '${child.name}' of '${child.module.name}' has no output '${name}'`);
        drivers.set(signal, { scope: below, signal: port });
      }
    }
    return scope;
  };
  return build(top, '', null, null);
};

export const scopePath = (scope: Scope, name: string): string => (scope.path === '' ? name : `${scope.path}.${name}`);

/** The bit offsets at which assignments to a signal begin or end, sorted, with 0 and the width. */
export const segmentBounds = (signal: Signal, statements: readonly Statement[]): number[] => {
  const bounds = new Set([0, signal.width]);
  const visit = (list: readonly Statement[]): void => {
    for (const statement of list) {
      if (statement.kind === 'assign' && statement.target === signal) {
        bounds.add(statement.low);
        bounds.add(statement.low + statement.value.width);
      } else if (statement.kind === 'if') {
        visit(statement.then);
        visit(statement.otherwise);
      } else if (statement.kind === 'switch') {
        for (const one of statement.cases) visit(one.body);
        visit(statement.otherwise);
      }
    }
  };
  visit(statements);
  return [...bounds].sort((a, b) => a - b);
};
