import { fail } from './diagnostic.ts';
import type { Statement } from './ir.ts';
import { here } from './source-location.ts';

/** The module being elaborated, and where in it the next statement goes. */
export interface Scope {
  readonly moduleName: string;
  append(statement: Statement): void;
}

const open: Scope[] = [];

/** The innermost module being elaborated. */
export const currentScope = (operation: string): Scope => open.at(-1) ?? fail('outside-module', here(), { operation });

/** How many modules are being elaborated, one inside the other. */
export const scopeDepth = (): number => open.length;

/** Runs `body` with `scope` as the module being elaborated. */
export const withScope = <T>(scope: Scope, body: () => T): T => {
  open.push(scope);
  try {
    return body();
  } finally {
    open.pop();
  }
};

export const append = (statement: Statement): void => {
  currentScope('set').append(statement);
};
