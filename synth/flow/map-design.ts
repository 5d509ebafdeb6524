/** One run of one target: Yosys' netlists before and after mapping. */
import { cached } from '../cache.ts';
import type { YosysNetlist } from '../yosys/netlist.ts';
import { designFiles, type Parameters, renameTop, runOnDesign, type VerilogFile } from '../yosys/read-design.ts';
import { commandsOf, designName, joinModules, keepModules, longestRunSeconds, type Target } from './targets.ts';

export interface Design {
  readonly files: readonly VerilogFile[];
  readonly top: string;
  /** Verilog parameters of `top`. */
  readonly parameters: Parameters;
  /**
   * Modules, as patterns of Yosys (`aes_round_last*`), that are mapped by themselves, once for all their instances, and put in their places afterwards.
   * Nothing is optimised across their borders. For designs of many equal parts, which take Yosys hours as one.
   */
  readonly keep?: readonly string[];
  /** Nothing is flattened: gate equivalents are counted by modules too. */
  readonly hierarchical?: boolean;
}

export interface DesignMemory {
  readonly name: string;
  readonly words: number;
  /** Bits a word. */
  readonly width: number;
}

export interface MemoryInModule extends DesignMemory {
  readonly module: string;
}

export interface MappedDesign {
  /** Gates from before mapping. */
  readonly gates: YosysNetlist;
  readonly cells: YosysNetlist;
  /** As declared, before they became blocks, tables or registers. */
  readonly memories: readonly MemoryInModule[];
  /** Modules of the design before it was flattened. */
  readonly modules: number;
}

/** Without the models of the target's own cells. */
const writeDesign = ['select *', 'write_json -selected', 'select -clear'];

const memoryFile = 'memories.txt';
const moduleFile = 'modules.txt';

const memoriesIn = (dump: string): MemoryInModule[] =>
  dump
    .split(/^module /m)
    .slice(1)
    .flatMap((text) => {
      const [, module = ''] = /^\\?(\S+)/.exec(text) ?? [];
      return text
        .split(/^ {2}cell /m)
        .slice(1)
        .map((cell) => ({
          module,
          name: /parameter \\MEMID "\\{0,2}(.*)"/.exec(cell)?.[1] ?? 'memory',
          words: Number(/parameter (?:signed )?\\SIZE (\d+)/.exec(cell)?.[1] ?? 0),
          width: Number(/parameter (?:signed )?\\WIDTH (\d+)/.exec(cell)?.[1] ?? 0),
        }));
    });

/** Two values that `write_json` wrote one after the other. */
const splitValues = (text: string): [YosysNetlist, YosysNetlist] => {
  const second = text.indexOf('\n{\n', 1);
  return [JSON.parse(text.slice(0, second)) as YosysNetlist, JSON.parse(text.slice(second)) as YosysNetlist];
};

/** What a cached answer depends on. */
export const questionOf = (design: Design, commands: readonly string[]): unknown => [
  designFiles(design.files),
  design.top,
  Object.entries(design.parameters).map(([name, value]) => [name, String(value)]),
  commands,
];

/** Rejects with a `YosysError`. */
export const mapDesign = async (design: Design, target: Target, flatten: boolean): Promise<MappedDesign> => {
  const steps = commandsOf(target, flatten);
  const keep = flatten ? (design.keep ?? []) : [];
  const join = joinModules(keep);
  const commands = [
    ...renameTop(designName),
    `tee -q -o ${moduleFile} ls`,
    ...keepModules(keep),
    ...steps.coarse,
    `tee -q -o ${memoryFile} dump -m t:$mem_v2`,
    ...steps.gates,
    ...(join.length === 0 ? writeDesign : ['design -push-copy', ...join, ...writeDesign, 'design -pop']),
    ...steps.cells,
    ...join,
    ...writeDesign,
  ];
  const text = await cached('mapped', questionOf(design, commands), async () => {
    const run = await runOnDesign(design, commands, { timeoutSeconds: longestRunSeconds });
    return [run.files[moduleFile], run.files[memoryFile], run.stdout].join('\0');
  });
  const [modules = '', dump = '', values = ''] = text.split('\0');
  const [gates, cells] = splitValues(values);
  return { gates, cells, memories: memoriesIn(dump), modules: modules.match(/^ {2,}\S/gm)?.length ?? 0 };
};
