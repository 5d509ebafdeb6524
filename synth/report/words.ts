/** How reports write figures, parameters and places. */
import type { DeepPath, PathPlace } from '../flow/source-path.ts';
import type { SynthesisResult } from '../flow/synthesise.ts';
import type { Target } from '../flow/targets.ts';
import type { SourceLine } from '../yosys/yosys-error.ts';

export const targetNames: Readonly<Record<Target, string>> = {
  lut4: 'Generic LUT4',
  lut6: 'Generic LUT6',
  ice40: 'Lattice iCE40',
  ecp5: 'Lattice ECP5',
  xc7: 'AMD 7 series',
};

/** Thousands parted by a comma. */
export const count = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 1 });

export const megahertz = (value: number | null): string => (value === null ? '–' : value.toFixed(value < 100 ? 1 : 0));

export const parameterText = (parameters: SynthesisResult['parameters']): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} = ${String(value)}`)
    .join(', ');

/** That figures are not those of the design as one; empty where they are. */
export const keptText = ({ keep }: SynthesisResult): string =>
  keep.includes('*')
    ? 'Every module was mapped once, by itself, and is counted as often as the design has it: nothing was optimised across borders of modules, and depths end at them.'
    : keep.length === 0
      ? ''
      : `Mapped by themselves, and nothing optimised across their borders: ${keep.join(', ')}.`;

export const lineText = (source: SourceLine): string => `${source.file}:${source.line}`;

export const placeText = (place: PathPlace): string => {
  const pin = place.pin === 'enable' || place.pin === 'reset' ? `, ${place.pin}` : '';
  return `${place.kind} ${place.name}${pin}`;
};

/** A name without its hierarchy's and bit's part would be ambiguous, so that both stay. */
export const pathTitle = (path: DeepPath): string =>
  `${placeText(path.from)} to ${placeText(path.to)}: ${path.levels} ${path.levels === 1 ? 'level' : 'levels'}`;

/** Parameters that differ between results of one block, in order of their first appearance. */
export const variedParameters = (results: readonly SynthesisResult[]): string[] => {
  const names = [...new Set(results.flatMap((result) => Object.keys(result.parameters)))];
  return names.filter((name) => new Set(results.map((result) => String(result.parameters[name]))).size > 1);
};

export const byBlock = (results: readonly SynthesisResult[]): Map<string, SynthesisResult[]> => {
  const groups = new Map<string, SynthesisResult[]>();
  for (const result of results) {
    const name = result.block === result.top ? result.block : `${result.block} (${result.top})`;
    groups.set(name, [...(groups.get(name) ?? []), result]);
  }
  return groups;
};
