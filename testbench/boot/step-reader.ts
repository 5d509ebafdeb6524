/** Reads the steps of programs, whatever kinds there are. */
import { number, readForm, text } from './forms.ts';
import { refuse, refuseWord, type Statement } from './statement.ts';

/** What a step was to do did not come about on the machine. */
export class StepError extends Error {
  override readonly name = 'StepError';
}

/** Reads a statement; what it gives does the step. */
export type StepReader<On> = (statement: Statement) => (on: On) => Promise<void>;

/** Steps that every program can have. */
const common = <On>(
  kinds: Readonly<Record<string, StepReader<On>>>,
  endsOf: (on: On) => ReadonlyMap<string, Promise<void>>,
  wait: (on: On, end: Promise<void>) => Promise<void>,
  begins: (on: On, statement: Statement) => void,
): Readonly<Record<string, StepReader<On>>> => {
  const all: Readonly<Record<string, StepReader<On>>> = {
    ...kinds,
    after: (statement) => {
      const { program } = readForm(statement, { places: { program: text } });
      return (on) => {
        const ends = endsOf(on);
        const end = ends.get(program);
        if (end === undefined) throw refuseWord(statement, 'program', program, [...ends.keys()]);
        return wait(on, end);
      };
    },
    repeat: (statement) => {
      const { times } = readForm(statement, { places: { times: number }, block: true });
      const steps = readBelow(statement, all, begins);
      return async (on) => {
        for (let time = 0; time < times; time += 1) for (const step of steps) await step(on);
      };
    },
  };
  return all;
};

/** Reads the steps below a statement, of the kinds that there are. @throws ScenarioError */
const readBelow = <On>(
  above: Statement,
  kinds: Readonly<Record<string, StepReader<On>>>,
  begins: (on: On, statement: Statement) => void,
): readonly ((on: On) => Promise<void>)[] => {
  if (above.body.length === 0) throw refuse(above, `steps must stand below '${above.text}', indented`);
  return above.body.map((statement) => {
    const word = statement.words[0] ?? '';
    const read = kinds[word];
    if (read === undefined) throw refuseWord(statement, 'step', word, Object.keys(kinds));
    const step = read(statement);
    return (on) => {
      begins(on, statement);
      return step(on);
    };
  });
};

/**
 * A reader of the steps below a statement: these kinds, and those that every program can have.
 *
 * @param wait until another program has ended
 * @param begins is told before each step
 */
export const stepsOf = <On>(
  kinds: Readonly<Record<string, StepReader<On>>>,
  endsOf: (on: On) => ReadonlyMap<string, Promise<void>>,
  wait: (on: On, end: Promise<void>) => Promise<void> = (_, end) => end,
  begins: (on: On, statement: Statement) => void = () => {},
): ((above: Statement) => readonly ((on: On) => Promise<void>)[]) => {
  const all = common(kinds, endsOf, wait, begins);
  return (above) => readBelow(above, all, begins);
};
