/**
 * Parameters of blocks and parts: declared once as a schema, checked in one place. Free of hardware, so that a block's
 * `interface.ts` may be read by its model and by the command line.
 */

import { nearestName } from '../hdl/nearest-name.ts';

export { nearestName } from '../hdl/nearest-name.ts';

export type ParameterValue = number | boolean | string;

interface Described {
  /** One sentence: what it sets, in which unit. */
  readonly description: string;
}

/** An integer from `minimum` to `maximum`, both allowed; `multipleOf` and `powerOfTwo` narrow it further. */
export interface IntegerParameter extends Described {
  readonly kind: 'integer';
  readonly minimum: number;
  readonly maximum: number;
  readonly multipleOf?: number;
  readonly powerOfTwo?: boolean;
  readonly default?: Default<number>;
}

/** One of a list. */
export interface ChoiceParameter<Choice extends number | string = number | string> extends Described {
  readonly kind: 'choice';
  readonly choices: readonly Choice[];
  readonly default?: Default<Choice>;
}

export interface FlagParameter extends Described {
  readonly kind: 'flag';
  readonly default?: Default<boolean>;
}

/** A value, or how to find it from the parameters declared before this one. */
export type Default<Value> = Value | ((earlier: Readonly<Record<string, ParameterValue>>) => Value);

export type Parameter = IntegerParameter | ChoiceParameter | FlagParameter;
export type ParameterSchema = Readonly<Record<string, Parameter>>;

type ValueOf<P extends Parameter> = P extends IntegerParameter
  ? number
  : P extends ChoiceParameter<infer Choice>
    ? Choice
    : boolean;

/** The checked values of a schema: every parameter is there. */
export type Parameters<Schema extends ParameterSchema> = {
  readonly [Name in keyof Schema]: ValueOf<Schema[Name]>;
};

type HasDefault<P> = P extends { readonly default: unknown } ? true : false;

/** What a caller may give: parameters without a default must be there. */
export type ParameterValues<Schema extends ParameterSchema> = {
  readonly [Name in keyof Schema as HasDefault<Schema[Name]> extends true ? never : Name]: ValueOf<Schema[Name]>;
} & {
  readonly [Name in keyof Schema as HasDefault<Schema[Name]> extends true ? Name : never]?:
    | ValueOf<Schema[Name]>
    | undefined;
};

export interface ParameterErrorDetail {
  /** The block or part whose parameter it is. */
  readonly owner: string;
  readonly parameter: string;
  readonly value: unknown;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** The allowed value or parameter name nearest to what was given. */
  readonly nearest: ParameterValue | undefined;
}

/**
 * A parameter has a value that is not allowed, is missing, or does not exist. The message alone says how to mend it.
 */
export class ParameterError extends Error {
  readonly detail: ParameterErrorDetail;
  constructor(message: string, detail: ParameterErrorDetail) {
    super(message);
    this.name = 'ParameterError';
    this.detail = detail;
  }
}

/** Keeps the literal types of a schema, so that its values are typed by name. */
export const parameters = <const Schema extends ParameterSchema>(schema: Schema): Schema => schema;

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

const show = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'bigint' ? `${value}n` : String(value);
};

/** What a parameter allows, in words: `an integer from 2 to 64`. */
export const allowedValues = (parameter: Parameter): string => {
  switch (parameter.kind) {
    case 'integer': {
      const what = parameter.powerOfTwo === true ? 'a power of two' : 'an integer';
      const step = parameter.multipleOf === undefined ? '' : ` and a multiple of ${parameter.multipleOf}`;
      return `${what} from ${parameter.minimum} to ${parameter.maximum}${step}`;
    }
    case 'choice': {
      const shown = parameter.choices.map(show);
      const last = shown.pop() ?? 'nothing';
      return shown.length === 0 ? last : `${shown.join(', ')} or ${last}`;
    }
    case 'flag':
      return 'true or false';
    default:
      throw new Error(`unknown kind of parameter ${parameter satisfies never}`);
  }
};

const allows = (parameter: Parameter, value: unknown): boolean => {
  switch (parameter.kind) {
    case 'integer':
      return (
        typeof value === 'number' &&
        Number.isSafeInteger(value) &&
        value >= parameter.minimum &&
        value <= parameter.maximum &&
        value % (parameter.multipleOf ?? 1) === 0 &&
        (parameter.powerOfTwo !== true || isPowerOfTwo(value))
      );
    case 'choice':
      return parameter.choices.some((choice) => choice === value);
    case 'flag':
      return typeof value === 'boolean';
    default:
      throw new Error(`unknown kind of parameter ${parameter satisfies never}`);
  }
};

