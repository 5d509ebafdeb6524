/** Reads a file of somebody's own designs: TypeScript, run by Node after esbuild has taken its types away. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BuildFailure, Message, Metafile, Plugin } from 'esbuild';
import { nearestName } from '../../rtl/parts/parameters.ts';
import { projectRoot } from '../commands/version.ts';
import { DesignError, noteScript, placed } from './design-error.ts';
import { trapsIn } from './lint-signals.ts';

/** What a file may import of Portcullis, with its source in the project: it gets the very modules that the command line runs on. */
const provided: Readonly<Record<string, readonly [source: string, load: () => Promise<object>]>> = {
  portcullis: ['testbench/designs/index.ts', () => import('./index.ts')],
  'portcullis/hdl': ['rtl/hdl/index.ts', () => import('../../rtl/hdl/index.ts')],
  'portcullis/parts': ['rtl/parts/index.ts', () => import('../../rtl/parts/index.ts')],
  'portcullis/verilog': ['rtl/verilog/index.ts', () => import('../../rtl/verilog/index.ts')],
  'portcullis/simulator': ['testbench/simulator/index.ts', () => import('../simulator/index.ts')],
  'portcullis/waves': ['testbench/waves/index.ts', () => import('../waves/index.ts')],
  'portcullis/proofs': ['testbench/proofs/index.ts', () => import('../proofs/index.ts')],
  'portcullis/lockstep': ['testbench/lockstep/index.ts', () => import('../lockstep/index.ts')],
  'portcullis/synthesis': ['synth/index.ts', () => import('../../synth/index.ts')],
};

const shared = Symbol.for('portcullis.provided');
const sharedModules = ((globalThis as Record<symbol, unknown>)[shared] ??= {}) as Record<string, object>;

const realPath = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

/** Where the same lies in the project, as source and as it was built, for files that import it by its path. */
const providedPaths = (): ReadonlyMap<string, string> => {
  const root = projectRoot();
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, { readonly default?: string }>>;
  };
  const paths = Object.entries(provided).flatMap(([name, [source]]) => {
    const built = exports[name.replace(/^portcullis/, '.')]?.default;
    return [source, ...(built === undefined ? [] : [built])].map((path) => [realPath(join(root, path)), name] as const);
  });
  return new Map(paths);
};

/** Puts the running modules in place of what the file imports by name, or by its path in the project. */
const provide: Plugin = {
  name: 'portcullis',
  setup(build) {
    build.onResolve({ filter: /^portcullis(\/|$)/ }, ({ path }) => {
      if (Object.hasOwn(provided, path)) return { path, namespace: 'portcullis' };
      const names = Object.keys(provided);
      const near = nearestName(path, names);
      const hint = near === undefined ? '' : ` Did you mean '${near}'?`;
      return { errors: [{ text: `There is no '${path}' for designs to import.${hint} Choices: ${names.join(', ')}` }] };
    });
    const own = providedPaths();
    build.onResolve({ filter: /^(\.{1,2}\/|\/|[a-z]:[\\/]|file:)/i }, ({ path, resolveDir }) => {
      const file = path.startsWith('file:') ? fileURLToPath(path) : resolve(resolveDir, path);
      const name = own.get(realPath(file));
      if (name !== undefined) return { path: name, namespace: 'portcullis' };
      return path.startsWith('file:') ? { path: file } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: 'portcullis' }, async ({ path }) => {
      const module = (await provided[path]?.[1]()) ?? {};
      sharedModules[path] = module;
      const names = Object.keys(module).filter((name) => name !== 'default');
      const place = `globalThis[Symbol.for('portcullis.provided')][${JSON.stringify(path)}]`;
      return { contents: `export const { ${names.join(', ')} } = ${place};` };
    });
    // A file asks where it is itself, not where it is run from.
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const contents = `const __portcullis_url = ${JSON.stringify(pathToFileURL(path).href)};${text.replace(/^#!.*/, '')}`;
      return { contents, loader: /\.[cm]?ts$/.test(path) ? 'ts' : 'js' };
    });
  },
};

const messageText = ({ text, location }: Message): string => {
  const said = text.replace(/"portcullis:(portcullis[^"]*)"/, "'$1'");
  return location === null
    ? said
    : `${relative(process.cwd(), resolve(location.file))}:${location.line}:${location.column + 1}: ${said}`;
};

const folders: string[] = [];

/** Not before: the lines of the source are looked up in the map as long as anything is said of it. */
const removeAtEnd = (folder: string): void => {
  if (folders.length === 0)
    process.once('exit', () => {
      for (const each of folders) rmSync(each, { recursive: true, force: true });
    });
  folders.push(folder);
};

/** A folder for what is run: within reach of the packages that the file imports. */
const folderFor = (file: string): string => {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const packages = join(folder, 'node_modules');
    if (existsSync(packages)) {
      try {
        mkdirSync(join(packages, '.portcullis'), { recursive: true });
        // Node tells real paths of what it runs, and these are looked up: the packages may be there by a link.
        return realpathSync(mkdtempSync(join(packages, '.portcullis', 'design-')));
      } catch {
        break;
      }
    }
    if (dirname(folder) === folder) break;
  }
  return realpathSync(mkdtempSync(join(tmpdir(), 'portcullis-design-')));
};

const checkFile = (path: string): void => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new DesignError(`${path}: no such file or directory`);
  if (!stat.isFile()) throw new DesignError(`${path} is no file; name the TypeScript file that exports the module.`);
};

/**
 * Refuses JavaScript's operators on signals in the file and in what it imports, packages left aside: run, they would make another circuit than the one that was meant.
 * @throws DesignError
 */
const refuseTraps = (file: string, { inputs }: Metafile): void => {
  const imported = Object.keys(inputs)
    .filter((input) => /^(?!portcullis:).*\.[cm]?[jt]sx?$/.test(input))
    .map((input) => resolve(input))
    .filter((input) => input !== file);
  const found = trapsIn([file, ...imported]);
  if (found.length === 0) return;
  throw new DesignError(
    found.map((finding) => `${finding.file}:${finding.line}:${finding.column}: ${finding.message}`).join('\n'),
  );
};

/**
 * What a file exports.
 * @throws DesignError where it cannot be read or run; what the language refuses while it runs, as it is
 */
export const loadDesigns = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
  checkFile(path);
  const file = resolve(path);
  const folder = folderFor(file);
  removeAtEnd(folder);
  const script = join(folder, `${basename(file).replace(/\.[cm]?[jt]s$/, '')}.mjs`);
  const { build } = await import('esbuild');
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [file],
      outfile: script,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      packages: 'external',
      sourcemap: 'linked',
      define: { 'import.meta.url': '__portcullis_url' },
      logLevel: 'silent',
      write: false,
      metafile: true,
      plugins: [provide],
    });
    refuseTraps(file, metafile);
    for (const { path: name, contents } of outputFiles) writeFileSync(name, contents);
    noteScript(script);
  } catch (error) {
    const { errors } = error as BuildFailure;
    if (!Array.isArray(errors)) throw error;
    throw new DesignError(errors.map(messageText).join('\n'));
  }
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(script).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw placed(error, path);
  }
};
