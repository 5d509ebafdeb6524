/** What goes wrong in somebody's own file, said with its place in that file and without our stack. */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatDiagnostic } from '../../rtl/hdl/diagnostic.ts';
import { ElaborationError } from '../../rtl/hdl/index.ts';
import type { SourceLocation } from '../../rtl/hdl/ir.ts';
import { fileOf } from '../../rtl/hdl/source-location.ts';

/** The file was at fault: said as it is, exit code 2. */
export class DesignError extends Error {
  override readonly name = 'DesignError';
}

interface Script {
  readonly map: SourceMap;
  /** Absolute. */
  readonly sources: ReadonlySet<string>;
}

/** What was made of files so far, by the path of the script. */
const scripts = new Map<string, Script>();

const sourceIn = (script: string, source: string): string =>
  source.startsWith('file:') ? fileURLToPath(source) : resolve(dirname(script), source);

/** Tells that a script was made of a file, its map beside it. */
export const noteScript = (script: string): void => {
  const map = new SourceMap(JSON.parse(readFileSync(`${script}.map`, 'utf8')));
  scripts.set(script, { map, sources: new Set(map.payload.sources.map((source) => sourceIn(script, source))) });
};

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const framePattern = /((?:file:\/\/)?[^()\s][^()]*):(\d+):(\d+)\)?$/;

/** The place in a file of designs that a line of a stack tells; Node, or what runs TypeScript, may have put the source's place there already. */
const placeOf = (line: string): Place | null => {
  const match = framePattern.exec(line.trim().replace(/^at (?:async )?/, ''));
  if (match === null) return null;
  const [, name = '', row = '', column = ''] = match;
  const path = name.replace(/^.*(?=file:\/\/)|^.* \(/, '').replace(/\?.*$/, '');
  const file = path.startsWith('file:') ? fileURLToPath(path) : path;
  const script = scripts.get(file);
  if (script === undefined) {
    const known = [...scripts.values()].some(({ sources }) => sources.has(file));
    return known ? { file, line: Number(row), column: Number(column) } : null;
  }
  const entry = script.map.findEntry(Number(row) - 1, Number(column) - 1);
  if (!('originalSource' in entry) || typeof entry.originalSource !== 'string') return null;
  return {
    file: sourceIn(file, entry.originalSource),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  };
};

/** The location from where the command runs, as a terminal opens it, where its file lies below; else in its package. */
const shown = (location: SourceLocation): SourceLocation => {
  const file = fileOf(location);
  const path = file === undefined ? '' : relative(process.cwd(), file);
  const below = path !== '' && !path.startsWith('..') && !isAbsolute(path);
  return below && existsSync(path) ? { ...location, file: path } : location;
};

/** What the language refuses, in its words. */
const refusal = ({ diagnostics }: ElaborationError): string =>
  diagnostics
    .map(({ location, related, ...diagnostic }) =>
      formatDiagnostic({
        ...diagnostic,
        location: shown(location),
        related: related.map((one) => ({ ...one, location: shown(one.location) })),
      }),
    )
    .join('\n');

/**
 * An error that a file of designs threw, with its place. What the language refuses has one already, and here it is the file that is at fault.
 * @param path the file, as it was named
 * @param hint what may have been forgotten
 */
export const placed = (error: unknown, path: string, hint = ''): Error => {
  if (error instanceof DesignError) return error;
  if (error instanceof ElaborationError) return new DesignError(refusal(error));
  if (!(error instanceof Error)) return new DesignError(`${path}: it throws ${String(error)}${hint}`);
  const lines = (error.stack ?? '').split('\n');
  const place = lines.map(placeOf).find((found) => found !== null) ?? null;
  const where = place === null ? path : `${relative(process.cwd(), place.file)}:${place.line}:${place.column}`;
  const made = [...scripts.keys()].find((script) => error.message.includes(script));
  const message = made === undefined ? error.message : error.message.replaceAll(made, path);
  return new DesignError(`${where}: ${error.name === 'Error' ? '' : `${error.name}: `}${message}${hint}`);
};
