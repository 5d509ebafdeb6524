/**
 * Methods that a value has not: JavaScript says "is not a function" of the text of the call, and knows of no value. What was asked of which value is noted where the
 * chain of its prototypes ends, which no property that is there comes to, so that it costs nothing; and asking alone is fine.
 */
import { fail } from './diagnostic.ts';
import type { SourceLocation } from './ir.ts';
import { nearestName } from './nearest-name.ts';
import { here } from './source-location.ts';

/** What a value or a bundle tells of itself. */
interface Described {
  describe(): string;
}

interface Missing {
  readonly value: Described;
  readonly name: string;
  readonly location: SourceLocation;
}

/** The last that was asked for in vain. */
let last: Missing | null = null;

/** Members that are the language's own business. */
const inner: ReadonlySet<string> = new Set(['constructor', 'describe', 'leaves', 'toJSON', 'toString', 'valueOf']);

const end: object = new Proxy({} as object, {
  get: (none, key, value: Described) => {
    const found: unknown = Reflect.get(none, key, value);
    if (found === undefined && typeof key === 'string') last = { value, name: key, location: here() };
    return found;
  },
});

/** Notes what is asked in vain of the objects that have this prototype. */
export const noteMissing = (prototype: Described): void => {
  Object.setPrototypeOf(prototype, end);
};

/** The methods of a value, those of its own kind first. */
const methodsOf = (value: object): readonly string[] => {
  const found = new Set<string>();
  for (let part: object | null = value; part !== null && part !== end; part = Object.getPrototypeOf(part) as object) {
    for (const [name, { value: member }] of Object.entries(Object.getOwnPropertyDescriptors(part)))
      if (typeof member === 'function' && !inner.has(name)) found.add(name);
  }
  return [...found];
};

/**
 * Refuses a call of a method that a value has not.
 * @param error what the author's code threw: nothing happens where it is of anything else
 */
export const refuseMissing = (error: unknown): void => {
  if (last === null || !(error instanceof TypeError)) return;
  const { value, name, location } = last;
  if (!error.message.endsWith(`${name} is not a function`)) return;
  last = null;
  const methods = methodsOf(value);
  const near = nearestName(name, methods);
  const known = methods.join(', ');
  fail('unknown-method', location, {
    signal: value.describe(),
    method: name,
    ...(near === undefined ? {} : { near }),
    known,
  });
};
