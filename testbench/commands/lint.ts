import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, lintDesign, lintProject } from '../designs/lint-signals.ts';
import { UsageError } from './errors.ts';
import type { Answer, Verb } from './verb.ts';

const isProject = (path: string): boolean => path.endsWith('.json');

/** A folder stands for the project in it. */
const target = (path: string): string => {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true ? join(path, 'tsconfig.json') : path;
};

const findingsOf = (path: string): readonly Finding[] => {
  if (isProject(path)) return lintProject(path);
  if (/\.[cm]?tsx?$/.test(path)) return lintDesign(path);
  throw new UsageError(
    `${path} is neither a TypeScript file nor a tsconfig.json; name one of these, or a folder with one.`,
  );
};

export const lint: Verb = {
  name: 'lint',
  summary: "Find JavaScript's operators on signals, such as if (io.ready), and numbers that do not fit",
  args: {
    path: {
      type: 'positional',
      required: false,
      description: 'A TypeScript file, a tsconfig.json or a folder with one; tsconfig.json when left out',
    },
  },
  async run(given): Promise<Answer> {
    const [named] = given.positionals;
    const path = target(named ?? 'tsconfig.json');
    if (named === undefined && !existsSync(path))
      throw new UsageError(
        'There is no tsconfig.json here; name the file to look through, as in portcullis lint counter.ts.',
      );
    const findings = findingsOf(path);
    const text = findings.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
    return {
      value: findings,
      text: findings.length === 0 ? `${path}: nothing found` : text.join('\n'),
      code: findings.length === 0 ? 0 : 1,
    };
  },
};
