/** One target's figures: of the design as one, or of its modules by themselves. */
import type { YosysNetlist } from '../yosys/netlist.ts';
import { YosysError } from '../yosys/yosys-error.ts';
import { type Area, areaOf, plainName } from './area.ts';
import { levelsOf } from './depth.ts';
import { type LineCost, lineCosts } from './line-costs.ts';
import { type Design, type DesignMemory, mapDesign } from './map-design.ts';
import { type ModuleReport, moduleReports } from './module-reports.ts';
import { type DeepPath, deepestPaths } from './source-path.ts';
import { designName, type Target } from './targets.ts';

export interface TargetReport extends Area {
  readonly target: Target;
  /** Levels of tables (a carry chain is one) on the deepest path between registers, ports and memories, or of the deepest module. */
  readonly depth: number;
  readonly paths: readonly DeepPath[];
  /** Largest first. Empty where not asked for. */
  readonly modules: readonly ModuleReport[];
}

export interface TargetRun {
  readonly report: TargetReport;
  readonly memories: readonly DesignMemory[];
  readonly netlist: YosysNetlist;
  /** Modules of the design before it was flattened. */
  readonly modules: number;
  readonly lines: readonly LineCost[];
}

const nothingLeft = (design: Design): YosysError =>
  new YosysError(`nothing is left of \`${design.top}'`, null, '', 'run');

export const flatRun = async (design: Design, target: Target): Promise<TargetRun> => {
  const { gates, cells, memories, modules } = await mapDesign(design, target, true);
  const mapped = cells.modules[designName];
  const before = gates.modules[designName];
  if (mapped === undefined || before === undefined) throw nothingLeft(design);
  const report = {
    target,
    ...areaOf(mapped),
    depth: levelsOf(mapped).depth,
    paths: deepestPaths(mapped, before),
    modules: [],
  };
  const declared = memories.map(({ name, words, width }) => ({ name, words, width }));
  return { report, memories: declared, netlist: cells, modules, lines: lineCosts(before) };
};

const sumOfTypes = (modules: readonly ModuleReport[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const { instances, cellsByType } of modules)
    for (const [type, cells] of Object.entries(cellsByType)) sums[type] = (sums[type] ?? 0) + cells * instances;
  return sums;
};

/**
 * Every module is mapped once, by itself, and counted as often as the design has it: for designs that Yosys cannot hold as one.
 * Depth and paths are those of the deepest module; lines are not told.
 */
export const hierarchicalRun = async (design: Design, target: Target): Promise<TargetRun> => {
  const { gates, cells, memories, modules } = await mapDesign(design, target, false);
  const byName = moduleReports(cells, design.top);
  const whole = byName.get(designName)?.whole;
  if (whole === undefined) throw nothingLeft(design);
  const reports = [...byName.values()];
  const [[deepest, { depth }] = [designName, { depth: 0 }]] = [...byName].sort(([, a], [, b]) => b.depth - a.depth);
  const [mapped, before] = [cells.modules[deepest], gates.modules[deepest]];
  const report = {
    target,
    ...whole,
    cells: reports.reduce((sum, { cells: own, instances }) => sum + own * instances, 0),
    cellsByType: sumOfTypes(reports),
    depth,
    paths: mapped === undefined || before === undefined ? [] : deepestPaths(mapped, before),
    modules: reports,
  };
  const declared = memories.flatMap(({ module, name, words, width }) =>
    Array.from({ length: byName.get(module)?.instances ?? 0 }, () => ({
      name: `${plainName(module)}.${name}`,
      words,
      width,
    })),
  );
  return { report, memories: declared, netlist: cells, modules, lines: [] };
};
