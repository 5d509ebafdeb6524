/** A difference as a value for `--json` and as text for people. */
import type { Module } from '../../rtl/hdl/ir.ts';
import { commandPrefix } from '../commands/version.ts';
import type { BlockParameters } from './block.ts';
import type { RunDifference } from './lockstep.ts';
import { hexadecimal } from './ports.ts';
import { placeText, trailOf } from './trail.ts';
import type { WayName } from './way.ts';

export interface Difference {
  readonly kind: RunDifference['kind'];
  /** The reference first; one way alone where it was judged by its ports or its assertions. */
  readonly ways: readonly WayName[];
  /** Counted from 0 at power-on. */
  readonly cycle: number;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** The first output that differs, in port order; null where none does. */
  readonly signal: string | null;
  /** Hexadecimal: what the reference shows, and what the other way shows. */
  readonly expected: string | null;
  readonly seen: string | null;
  /** All outputs that differ in the cycle. */
  readonly signals: readonly string[];
  /** From the output inwards: each signal, where it is declared and where it is assigned. */
  readonly source: readonly {
    readonly signal: string;
    readonly declared: string;
    readonly driven: readonly string[];
  }[];
  /** Null for a scenario that came from a file. */
  readonly seed: number | null;
  readonly path: string | null;
  /** Runs the failing scenario alone. */
  readonly command: string;
  /** The failing scenario, line by line. */
  readonly scenario: readonly string[];
  /** Files written; null where there was nothing to write. */
  readonly files: { readonly replay: string; readonly capture: string | null; readonly waves: string | null };
}

export const messageOf = (difference: RunDifference): string => {
  switch (difference.kind) {
    case 'output': {
      const { port, cycle, way, reference, expected, seen } = difference;
      return `cycle ${cycle}: ${port.name} is ${hexadecimal(seen, port.width)} in ${way}, ${hexadecimal(expected, port.width)} in ${reference}`;
    }
    case 'scoreboard':
      return `cycle ${difference.cycle}: ${difference.message} (${difference.scoreboard}, seen in ${difference.reference})`;
    case 'assertion':
      return `${difference.message} (in ${difference.way})`;
    default:
      throw new Error(`unknown kind of difference ${difference satisfies never}`);
  }
};

/** As a shell takes it for one word. */
const quoted = (path: string): string => (/^[\w./:@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);

/** The command line that runs one scenario again. */
export const replayCommand = (
  block: readonly string[],
  parameters: BlockParameters,
  ways: readonly WayName[],
  what: { readonly seed: number; readonly path: string } | { readonly replay: string },
  plant: string | null,
  /** Those to name; null where none is to be played, though some ship. */
  captures: readonly string[] | null,
): string =>
  [
    `${commandPrefix()} check ${block.map(quoted).join(' ')}`,
    ...Object.entries(parameters).map(([name, value]) => `--set ${name}=${value}`),
    ...('replay' in what
      ? [`--replay ${quoted(what.replay)}`]
      : [
          ...(captures?.map((path) => `--capture ${quoted(path)}`) ?? ['--no-captures']),
          `--seed ${what.seed}`,
          `--path ${what.path}`,
        ]),
    `--ways ${ways.join(',')}`,
    ...(plant === null ? [] : [`--plant ${plant}`]),
  ].join(' ');

export const sourceOf = (module: Module | null, difference: RunDifference): Difference['source'] =>
  module === null || difference.kind !== 'output'
    ? []
    : trailOf(module, difference.port.name).map(({ name, declared, driven }) => ({
        signal: name,
        declared: placeText(declared),
        driven: driven.map(placeText),
      }));

/** The whole report, as text. */
export const differenceText = (difference: Difference): string => {
  const { source, signals, files } = difference;
  return [
    difference.message,
    ...(signals.length > 1 ? [`  in that cycle also: ${signals.slice(1).join(', ')}`] : []),
    ...source.map(({ signal, declared, driven }) => {
      const places =
        driven.length === 0 ? '' : `, driven at ${driven.slice(0, 4).join(', ')}${driven.length > 4 ? ', ...' : ''}`;
      return `  ${signal}: declared at ${declared}${places}`;
    }),
    '  scenario:',
    ...difference.scenario.map((line) => `    ${line}`),
    `  again:   ${difference.command}`,
    `  replay:  ${files.replay}`,
    ...(files.capture === null ? [] : [`  frames:  ${files.capture}`]),
    ...(files.waves === null ? [] : [`  waves:   ${files.waves}`]),
  ].join('\n');
};
