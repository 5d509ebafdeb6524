/** A block's proofs by name: verdicts as rows, and files for what failed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { elaborate } from '../../rtl/hdl/index.ts';
import type { Module } from '../../rtl/hdl/ir.ts';
import type { ParameterValue } from '../../rtl/parts/parameters.ts';
import type { ProofTarget } from '../../rtl/parts/proof-target.ts';
import { vcdText } from '../waves/vcd.ts';
import { defaultLimits, type PropertyVerdict, type ProveOptions, proveModule } from './prove-module.ts';
import { replayTrace, type Trace } from './trace.ts';

export interface ProofFiles {
  /** The violation on the simulator, every signal of the design. */
  readonly waves: string;
  /** A test that is red until the mistake is mended. */
  readonly test: string;
  /** Runs that test. */
  readonly command: string;
}

export interface ProofRow extends Omit<PropertyVerdict, 'trace'> {
  readonly block: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Name of the target, where a block has several. */
  readonly target: string;
  /** Page and section that state what is proved. */
  readonly section: string;
  /** Null unless the property failed. */
  readonly files: ProofFiles | null;
}

export interface ProveTargetOptions extends ProveOptions {
  /** Where files of failures go. */
  readonly directory?: string;
  /** Folder of the project's sources, which the test imports. */
  readonly sources: string;
  /** Changes the hardware before it is proved: plants a mistake. */
  readonly change?: (module: Module) => Module;
  /** The text of the test, for hardware that is in no list of proofs. */
  readonly testOf?: (trace: Trace, directory: string) => string;
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

const testText = (block: string, target: ProofTarget, trace: Trace, replay: string): string =>
  `// ${block}, ${target.name}: the inputs that break '${trace.property}', as a proof found them. Red until the mistake is mended.
import { expect, test } from 'vitest';
import { replayProof } from '${replay}';

const trace = ${JSON.stringify(trace, null, 2)};

test(${JSON.stringify(`${block}, ${target.name}: ${trace.property}`)}, () => {
  const { violation } = replayProof(${JSON.stringify(block)}, ${JSON.stringify(target.name)}, trace);
  expect(violation).toBeNull();
});
`;

const writeFailure = (
  block: string,
  target: ProofTarget,
  module: Module,
  trace: Trace,
  options: ProveTargetOptions,
): ProofFiles => {
  const directory = options.directory ?? join('build', 'proofs');
  const { violation, wave } = replayTrace(module, trace);
  if (violation === null) {
    throw new Error(
      `${block}, ${target.name}: the trace of '${trace.property}' does not violate it on the simulator: proof and simulation disagree`,
    );
  }
  const name = slug(`${block} ${target.name} ${trace.property}`);
  mkdirSync(directory, { recursive: true });
  const waves = join(directory, `${name}.vcd`);
  writeFileSync(waves, vcdText(wave));
  const test = join(directory, `${name}.test.ts`);
  const replay = relative(directory, join(options.sources, 'testbench', 'proofs', 'replay.ts'))
    .split(sep)
    .join('/');
  const usual = (): string => testText(block, target, trace, replay.startsWith('.') ? replay : `./${replay}`);
  writeFileSync(test, options.testOf?.(trace, directory) ?? usual());
  return { waves, test, command: `npx vitest run --dir ${directory} ${name}` };
};

/** Proves one target. What fails leaves a waveform and a test. */
export const proveTarget = async (
  block: string,
  target: ProofTarget,
  options: ProveTargetOptions,
): Promise<readonly ProofRow[]> => {
  const whole = elaborate(target.module());
  const module = options.change?.(whole) ?? whole;
  const { name, parameters, section, engines } = target;
  const seconds = Math.max(options.seconds ?? defaultLimits.seconds, target.seconds ?? 0);
  const verdicts = await proveModule(module, {
    ...(engines === undefined ? {} : { engines }),
    ...(target.induction === undefined ? {} : { induction: target.induction }),
    ...options,
    seconds,
  });
  return verdicts.map(({ trace, ...verdict }) => ({
    block,
    parameters,
    target: name,
    section,
    ...verdict,
    files: trace === null ? null : writeFailure(block, target, module, trace, options),
  }));
};
