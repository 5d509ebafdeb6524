// What the package exports, read from package.json, so that it is said in one place: declarations lie in dist/types as their sources do in the project.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** Of each entry, its file in dist without ending, its source, and its declarations. */
export const entries = Object.values(exports)
  .filter((target) => typeof target === 'object')
  .map(({ types, default: script }) => ({
    name: /^\.\/dist\/(.*)\.js$/.exec(script)[1],
    source: /^\.\/dist\/types\/(.*)\.d\.ts$/.exec(types)[1].concat('.ts'),
    declarations: types.slice('./'.length),
  }));
