import { fail } from './diagnostic.ts';
import { describeOperand, isShape } from './shape.ts';
import { here } from './source-location.ts';

/** What guards records of signals and the options of declarations against what JavaScript would let pass. */

/** The record with its keys as they are: `record.key = value`, which would set nothing, is refused. */
export const guarded = <R extends object>(record: R): R =>
  new Proxy(record, {
    set: (_, key) => fail('assigned', here(), { name: String(key) }),
    deleteProperty: (_, key) => fail('assigned', here(), { name: String(key) }),
  });

/** A property that is read only; what is written to it is refused. */
export const guardedProperty = (name: string, value: unknown): PropertyDescriptor => ({
  enumerable: true,
  get: () => value,
  set: () => fail('assigned', here(), { name }),
});

/** Refuses what is no object of names. `operation`: what takes it; `expected`: what to write. */
export const checkObject = (given: unknown, operation: string, expected: string): void => {
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && !isShape(given)) return;
  fail('wrong-kind', here(), { operation, expected, actual: describeOperand(given) });
};

/** Refuses the options that are not among those known. `place`: what has them, as in "register count". */
export const checkOptions = (given: object, known: readonly string[], place: string): void => {
  checkObject(given, place, `an object of ${known.join(', ')}`);
  const option = Object.keys(given).find((key) => !known.includes(key));
  if (option !== undefined) fail('unknown-option', here(), { option, place, known: known.join(', ') });
};
