/** Reading values that came from a file, with errors that say which part is wrong and what belongs there. */

export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

export const fault = (where: string, value: unknown, expected: string): ReplayError => {
  const text = JSON.stringify(value) ?? 'nothing';
  return new ReplayError(`${where} is ${text.length > 60 ? `${text.slice(0, 57)}...` : text}; it must be ${expected}`);
};

export const objectAt = (value: unknown, where: string): Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault(where, value, 'an object');
  return value as Readonly<Record<string, unknown>>;
};

export const listAt = <Item>(
  value: unknown,
  where: string,
  item: (value: unknown, where: string) => Item,
): readonly Item[] => {
  if (!Array.isArray(value)) throw fault(where, value, 'a list');
  return value.map((each, index) => item(each, `${where}[${index}]`));
};

/** A whole number from 0 to `most`. */
export const naturalAt = (value: unknown, where: string, most: number): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) {
    throw fault(where, value, `a whole number from 0 to ${most}`);
  }
  return value;
};

export const flagAt = (value: unknown, where: string): boolean => {
  if (typeof value !== 'boolean') throw fault(where, value, 'true or false');
  return value;
};

export const textAt = (value: unknown, where: string): string => {
  if (typeof value !== 'string') throw fault(where, value, 'a text');
  return value;
};

export const choiceAt = <Choice extends string>(value: unknown, where: string, choices: readonly Choice[]): Choice => {
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw fault(where, value, `one of ${choices.join(', ')}`);
  return choice;
};

/** Bytes as two hexadecimal digits each. */
export const bytesAt = (value: unknown, where: string): Uint8Array => {
  const text = textAt(value, where);
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw fault(where, value, 'pairs of hexadecimal digits');
  return Uint8Array.from(Buffer.from(text, 'hex'));
};