const nearestBy = <T>(candidates: readonly T[], distanceOf: (candidate: T) => number): T | undefined => {
  let best: T | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const d = distanceOf(candidate);
    if (d < least) [best, least] = [candidate, d];
  }
  return best;
};

const nearestInteger = (parameter: IntegerParameter, value: number): number | undefined => {
  const { minimum, maximum, multipleOf: step = 1 } = parameter;
  const inside = Math.min(maximum, Math.max(minimum, value));
  const candidates =
    parameter.powerOfTwo === true
      ? [2 ** Math.floor(Math.log2(inside)), 2 ** Math.ceil(Math.log2(inside))]
      : [Math.floor(inside / step) * step, Math.ceil(inside / step) * step];
  return nearestBy(
    candidates.filter((candidate) => allows(parameter, candidate)),
    (candidate) => Math.abs(candidate - value),
  );
};

const nearestValue = (parameter: Parameter, value: unknown): ParameterValue | undefined => {
  switch (parameter.kind) {
    case 'integer':
      return typeof value === 'number' && !Number.isNaN(value) ? nearestInteger(parameter, value) : undefined;
    case 'choice':
      if (typeof value === 'number') {
        const numbers = parameter.choices.filter((choice) => typeof choice === 'number');
        return Number.isNaN(value) ? undefined : nearestBy(numbers, (choice) => Math.abs(choice - value));
      }
      return typeof value === 'string'
        ? nearestName(
            value,
            parameter.choices.filter((choice) => typeof choice === 'string'),
          )
        : undefined;
    case 'flag':
      return undefined;
    default:
      throw new Error(`unknown kind of parameter ${parameter satisfies never}`);
  }
};

const refuse = (owner: string, name: string, parameter: Parameter, value: unknown): ParameterError => {
  const allowed = allowedValues(parameter);
  const nearest = nearestValue(parameter, value);
  const hint = nearest === undefined ? '' : `; the nearest allowed value is ${show(nearest)}`;
  const message =
    value === undefined
      ? `parameter '${name}' of ${owner} is missing: it must be ${allowed}`
      : `parameter '${name}' of ${owner} is ${show(value)}, but it must be ${allowed}${hint}`;
  return new ParameterError(message, { owner, parameter: name, value, allowed, nearest });
};

/**
 * Checks values against a schema and fills in the defaults.
 *
 * @param owner the block or part, for messages
 * @throws ParameterError at the first value that is not allowed, missing, or not in the schema
 */
export const checkParameters = <const Schema extends ParameterSchema>(
  schema: Schema,
  values: ParameterValues<Schema>,
  owner = 'this block',
): Parameters<Schema> => {
  const given: Readonly<Record<string, unknown>> = values;
  const names = Object.keys(schema);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(schema, name)) continue;
    const nearest = nearestName(name, names);
    const allowed = names.length === 0 ? 'no parameters' : names.map((known) => `'${known}'`).join(', ');
    const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
    throw new ParameterError(`${owner} has no parameter '${name}', only ${allowed}${hint}`, {
      owner,
      parameter: name,
      value: given[name],
      allowed,
      nearest,
    });
  }
  const checked: Record<string, ParameterValue> = {};
  for (const [name, parameter] of Object.entries(schema)) {
    let value = given[name];
    if (value === undefined)
      value = typeof parameter.default === 'function' ? parameter.default(checked) : parameter.default;
    if (!allows(parameter, value)) throw refuse(owner, name, parameter, value);
    checked[name] = value as ParameterValue;
  }
  return checked as Parameters<Schema>;
};

/**
 * Reads values written as text, such as `--set dataWidth=128`, by the schema: numbers (decimal, or hexadecimal after
 * `0x`), `true` and `false`, or a choice's own text. What cannot be read is passed on as it is, so that
 * `checkParameters` refuses it.
 */
export const readParameters = (
  schema: ParameterSchema,
  texts: Readonly<Record<string, string>>,
): Record<string, ParameterValue> => {
  const read = (parameter: Parameter | undefined, text: string): ParameterValue => {
    if (parameter === undefined) return text;
    if (parameter.kind === 'flag') return text === 'true' ? true : text === 'false' ? false : text;
    if (parameter.kind === 'choice' && parameter.choices.some((choice) => choice === text)) return text;
    return /^(-?\d+(\.\d+)?|0x[\da-f]+)$/i.test(text) ? Number(text) : text;
  };
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      read(Object.hasOwn(schema, name) ? schema[name] : undefined, text),
    ]),
  );
};
