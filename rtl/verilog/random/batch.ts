import { evaluate } from '../../hdl/interpreter.ts';
import type { Expression, Module, Signal, SourceLocation, Statement } from '../../hdl/ir.ts';
import { RandomExpressions } from './expressions.ts';
import { Random } from './random.ts';

const location: SourceLocation = { file: 'random.ts', line: 1, column: 1 };

/** Many random expressions as the outputs of one module, with the inputs they read and what they ought to give. */
export interface ExpressionBatch {
  readonly module: Module;
  readonly inputs: ReadonlyMap<Signal, bigint>;
  readonly expected: ReadonlyMap<string, { readonly width: number; readonly value: bigint }>;
}

export const expressionBatch = (seed: number, count: number): ExpressionBatch => {
  const random = new Random(seed);
  const inputs = new Map<Signal, bigint>();
  const input = (width: number, signed: boolean): Signal => {
    const known = [...inputs.keys()].filter((signal) => signal.width === width && signal.signed === signed);
    if (known.length > 2) return random.pick(known);
    const signal: Signal = {
      kind: 'input',
      name: `i${inputs.size}`,
      width,
      signed,
      port: 'input',
      reset: null,
      initial: null,
      location,
    };
    inputs.set(signal, random.bits(width));
    return signal;
  };
  const outputs: Signal[] = [];
  const body: Statement[] = [];
  const expected = new Map<string, { width: number; value: bigint }>();
  const values: Expression[] = [];
  for (let number = 0; number < count; number += 1) {
    // A new generator for each, or later ones would be made of earlier ones only.
    const value = new RandomExpressions(random, { signal: input, memories: [] }).any(1 + random.below(5));
    const { width, signed } = value;
    const target: Signal = {
      kind: 'wire',
      name: `y${number}`,
      width,
      signed,
      port: 'output',
      reset: null,
      initial: null,
      location,
    };
    outputs.push(target);
    values.push(value);
    body.push({ kind: 'assign', target, low: 0, value, location });
    const result = evaluate(value, { signal: (signal) => inputs.get(signal) ?? 0n, word: () => 0n });
    expected.set(target.name, { width, value: result });
  }
  const module: Module = {
    name: 'expressions',
    blackBox: false,
    clocked: false,
    signals: [...inputs.keys(), ...outputs],
    memories: [],
    instances: [],
    body,
    location,
  };
  return { module, inputs, expected };
};

const literal = (signal: Signal, value: bigint): string => `${signal.width}'h${value.toString(16)}`;

/** A module without inputs around the batch's, for tools that fold constants. */
export const constantTop = ({ module, inputs, expected }: ExpressionBatch): string => {
  const ports = [...expected].map(([name, { width }]) => `output [${width - 1}:0] ${name}`);
  const connections = [
    ...[...inputs].map(([signal, value]) => `.${signal.name}(${literal(signal, value)})`),
    ...[...expected.keys()].map((name) => `.${name}(${name})`),
  ];
  return `module constant_top (${ports.join(', ')});\n  ${module.name} it (${connections.join(', ')});\nendmodule\n`;
};

/** A test bench that gives the inputs and prints each output as `name bits`. */
export const displayingTop = ({ module, inputs, expected }: ExpressionBatch): string => {
  const declarations = [
    ...[...inputs.keys()].map((signal) => `  reg [${signal.width - 1}:0] ${signal.name};`),
    ...[...expected].map(([name, { width }]) => `  wire [${width - 1}:0] ${name};`),
  ];
  const connections = [...[...inputs.keys()].map((signal) => signal.name), ...expected.keys()].map(
    (name) => `.${name}(${name})`,
  );
  const sets = [...inputs].map(([signal, value]) => `    ${signal.name} = ${literal(signal, value)};`);
  const displays = [...expected.keys()].map((name) => `    $display("${name} %b", ${name});`);
  return [
    'module displaying_top;',
    ...declarations,
    `  ${module.name} it (${connections.join(', ')});`,
    '  initial begin',
    '    #1;',
    ...sets,
    '    #1;',
    ...displays,
    '    $finish;',
    '  end',
    'endmodule',
    '',
  ].join('\n');
};
