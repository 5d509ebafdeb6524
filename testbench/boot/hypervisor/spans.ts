/** What programs begin and end by a name: nothing begins twice, and nothing is used that has not begun, as far as one sees that before it runs. */
import { refuse, type Statement } from '../statement.ts';
import { domainsOf, nameIn, type Program } from './named-steps.ts';

/** Something that has a name, which one step begins, and others need. */
interface Span {
  /** As in "domain 'a'". */
  what(name: string): string;
  /** As in "is started". */
  readonly begun: string;
  readonly begins: string;
  /** Steps for which it must have begun. */
  readonly needs: readonly string[];
  /** What a step begins or needs. */
  namesOf(step: Statement): readonly string[];
  /** Whether a step is the end of it. */
  ends(step: Statement, name: string): boolean;
  /** What to write where it begins once more. */
  readonly again: string;
}

const treeFor = (step: Statement): string => `${nameIn(step)}' with '${step.options.get('with')}`;
const snapshotOf = (step: Statement): string => `${nameIn(step)}' of '${step.options.get('of')}`;
/** Of what has the name of its domain last, and ends with it. */
const destroys = (step: Statement, name: string): boolean =>
  step.words[0] === 'destroy' && name.endsWith(`'${nameIn(step)}`);

const ofDomains: Span = {
  what: (name) => `domain '${name}'`,
  begun: 'started',
  begins: 'start',
  needs: ['destroy', 'pause', 'unpause', 'target', 'cap', 'accept', 'steer', 'share', 'withdraw', 'snapshot', 'shows'],
  namesOf: domainsOf,
  ends: ({ words: [word, domain] }, name) => word === 'destroy' && domain === name,
  again: "write 'destroy' between",
};

const ofShares: Span = {
  what: (name) => `tree '${name}'`,
  begun: 'shared',
  begins: 'share',
  needs: ['withdraw'],
  namesOf: (step) => [treeFor(step)],
  ends: (step, name) => (step.words[0] === 'withdraw' && treeFor(step) === name) || destroys(step, name),
  again: "write 'withdraw' between",
};

const ofSnapshots: Span = {
  what: (name) => `snapshot '${name}'`,
  begun: 'taken',
  begins: 'snapshot',
  needs: ['shows'],
  namesOf: (step) => [snapshotOf(step)],
  ends: destroys,
  again: 'give it another name',
};

const ofGrants: Span = {
  what: (name) => `'${name}'`,
  begun: 'granted',
  begins: 'grant',
  needs: ['end'],
  namesOf: (step) => [nameIn(step)],
  ends: ({ words: [word, grant] }, name) => word === 'end' && grant === name,
  again: "write 'end' between, or give it another name",
};

/** Follows what one program does. What others do in between is not known: where they may have seen to it, it may be right. */
const checkOne = (span: Span, { steps }: Program, others: readonly Program[]): void => {
  const { begins, begun, what, needs, ends, again } = span;
  const elsewhere = others.flatMap((other) => other.steps);
  const open = new Map<string, Statement>();
  const over = new Map<string, Statement>();
  const begin = (step: Statement, name: string): void => {
    const before = open.get(name);
    if (before !== undefined && !elsewhere.some((other) => ends(other, name)))
      throw refuse(step, `${what(name)} is ${begun} in line ${before.line} already; ${again}`);
    open.set(name, step);
  };
  const need = (step: Statement, name: string): void => {
    if (open.has(name)) return;
    if (elsewhere.some((other) => other.words[0] === begins && span.namesOf(other).includes(name))) return;
    const end = over.get(name);
    throw refuse(
      step,
      end === undefined
        ? `${what(name)} is not ${begun} before this; write '${begins}' above it`
        : `${what(name)} has ended in line ${end.line}`,
    );
  };
  for (const step of steps) {
    const [word = ''] = step.words;
    if (word === begins) for (const name of span.namesOf(step)) begin(step, name);
    else if (needs.includes(word)) for (const name of span.namesOf(step)) need(step, name);
    for (const name of [...open.keys()].filter((each) => ends(step, each))) {
      open.delete(name);
      over.set(name, step);
    }
  }
};

/** What two programs begin, and nobody ends. */
const checkApart = ({ begins, namesOf, ends, what, begun }: Span, programs: readonly Program[]): void => {
  const first = new Map<string, { readonly program: Program; readonly step: Statement }>();
  const all = programs.flatMap((program) => program.steps.map((step) => ({ program, step })));
  for (const { program, step } of all.filter((each) => each.step.words[0] === begins))
    for (const name of namesOf(step)) {
      const other = first.get(name) ?? { program, step };
      first.set(name, other);
      if (other.program !== program && !all.some((each) => ends(each.step, name)))
        throw refuse(
          step,
          `${what(name)} is ${begun} in line ${other.step.line} already, by '${other.program.name}'; take one of them away`,
        );
    }
};

/** @throws ScenarioError for what begins twice, or is used without having begun */
export const checkSpans = (guests: readonly Program[], trusted: readonly Program[]): void => {
  for (const span of [ofDomains, ofShares, ofSnapshots]) {
    checkApart(span, trusted);
    for (const program of trusted)
      checkOne(
        span,
        program,
        trusted.filter((other) => other !== program),
      );
  }
  checkApart(ofGrants, guests);
  for (const program of guests) checkOne(ofGrants, program, []);
};
