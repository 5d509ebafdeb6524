import { existsSync, readFileSync } from 'node:fs';
import { findSourceMap, SourceMap } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceLocation } from './ir.ts';

/**
 * Finds the line of the user's TypeScript that called into the language.
 *
 * The stack is taken as unmapped call sites, which is cheap, and each distinct call site is mapped through source maps once.
 * Frames inside the language are skipped. Paths are relative to the package that holds the file, so that they are the
 * same on every machine.
 */

/** Frames to take: an operator of the language is a few calls deep, and each frame costs. */
const frameLimits = [4, 16, 200];

/** Where nothing better is known. */
export const nowhere: SourceLocation = { file: '<unknown>', line: 1, column: 1 };

const packageRoots = new Map<string, string>();

const packageRootOf = (directory: string): string => {
  const known = packageRoots.get(directory);
  if (known !== undefined) return known;
  const parent = dirname(directory);
  const root = existsSync(join(directory, 'package.json')) || parent === directory ? directory : packageRootOf(parent);
  packageRoots.set(directory, root);
  return root;
};

const plainPath = (file: string): string =>
  file.startsWith('file:') ? fileURLToPath(file) : file.replace(/\?.*$/, '');

interface Position {
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

type Prepare = NonNullable<typeof Error.prepareStackTrace>;

const framePattern = /(?:\(|at )(?:async )?((?:file:\/\/)?[^()\s][^()]*):(\d+):(\d+)\)?\s*$/;

/** Asks whoever maps stacks here (a test runner, a loader) to print one frame, and reads the position from the text. */
const mapByHandler = (handler: Prepare, site: NodeJS.CallSite): Position | null => {
  const text: unknown = handler(new Error('position'), [site]);
  if (typeof text !== 'string') return null;
  const match = framePattern.exec(text.split('\n').at(-1) ?? '');
  if (match === null) return null;
  const [, file = '', line = '1', column = '1'] = match;
  return { file: resolve(plainPath(file)), line: Number(line), column: Number(column) };
};

const mapsBeside = new Map<string, SourceMap | null>();

/** The source map that a bundle names in its last line, for when Node was not asked to load source maps. */
const mapBeside = (file: string): SourceMap | null => {
  const known = mapsBeside.get(file);
  if (known !== undefined) return known;
  let found: SourceMap | null = null;
  if (/\.[cm]?js$/.test(file) && existsSync(`${file}.map`))
    found = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  mapsBeside.set(file, found);
  return found;
};

const mapSite = (
  file: string,
  line: number,
  column: number,
  site: NodeJS.CallSite,
  handler: Prepare | undefined,
): Position => {
  const absolute = resolve(plainPath(file));
  const map = findSourceMap(file) ?? findSourceMap(absolute) ?? mapBeside(absolute);
  const entry = map?.findEntry(line - 1, column - 1);
  if (entry !== undefined && 'originalSource' in entry && typeof entry.originalSource === 'string') {
    const source = entry.originalSource;
    const original = source.startsWith('file:') ? fileURLToPath(source) : resolve(dirname(absolute), source);
    return { file: original, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }
  return (handler === undefined ? null : mapByHandler(handler, site)) ?? { file: absolute, line, column };
};

interface Frame {
  readonly location: SourceLocation;
  /** Whether the frame belongs to the language itself or to the JavaScript engine. */
  readonly skipped: boolean;
}

/** The folder of the language's sources, learnt from the frame of this file. */
let languageDirectory: string | null = null;

/** As it is run: in a bundle all of the project lies there. */
const scriptDirectory = dirname(fileURLToPath(import.meta.url));

const files = new WeakMap<SourceLocation, string>();

/** The absolute path of the file that a location was found in: `file` alone does not tell the package. */
export const fileOf = (location: SourceLocation): string | undefined => files.get(location);

/** Whether a line of a stack is of the language itself, or of Node: of no use to the author of a design. */
export const isLanguageFrame = (line: string): boolean =>
  /[( ]node:|[\\/]rtl[\\/]hdl[\\/](?!.*\.(?:test|examples)\.ts)/.test(line) ||
  (line.includes(scriptDirectory) && !/\.(?:test|examples)\.ts/.test(line));

const frameOf = ({ file, line, column }: Position): Frame => {
  languageDirectory ??= dirname(ownPosition().file);
  const skipped =
    `${dirname(file)}${sep}`.startsWith(`${languageDirectory}${sep}`) && !/\.(?:test|examples)\.ts$/.test(file);
  const path = relative(packageRootOf(dirname(file)), file)
    .split(sep)
    .join('/');
  const location = { file: path, line, column };
  files.set(location, file);
  return { location, skipped };
};

/** The mapped frame of each call site seen, by file, then by line and column. */
const cache = new Map<string, Map<number, Frame>>();

const cachedFrame = (site: NodeJS.CallSite, handler: Prepare | undefined): Frame => {
  const file = site.getFileName() ?? '';
  const line = site.getLineNumber() ?? 1;
  const column = site.getColumnNumber() ?? 1;
  let ofFile = cache.get(file);
  if (ofFile === undefined) {
    ofFile = new Map();
    cache.set(file, ofFile);
  }
  const key = line * 65_536 + column;
  let frame = ofFile.get(key);
  if (frame === undefined) {
    const internal = file === '' || file.startsWith('node:');
    frame = internal ? { location: nowhere, skipped: true } : frameOf(mapSite(file, line, column, site, handler));
    ofFile.set(key, frame);
  }
  return frame;
};

/** The frames below a function. */
const capture = (
  below: (...given: never[]) => unknown,
  limit: number,
): { sites: readonly NodeJS.CallSite[]; handler: Prepare | undefined } => {
  const handler = Error.prepareStackTrace;
  const previousLimit = Error.stackTraceLimit;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = limit;
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(holder, below);
    const sites = holder.stack;
    return { sites: Array.isArray(sites) ? sites : [], handler };
  } finally {
    Error.stackTraceLimit = previousLimit;
    if (handler === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Error.prepareStackTrace = handler;
  }
};

/** A place in this file, mapped as every other. */
const ownPosition = (): Position => {
  const { sites, handler } = capture(capture, 1);
  const [own] = sites;
  if (own === undefined) return { file: fileURLToPath(import.meta.url), line: 1, column: 1 };
  return mapSite(own.getFileName() ?? '', own.getLineNumber() ?? 1, own.getColumnNumber() ?? 1, own, handler);
};

let fixedLocation: SourceLocation | null = null;

/** Runs `body` with every node located at `location`: for parts of the language that build on its own public surface. */
export const withLocation = <T>(location: SourceLocation, body: () => T): T => {
  const previous = fixedLocation;
  fixedLocation = location;
  try {
    return body();
  } finally {
    fixedLocation = previous;
  }
};

/** The innermost location outside the language, in the calls below a function, that is wanted. */
const findCaller = (
  below: (...given: never[]) => unknown,
  wanted: (location: SourceLocation) => boolean = () => true,
): SourceLocation | undefined => {
  for (const limit of frameLimits) {
    const { sites, handler } = capture(below, limit);
    for (const site of sites) {
      const { skipped, location } = cachedFrame(site, handler);
      if (!skipped && wanted(location)) return location;
    }
    if (sites.length < limit) break;
  }
  return undefined;
};

/** The innermost call site outside the language. */
export const here = (): SourceLocation => fixedLocation ?? findCaller(here) ?? nowhere;

/** The innermost call site outside the language and outside the file that called into it: who called a tool of the project. */
export const beyondCaller = (): SourceLocation => {
  const caller = findCaller(beyondCaller)?.file;
  return findCaller(beyondCaller, ({ file }) => file !== caller) ?? here();
};

/** `file:line:column`, as editors and terminals link it. */
export const formatLocation = (location: SourceLocation): string =>
  `${location.file}:${location.line}:${location.column}`;
