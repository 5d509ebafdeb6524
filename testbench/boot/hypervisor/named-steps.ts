/** Steps of a hypervisor's programs as they are written, and which domains they name: what is checked before anything runs. */
import { number } from '../forms.ts';
import type { Statement } from '../statement.ts';

/** A trusted program, or what a domain runs. */
export interface Program {
  readonly name: string;
  /** In the order in which it takes them; what is repeated stands there twice, which is enough to see what it does to itself. */
  readonly steps: readonly Statement[];
}

const stepsBelow = (statement: Statement): readonly Statement[] =>
  statement.body.flatMap((step) => {
    if (step.words[0] !== 'repeat') return [step];
    const once = stepsBelow(step);
    const times = number.read(step.words[1]!) ?? 0;
    return Array.from({ length: Math.min(2, times) }, () => once).flat();
  });

export const programOf = ({ name, statement }: { readonly name: string; readonly statement: Statement }): Program => ({
  name,
  steps: stepsBelow(statement),
});

/** The word after the step's own. */
export const nameIn = ({ words }: Statement): string => words[1]!;

/** Where a step of domain 0 names domains: in the word after it, or in an option. */
const places: Readonly<Record<string, 'word' | 'to' | 'with' | 'of'>> = {
  start: 'word',
  destroy: 'word',
  pause: 'word',
  unpause: 'word',
  target: 'word',
  cap: 'word',
  accept: 'word',
  steer: 'to',
  share: 'with',
  withdraw: 'with',
  snapshot: 'of',
  shows: 'of',
};

/** Domains that a step of domain 0 names. */
export const domainsOf = (step: Statement): readonly string[] => {
  const place = places[step.words[0]!];
  if (place === undefined) return [];
  return place === 'word' ? [nameIn(step)] : step.options.get(place)!.split(',');
};
