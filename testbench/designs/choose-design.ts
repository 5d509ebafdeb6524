/** The module that a command line means, among what a file exports. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { refuseStranger } from '../../rtl/hdl/copies.ts';
import { elaborate, type ModuleDefinition, type Ports } from '../../rtl/hdl/index.ts';
import type { Parameterised } from '../../rtl/parts/parameterised.ts';
import { checkParameters, nearestName, type ParameterSchema, type ParameterValue } from '../../rtl/parts/parameters.ts';
import { DesignError, placed } from './design-error.ts';
import { loadDesigns } from './load.ts';

export type DesignParameters = Readonly<Record<string, ParameterValue>>;

/** A module of somebody's own file. */
export interface Design {
  /** As the module is called; where its parameters have a say in that, as it is exported. */
  readonly name: string;
  /** As it was named. */
  readonly file: string;
  /** The name of its export, and whether that is called to have the module. */
  readonly exported: string;
  readonly called: boolean;
  /** What a command line says to have this module and no other. */
  readonly words: readonly string[];
  /** Empty for a plain function, which takes what it is given. */
  readonly schema: ParameterSchema;
  /** @throws ParameterError, DesignError */
  parameters(values: DesignParameters): DesignParameters;
  /** A module that was elaborated, and so is sound. @throws ElaborationError, DesignError */
  definition(parameters: DesignParameters): ModuleDefinition<Ports>;
}

type Builder = (values?: DesignParameters) => unknown;

const isDefinition = (value: unknown): value is ModuleDefinition<Ports> =>
  typeof value === 'object' && value !== null && 'ports' in value && 'name' in value && typeof value.name === 'string';

const isParameterised = (value: unknown): value is Parameterised<ParameterSchema, Ports> =>
  typeof value === 'function' && 'schema' in value && typeof value.schema === 'object' && value.schema !== null;

const isBuilder = (value: unknown): value is Builder =>
  typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value));

/** What --set says of a plain function's parameters. */
const plainValue = (value: ParameterValue): ParameterValue => {
  if (typeof value !== 'string') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return /^(-?\d+(\.\d+)?|0x[\da-f]+)$/i.test(value) ? Number(value) : value;
};

const schemaHint = (name: string): string =>
  `\n  it was called with what --set gives; give ${name} all of its parameters, as in --set width=8, or declare them with parameterised({ width: ... }, (p) => module(...))`;

const plainFile = (path: string): string => basename(path).replace(/\.[cm]?[jt]sx?$/, '');

const designOf = (file: string, exported: string, value: unknown, alone: boolean): Design => {
  const own = exported === 'default' ? plainFile(file) : exported;
  const name = isDefinition(value) ? value.name : own;
  const schema = isParameterised(value) ? value.schema : {};
  const sound = (make: () => unknown, hint = ''): ModuleDefinition<Ports> => {
    let made: unknown;
    try {
      made = make();
      if (isDefinition(made)) {
        refuseStranger(made, `the command, for ${own},`, { file: shownPath(file), line: 1, column: 1 });
        elaborate(made);
        return made;
      }
    } catch (error) {
      throw placed(error, file, hint);
    }
    const what = made instanceof Promise ? 'a promise: what it makes must not wait' : `${typeof made}`;
    throw new DesignError(`${file}: ${own} gives no module but ${what}; let it return module('${name}', ...).`);
  };
  return {
    name,
    file,
    exported,
    called: !isDefinition(value),
    words: alone ? [file] : [file, '--module', exported],
    schema,
    parameters(values) {
      if (isDefinition(value)) {
        const given = Object.keys(values)[0];
        if (given !== undefined)
          throw new DesignError(
            `${file}: ${own} is a module without parameters, so that there is no '${given}' to set; export a function of its parameters, as in parameterised({ ${given}: ... }, (p) => module(...)).`,
          );
        return {};
      }
      if (isParameterised(value)) return checkParameters(schema, values, own);
      return Object.fromEntries(Object.entries(values).map(([key, given]) => [key, plainValue(given)]));
    },
    definition(parameters) {
      if (isDefinition(value)) return sound(() => value);
      if (isParameterised(value)) return sound(() => value(parameters));
      const build = value as Builder;
      const none = Object.keys(parameters).length === 0;
      return sound(() => (none ? build() : build(parameters)), build.length > 0 ? schemaHint(own) : '');
    },
  };
};

const wrongName = (file: string, wanted: string, names: readonly string[]): DesignError => {
  const near = nearestName(wanted, names);
  const hint = near === undefined ? '' : ` Did you mean '${near}'?`;
  return new DesignError(
    `${file} exports no module '${wanted}'.${hint} ${names.length === 0 ? 'It exports none.' : `It exports ${names.join(', ')}.`}`,
  );
};

/**
 * The module of a file: the one that is named, by its own name or that of its export; else the default export, or the only one.
 * @throws DesignError
 */
export const designIn = async (file: string, wanted: string | undefined): Promise<Design> => {
  const all = Object.entries(await loadDesigns(file));
  const modules = all.filter(([, value]) => isDefinition(value) || isParameterised(value));
  const functions = all.filter(([, value]) => isBuilder(value) && !isParameterised(value));
  const names = [...modules, ...functions].map(([name]) => name);
  if (wanted !== undefined) {
    const found =
      [...modules, ...functions].find(([name]) => name === wanted) ??
      modules.find(([, value]) => isDefinition(value) && value.name === wanted);
    if (found === undefined) throw wrongName(file, wanted, names);
    return designOf(file, ...found, false);
  }
  const chosen = [...modules, ...functions].filter(([name]) => name === 'default');
  const candidates = chosen.length > 0 ? chosen : modules.length > 0 ? modules : functions;
  const [only] = candidates;
  if (only === undefined)
    throw new DesignError(
      `${file} exports no module; write export const counter = module('counter', { ... }, (io, m) => { ... }).`,
    );
  if (candidates.length > 1)
    throw new DesignError(
      `${file} exports ${candidates.map(([name]) => name).join(', ')}; say which with --module ${only[0]}.`,
    );
  return designOf(file, ...only, true);
};

/** Name and version of the package that a file is part of, and the file's path in it, for descriptions of what comes from it. */
export const packageOf = (file: string): { readonly name: string; readonly version: string; readonly path: string } => {
  for (let folder = dirname(resolve(file)); dirname(folder) !== folder; folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
        string,
        unknown
      >;
      return {
        name: typeof name === 'string' ? name.replace(/[^\w-]+/g, '_').replace(/^_/, '') : basename(folder),
        version: typeof version === 'string' ? version : '0.0.0',
        path: relative(folder, resolve(file)),
      };
    } catch {
      // None here, or none that can be read: the next one up.
    }
  }
  return { name: 'designs', version: '0.0.0', path: basename(file) };
};

/** Whether a word of the command line is a file of designs rather than the name of a block. */
export const isDesignFile = (word: string): boolean => /\.[cm]?[jt]s$/.test(word);

/** As a person reads it from where the command runs. */
export const shownPath = (file: string): string => relative(process.cwd(), resolve(file)) || file;
