/** Holds statements to their forms: which words, which options, of what kinds. */
import { refuse, refuseWord, type Statement } from './statement.ts';

/** A kind of value, and how it is read. */
export interface Kind<Value> {
  /** As in "number" or "one of read, write". */
  readonly what: string;
  /** Undefined where the text is none. */
  read(text: string): Value | undefined;
  readonly choices?: readonly string[];
}

const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Decimal or hexadecimal, with underscores, and K, M, G for powers of 1024. */
export const number: Kind<number> = {
  what: 'a whole number, as 4096, 0x1000, 4K',
  read: (text) => {
    const found = /^(0x[0-9a-fA-F_]+|[0-9][0-9_]*)([KMG]?)$/.exec(text);
    if (found === null) return undefined;
    const value = Number(found[1]!.replaceAll('_', '')) * units[found[2]!]!;
    return Number.isSafeInteger(value) ? value : undefined;
  },
};

/** Numbers that a field of the machine can hold. @param end the first that it cannot */
export const below = (end: number): Kind<number> => ({
  what: `a whole number from 0 to ${end - 1}`,
  read: (given) => {
    const value = number.read(given);
    return value !== undefined && value < end ? value : undefined;
  },
});

/** How many, of what there must be some. */
export const countFromOne: Kind<number> = {
  what: 'a whole number, and not 0',
  read: (given) => number.read(given) || undefined,
};

export const text: Kind<string> = { what: 'a text', read: (given) => given };

export const choice = <const Choice extends string>(...choices: readonly Choice[]): Kind<Choice> => ({
  what: `one of ${choices.join(', ')}`,
  choices,
  read: (given) => choices.find((each) => each === given),
});

export const flag: Kind<boolean> = {
  what: 'yes or no',
  read: (given) => (given === 'yes' ? true : given === 'no' ? false : undefined),
};

export const memoryNumber: Kind<0 | 1> = {
  what: '0 or 1',
  read: (given) => (given === '0' ? 0 : given === '1' ? 1 : undefined),
};

type Kinds = Readonly<Record<string, Kind<unknown>>>;
type ValuesOf<K extends Kinds> = { readonly [Name in keyof K]: K[Name] extends Kind<infer Value> ? Value : never };

/** What a statement says, read by its form. */
export interface Form<Places extends Kinds, Needed extends Kinds, Optional extends Kinds> {
  /** Plain words after the first, in order. */
  readonly places?: Places;
  readonly needs?: Needed;
  readonly may?: Optional;
  /** Whether lines may stand below it. */
  readonly block?: boolean;
}

export type Read<Places extends Kinds, Needed extends Kinds, Optional extends Kinds> = ValuesOf<Places> &
  ValuesOf<Needed> &
  Partial<ValuesOf<Optional>>;

const readValue = (statement: Statement, name: string, kind: Kind<unknown>, given: string): unknown => {
  const value = kind.read(given);
  if (value !== undefined) return value;
  if (kind.choices !== undefined) throw refuseWord(statement, name, given, kind.choices);
  throw refuse(statement, `'${name}' is '${given}', but it must be ${kind.what}`);
};

/** Reads a statement by its form. @throws ScenarioError */
export const readForm = <P extends Kinds, N extends Kinds, O extends Kinds>(
  statement: Statement,
  form: Form<P, N, O>,
): Read<P, N, O> => {
  const [first, ...rest] = statement.words;
  const places = Object.entries<Kind<unknown>>(form.places ?? {});
  const needs: Kinds = form.needs ?? {};
  const may: Kinds = form.may ?? {};
  const names = [...Object.keys(needs), ...Object.keys(may)];
  if (rest.length < places.length)
    throw refuse(statement, `'${first}' needs ${places[rest.length]![0]}, ${places[rest.length]![1].what}, after it`);
  if (rest.length > places.length)
    throw refuse(
      statement,
      `'${rest[places.length]}' is one word too many for '${first}'${names.length > 0 ? `; options are written ${names.map((name) => `${name}=`).join(' ')}` : ''}`,
    );
  for (const name of statement.options.keys())
    if (!names.includes(name)) throw refuseWord(statement, `option of '${first}'`, name, names);
  for (const [name, kind] of Object.entries(needs))
    if (!statement.options.has(name)) throw refuse(statement, `'${first}' needs ${name}=, ${kind.what}`);
  if (form.block !== true && statement.body.length > 0)
    throw refuse(statement.body[0]!, `nothing stands below '${first}'; take the indentation away`);
  const values: Record<string, unknown> = {};
  for (const [index, [name, kind]] of places.entries()) values[name] = readValue(statement, name, kind, rest[index]!);
  for (const [name, given] of statement.options)
    values[name] = readValue(statement, name, (needs[name] ?? may[name])!, given);
  return values as Read<P, N, O>;
};
