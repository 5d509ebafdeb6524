import { cached } from '../cache.ts';
import { mapSmallMemories } from './map-memories.ts';
import type { YosysNetlist } from './netlist.ts';
import { designFiles, type Parameters, renameTop, runOnDesign, type VerilogFile } from './read-design.ts';

export interface ReadNetlistOptions {
  /**
   * `word`: what Verilog says, one cell an operator, hierarchy and memories kept, registers without inferred enables.
   * `gates`: after synthesis, flat, two-input gates and plain flip-flops (`$_DFF_P_` and the like).
   */
  readonly flow: 'word' | 'gates';
  readonly parameters?: Parameters;
  readonly timeoutSeconds?: number;
}

const wordCommands = ['proc', 'opt -nodffe -nosdff', 'memory_collect', 'opt_clean'];

/**
 * `synth`'s own steps, with the choice of memories and of flip-flops, and without two that Yosys 0.55 does wrongly: `peepopt` takes
 * the constant in `x >> 3'd6 + y` for negative, and `share` gives two reads of a memory one port even where the address of one
 * decides whether it is the other's turn, a combinational loop.
 */
const coarse = [
  ...['proc', 'flatten', 'opt_expr', 'opt_clean', 'opt -nodffe -nosdff', 'fsm', 'opt', 'wreduce', 'opt_clean'],
  ...['alumacc', 'opt', 'memory -nomap', 'opt_clean'],
];

const gateCommands = (top: string): string[] => [
  `hierarchy -check -top ${top}`,
  ...coarse,
  'opt -fast -full',
  mapSmallMemories,
  'opt -full',
  'techmap',
  'dfflegalize -cell $_DFF_?_ 01 -cell $_DFF_???_ 01 -cell $_DLATCH_?_ 01 -cell $_DLATCH_???_ 01 -cell $_SR_??_ 01',
  'opt -fast -nodffe -nosdff',
  'abc -fast',
  'opt_clean -purge',
  'check',
];

/** Yosys' JSON of `top`, from the cache where the same was asked before. Rejects with a `YosysError`. */
export const readNetlist = async (
  files: readonly VerilogFile[],
  top: string,
  options: ReadNetlistOptions,
): Promise<YosysNetlist> => {
  const parameters = options.parameters ?? {};
  const commands = [...renameTop(top), ...(options.flow === 'word' ? wordCommands : gateCommands(top)), 'write_json'];
  const question = [
    designFiles(files),
    top,
    Object.entries(parameters).map(([name, value]) => [name, String(value)]),
    commands,
  ];
  const text = await cached('netlist', question, async () => {
    const limit = options.timeoutSeconds === undefined ? {} : { timeoutSeconds: options.timeoutSeconds };
    return (await runOnDesign({ files, top, parameters }, commands, limit)).stdout;
  });
  return JSON.parse(text) as YosysNetlist;
};
