/** From a design with properties to what the engines read. */
import { emitVerilog } from '../../rtl/verilog/index.ts';
import type { LabelledDesign } from './label-properties.ts';

export interface ProofModel {
  readonly files: Readonly<Record<string, string>>;
  /**
   * Yosys commands that make the flat design of plain flip-flops. It starts in the state after a reset: registers that have no reset,
   * and memories, hold anything. `aresetn` is an input like others, so that what is proved also holds through later resets.
   */
  readonly prepare: readonly string[];
  readonly top: string;
}

/** abc is reached through a pass that wants a netlist to map: one inverter. */
const inverter = 'module inverter(input a, output y);\n  assign y = ~a;\nendmodule\n';

export const proofModel = ({ module, resets }: LabelledDesign): ProofModel => {
  const files = emitVerilog(module, { properties: true, lines: true });
  const prepare = [
    `read_verilog -formal -sv ${files.map(({ path }) => path).join(' ')}`,
    `hierarchy -check -top ${module.name}`,
    'proc',
    'flatten',
    ...resets.map(({ path, width, value }) => `setattr -set init ${width}'b${value.toString(2)} w:${path}`),
    'opt_clean',
    'memory_collect',
    'memory_map',
    'async2sync',
    'dffunmap',
    'chformal -lower',
    // Else of two properties that say the same one is merged into the other, and its label is gone.
    'setattr -set keep 1 t:$assert',
    'formalff -clk2ff -ff2anyinit -setundef',
    'setundef -undriven -anyseq',
    'opt -full',
    'opt_clean',
  ];
  return {
    files: { ...Object.fromEntries(files.map(({ path, text }) => [path, text])), 'inverter.v': inverter },
    prepare,
    top: module.name,
  };
};

/** Keeps the assertions of these labels alone. */
export const keepOnly = (labels: readonly string[]): readonly string[] => [
  `select -set kept ${labels.map((label) => `c:${label}`).join(' ')}`,
  'delete t:$assert @kept %d',
];

/** Commands that run abc on the prepared design. Its log names properties by their place in the map's `asserts`. */
export const abcCommands = (script: readonly string[]): readonly string[] => [
  // Outputs would count as properties.
  'delete -output',
  'techmap',
  'opt -full',
  'aigmap',
  'opt_clean',
  'write_aiger -zinit -ywmap map.json model.aig',
  'design -reset',
  'read_verilog inverter.v',
  'techmap',
  `abc -lut 4 -script +&get,-n;${script.join(';')};&put`,
];

/** Reads the model; assumptions fold into the properties. */
export const readModel: readonly string[] = ['read_aiger,/model.aig', 'fold', 'strash'];

interface MapEntry {
  readonly input: number;
  readonly offset: number;
  readonly path: readonly string[];
}

/** What Yosys says of an AIGER file that it wrote. */
export interface AigerMap {
  readonly inputs: readonly MapEntry[];
  /** Inputs that stand for what a register without reset, or a word of memory, holds at the start. */
  readonly inits: readonly MapEntry[];
  readonly asserts: readonly (readonly string[])[];
}

export const plainPath = (path: readonly string[]): string => path.map((name) => name.replace(/^\\/, '')).join('.');
