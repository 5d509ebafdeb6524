import type { ModuleDefinition, Ports } from '../hdl/index.ts';
import {
  checkParameters,
  type ParameterSchema,
  type Parameters,
  type ParameterValue,
  type ParameterValues,
} from './parameters.ts';

/** A module of declared parameters: called with their values, those left out being at their defaults, it gives the module's definition. */
export interface Parameterised<Schema extends ParameterSchema, P extends Ports> {
  /** @throws ParameterError */
  (values?: Partial<ParameterValues<Schema>>): ModuleDefinition<P>;
  readonly schema: Schema;
}

/**
 * Declares the parameters of a module, so that they are checked and have defaults in one place, and so that the command line can
 * set them: `--set width=16`.
 *
 * @param build makes the module from values that were checked
 *
 * @example
 * export const counter = parameterised(
 *   { width: { kind: 'integer', minimum: 1, maximum: 64, default: 8, description: 'Bits of the count' } },
 *   (p) => module('counter', { count: output.reg(bits(p.width), { reset: 0 }) }, (io) => io.count.set(io.count.add(1))),
 * );
 */
export const parameterised = <const Schema extends ParameterSchema, P extends Ports>(
  schema: Schema,
  build: (values: Parameters<Schema>) => ModuleDefinition<P>,
): Parameterised<Schema, P> =>
  Object.assign(
    (values: Partial<ParameterValues<Schema>> = {}): ModuleDefinition<P> => {
      // What is left out and has no default is refused with its name.
      const given: Readonly<Record<string, ParameterValue | undefined>> = values;
      return build(checkParameters(schema, given as ParameterValues<Schema>, 'this module'));
    },
    { schema },
  );
