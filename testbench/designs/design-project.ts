/**
 * How TypeScript reads files of somebody's own: as their project says, but with the names of Portcullis for the package that the command itself is part of, so that types are known
 * where no package is installed, or none was built.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { API, type APIOptions, type Project } from 'typescript/unstable/sync';
import { projectRoot } from '../commands/version.ts';
import { DesignError } from './design-error.ts';

type Paths = Readonly<Record<string, readonly string[]>>;

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

/** Where TypeScript finds what the package exports: sources in a checkout, where declarations may be missing or old, else declarations. */
const packagePaths = (): Paths => {
  const root = projectRoot();
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const checkout = existsSync(join(root, 'tsconfig.json'));
  const targets = Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === 'string') return [];
    const types = checkout ? target.types.replace(/^\.\/dist\/types\/(.*)\.d\.ts$/, './$1.ts') : target.types;
    return [[entry.replace('.', name), [join(root, types)]] as const];
  });
  return Object.fromEntries(targets);
};

/** For files of no project: as they are bundled and run. */
const plainOptions = {
  target: 'es2023',
  module: 'esnext',
  moduleResolution: 'bundler',
  strict: true,
  skipLibCheck: true,
};

/** The `tsconfig.json` in the folder of a file, or nearest above it; null where there is none. */
const nearestConfig = (file: string): string | null => {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const config = join(folder, 'tsconfig.json');
    if (existsSync(config)) return config;
    if (dirname(folder) === folder) return null;
  }
};

/** The configuration that a file is read by: one that only refers to others leaves it to one of these. */
const configOf = (api: API, file: string): string | null => {
  const nearest = nearestConfig(file);
  if (nearest === null || api.parseConfigFile(nearest).fileNames.length > 0) return nearest;
  const project = api.updateSnapshot({ openFiles: [file] }).getDefaultProjectForFile(file);
  return project !== undefined && existsSync(project.configFileName) ? project.configFileName : nearest;
};

/** The names that a configuration gives to paths, absolute. */
const pathsOf = (api: API, config: string): Paths => {
  const { paths, pathsBasePath } = api.parseConfigFile(config).options as { paths?: Paths; pathsBasePath?: string };
  const base = pathsBasePath ?? dirname(config);
  return Object.fromEntries(
    Object.entries(paths ?? {}).map(([name, targets]) => [name, targets.map((target) => resolve(base, target))]),
  );
};

/** TypeScript's process, as its interface holds it. */
interface Running {
  readonly client?: { readonly channel?: { readonly child?: ChildProcess }; close(): void };
}

/** Asks TypeScript, whose process lives as long. Told to end it may say `context canceled` among what the command says; killed, it says nothing. */
export const askTypeScript = <T>(options: APIOptions, ask: (api: API) => T): T => {
  const api = new API(options);
  try {
    return ask(api);
  } finally {
    const { client } = api as unknown as Running;
    if (client?.channel?.child?.kill('SIGKILL') === true) client.close();
    else api.close();
  }
};

/**
 * Asks about a file and those that go with it, in a project of their own.
 * @param files absolute paths, the first of which tells whose configuration holds
 * @throws DesignError where TypeScript cannot read them
 */
export const inDesignProject = <T>(files: readonly [string, ...string[]], ask: (project: Project) => T): T => {
  // Never written: TypeScript asks for it here.
  const own = join(dirname(files[0]), 'portcullis.tsconfig.json');
  let text = '';
  const fs = { readFile: (path: string): string | undefined => (path === own ? text : undefined) };
  return askTypeScript({ cwd: process.cwd(), fs }, (api) => {
    const base = configOf(api, files[0]);
    const paths = { ...(base === null ? {} : pathsOf(api, base)), ...packagePaths() };
    text = JSON.stringify({
      ...(base === null ? {} : { extends: base }),
      compilerOptions: {
        ...(base === null ? plainOptions : {}),
        allowImportingTsExtensions: true,
        allowJs: true,
        noEmit: true,
        paths,
      },
      files,
      include: [],
      references: [],
    });
    const project = api.updateSnapshot({ openProjects: [own] }).getProject(own);
    if (project === undefined) throw new DesignError(`${files[0]}: TypeScript cannot read it`);
    return ask(project);
  });
};
