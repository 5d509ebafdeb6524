import type { LineCost } from '../flow/line-costs.ts';
import type { DesignMemory } from '../flow/map-design.ts';
import type { ModuleReport } from '../flow/module-reports.ts';
import type { PlacedClock } from '../flow/place-and-route.ts';
import type { DeepPath } from '../flow/source-path.ts';
import type { SynthesisResult } from '../flow/synthesise.ts';
import type { Target } from '../flow/targets.ts';
import type { Parameters } from '../yosys/read-design.ts';

/** One value of `synth --json`. The fields up to `mhz` stay in every later version. */
export interface SynthesisRow {
  readonly block: string;
  readonly parameters: Parameters;
  readonly target: Target;
  readonly luts: number;
  readonly registers: number;
  /** Memory blocks. */
  readonly memories: number;
  readonly depth: number;
  /** Null where the design was not placed, with the reason in `mhzReason`. */
  readonly mhz: number | null;
  readonly mhzReason: string | null;
  readonly top: string;
  readonly cells: number;
  readonly cellsByType: Readonly<Record<string, number>>;
  readonly gateEquivalents: number;
  readonly memoryBits: number;
  /** Modules that were mapped by themselves; empty where the design was flattened whole. */
  readonly keep: readonly string[];
  readonly declaredMemories: readonly DesignMemory[];
  readonly paths: readonly DeepPath[];
  readonly lines: readonly LineCost[];
  readonly modules: readonly ModuleReport[];
  readonly clock: PlacedClock | null;
}

export const clockReason = (target: Target, clock: PlacedClock | null): string | null => {
  if (target === 'lut4' || target === 'lut6') return 'generic tables have no chip';
  if (target !== 'ice40') return 'no place and route for this family on npm';
  return clock === null ? 'not asked for' : clock.reason;
};

export const synthesisRows = (results: readonly SynthesisResult[]): SynthesisRow[] =>
  results.flatMap((result) =>
    result.targets.map((report) => ({
      block: result.block,
      parameters: result.parameters,
      target: report.target,
      luts: report.luts,
      registers: report.registers,
      memories: report.memories,
      depth: report.depth,
      mhz: report.target === 'ice40' ? (result.clock?.mhz ?? null) : null,
      mhzReason: clockReason(report.target, result.clock),
      top: result.top,
      cells: report.cells,
      cellsByType: report.cellsByType,
      gateEquivalents: result.gateEquivalents,
      memoryBits: result.memoryBits,
      keep: result.keep,
      declaredMemories: result.memories,
      paths: report.paths,
      lines: result.lines,
      modules: report.modules,
      clock: report.target === 'ice40' ? result.clock : null,
    })),
  );
