/** Value change dump (IEEE 1364-2005, clause 18), for any wave viewer. */
import type { Wave, WaveSignal } from './wave.ts';

/** Time units a clock cycle; the clock rises at the start of a cycle and falls in its middle. */
const cycleTime = 10;

/** Short identifier of a variable: printable ASCII from `!` to `~`, as the format asks. */
const identifier = (index: number): string => {
  const first = 33;
  const count = 94;
  let text = '';
  for (let rest = index; ; rest = Math.floor(rest / count) - 1) {
    text += String.fromCharCode(first + (rest % count));
    if (rest < count) return text;
  }
};

const change = ({ width }: { readonly width: number }, value: bigint, code: string): string =>
  width === 1 ? `${value}${code}` : `b${value.toString(2)} ${code}`;

interface Scope {
  readonly scopes: Map<string, Scope>;
  readonly variables: { readonly name: string; readonly width: number; readonly code: string }[];
}

const newScope = (): Scope => ({ scopes: new Map(), variables: [] });

const declare = (scope: Scope, name: string, lines: string[]): void => {
  lines.push(`$scope module ${name} $end`);
  for (const { name: variable, width, code } of scope.variables) {
    const range = width === 1 ? '' : ` [${width - 1}:0]`;
    lines.push(`$var wire ${width} ${code} ${variable}${range} $end`);
  }
  for (const [inner, nested] of scope.scopes) declare(nested, inner, lines);
  lines.push('$upscope $end');
};

/**
 * A wave as the text of a VCD file, with the clock `aclk` added.
 * The same wave gives the same text: no date is written.
 */
export const vcdText = (wave: Wave): string => {
  const clock = identifier(0);
  const codes = wave.signals.map((_, index) => identifier(index + 1));
  const top = newScope();
  top.variables.push({ name: 'aclk', width: 1, code: clock });
  wave.signals.forEach(({ path, width }, index) => {
    let scope = top;
    for (const name of path.slice(0, -1)) {
      const inner = scope.scopes.get(name) ?? newScope();
      scope.scopes.set(name, inner);
      scope = inner;
    }
    scope.variables.push({ name: path.at(-1) ?? 'signal', width, code: codes[index] ?? '' });
  });
  const lines = ['$version Portcullis $end', '$timescale 1 ns $end'];
  declare(top, 'top', lines);
  lines.push('$enddefinitions $end');
  const cycles = Math.max(0, ...wave.signals.map(({ values }) => values.length));
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const time = (wave.firstCycle + cycle) * cycleTime;
    lines.push(`#${time}`, `1${clock}`);
    wave.signals.forEach((signal, index) => {
      const value = valueAt(signal, cycle);
      if (cycle === 0 || value !== valueAt(signal, cycle - 1)) lines.push(change(signal, value, codes[index] ?? ''));
    });
    lines.push(`#${time + cycleTime / 2}`, `0${clock}`);
  }
  lines.push(`#${(wave.firstCycle + cycles) * cycleTime}`);
  return `${lines.join('\n')}\n`;
};

const valueAt = ({ values }: WaveSignal, cycle: number): bigint => values[cycle] ?? 0n;
