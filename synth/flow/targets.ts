/** The commands of each target: the flow that every figure in a report comes from, ours and the peers' alike. */
import { mapSmallMemories } from '../yosys/map-memories.ts';

/** Generic 4- and 6-input look-up tables, Lattice iCE40, Lattice ECP5 and AMD 7 series. */
export const targets = ['lut4', 'lut6', 'ice40', 'ecp5', 'xc7'] as const;

export type Target = (typeof targets)[number];

/** The name that the design under test has in every flow. */
export const designName = 'dut_top';

/** Wide designs take minutes on a busy machine; what takes longer than this will not end. */
export const longestRunSeconds = 3600;

export interface TargetCommands {
  /** Up to where memories are still whole. */
  readonly coarse: readonly string[];
  /** From there to gates, which still know the source lines they came from. */
  readonly gates: readonly string[];
  /** From there to the target's cells. */
  readonly cells: readonly string[];
}

const lookUpTables = (inputs: 4 | 6, flatten: boolean): TargetCommands => ({
  coarse: [`synth ${flatten ? '-flatten ' : ''}-top ${designName} -lut ${inputs} -run begin:fine`],
  // The steps of `synth` after `fine`, taken apart so that the gates can be read before they become tables.
  gates: ['opt -fast -full', mapSmallMemories, 'opt -full', 'techmap', 'opt -fast'],
  cells: [`abc -fast -lut ${inputs}`, 'opt -fast', 'opt_clean -purge'],
});

/** Stops before `check`, which renames cells and counts them, and changes neither. */
const family = (command: string, memories: string): TargetCommands => ({
  coarse: [`${command} -run begin:${memories}`],
  gates: [`${command} -run ${memories}:map_luts`],
  cells: [`${command} -run map_luts:check`],
});

export const commandsOf = (target: Target, flatten: boolean): TargetCommands => {
  switch (target) {
    case 'lut4':
      return lookUpTables(4, flatten);
    case 'lut6':
      return lookUpTables(6, flatten);
    case 'ice40':
      return family(`synth_ice40 ${flatten ? '' : '-noflatten '}-top ${designName}`, 'map_ram');
    case 'ecp5':
      return family(`synth_ecp5 ${flatten ? '' : '-noflatten '}-top ${designName}`, 'map_ram');
    case 'xc7':
      return family(
        `synth_xilinx -family xc7 ${flatten ? '-flatten ' : ''}-noiopad -noclkbuf -top ${designName}`,
        'map_memory',
      );
    default:
      return target satisfies never;
  }
};

/** Flattening goes round the modules whose names match one of these patterns of Yosys. */
export const keepModules = (patterns: readonly string[]): readonly string[] =>
  patterns.map((pattern) => `setattr -mod -set keep_hierarchy 1 ${pattern}`);

/** Makes one module of a design of which some were kept. */
export const joinModules = (patterns: readonly string[]): readonly string[] =>
  patterns.length === 0 ? [] : ['setattr -mod -unset keep_hierarchy *', 'flatten', 'opt_clean -purge'];

/** Two-input NAND and NOR gates, inverters and flip-flops without enable or synchronous reset. */
export const gateEquivalentCommands = (flatten: boolean): readonly string[] => [
  `synth ${flatten ? '-flatten ' : ''}-top ${designName} -run begin:fine`,
  'opt -fast -full',
  mapSmallMemories,
  'opt -full',
  'techmap',
  'opt -fast',
  'abc -fast',
  'opt -fast',
  'dfflegalize -cell $_DFF_?_ 01 -cell $_DFF_???_ 01 -cell $_DLATCH_?_ 01 -cell $_DLATCH_???_ 01 -cell $_SR_??_ 01',
  'abc -g cmos2',
  'opt_clean -purge',
];
